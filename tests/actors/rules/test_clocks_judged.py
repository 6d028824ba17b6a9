"""Whose clock is wrong: one that differs is theirs, several that agree make it ours."""

import pytest

from actors.rules.clocks import RIGHT, Judgement, judge


@pytest.mark.parametrize(
    ("ahead", "judged"),
    [
        ({}, RIGHT),
        ({"a": 59, "b": -59, "c": 3}, RIGHT),
        ({"a": 3600}, Judgement(None, 0, {"a": 3600})),
        ({"a": -300, "b": -301}, Judgement(None, 0, {"a": -300, "b": -301})),
        ({"a": 7200, "b": 7201, "c": 7199}, Judgement(-7200, 3, {})),
        ({"a": -600, "b": -605, "c": -601, "d": 90}, Judgement(601, 3, {"d": 90})),
        ({"a": 600, "b": -605, "c": 90}, Judgement(None, 0, {"a": 600, "b": -605, "c": 90})),
    ],
)
def test_it_is_told_from_what_those_say_who_refuse(
    ahead: dict[str, int], judged: Judgement
) -> None:
    assert judge(ahead) == judged
