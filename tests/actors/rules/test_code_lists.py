"""Code lists: every table is whole, codes are found by what people type, and labels fit readers."""

import pytest

from actors.rules.codes.lists import EDITIONS, code_list, territory_named
from actors.rules.licences import LICENCES


@pytest.mark.parametrize("name", EDITIONS)
def test_every_list_is_whole(name: str) -> None:
    known = code_list(name)
    assert len(known.codes) > 10
    for key, code in known.codes.items():
        assert key == code.code.lower()
        assert known.find(code.iri) is code
        for language in ("fr", "en", "it", "es", "de"):
            assert code.label(language) != code.code or code.code in code.labels.values()
        if code.broader and name != "legal-forms":
            assert code.broader.lower() in known.codes


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Belgique", "BE"),
        ("italie", "IT"),
        ("Torino", "ITC11"),
        ("piemonte", "ITC1"),
        ("FRH0", "FRH0"),
        ("Berlin", "DE3"),
        ("Atlantis", "Atlantis"),
        ("a", "a"),
        ("", ""),
    ],
)
def test_a_place_is_known_by_its_name(typed: str, code: str) -> None:
    assert territory_named(typed) == code


def test_a_legal_form_belongs_to_a_country_that_we_know() -> None:
    countries = code_list("territories")
    odd = {
        code.broader
        for code in code_list("legal-forms").codes.values()
        if code.broader and countries.find(code.broader) is None
    }
    assert odd <= {"MC", "MD"}  # no statistical regions


@pytest.mark.parametrize(
    ("name", "said", "iri"),
    [
        ("territories", " ith5 ", "http://data.europa.eu/nuts/code/ITH5"),
        ("territories", "http://data.europa.eu/nuts/code/FR", "http://data.europa.eu/nuts/code/FR"),
        ("activities", "62", "http://data.europa.eu/ux2/nace2.1/62"),
        ("goals", "12", "http://metadata.un.org/sdg/12"),
        ("legal-forms", "bewi", "https://rdf.gleif.org/EntityLegalForm/ELF-BEWI"),
        (
            "legal-forms",
            "http://data.europa.eu/ih3/legal-form/BEWI",
            "https://rdf.gleif.org/EntityLegalForm/ELF-BEWI",
        ),
        ("legal-forms", "fr-scic", "ess:legalform-fr-scic"),
        ("legal-forms", "https://w3id.org/essaim/ns#legalform-fr-scic", "ess:legalform-fr-scic"),
        ("licences", "agpl-3.0-or-later", "https://spdx.org/licenses/AGPL-3.0-or-later"),
        ("currencies", "eur", "EUR"),
    ],
)
def test_a_code_is_known_by_what_people_and_documents_write(name: str, said: str, iri: str) -> None:
    found = code_list(name).find(said)
    assert found is not None
    assert found.iri == iri
    assert code_list(name).find("no such code") is None


@pytest.mark.parametrize(
    ("name", "words", "broader", "first"),
    [
        ("territories", "emilia", "", "ITH5"),
        ("territories", "ile de france", "", "FR1"),
        ("territories", "allemagne", "", "DE"),
        ("activities", "telecommunication", "", "K"),
        ("goals", "climat", "", "13"),
        ("legal-forms", "association declaree", "FR", "BEWI"),
        ("legal-forms", "cooperativa social", "IT", "PHMS"),
        ("legal-forms", "scic", "", "fr-scic"),
        ("currencies", "franc suisse", "", "CHF"),
    ],
)
def test_words_find_codes_in_any_language(name: str, words: str, broader: str, first: str) -> None:
    assert code_list(name).search(words, broader=broader)[0].code == first


def test_a_search_keeps_to_what_it_was_told() -> None:
    regions = code_list("territories").search("", broader="FR", most=500)
    assert "FR101" in {one.code for one in regions}
    assert all(one.code.startswith("FR") and one.code != "FR" for one in regions)
    assert len(code_list("licences").search("")) == 50
    assert code_list("goals").search("nothing like it") == []


def test_what_exists_in_one_language_is_shown_in_that_one() -> None:
    belgian = code_list("legal-forms").codes["w3wh"]
    assert belgian.label("fr") == "Association sans but lucratif (ASBL)"
    assert belgian.label("en") == belgian.labels[""]
    assert code_list("activities").codes["85"].label("pt-BR") == "Education"


def test_the_licences_we_judge_are_in_the_list() -> None:
    listed = code_list("licences").codes
    assert {one for one in LICENCES if one.lower() not in listed} <= {"LAL-1.3"}
