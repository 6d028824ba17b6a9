"""A list of organisations is read into rows or into problems, in plain words."""

import pytest

from actors.errors import Unwise
from actors.rules import rosters

LIST = "Nom;Courriel;Pays;Forme juridique;Site web;Date de création;SIRET;Code postal;Ville;Couleur"


def rows(*lines: str, **known: object) -> list[rosters.Row]:
    return list(rosters.read("\n".join((LIST, *lines)), locale="fr", **known).rows)  # type: ignore[arg-type]


def test_a_line_becomes_facts_with_codes_where_they_are_known() -> None:
    (row,) = rows(
        "L’Atelier;A@Example.org;France;SCIC;atelier.example;31/05/2019;123;69001;Lyon;bleu"
    )
    assert (row.number, row.name, row.handle, row.email) == (
        2,
        "L’Atelier",
        "l_atelier",
        "a@example.org",
    )
    assert row.facts == {
        "areaServed": ["http://data.europa.eu/nuts/code/FR"],
        "essLegalForm": "ess:legalform-fr-scic",
        "website": "https://atelier.example",
        "foundingDate": "2019",
        "legalNumber": "123",
        "address": "69001 Lyon",
    }


@pytest.mark.parametrize(
    "headings",
    [
        "Name;E-Mail;Land;Ort;Website;Rechtsform;Anschrift;Postleitzahl;Kurzname;Gründung",
        "Nombre;E-mail;País;Ciudad;Sitio web;Forma jurídica;Dirección;Código postal;Idioma",
        "Nome;E-mail;Paese;Città;Sito web;Forma giuridica;Indirizzo;CAP;Descrizione;Lingua",
    ],
)
def test_headings_are_understood_in_every_language_of_the_pages(headings: str) -> None:
    table = rosters.read(f"{headings}\nBottega;b@example.org;IT", locale="it")
    assert table.unknown == ()
    assert [(row.name, row.email) for row in table.fit] == [("Bottega", "b@example.org")]


def test_what_is_wrong_is_said_line_by_line_and_the_line_left_out() -> None:
    found = rows(
        ";;Zz;;ftp://x;soon;;;;",
        "Deux;b@example.org;;Boulangerie;;2001;;;;",
        "",
        "Trois;B@example.org;;;;;;;;",
        f"{'x' * 121};c@example.org;;;;;;;;",
    )
    assert found[0].problems == (
        "The name is missing.",
        "The e-mail address is missing: nobody could be invited.",
        "“Zz” is not a country that we know; codes such as FR are good.",
        "“soon” is not a year, or a day such as 2019-05-31.",
        "“ftp://x” is not the address of a website.",
    )
    assert (found[1].fits, found[1].facts["legalFormInWords"]) == (True, "Boulangerie")
    assert found[2].problems == ("Another line, or an earlier list, has this e-mail address.",)
    assert [row.number for row in found] == [2, 3, 5, 6]
    assert found[3].problems == ("The name is longer than 120 characters.",)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "latin-1", "cp1252"])
def test_separators_and_codings_of_spreadsheets_are_known(separator: str, coding: str) -> None:
    text = separator.join(("E-Mail", "Name", "Country")) + "\r\n"
    text += separator.join(("a@example.org", '"Café; le, bon"', "fr")) + "\r\n"
    table = rosters.read(rosters.text_of(text.encode(coding)), locale="en")
    assert [(row.name, row.handle, row.fits) for row in table.rows] == [
        ("Café; le, bon", "cafe_le_bon", True)
    ]


def test_a_handle_is_made_from_the_name_and_never_taken_twice() -> None:
    found = rows(
        "Pain;a@example.org",
        "Pain;b@example.org",
        "Admin;c@example.org",
        "行;d@example.org",
        taken={"pain"},
    )
    assert [row.handle for row in found] == ["pain_2", "pain_3", "admin_2", "untitled"]
    text = "handle,name,email\npain,Pain,a@example.org\nno way,B,b@example.org\n"
    first, second = rosters.read(text, locale="fr", taken={"pain"}).rows
    assert first.problems == ("The handle pain is taken.",)
    assert "made of a-z" in second.problems[0]


def test_a_language_is_that_of_the_line_or_of_the_site() -> None:
    text = "name,email,langue\nA,a@example.org,pt_br\nB,b@example.org,\nC,c@example.org,grec\n"
    found = rosters.read(text, locale="fr").rows
    assert [row.locale for row in found] == ["pt-BR", "fr", "fr"]
    assert found[2].problems == ("“grec” is not a language tag such as fr or en.",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "This list is empty."),
        ("Nom;Ville\nA;B\n", "The first line must name the columns"),
        ("Nom;Courriel\n;\n", "This list names no organisation."),
        ("Nom;Courriel\n" + "A;a@example.org\n" * 1001, "This list is too long"),
    ],
)
def test_what_is_no_list_is_refused_as_a_whole(text: str, words: str) -> None:
    with pytest.raises(Unwise) as refused:
        rosters.read(text, locale="fr")
    assert refused.value.reason.startswith(words)


@pytest.mark.parametrize("data", [b"x" * 500_001, b"PK\x03\x04\x00\x00"])
def test_a_file_that_is_too_large_or_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(Unwise):
        rosters.text_of(data)


def test_the_legal_name_stands_in_for_a_missing_name_column() -> None:
    (row,) = rosters.read("Raison sociale;mail\nLa SA;a@example.org\n", locale="fr").rows
    assert (row.name, row.facts) == ("La SA", {})
