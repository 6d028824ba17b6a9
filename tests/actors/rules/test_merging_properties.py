"""Merging, for any sheets: nothing is lost, nothing happens twice, and the order does not matter.

Sheets are drawn from few sections and few lines, so that both sides often touch the same ones.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, cast

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from together.nothing_lost import Decision, lost

from activitypub.iris import Iri
from actors.rules import core
from actors.rules.core import Relation
from actors.rules.merging import Choice, SectionMerge, Verdict, compare, resolve
from actors.rules.sections import Adaptability, Role, Section, Sheet, clean

SOURCE: Final = Iri("https://fr.test/models/m")
MIDDLE: Final = Iri("https://be.test/models/m")
LINES: Final = ("un", "deux", "trois", "quatre")
KEYS: Final = ("a", "b", "c", "d")

quickly = settings(max_examples=40)
"""These sheets are small and meet often: what is wrong shows within a few."""

TEXTS = st.lists(st.sampled_from(LINES), min_size=1, max_size=4).map("\n".join)


@st.composite
def sections(draw: st.DrawFn, key: str) -> Section:
    """A section in one to three languages."""
    return Section(
        key=key,
        role=draw(st.sampled_from([Role.VALUE, Role.COSTS])),
        adaptability=draw(st.sampled_from(Adaptability)),
        names={"fr": draw(st.sampled_from(["Un", "Deux"]))},
        texts=draw(st.dictionaries(st.sampled_from(["fr", "en", "it"]), TEXTS, min_size=1)),
    )


@st.composite
def originals(draw: st.DrawFn) -> Sheet:
    """A sheet with one to four sections, as somebody publishes it first."""
    keys = draw(st.lists(st.sampled_from(KEYS), unique=True, min_size=1))
    return _sheet(*[draw(sections(key)) for key in keys])


@st.composite
def edited(draw: st.DrawFn, before: Sheet) -> Sheet:
    """The same sheet after somebody's work: sections changed, added, removed, moved."""
    left: list[Section] = []
    for one in before.sections:
        deed = draw(st.sampled_from(["leave", "leave", "text", "line", "name", "remove"]))
        left += [] if deed == "remove" else [draw(_after(deed, one))]
    taken = {one.key for one in left}
    for key in draw(st.lists(st.sampled_from(KEYS), unique=True, max_size=1)):
        if key not in taken:
            left.append(draw(sections(key)))
    return before.with_sections(draw(st.permutations(left)))


def _after(deed: str, one: Section) -> st.SearchStrategy[Section]:
    match deed:
        case "text":
            language = st.sampled_from(["fr", "en", "it"])
            return st.builds(
                lambda tag, text: replace(one, texts={**one.texts, tag: text}), language, TEXTS
            )
        case "line":
            return st.builds(lambda at, line: _with_line(one, at, line), _PLACES, _ONE_LINE)
        case "name":
            return st.builds(lambda name: replace(one, names={"fr": name}), st.sampled_from(LINES))
        case _:
            return st.just(one)


_PLACES = st.integers(0, 3)
_ONE_LINE = st.sampled_from(LINES)


def _with_line(one: Section, at: int, line: str) -> Section:
    language = next(iter(one.texts))
    lines = one.texts[language].split("\n")
    lines[at % len(lines)] = line
    return replace(one, texts={**one.texts, language: "\n".join(lines)})


@st.composite
def sides(draw: st.DrawFn) -> tuple[Sheet, Sheet, Sheet]:
    """A base, and what two made of it."""
    base = draw(originals())
    return base, draw(edited(base)), draw(edited(base))


@st.composite
def decided(draw: st.DrawFn, rows: tuple[SectionMerge, ...]) -> dict[str, Choice]:
    """A choice for every conflict, and for some rows that need none."""
    chosen: dict[str, Choice] = {}
    for row in rows:
        if row.verdict is Verdict.CONFLICT or draw(st.booleans()):
            third = draw(sections(row.key))
            chosen[row.key] = draw(st.sampled_from(["ours", "theirs", third]))
    return chosen


def _sheet(*parts: Section) -> Sheet:
    return Sheet("fr", {"fr": "Modèle"}, {}, "CC-BY-SA-4.0", parts)


def _fork(source: Sheet, iri: Iri) -> Sheet:
    """What somebody's fork of a model begins with."""
    return source.with_sections(
        replace(one, upstream=f"{iri}#{one.key}", upstream_digests=one.digests)
        for one in source.sections
    )


def _merged(
    base: Sheet,
    ours: Sheet,
    theirs: Sheet,
    choices: Mapping[str, Choice] | None = None,
    source: Iri | None = SOURCE,
) -> Sheet:
    return resolve(compare(base, ours, theirs), choices or {}, ours, theirs, upstream=source)


def _says(sheet: Sheet) -> dict[str, str]:
    """What a sheet says, wherever its sections stand and come from."""
    return {one.key: one.digest for one in sheet.sections}


def _conflicts(base: Sheet, ours: Sheet, theirs: Sheet) -> list[str]:
    rows = compare(base, ours, theirs)
    return [row.key for row in rows if row.verdict is Verdict.CONFLICT]


def _all(side: str, rows: tuple[SectionMerge, ...]) -> dict[str, Choice]:
    return {row.key: cast(Choice, side) for row in rows}


@quickly
@given(sides(), st.data())
def test_every_line_of_both_is_in_the_result_or_was_given_up_by_name(
    three: tuple[Sheet, Sheet, Sheet], data: st.DataObject
) -> None:
    base, ours, theirs = three
    rows = compare(base, ours, theirs)
    choices = data.draw(decided(rows))
    named: dict[str, Decision] = {
        key: "third" if isinstance(choice, Section) else choice for key, choice in choices.items()
    }
    merged = _merged(base, ours, theirs, choices)
    assert lost(rows, named, ours, theirs, merged) == []


@quickly
@given(sides(), st.data())
def test_a_merge_that_is_made_again_changes_nothing(
    three: tuple[Sheet, Sheet, Sheet], data: st.DataObject
) -> None:
    base, ours, theirs = three
    choices = data.draw(decided(compare(base, ours, theirs)))
    merged = _merged(base, ours, theirs, choices)
    assert not _conflicts(theirs, merged, theirs)
    assert _merged(theirs, merged, theirs) == merged, "the base has moved to theirs"


@quickly
@given(sides())
def test_what_both_say_alike_never_conflicts(three: tuple[Sheet, Sheet, Sheet]) -> None:
    base, ours, theirs = three
    for row in compare(base, ours, theirs):
        if row.ours is not None and row.theirs is not None and row.ours.digest == row.theirs.digest:
            assert row.verdict in (Verdict.SAME, Verdict.ALIKE)
    assert not _conflicts(base, ours, ours)


@quickly
@given(sides())
def test_all_of_theirs_is_what_they_say(three: tuple[Sheet, Sheet, Sheet]) -> None:
    base, _, theirs = three
    rows = compare(base, base, theirs)
    assert _says(_merged(base, base, theirs, _all("theirs", rows))) == _says(theirs)


@quickly
@given(originals(), st.data())
def test_the_order_of_merges_that_do_not_meet_does_not_matter(
    base: Sheet, data: st.DataObject
) -> None:
    one, other = data.draw(edited(base)), data.draw(edited(base))
    assume(not _touched(base, one) & _touched(base, other))
    first = _merged(base, _merged(base, base, one, source=None), other, source=None)
    second = _merged(base, _merged(base, base, other, source=None), one, source=None)
    assert _says(first) == _says(second)


def _touched(base: Sheet, side: Sheet) -> set[str]:
    before, after = _says(base), _says(side)
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


@quickly
@given(originals(), st.data())
def test_a_change_reaches_a_fork_of_a_fork_over_the_middle(
    source: Sheet, data: st.DataObject
) -> None:
    middle = _fork(source, SOURCE)
    end = _fork(middle, MIDDLE)
    moved = data.draw(edited(source))
    passed_on = _merged(source, middle, moved, _all("theirs", compare(source, middle, moved)))
    taken = _all("theirs", compare(middle, end, passed_on))
    arrived = _merged(middle, end, passed_on, taken, source=MIDDLE)
    assert _says(arrived) == _says(passed_on) == _says(moved)
    assert {one.upstream for one in arrived.sections} == {
        f"{MIDDLE}#{one.key}" for one in passed_on.sections
    }


@quickly
@given(originals(), st.data())
def test_what_went_round_over_two_forks_meets_no_conflict_with_itself(
    source: Sheet, data: st.DataObject
) -> None:
    changed = data.draw(edited(source))
    one, other = _fork(source, SOURCE), _fork(source, SOURCE)
    by_one = _merged(source, one, changed, _all("theirs", compare(source, one, changed)))
    by_other = _merged(source, other, changed, _all("theirs", compare(source, other, changed)))
    assert not _conflicts(source, by_one, by_other), "siblings that took the same are alike"


@quickly
@given(originals(), st.data())
def test_taking_all_of_theirs_is_a_replication_again(source: Sheet, data: st.DataObject) -> None:
    ours = data.draw(edited(_fork(source, SOURCE)))
    theirs = data.draw(edited(source))
    rows = compare(source, ours, theirs)
    chosen = _all("theirs", rows)
    assume(all(row.theirs is not None for row in rows if row.core))
    assume(not any(_keeps_ours(row) for row in rows))
    merged = _merged(source, ours, theirs, chosen)
    assume(not any(_languages(row.ours) - _languages(row.theirs) for row in rows if row.theirs))
    assert core.relation(merged, theirs) is Relation.REPLICATION


def _keeps_ours(row: SectionMerge) -> bool:
    """Whether changes of ours stand beside theirs: then their text is not all that is taken."""
    suggested, theirs = row.suggestion, row.theirs
    return suggested is not None and theirs is not None and suggested.digest != theirs.digest


def _languages(section: Section | None) -> set[str]:
    return set(section.texts) if section is not None else set()


@quickly
@given(sides(), st.data())
def test_what_comes_of_a_merge_is_clean_and_can_be_read_again(
    three: tuple[Sheet, Sheet, Sheet], data: st.DataObject
) -> None:
    base, ours, theirs = three
    merged = _merged(base, ours, theirs, data.draw(decided(compare(base, ours, theirs))))
    assert clean(merged) == merged
    assert Sheet.from_json(merged.to_json()).digest == merged.digest
