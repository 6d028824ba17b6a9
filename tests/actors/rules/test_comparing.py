"""What changed between two versions, as a reader is told."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activitypub.multihash import digest_of
from actors.rules.comparing import MAX_LINES, MAX_WORDS, SectionChange, changed, words
from actors.rules.sections import Adaptability, Role, Section, Sheet


def section(key: str, **others: object) -> Section:
    """A section with a French text and its English translation."""
    texts = {"fr": f"{key}.", "en": f"{key}!"}
    plain = Section(
        key, Role.VALUE, Adaptability.ADAPTABLE, {"fr": key}, texts, {"en": digest_of(f"{key}.")}
    )
    return replace(plain, **others)  # type: ignore[arg-type] # keyword by keyword in each test


def sheet(*sections: Section) -> Sheet:
    """A French sheet of these sections."""
    return Sheet("fr", {"fr": "Modèle"}, {}, "CC-BY-SA-4.0", sections)


def told(changes: tuple[SectionChange, ...]) -> list[tuple[str, str, tuple[str, ...]]]:
    """Key, kind and languages of each change."""
    return [(change.key, change.kind.value, change.languages) for change in changes]


A, B, C, D = (section(key) for key in "abcd")


def test_two_equal_sheets_have_no_changes() -> None:
    assert changed(sheet(A, B), sheet(A, B)) == ()


def test_added_and_removed_sections_are_told_with_their_languages() -> None:
    assert told(changed(sheet(A, B), sheet(B, C))) == [
        ("c", "added", ("en", "fr")),
        ("a", "removed", ("en", "fr")),
    ]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (replace(A, texts={**A.texts, "fr": "Autre."}), [("a", "changed", ("fr",))]),
        (replace(A, texts={**A.texts, "en": "Other."}), [("a", "translated", ("en",))]),
        (
            replace(A, texts={**A.texts, "it": "Mia."}),
            [("a", "changed", ("it",))],
        ),
        (replace(A, texts={"fr": "a."}, translated_from={}), [("a", "translated", ("en",))]),
        (
            replace(A, texts={"fr": "Autre.", "en": "Other."}),
            [("a", "changed", ("fr",)), ("a", "translated", ("en",))],
        ),
        (replace(A, adaptability=Adaptability.CORE), [("a", "changed", ())]),
        (replace(A, role=Role.COSTS), [("a", "changed", ())]),
        (replace(A, names={"fr": "a", "en": "A"}), [("a", "renamed", ("en",))]),
        (
            replace(A, key="z", upstream="https://a.test/m#a"),
            [("z", "renamed", ())],
        ),
    ],
)
def test_each_way_of_changing_is_told(
    after: Section, expected: list[tuple[str, str, tuple[str, ...]]]
) -> None:
    assert told(changed(sheet(A, B), sheet(after, B))) == expected


def test_as_few_sections_as_possible_are_said_to_have_moved() -> None:
    assert told(changed(sheet(A, B, C, D), sheet(D, A, B, C))) == [("d", "moved", ())]


def test_moving_does_not_come_from_others_leaving_or_arriving() -> None:
    assert told(changed(sheet(A, B, C), sheet(D, B, C))) == [
        ("d", "added", ("en", "fr")),
        ("a", "removed", ("en", "fr")),
    ]


def test_core_is_told_before_and_after() -> None:
    core = replace(A, adaptability=Adaptability.CORE)
    assert [change.core for change in changed(sheet(core), sheet(A))] == [True]
    assert [change.core for change in changed(sheet(A), sheet(core))] == [True]
    assert [change.core for change in changed(sheet(core), sheet())] == [True]
    assert [change.core for change in changed(sheet(A), sheet(A, B))] == [False]


def test_words_are_marked_one_by_one() -> None:
    assert words("Une phrase courte.", "Une phrase longue.") == [
        ("same", "Une phrase "),
        ("removed", "courte"),
        ("added", "longue"),
        ("same", "."),
    ]


def test_lines_that_stayed_are_not_compared_by_word() -> None:
    before, after = "un\ndeux\ntrois\n", "un\ntrois\nquatre\n"
    assert words(before, after) == [
        ("same", "un\n"),
        ("removed", "deux\n"),
        ("same", "trois\n"),
        ("added", "quatre\n"),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (" ".join(["un"] * MAX_WORDS), " ".join(["deux"] * MAX_WORDS)),
        ("\n".join("ab" * MAX_LINES), "\n".join("ba" * MAX_LINES)),
    ],
)
def test_a_passage_too_long_to_compare_is_replaced_as_a_whole(before: str, after: str) -> None:
    assert words(before, after) == [("removed", before), ("added", after)]


def test_marks_of_one_kind_are_joined() -> None:
    assert words("un\nde x\n", "un\nde y\n") == [
        ("same", "un\nde "),
        ("removed", "x"),
        ("added", "y"),
        ("same", "\n"),
    ]


def test_nothing_is_nothing() -> None:
    assert words("", "") == []


@given(st.text(alphabet="ab \n.é"), st.text(alphabet="ab \n.é"))
def test_the_marks_hold_both_texts_in_full(before: str, after: str) -> None:
    marks = words(before, after)
    assert "".join(text for op, text in marks if op != "added") == before
    assert "".join(text for op, text in marks if op != "removed") == after
    assert all(text for _, text in marks)
