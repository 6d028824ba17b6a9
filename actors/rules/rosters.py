"""Rosters: a list of organisations as a spreadsheet wrote it, read into entries or into problems.

Rules a reader must know:

- UTF-8 (with or without its mark) and else Windows-1252, of which Latin-1 is a part; the separator
  is a comma, a semicolon or a tab: the one with which the first line holds the most known columns.
- Columns are found by their heading in German, English, Spanish, French or Italian, in any order;
  accents, capitals and signs make no difference. A column that nobody knows is left out, and said
  to be.
- A line with a problem is left out, and each problem is said in plain words; nothing is guessed but
  the handle, which is made from the name where none is given.

Source: RFC 4180 for quotation marks.
"""

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from activitypub.canonical_json import Json
from activitypub.lettering import named
from actors.errors import Unwise
from actors.rules import naming
from actors.rules.codes.lists import Code, code_list
from actors.rules.languages import canonical_tag, is_tag
from actors.rules.searching import folded

MOST_BYTES: Final = 500_000
"""Of a list: a thousand organisations with an address and a paragraph each."""

MOST_ROWS: Final = 1_000
"""Organisations of one list; a larger network imports it in parts, and looks through each."""

LONGEST_NAME: Final = 120
LONGEST_TEXT: Final = 1_000
"""Characters of what an organisation says of itself in a list; it can write more afterwards."""

_LONGEST_CELL: Final = 300  # characters of everything else

_HEADINGS: Final[Mapping[str, str]] = {
    heading: column
    for column, headings in {
        "name": "nom|name|organisation|organization|structure|association|cooperative"
        "|denomination|nom de l organisation|organisation name|member|membre|adherent"
        "|nome|denominazione|organizzazione|nombre|denominacion|organizacion|entidad"
        "|einrichtung|mitglied|verein",
        "legal_name": "raison sociale|nom legal|legal name|official name|nom officiel"
        "|ragione sociale|denominazione legale|razon social|denominacion legal|rechtlicher name"
        "|firma",
        "handle": "identifiant|handle|nom court|short name|pseudo|compte|identificativo"
        "|nome breve|identificador|nombre corto|kurzname|kurzel",
        "email": "email|e mail|mail|courriel|adresse mail|adresse email|adresse e mail"
        "|adresse electronique|email address|e mail address|contact|contact email"
        "|contact e mail|email de contact|courriel de contact|contact mail"
        "|posta elettronica|indirizzo e mail|correo|correo electronico|mailadresse"
        "|e mail adresse",
        "website": "site|site web|site internet|website|web|url|web site|sito|sito web|sitio"
        "|sitio web|pagina web|webseite|internetseite",
        "country": "pays|country|code pays|country code|paese|stato|pais|land|landercode",
        "address": "adresse|address|adresse postale|postal address|rue|street|siege|indirizzo|via"
        "|sede|direccion|domicilio|calle|anschrift|strasse",
        "postcode": "code postal|cp|postcode|zip|zip code|postal code|cap|codigo postal"
        "|postleitzahl|plz",
        "city": "ville|commune|city|town|citta|comune|ciudad|municipio|localidad|ort|stadt"
        "|gemeinde",
        "legal_form": "forme juridique|legal form|statut juridique|statut|forme|type"
        "|forma giuridica|forma juridica|rechtsform",
        "identifier": "siret|siren|numero|identifiant legal|registration number|legal identifier"
        "|rna|company number|numero d entreprise|codice fiscale|numero di registrazione"
        "|partita iva|numero de registro|nif|cif|registernummer|vereinsnummer",
        "summary": "description|presentation|objet|about|resume|summary|activite|activity"
        "|descrizione|attivita|presentazione|descripcion|actividad|presentacion"
        "|beschreibung|tatigkeit",
        "language": "langue|language|langue de travail|lang|lingua|idioma|lengua|sprache",
        "founded": "date de creation|creation|fondation|founded|founding date|annee de creation"
        "|annee|data di costituzione|anno di fondazione|fecha de creacion"
        "|ano de fundacion|grundung|grundungsjahr|grundungsdatum",
    }.items()
    for heading in headings.split("|")
}

_WORD: Final = re.compile(r"[a-z0-9]+")
_DAY: Final = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_FOUNDED: Final = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_WEBSITE: Final = re.compile(r"https?://[^\s/?#@]+\.[^\s/?#@]+([/?#]\S*)?", re.IGNORECASE)
_NOT_HANDLE: Final = re.compile(r"[^a-z0-9]+")
_YEAR: Final = 4  # digits: the wire tells the year
_COUNTRY: Final = 2  # letters of a country's code; a region's has more


@dataclass(frozen=True)
class Row:
    """One line of the list.

    Attributes:
        number: of the line in the file, the headings being line 1.
        problems: in plain words; a row with problems is left out.
    """

    number: int
    name: str
    handle: str
    email: str
    locale: str
    summary: str = ""
    facts: Mapping[str, Json] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether it can be taken in."""
        return not self.problems


@dataclass(frozen=True)
class Table:
    """What a list says.

    Attributes:
        rows: every line that says anything.
        known: the headings that were understood.
        unknown: those that were not; their columns are left out.
    """

    rows: tuple[Row, ...]
    known: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def fit(self) -> tuple[Row, ...]:
        """The rows that can be taken in."""
        return tuple(row for row in self.rows if row.fits)


def text_of(data: bytes) -> str:
    """The characters of a file.

    Raises:
        Unwise: it is too large, or no text.
    """
    if len(data) > MOST_BYTES:
        raise _fault(f"This list is too large: at most {MOST_BYTES // 1000} kilobytes.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    if "\0" in text:
        raise _fault("This file is no list as CSV. Save it as CSV in your spreadsheet.")
    return text


def read(
    text: str, *, locale: str, taken: Collection[str] = (), asked: Collection[str] = ()
) -> Table:
    """A list as its rows.

    Args:
        text: the whole file.
        locale: the language of an organisation whose row does not say.
        taken: handles that nobody can have any more.
        asked: addresses for which a profile waits already.

    Raises:
        Unwise: it is empty, too long, or has no column with names or addresses.
    """
    lines = _lines(text)
    if not lines:
        raise _fault("This list is empty.")
    headings = [_HEADINGS.get(_plain(cell)) for cell in lines[0]]
    if "name" not in headings and "legal_name" in headings:
        headings[headings.index("legal_name")] = "name"
    if "name" not in headings or "email" not in headings:
        raise _fault("The first line must name the columns; name and e-mail address are needed.")
    if len(lines) - 1 > MOST_ROWS:
        raise _fault(f"This list is too long: at most {MOST_ROWS} organisations at a time.")
    rows = tuple(_rows(headings, lines[1:], locale, taken, asked))
    if not rows:
        raise _fault("This list names no organisation.")
    return Table(
        rows,
        known=tuple(cell for cell, column in zip(lines[0], headings, strict=True) if column),
        unknown=tuple(
            cell for cell, column in zip(lines[0], headings, strict=True) if not column and cell
        ),
    )


def _lines(text: str) -> list[list[str]]:
    """The cells of each line, by the separator that makes the most of the headings."""
    first = text.lstrip("\r\n").split("\n", 1)[0]
    separator = max(";,\t", key=lambda one: _known_with(first, one))
    try:
        read = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=False)
        found = [[named(cell) for cell in line] for line in read]
    except csv.Error as broken:
        raise _fault("This file is no list as CSV. Save it as CSV in your spreadsheet.") from broken
    while found and not any(found[0]):
        found.pop(0)
    return found


def _known_with(first: str, separator: str) -> int:
    cells = next(csv.reader([first], delimiter=separator), [])
    return sum(_plain(cell) in _HEADINGS for cell in cells)


def _plain(heading: str) -> str:
    return " ".join(_WORD.findall(folded(heading)))


def _rows(
    headings: Sequence[str | None],
    lines: Sequence[Sequence[str]],
    locale: str,
    taken: Collection[str],
    asked: Collection[str],
) -> Iterator[Row]:
    handles, emails = set(taken), set(asked)
    for number, line in enumerate(lines, start=2):
        cells: dict[str, str] = {}
        for column, cell in zip(headings, line, strict=False):
            if column is not None and cell and column not in cells:
                cells[column] = cell
        if not cells:
            continue
        row = _row(number, cells, locale, handles, emails)
        handles.add(row.handle)
        emails.add(row.email)
        yield row


def _row(
    number: int,
    cells: Mapping[str, str],
    locale: str,
    handles: Collection[str],
    emails: Collection[str],
) -> Row:
    problems: list[str] = []
    name = cells.get("name", "")
    if not name:
        problems.append("The name is missing.")
    elif len(name) > LONGEST_NAME:
        problems.append(f"The name is longer than {LONGEST_NAME} characters.")
    if any(len(cell) > _LONGEST_CELL for column, cell in cells.items() if column != "summary"):
        problems.append(f"A field is longer than {_LONGEST_CELL} characters.")
    if len(cells.get("summary", "")) > LONGEST_TEXT:
        problems.append(f"The description is longer than {LONGEST_TEXT} characters.")
    email = _email(cells.get("email", ""), emails, problems)
    handle = _handle(cells.get("handle", ""), name, handles, problems)
    return Row(
        number=number,
        name=name[:LONGEST_NAME],
        handle=handle,
        email=email,
        locale=_language(cells.get("language", ""), locale, problems),
        summary=cells.get("summary", "")[:LONGEST_TEXT],
        facts=_facts(cells, problems),
        problems=tuple(problems),
    )


def _email(text: str, known: Collection[str], problems: list[str]) -> str:
    if not text:
        problems.append("The e-mail address is missing: nobody could be invited.")
        return ""
    try:
        email = naming.check_email(text.removeprefix("mailto:")).lower()
    except Unwise:
        problems.append(f"“{text[:80]}” is not an e-mail address.")
        return ""
    if email in known:
        problems.append("Another line, or an earlier list, has this e-mail address.")
    return email


def _handle(text: str, name: str, taken: Collection[str], problems: list[str]) -> str:
    if not text:
        return _free(_NOT_HANDLE.sub("_", naming.slug(name.replace("’", "'"))).strip("_"), taken)
    try:
        handle = naming.check_handle(text.lower())
    except Unwise as refused:
        problems.append(refused.reason)
        return ""
    if handle in taken:
        problems.append(f"The handle {handle} is taken.")
    return handle


def _free(name: str, taken: Collection[str]) -> str:
    """This handle, or the first of `name_2`, `name_3` … that nobody has."""
    made, number = name[: naming.MAX_HANDLE].strip("_"), 1
    while made in taken or made in naming.RESERVED:
        number += 1
        ending = f"_{number}"
        made = name[: naming.MAX_HANDLE - len(ending)].strip("_") + ending
    return made


def _language(text: str, locale: str, problems: list[str]) -> str:
    if not text:
        return locale
    tag = canonical_tag(text)
    if not is_tag(tag):
        problems.append(f"“{text[:80]}” is not a language tag such as fr or en.")
        return locale
    return tag


def _facts(cells: Mapping[str, str], problems: list[str]) -> dict[str, Json]:
    facts: dict[str, Json] = {}
    country = _country(cells.get("country", ""), problems)
    if country is not None:
        facts["areaServed"] = [country.iri]
    if "legal_name" in cells:
        facts["legalName"] = cells["legal_name"]
    if "legal_form" in cells:
        facts |= _legal_form(cells["legal_form"], country)
    if "identifier" in cells:
        facts["legalNumber"] = cells["identifier"]
    if founded := _founded(cells.get("founded", ""), problems):
        facts["foundingDate"] = founded
    if website := _website(cells.get("website", ""), problems):
        facts["website"] = website
    town = " ".join(cells[part] for part in ("postcode", "city") if part in cells)
    if address := ", ".join(part for part in (cells.get("address", ""), town) if part):
        facts["address"] = address
    return facts


def _country(text: str, problems: list[str]) -> Code | None:
    if not text:
        return None
    known = code_list("territories")
    code = known.find(text)
    if code is None:
        wanted = folded(text)
        code = next(
            (
                one
                for one in known.codes.values()
                if len(one.code) == _COUNTRY and wanted in map(folded, one.labels.values())
            ),
            None,
        )
    if code is None:
        problems.append(f"“{text[:80]}” is not a country that we know; codes such as FR are good.")
    return code


def _legal_form(text: str, country: Code | None) -> dict[str, Json]:
    """The form as a code where exactly one is meant in that country, else as it was written."""
    known = code_list("legal-forms")
    code = known.find(text)
    if code is None and country is not None:
        meant = known.search(text, broader=country.code, most=2)
        code = meant[0] if len(meant) == 1 else None
    if code is None:
        return {"legalFormInWords": text}
    return {"essLegalForm" if code.iri.startswith("ess:") else "legalForm": code.iri}


def _founded(text: str, problems: list[str]) -> str:
    if (found := _DAY.fullmatch(text)) is not None:
        text = f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}"
    if text and not _FOUNDED.fullmatch(text):
        problems.append(f"“{text[:80]}” is not a year, or a day such as 2019-05-31.")
        return ""
    return text[:_YEAR]


def _website(text: str, problems: list[str]) -> str:
    if not text:
        return ""
    address = text if "://" in text else f"https://{text}"
    if _WEBSITE.fullmatch(address) is None or any(sign in address for sign in "\"'<>"):
        problems.append(f"“{text[:80]}” is not the address of a website.")
        return ""
    return address


def _fault(words: str) -> Unwise:
    return Unwise(words, fields={"file": words})
