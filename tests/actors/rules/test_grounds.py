"""Grounds: what comes to both sides on different ways is no conflict, whatever the way."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activitypub.iris import parse
from actors.rules.grounds import ground
from actors.rules.merging import Between, SectionMerge, Verdict, compare, resolve
from actors.rules.sections import Adaptability, Role, Section, Sheet

SOURCE = parse("https://fr.test/models/m")
SWAPPED = {Verdict.OURS: Verdict.THEIRS, Verdict.THEIRS: Verdict.OURS}


def said(text: str | None, **texts: str) -> Section | None:
    """A section with this French text, and more; None where it is not there."""
    if text is None:
        return None
    return Section("a", Role.VALUE, Adaptability.ADAPTABLE, {"fr": "A"}, {"fr": text, **texts})


def sheet(*sections: Section | None) -> Sheet:
    present = tuple(one for one in sections if one is not None)
    return Sheet("fr", {"fr": "Modèle"}, {}, "CC-BY-SA-4.0", present)


def way(*texts: str | None) -> list[Section | None]:
    return [said(text) for text in texts]


def judged(base: str | None, ours: Sequence[str | None], theirs: Sequence[str | None]) -> str:
    """The verdict about one section after both went these ways; empty where both lack it."""
    between = Between(
        [sheet(said(one)) for one in ours[:-1]], [sheet(said(one)) for one in theirs[:-1]]
    )
    sides = (sheet(said(base)), sheet(said(ours[-1])), sheet(said(theirs[-1])))
    rows: tuple[SectionMerge, ...] = compare(*sides, between=between)
    return rows[0].verdict.value if rows else ""


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "verdict"),
    [
        # We took B from a grandparent; our source takes it later.
        ("A", "B", "B", "alike"),
        ("A", "BC", "B", "ours"),
        ("A", "B", "BD", "theirs"),
        ("A", "BC", "BD", "conflict"),
        ("A", "BA", "B", "ours"),  # we gave it up again, they keep it
        ("A", "B", "BA", "theirs"),  # they gave it up again
        ("A", "AAB", "AB", "alike"),
        ("A", "AABC", "AB", "ours"),
        # Each went on to what the other had left: somebody has to look.
        ("A", "BCB", "CBC", "conflict"),
        ("A", "BA", "BAB", "conflict"),
        # Nothing is known of a version that both come from, but both have said A.
        (None, "AC", "A", "ours"),
        (None, "A", "AC", "theirs"),
        (None, "AB", "AC", "conflict"),
        # Added on two ways, and removed again on one of them.
        (None, "B", ["B", None], "theirs"),
        (None, ["B", None], "B", "ours"),
        ("A", ["A", None], "B", "conflict"),
        ("A", ["B", None], "B", "ours"),
    ],
)
def test_what_both_have_said_since_is_what_a_section_is_judged_against(
    base: str | None, ours: Sequence[str | None], theirs: Sequence[str | None], verdict: str
) -> None:
    assert judged(base, list(ours), list(theirs)) == verdict


def test_each_language_has_its_own_ground() -> None:
    """The French text came on two ways; the Italian beside it is our own, and no conflict."""
    base, taken = said("A"), said("B")
    ours = said("B", it="Tutt'altro.")
    assert taken is not None
    assert compare(sheet(base), sheet(ours), sheet(taken))[0].verdict is Verdict.CONFLICT
    between = Between(ours=[sheet(taken)])
    (row,) = compare(sheet(base), sheet(ours), sheet(taken), between=between)
    assert row.verdict is Verdict.OURS
    renamed = replace(taken, names={"fr": "Autre titre"})
    (row,) = compare(sheet(base), sheet(ours), sheet(renamed), between=between)
    assert row.verdict is Verdict.THEIRS
    assert row.suggestion is not None
    assert (row.suggestion.names["fr"], row.suggestion.texts["it"]) == (
        "Autre titre",
        "Tutt'altro.",
    )


def test_what_they_have_and_we_have_with_more_is_nothing_to_take() -> None:
    base = said("Un.\n\nDeux.")
    ours, theirs = said("Un!\n\nDeux!"), said("Un!\n\nDeux.")
    assert compare(sheet(base), sheet(ours), sheet(theirs))[0].verdict is Verdict.OURS
    assert compare(sheet(base), sheet(theirs), sheet(ours))[0].verdict is Verdict.THEIRS


def test_the_ground_of_equal_sides_is_the_base() -> None:
    assert ground(said("A"), way("C", "B"), way("B")) == (said("A"), False)


TEXTS = st.sampled_from(["un", "deux", "trois", "un\n\ndeux", "quatre\n\ndeux"])
STATES = st.one_of(st.none(), TEXTS)


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    sections = []
    for key in draw(st.lists(st.sampled_from("abc"), unique=True, max_size=3)):
        texts = {"fr": draw(TEXTS)}
        if draw(st.booleans()):
            texts["it"] = draw(TEXTS)
        role = draw(st.sampled_from([Role.VALUE, Role.COSTS]))
        sections.append(Section(key, role, Adaptability.CORE, {"fr": key}, texts))
    return sheet(*sections)


WAYS = st.lists(sheets(), max_size=3)


@given(base=sheets(), ours=WAYS, theirs=WAYS, now=sheets(), then=sheets())
def test_on_any_ways_no_section_is_lost_and_both_orders_agree(
    base: Sheet, ours: list[Sheet], theirs: list[Sheet], now: Sheet, then: Sheet
) -> None:
    rows = compare(base, now, then, between=Between(ours, theirs))
    assert {row.ours.key for row in rows if row.ours} == {one.key for one in now.sections}
    assert {row.theirs.key for row in rows if row.theirs} == {one.key for one in then.sections}
    back = {row.key: row for row in compare(base, then, now, between=Between(theirs, ours))}
    for row in rows:
        both_fit = row.suggestion is not None and back[row.key].suggestion is not None
        wanted = row.verdict if both_fit else SWAPPED.get(row.verdict, row.verdict)
        assert back[row.key].verdict is wanted
    kept = resolve(
        rows, {row.key: "ours" for row in rows if row.verdict != "same"}, now, then, upstream=None
    )
    assert [one.digest for one in kept.sections] == [one.digest for one in now.sections]


@given(base=sheets(), change=sheets(), more=sheets())
def test_a_change_that_was_taken_from_further_away_is_never_asked_about_again(
    base: Sheet, change: Sheet, more: Sheet
) -> None:
    """We merged `change` from a grandparent and went on; then our source takes the very same."""
    rows = compare(base, more, change, between=Between(ours=[change]))
    assert {row.verdict for row in rows} <= {Verdict.SAME, Verdict.OURS, Verdict.ALIKE}


@given(base=sheets(), change=sheets(), more=sheets())
def test_whoever_only_took_what_they_had_takes_the_rest_without_a_question(
    base: Sheet, change: Sheet, more: Sheet
) -> None:
    """The mirror image: they went on from what both had."""
    rows = compare(base, change, more, between=Between(theirs=[change]))
    assert Verdict.CONFLICT not in {row.verdict for row in rows}
    assert Verdict.OURS not in {row.verdict for row in rows}
    taken = resolve(rows, {row.key: "theirs" for row in rows}, change, more, upstream=SOURCE)
    assert sorted(one.digest for one in taken.sections) == sorted(
        one.digest for one in more.sections
    )
