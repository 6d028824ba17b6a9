"""Readiness: what a stranger still lacks, sheet by sheet."""

from dataclasses import replace

import pytest

from activitypub.canonical_json import Json
from actors.rules.readiness import ADVISED, MANDATORY, Fact, readiness
from actors.rules.sections import Adaptability, Role, Section, Sheet

NOTHING = Sheet("fr", {"fr": "Atelier"}, {}, "CC-BY-4.0", ())


def about(*roles: Role, text: str = "On répare.") -> tuple[Section, ...]:
    return tuple(
        Section(role.lower(), role, Adaptability.ADAPTABLE, {"fr": role.value}, {"fr": text})
        for role in roles
    )


def test_six_sections_are_mandatory_and_named_in_reading_order() -> None:
    found = readiness(NOTHING)
    assert len(found.missing) == 6
    assert not found.startable
    assert found.advised == ADVISED
    assert found.present == 0
    assert found.asked == 6 + len(ADVISED) + len(Fact)


@pytest.mark.parametrize("role", MANDATORY)
def test_each_mandatory_section_is_missed_alone(role: Role) -> None:
    others = [one for one in MANDATORY if one is not role]
    found = readiness(replace(NOTHING, sections=about(*others)))
    assert found.missing == (role,)
    assert readiness(replace(NOTHING, sections=about(*MANDATORY))).startable


def test_an_empty_section_says_nothing() -> None:
    found = readiness(replace(NOTHING, sections=about(*MANDATORY, text="")))
    assert found.missing == MANDATORY


@pytest.mark.parametrize(
    ("cost", "counts"),
    [
        ([{"minValue": 1, "currency": "EUR", "observedOn": "2024"}], True),
        ({"maxValue": 0, "currency": "EUR", "observedOn": "2024"}, True),
        ([{"minValue": 1, "currency": "EUR"}], False),
        ([{"minValue": 1, "observedOn": "2024"}], False),
        ([{"currency": "EUR", "observedOn": "2024"}], False),
        ("a lot", False),
        ([], False),
    ],
)
def test_a_cost_counts_with_amount_currency_and_year(cost: Json, counts: bool) -> None:
    missing = readiness(replace(NOTHING, facts={"cost": cost})).facts
    assert (Fact.COST not in missing) == counts


def test_a_whole_sheet_lacks_nothing() -> None:
    facts: dict[str, Json] = {fact.value: ["x"] for fact in Fact}
    facts["cost"] = [{"minValue": 1, "currency": "EUR", "observedOn": "2024"}]
    whole = replace(
        NOTHING,
        names={"fr": "Atelier", "it": "Officina"},
        summaries={"fr": "Réparer."},
        sections=about(*Role),
        facts=facts,
    )
    found = readiness(whole)
    assert (found.missing, found.advised, found.facts) == ((), (), ())
    assert found.present == found.asked
