"""What is compared when somebody looks for words, and what they mean in other languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.errors import Unwise
from actors.rules import concepts, extracts, labels, legal_forms, searching, wishes
from actors.rules.expressions import Token, both, either, in_fts5, in_tsquery, matches
from actors.rules.searching import folded, pattern
from actors.rules.wishes import Wish


def test_words_are_found_without_their_accents_and_capitals() -> None:
    assert folded("Coopérative ÉTÉ Straße") == "cooperative ete strasse"


def test_the_signs_of_a_pattern_stand_for_themselves() -> None:
    assert pattern("50%_Of\\") == "%50\\%\\_of\\\\%"


@pytest.mark.parametrize(
    ("text", "language", "typed"),
    [
        ("Les coopératives locales", "fr", "coopérative"),
        ("Una cooperativa di abitanti", "it", "cooperative"),
        ("Reparaturen im Verein", "de", "reparatur"),
        ("Talleres de reparación", "es", "taller"),
        ("ÉTAGÈRES", "fr", "etagere"),
        ("Komunitní zahrada", "cs", "zahrady"),
        ("Ein Genossenschaftsladen", "de", "genossenschaft"),
    ],
)
def test_a_word_is_found_in_another_form(text: str, language: str, typed: str) -> None:
    found = frozenset(searching.found_by(text, language))
    wanted = wishes.steps(Wish(q=typed))[-1]
    is_form = matches(wanted, found) or bool(
        found & set(searching.keys(searching.split(typed)[0], language))
    )
    assert is_form


def test_a_word_of_one_language_finds_the_texts_of_five() -> None:
    for typed in ("réparation", "repair", "riparazione", "reparación", "Reparatur"):
        wanted = wishes.steps(Wish(q=typed))[-1]
        for text, language in (
            ("atelier de réparation", "fr"),
            ("a repair workshop", "en"),
            ("laboratorio di riparazione", "it"),
            ("un taller de reparación", "es"),
            ("eine Reparaturwerkstatt", "de"),
        ):
            assert matches(wanted, frozenset(searching.found_by(text, language))), (typed, text)
        assert not matches(wanted, frozenset(searching.found_by("une laverie", "fr")))


def test_every_concept_has_a_name_in_five_languages_and_is_found_by_each() -> None:
    for concept in concepts.all_concepts().values():
        assert set(concept.names) == {"fr", "en", "it", "es", "de"}
        for names in concept.names.values():
            for name in names:
                typed = searching.telling(searching.split(name))
                length, found = concepts.in_words(typed, 0)
                assert length == len(typed), name
                assert concept in found, name


@given(st.text(max_size=60))
def test_whatever_is_typed_is_written_so_that_no_sign_means_anything(typed: str) -> None:
    try:
        wishes.check(Wish(q=typed))
    except Unwise:
        return
    for step in wishes.steps(Wish(q=typed)):
        for token in _tokens(in_fts5(step), '"'):
            assert not set(token) & set("\0 ()*")
        assert in_tsquery(step).count("'") % 2 == 0


def _tokens(written: str, mark: str) -> list[str]:
    return written.split(mark)[1::2]


def test_both_databases_are_told_the_same() -> None:
    wanted = both(either(Token("a'b"), Token('c"d', is_start=True)), Token("x\\y"))
    assert in_fts5(wanted) == '(("a\'b" OR "c""d"*) AND "x\\y")'
    assert in_tsquery(wanted) == "(('a''b' | 'c\"d':*) & 'x\\\\y')"


def test_labels_are_one_word_and_forms_of_one_kind_are_alike() -> None:
    assert labels.token("licence=CC BY\u00e9") == "licence=cc_bye"
    assert labels.larger("ITC11") == ["IT", "ITC", "ITC1", "ITC11"]
    assert labels.larger("https://sws.geonames.org/1/") == ["https://sws.geonames.org/1/"]
    alike = {
        legal_forms.kind(one)
        for one in (
            "https://rdf.gleif.org/EntityLegalForm/ELF-QRZJ",
            "ess:legalform-fr-scic",
            "V1Z5",
            "Società cooperativa",
        )
    }
    assert alike == {"cooperative"}
    assert legal_forms.kind("something") == ""


def test_a_section_shows_the_word_that_stands_for_what_was_typed() -> None:
    needles = extracts.needles("les vélos")
    assert needles.hit("biciclette", "it")
    assert not needles.hit("lavanderia", "it")
    assert not extracts.needles("").hit("anything", "en")
