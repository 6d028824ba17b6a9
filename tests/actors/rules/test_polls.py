"""Polls: what a Question asks, and what is none."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activitypub import reading
from activitypub.canonical_json import Document
from actors.rules import polls
from actors.rules.polls import Poll

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def question(**more: Any) -> Poll | None:
    body: dict[str, Any] = {"id": "https://peer.test/q/1", "type": "Question", "content": "Quand ?"}
    return polls.read(reading.read(body | more))


def options(*numbers: Any) -> list[dict[str, Any]]:
    return [
        {"type": "Note", "name": f"Option {place}", "replies": {"totalItems": number}}
        for place, number in enumerate(numbers)
    ]


def test_a_question_of_mastodon_is_understood() -> None:
    asked = question(oneOf=options(3, 4), endTime="2026-03-02T10:00:00Z", votersCount=7)
    assert asked is not None
    assert [(one.name, one.votes) for one in asked.options] == [("Option 0", 3), ("Option 1", 4)]
    assert (asked.is_multiple, asked.voters, asked.votes) == (False, 7, 7)
    assert not asked.is_over(NOW)
    assert asked.is_over(NOW + timedelta(hours=1))
    assert Poll.from_json(asked.to_json()) == asked


def test_several_may_be_chosen_and_a_closed_one_is_over() -> None:
    asked = question(anyOf=options(1), closed="2026-03-01T10:00:00Z")
    assert asked is not None
    assert asked.is_multiple
    assert asked.is_over(NOW)
    shut = question(oneOf=options(1), closed=True)
    assert shut is not None
    assert shut.is_over(NOW)


@pytest.mark.parametrize("number", [10**30, -5, "many", [1], None, True, 1.5])
def test_a_number_out_of_this_world_is_none(number: Any) -> None:
    asked = question(oneOf=options(number), votersCount=number)
    assert asked is not None
    assert (asked.options[0].votes, asked.voters) == (0, None)


@pytest.mark.parametrize("value", [None, "x", 3, {}, [], [1, "x", {"name": 3}]])
def test_a_question_without_an_option_asks_nothing(value: Any) -> None:
    assert question(oneOf=value) is None


def test_a_note_that_is_only_a_name_is_a_vote() -> None:
    body: Document = {"id": "https://peer.test/v/1", "type": "Note", "name": "Oui"}
    answer: Document = {"inReplyTo": "https://alpha.test/remarks/1"}
    assert polls.is_vote(reading.read(body | answer))
    assert not polls.is_vote(reading.read(body))
    assert not polls.is_vote(reading.read(body | answer | {"content": "<p>Oui !</p>"}))
