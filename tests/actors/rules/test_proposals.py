"""What a proposed change is, and what comes of it."""

from dataclasses import replace

import pytest

from actors.errors import Conflicting, Unwise
from actors.rules import merging, proposals
from actors.rules.merging import Verdict
from actors.rules.modifications import MAX_NOTE, Nature, Reason
from actors.rules.proposals import Change, Credit
from actors.rules.sections import Adaptability, Role, Section, Sheet

ELSEWHERE = "https://fr.example/models/source#costs"


def section(key: str, text: str = "Texte.", **changes: object) -> Section:
    made = Section(
        key=key,
        role=Role.COSTS,
        adaptability=Adaptability.ADAPTABLE,
        names={"fr": key.title()},
        texts={"fr": text},
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def sheet(*sections: Section) -> Sheet:
    return Sheet(
        language="fr",
        names={"fr": "Atelier"},
        summaries={},
        license="CC-BY-SA-4.0",
        sections=sections,
    )


BASE = sheet(section("value", "On répare."), section("costs", "Un local.", upstream=ELSEWHERE))


def test_a_change_comes_back_from_json_as_it_was() -> None:
    for change in (
        Change("costs", section("costs", "Gratuit."), Reason.COST, "Essayé"),
        Change("costs", None),
    ):
        assert Change.from_json(change.to_json()) == change
    credit = Credit("https://it.example/models/a/versions/1", "https://it.example/actors/b", "zQm")
    assert Credit.from_json(credit.to_json()) == credit


def test_whole_sections_take_the_place_of_those_of_the_base() -> None:
    changes = [
        Change("costs", section("costs", "Gratuit.")),
        Change("value", None),
        Change("steps", section("steps")),
    ]
    assert [one.key for one in proposals.applied(BASE, changes).sections] == ["costs", "steps"]
    natures = [proposals.nature(one, BASE) for one in changes]
    assert natures == [Nature.SUBSTITUTED, Nature.REMOVED, Nature.ADDED]
    italian = section("value", texts={"fr": "On répare.", "it": "Si ripara."})
    assert proposals.nature(Change("value", italian), BASE) is Nature.TRANSLATED_ONLY


def test_what_is_written_is_made_fit_and_what_changes_nothing_is_left_out() -> None:
    italian = section("value", texts={"fr": "On répare.\r\n", "it": "Si ripara."})
    changes = [
        Change("value", italian),
        Change("costs", section("costs", "Un local.  ")),
        Change("steps", None),
        Change("other", section("x", "Neuf.", upstream="https://liar.example/models/1#x")),
        Change("costs", None),
    ]
    value, other, removed = proposals.fit(BASE, changes)
    assert value.section is not None
    assert value.section.texts["fr"] == "On répare."
    assert value.section.translated_from["it"] == value.section.digests["fr"]
    assert other.section is not None
    assert (other.section.key, other.section.upstream) == ("other", None)
    assert removed == Change("costs", None)
    (tied,) = proposals.tied(BASE, [Change("costs", section("costs", "Gratuit."))])
    assert tied.section is not None
    assert tied.section.upstream == ELSEWHERE
    assert proposals.tied(BASE, [removed]) == (removed,)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ([], "no change"),
        ([Change("value", None), Change("value", None)], "named twice"),
        ([Change("costs", section("costs"), note="x" * (MAX_NOTE + 1))], "A reason"),
        ([Change(f"k{n}", section(f"k{n}")) for n in range(101)], "at most 100 sections"),
        ([Change("value", None), Change("costs", None)], "cannot be published"),
    ],
)
def test_what_could_not_be_published_is_no_proposal(changes: list[Change], fault: str) -> None:
    with pytest.raises(Unwise, match=fault):
        proposals.judge(BASE, changes)


def test_a_fault_is_said_at_the_change_that_has_it() -> None:
    changes = [Change("costs", section("costs")), Change("X", section("X", texts={}))]
    with pytest.raises(Unwise) as refused:
        proposals.judge(replace(BASE, license="?"), changes)
    assert {"changes[1].key", "changes[1].texts", "license"} == refused.value.fields.keys()


def test_the_owner_takes_each_section_leaves_it_or_writes_a_third() -> None:
    changes = [
        Change("value", section("value", "On répare ensemble.")),
        Change("costs", section("costs", "Gratuit.", upstream=ELSEWHERE)),
    ]
    now = sheet(section("value", "On répare."), section("costs", "Un loyer.", upstream=ELSEWHERE))
    assert proposals.judge(BASE, changes).section("costs") == changes[1].section
    _, _, rows = proposals.beside(BASE, now, changes)
    assert [(row.key, row.verdict) for row in rows] == [
        ("value", Verdict.THEIRS),
        ("costs", Verdict.CONFLICT),
    ]
    assert proposals.conflicts(rows) == ("costs",)
    with pytest.raises(Conflicting) as refused:
        proposals.taken_in(BASE, now, changes, {})
    assert refused.value.keys == ("costs",)
    third = section("costs", "Un loyer, partagé.", upstream=ELSEWHERE)
    after, taken = proposals.taken_in(BASE, now, changes, {"value": "ours", "costs": third})
    assert [one.texts["fr"] for one in after.sections] == ["On répare.", "Un loyer, partagé."]
    assert taken == ("costs",)
    with pytest.raises(Unwise, match="at least one"):
        proposals.taken_in(BASE, now, changes, {"value": "ours", "costs": "ours"})
    with pytest.raises(Unwise, match="no such section"):
        proposals.taken_in(BASE, now, changes, {"steps": "theirs"})


def test_a_fork_can_give_back_what_it_says_otherwise_and_nothing_else() -> None:
    source = "https://fr.example/models/source"

    def taken(one: Section, text: str) -> Section:
        return replace(one, texts={"fr": text}, upstream=f"{source}#{one.key}")

    base = sheet(*(section(key) for key in ("same", "ours", "theirs", "both", "gone", "alike")))
    fork = sheet(
        *(
            taken(section(key), text)
            for key, text in (
                ("same", "Texte."),
                ("ours", "Mieux."),
                ("theirs", "Texte."),
                ("both", "Nous."),
                ("alike", "Pareil."),
            )
        ),
        section("new", "Ajouté."),
    )
    now = sheet(
        *(
            section(key, text)
            for key, text in (
                ("same", "Texte."),
                ("ours", "Texte."),
                ("theirs", "Eux."),
                ("both", "Eux aussi."),
                ("gone", "Texte."),
                ("alike", "Pareil."),
                ("fresh", "Neuf là-bas."),
            )
        )
    )
    gains = proposals.gains(merging.compare(base, fork, now), now)
    told = {
        one.key: (one.proposed.texts["fr"] if one.proposed else None, one.both) for one in gains
    }
    assert told == {
        "ours": ("Mieux.", False),
        "both": ("Nous.", True),
        "gone": (None, False),
        "new": ("Ajouté.", False),
    }
    assert all(one.proposed.upstream is None for one in gains if one.proposed)


def test_a_translation_that_is_given_back_is_told_apart_from_another_text() -> None:
    base = sheet(section("said", "Texte."), section("translated", "Texte."))
    said, translated = base.sections
    both = replace(translated, texts={**translated.texts, "it": "Testo."})
    fork = replace(base, sections=(replace(said, texts={"fr": "Autrement.", "it": "Altro."}), both))
    gains = proposals.gains(merging.compare(base, fork, base), base)
    assert {one.key: one.only_adds_languages for one in gains} == {
        "said": False,
        "translated": True,
    }
