"""What a fork adapted, and why."""

from dataclasses import replace

import pytest

from actors.errors import Unwise
from actors.rules.modifications import MAX_NOTE, Modification, Nature, Reason, judged, merged
from actors.rules.sections import Adaptability, Role, Section, Sheet

LEGAL = Modification("legal-form", Nature.SUBSTITUTED, Reason.LEGAL_CONTEXT, "Italian law.")


def test_a_modification_survives_a_database_column() -> None:
    drift = replace(LEGAL, note="", planned=False, core_consistent=False)
    for one in (LEGAL, drift):
        assert Modification.from_json(one.to_json()) == one


def test_what_is_not_said_is_taken_for_planned_and_consistent() -> None:
    said = {"section": "legal-form", "nature": "Substituted", "reason": "LegalContext"}
    assert Modification.from_json(said) == replace(LEGAL, note="")


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        {**LEGAL.to_json(), "nature": "Improved"},
        {**LEGAL.to_json(), "reason": 1},
        {**LEGAL.to_json(), "note": ["x"]},
        {**LEGAL.to_json(), "note": "x" * (MAX_NOTE + 1)},
    ],
)
def test_what_is_no_modification_is_refused(value: object) -> None:
    with pytest.raises(Unwise):
        Modification.from_json(value)


def test_newer_words_about_a_section_replace_the_older() -> None:
    newer, other = replace(LEGAL, note="New law."), replace(LEGAL, section="costs")
    assert merged([LEGAL, other], [newer]) == (newer, other)


def test_who_adapts_a_core_section_leaves_the_core() -> None:
    base = Sheet(
        language="fr",
        names={"fr": "Modèle"},
        summaries={},
        license="CC-BY-SA-4.0",
        sections=tuple(
            Section(
                key=adaptability.value.lower(),
                role=Role.VALUE,
                adaptability=adaptability,
                names={"fr": "Nom"},
                texts={"fr": "Texte."},
            )
            for adaptability in (Adaptability.CORE, Adaptability.ADAPTABLE)
        ),
    )
    said = [
        Modification("core", Nature.SUBSTITUTED, Reason.CULTURE),
        Modification("core", Nature.TRANSLATED_ONLY, Reason.LANGUAGE),
        Modification("adaptable", Nature.SUBSTITUTED, Reason.CULTURE),
    ]
    assert [one.core_consistent for one in judged(said, base)] == [False, True, True]
    assert judged(said, None) == tuple(said)
