"""Names, summaries, licence and facts on two sides and on three."""

import pytest

from actors.errors import Unwise
from actors.rules import heading
from actors.rules.heading import ValueMerge
from actors.rules.merging import Verdict, undecided
from actors.rules.sections import Adaptability, Role, Section, Sheet

PART = Section("a", Role.VALUE, Adaptability.CORE, {"fr": "A"}, {"fr": "a"})


def a_sheet(name: str = "Atelier", license_: str = "CC-BY-4.0", **facts: object) -> Sheet:
    return Sheet("fr", {"fr": name}, {"fr": "Réparer."}, license_, (PART,), facts)  # type: ignore[arg-type]


def one(rows: tuple[ValueMerge, ...], key: str) -> ValueMerge:
    return next(row for row in rows if row.key == key)


BASE = a_sheet(sdg=["1", "2"], territory=["FR"], maturity="Idea")


def test_what_differs_between_two_sheets_is_told_value_by_value() -> None:
    after = a_sheet("Repair café", "CC0-1.0", sdg=["1"], family="hosting")
    told = {one.value.key: (one.before, one.after) for one in heading.differing(BASE, after)}
    assert told == {
        "@name.fr": ("Atelier", "Repair café"),
        "@license": ("CC-BY-4.0", "CC0-1.0"),
        "@sdg": (["1", "2"], ["1"]),
        "@family": (None, "hosting"),
        "@territory": (["FR"], None),
        "@maturity": ("Idea", None),
    }
    assert heading.differing(BASE, BASE) == ()


def test_a_value_that_they_alone_changed_is_taken_and_one_of_ours_stays() -> None:
    ours = a_sheet("Officina", sdg=["1", "2"], territory=["IT"], maturity="Idea")
    theirs = a_sheet(license_="CC-BY-SA-4.0", sdg=["1", "2"], territory=["FR", "BE"], cost=[{}])
    rows = heading.compare(BASE, ours, theirs)
    verdicts = {row.key: row.verdict for row in rows}
    assert verdicts == {
        "@name.fr": Verdict.OURS,
        "@summary.fr": Verdict.SAME,
        "@license": Verdict.THEIRS,
        "@sdg": Verdict.SAME,
        "@territory": Verdict.OURS,  # each is at home somewhere else
        "@maturity": Verdict.THEIRS,
        "@cost": Verdict.THEIRS,
    }
    assert [row.key for row in heading.changes(rows)] == ["@license", "@maturity", "@cost"]
    merged = heading.resolve(rows, {}, ours)
    assert merged.names == {"fr": "Officina"}
    assert merged.license == "CC-BY-SA-4.0"
    assert merged.facts["cost"] == [{}]
    assert merged.facts["maturity"] == "Idea"  # nothing is dropped unasked
    dropped = heading.resolve(rows, {"@maturity": "theirs", "@cost": "ours"}, ours)
    assert "maturity" not in dropped.facts
    assert "cost" not in dropped.facts


def test_codes_to_which_both_added_stand_side_by_side() -> None:
    ours = a_sheet(sdg=["1", "2", "9"])
    theirs = a_sheet(sdg=["2", "7"])
    row = one(heading.compare(BASE, ours, theirs), "@sdg")
    assert (row.verdict, row.suggestion) == (Verdict.THEIRS, ["2", "9", "7"])
    merged = heading.resolve(heading.compare(BASE, ours, theirs), {"@sdg": "theirs"}, ours)
    assert merged.facts["sdg"] == ["2", "9", "7"]
    odd = one(heading.compare(BASE, a_sheet(sdg=["1", {}]), theirs), "@sdg")
    assert odd.verdict is Verdict.CONFLICT


def test_a_title_that_both_changed_needs_a_choice_and_may_be_written_anew() -> None:
    ours, theirs = a_sheet("Officina"), a_sheet("Repair café")
    rows = heading.compare(BASE, ours, theirs)
    assert undecided(rows, {}) == ("@name.fr",)
    assert undecided(rows, {"@name.fr"}) == ()
    assert one(rows, "@name.fr").fingerprint != one(rows, "@summary.fr").fingerprint
    names = [
        heading.resolve(rows, {"@name.fr": choice}, ours).names
        for choice in ("ours", "theirs", {"fr": "Café Officina"})
    ]
    assert names == [{"fr": "Officina"}, {"fr": "Repair café"}, {"fr": "Café Officina"}]
    emptied = heading.resolve(rows, {"@summary.fr": {"fr": " "}}, ours)
    assert emptied.summaries == {}


def test_what_both_say_alike_is_no_question() -> None:
    both = a_sheet("Officina")
    assert one(heading.compare(BASE, both, both), "@name.fr").verdict is Verdict.ALIKE


@pytest.mark.parametrize(
    ("key", "choice"),
    [
        ("@nothing", "ours"),
        ("@license", {"fr": "mine"}),
        ("@name.fr", {"it": "mia"}),
        ("@name.fr", "mine"),
    ],
)
def test_an_odd_choice_is_named(key: str, choice: str | dict[str, str]) -> None:
    rows = heading.compare(BASE, a_sheet("Officina"), a_sheet("Repair café"))
    with pytest.raises(Unwise) as refused:
        heading.resolve(rows, {key: choice}, BASE)  # type: ignore[dict-item]
    assert list(refused.value.fields) == [f"choices.{key}"]
