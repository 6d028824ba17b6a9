"""Two members write at one draft: nothing of either is lost without a word."""

from dataclasses import replace

from together.street import a_sheet

from actors.rules.coediting import Text, joined, marks
from actors.rules.sections import Section

START = Text(a_sheet())
SEEN = marks(START)
FIRST, SECOND = (section.key for section in START.sheet.sections[:2])


def changed(text: Text, key: str, words: str | None) -> Text:
    """The text with other words in a section, or without it."""
    sections: list[Section] = []
    for section in text.sheet.sections:
        if section.key != key:
            sections.append(section)
        elif words is not None:
            sections.append(replace(section, texts={**section.texts, "fr": words}))
    return replace(text, sheet=replace(text.sheet, sections=tuple(sections)))


def says(text: Text, key: str) -> str | None:
    """What a section says in French."""
    found = text.sheet.section(key)
    return None if found is None else found.texts["fr"]


def test_what_two_changed_in_different_parts_stands() -> None:
    mine, kept = changed(START, FIRST, "Mine"), changed(START, SECOND, "Theirs")
    kept = replace(kept, note="Theirs too")
    done = joined(SEEN, mine, kept)
    assert (says(done.text, FIRST), says(done.text, SECOND)) == ("Mine", "Theirs")
    assert done.text.note == "Theirs too"
    assert done.collided == ()
    assert set(done.taken) == {f"#{SECOND}", "note"}


def test_what_both_changed_is_told_and_stays_as_it_is_kept() -> None:
    done = joined(SEEN, changed(START, FIRST, "Mine"), changed(START, FIRST, "Theirs"))
    assert done.collided == (f"#{FIRST}",)
    assert says(done.text, FIRST) == "Theirs"
    alike = changed(START, FIRST, "Both")
    assert joined(SEEN, alike, alike).collided == ()


def test_what_one_removed_stays_if_the_other_changed_it() -> None:
    gone = changed(START, FIRST, None)
    assert says(joined(SEEN, gone, START).text, FIRST) is None
    assert says(joined(SEEN, START, gone).text, FIRST) is None
    assert says(joined(SEEN, gone, changed(START, FIRST, "Theirs")).text, FIRST) == "Theirs"
    assert says(joined(SEEN, changed(START, FIRST, "Mine"), gone).text, FIRST) == "Mine"


def test_what_others_added_stands_where_they_put_it() -> None:
    one, *others = START.sheet.sections
    new = replace(one, key="new")
    kept = replace(START, sheet=replace(START.sheet, sections=(one, new, *others)))
    done = joined(SEEN, changed(START, SECOND, "Mine"), kept)
    assert [section.key for section in done.text.sheet.sections][:3] == [FIRST, "new", SECOND]
    assert says(done.text, SECOND) == "Mine"
    assert done.collided == ()
