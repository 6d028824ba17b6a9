"""Glossaries: found in texts by their stems, carried by a section, brought in from tables."""

import pytest

from actors.errors import Unwise
from actors.rules import glossaries
from actors.rules.glossaries import Entry, Finder

WORKSHOP = Entry(
    "fr", "atelier de réparation", "it", "officina di riparazione", "Mai “laboratorio”."
)
SCIC = Entry("fr", "SCIC", "it", "", "Cooperativa francese; non si traduce.")
CAFE = Entry("fr", "café", "it", "bar")
ALL = (CAFE, WORKSHOP, SCIC)


def found_in(text: str, language: str, into: str, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    return Finder(entries, into).found_in(text, language)


def test_words_are_found_by_their_stems_in_the_order_of_the_text() -> None:
    text = "Une SCIC ouvre des ateliers de réparation; on y répare."
    assert found_in(text, "fr", "it", ALL) == (SCIC, WORKSHOP)
    assert found_in("Les CAFÉS.", "fr-BE", "it-CH", ALL) == (CAFE,)
    assert found_in(text, "fr", "en", ALL) == ()
    assert found_in(text, "it", "fr", ALL) == ()
    assert found_in("atelier, puis réparation", "fr", "it", ALL) == ()
    twice = Entry("fr", "Café", "it", "caffè")
    assert found_in("Un café.", "fr", "it", (twice, CAFE)) == (twice,)
    assert found_in("…", "fr", "it", (Entry("fr", "!!", "it", "x"),)) == ()
    arabic = Entry("ar", "تعاونية", "fr", "coopérative")
    assert found_in("هذه تعاونية", "ar", "fr", (arabic,)) == (arabic,)


def test_a_section_carries_the_entries_and_keeps_its_prose() -> None:
    prose = "Nos mots.\n\n- une liste\n- **autre**: rien (xx-y!)"
    written = glossaries.write_section(prose, "fr", (*ALL, Entry("fr", "café", "en", "café")))
    assert written.startswith("Nos mots.\n\n- une liste\n\n- **atelier de réparation**: officina")
    assert "- **autre**: rien (xx-y!)" in written
    assert "- **café**: bar (it), café (en)" in written
    assert "- **SCIC**: Cooperativa francese; non si traduce." in written
    read = glossaries.read_section(written, "fr")
    assert WORKSHOP in read
    assert Entry("it", "bar", "fr", "café") in read
    italian = glossaries.write_section("", "it", ALL)
    assert "- **officina di riparazione**: atelier de réparation (fr). Mai" in italian
    assert "SCIC" not in italian
    assert glossaries.write_section(written, "fr", ALL).count("café") == 1
    assert glossaries.read_section(f"- **x**: {'y' * 121} (it)", "fr") == ()
    assert glossaries.read_section("- **x**: y (zzzz)\n**z**", "fr") == ()


def test_a_table_goes_to_a_spreadsheet_and_comes_back() -> None:
    risky = Entry("fr", "=SOMME", "it", "+somma", "-1")
    table = glossaries.write_table((*ALL, risky))
    assert "'=SOMME" in table
    assert glossaries.read_table(table) == (*ALL, risky)
    assert glossaries.read_table("\ufeffcafé\tfr\tbar\tit\n\n") == (CAFE,)
    assert glossaries.read_table("mot;langue;italien;langue\ncafé;fr;bar;it") == (CAFE,)
    for text, words in (
        ("café;fr", "line 1"),
        ("x;fr;y;it\nz;fr;;it", "line 2"),
        ("café;french!;bar;it\nx;fr;y;fr", "line 2"),
    ):
        with pytest.raises(Unwise) as refused:
            glossaries.read_table(text)
        assert words in refused.value.fields
    with pytest.raises(Unwise, match="at most 1000"):
        glossaries.read_table("x;fr;y;it\n" * 1_001)
    with pytest.raises(Unwise, match="not a table"):
        glossaries.read_table('a;fr;"' + "x" * 200_000)


def test_a_glossary_of_a_stranger_is_read_up_to_a_limit() -> None:
    many = "\n".join(f"- **m{n}**: n{n} (it)" for n in range(glossaries.MOST_ENTRIES))
    assert len(glossaries.read_section(many, "fr")) == glossaries.MOST_ENTRIES


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        (Entry("fr", "", "it", "x"), "term"),
        (Entry("fr", "x" * 121, "it", "x"), "term"),
        (Entry("fr", "x", "it", "y*"), "term"),
        (Entry("?", "x", "it", "y"), "language"),
        (Entry("fr", "x", "fr", "y"), "into"),
        (Entry("fr", "x", "it", ""), "equivalent"),
        (Entry("fr", "x", "it", "y", "n" * 501), "note"),
        (Entry("fr", "x", "it", "y", "\x07"), "note"),
    ],
)
def test_what_is_no_entry_says_which_part_is_wrong(entry: Entry, field: str) -> None:
    with pytest.raises(Unwise) as refused:
        glossaries.tidy(entry)
    assert field in refused.value.fields
    assert glossaries.tidy(Entry("FR", " le  mot ", "PT-br", "a palavra")) == Entry(
        "fr", "le mot", "pt-BR", "a palavra"
    )
