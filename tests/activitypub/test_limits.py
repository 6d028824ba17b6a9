"""Limits are values that a caller may replace."""

from dataclasses import fields, replace

from activitypub.limits import DEFAULT


def test_every_limit_is_a_positive_number() -> None:
    assert all(getattr(DEFAULT, each.name) > 0 for each in fields(DEFAULT))


def test_a_limit_can_be_replaced_without_touching_the_others() -> None:
    assert replace(DEFAULT, body=10).body == 10
    assert replace(DEFAULT, body=10).depth == DEFAULT.depth
