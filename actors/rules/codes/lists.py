"""Lists: what a code means, under which address the wire knows it, and which code somebody means.

Rules a reader must know:

- On the wire a code is an address (`iri`); people and programs may type the code alone, in any
  case. Currencies have no address: ISO 4217 codes stand for themselves.
- A label may exist in few languages: regions and legal forms are called what their country calls
  them (`own`). `Code.label` gives the nearest one.
- Lists are read once, at their first use, and never change while the program runs.

Sources and versions: SOURCES.md, beside the tables.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Final

from actors.rules.licences import spdx_iri
from actors.rules.searching import folded

MOST_FOUND: Final = 50
"""Codes of one answer: more cannot be chosen from; whoever gets as many should say more."""

_OWN: Final = "own"  # the column of names in the language of the country itself


@dataclass(frozen=True)
class Code:
    """One entry of a list.

    Attributes:
        code: what people type: `FR`, `BEWI`, `62`.
        iri: what the wire says.
        broader: the code it is part of: of a region its country, of a legal form too.
        labels: by language; what its own country calls it stands under the empty tag.
    """

    code: str
    iri: str
    broader: str | None
    labels: Mapping[str, str]

    def label(self, language: str) -> str:
        """What it is called in this language, or else at home, or else in English."""
        for tag in (language.split("-", maxsplit=1)[0], "", "en"):
            if named := self.labels.get(tag):
                return named
        return self.code

    @property
    def sought(self) -> str:
        """What it is found by: its code and all that it is called, folded."""
        return folded(" ".join((self.code, *self.labels.values())))


@dataclass(frozen=True)
class CodeList:
    """A list: whose it is, which edition, and its entries in order."""

    name: str
    edition: str
    codes: Mapping[str, Code] = field(repr=False)
    _folded: tuple[tuple[str, Code], ...] = field(repr=False)
    _addresses: Mapping[str, Code] = field(repr=False)

    def find(self, said: str) -> Code | None:
        """The code that somebody typed, or whose address a document gives."""
        text = said.strip()
        return self.codes.get(text.lower()) or self._addresses.get(text)

    def search(self, words: str, *, broader: str = "", most: int = MOST_FOUND) -> list[Code]:
        """The codes in which every word occurs, those that begin so first.

        Args:
            words: part of a code or of a label in any language; accents make no difference.
            broader: only what belongs to this: a country, for regions and legal forms.
            most: how many at most.
        """
        wanted = folded(words).split()
        found = [
            (
                not any(part.startswith(wanted[0]) for part in text.split()[:2])
                if wanted
                else False,
                place,
                code,
            )
            for place, (text, code) in enumerate(self._folded)
            if all(word in text for word in wanted) and self._is_in(code, broader)
        ]
        return [code for _, _, code in sorted(found, key=lambda one: one[:2])[:most]]

    def _is_in(self, code: Code, broader: str) -> bool:
        wanted = broader.strip().lower()
        if not wanted:
            return True
        above = code.broader
        while above is not None:
            if above.lower() == wanted:
                return True
            upper = self.codes.get(above.lower())
            above = None if upper is None else upper.broader
        return False


def territory_named(typed: str) -> str:
    """The code of the place that somebody typed by its name; what is no such name, as it is.

    Of several of one name it is the largest: a city state before the district of its name.
    """
    places, wanted = code_list("territories"), folded(typed)
    if not wanted or places.find(typed) is not None:
        return typed
    found = places.search(typed, most=len(places.codes))
    same = [one for one in found if wanted in map(folded, one.labels.values())]
    if same:
        return min(same, key=lambda one: len(one.code)).code
    return found[0].code if len(found) == 1 else typed


EDITIONS: Final[Mapping[str, str]] = {
    "territories": "NUTS 2024 and statistical regions 2024; United Kingdom: NUTS 2018",
    "activities": "NACE Rev. 2.1, sections and divisions",
    "goals": "Sustainable Development Goals, 2015",
    "licences": "SPDX licence list, 2024-03-15",
    "legal-forms": "ISO 20275 ELF 1.5, 2023-09-28, European countries; and forms of the social"
    " economy that have no code there",
    "currencies": "ISO 4217, names of CLDR",
}
"""Every list, and the edition that is shipped."""

NUTS: Final = "http://data.europa.eu/nuts/code/"
NACE: Final = "http://data.europa.eu/ux2/nace2.1/"
SDG: Final = "http://metadata.un.org/sdg/"
ELF: Final = "https://rdf.gleif.org/EntityLegalForm/ELF-"
OUR_FORM: Final = "ess:legalform-"

_ELF_OF_THE_UNION: Final = "http://data.europa.eu/ih3/legal-form/"  # the same codes, as RDF
_NAMESPACE: Final = "https://w3id.org/essaim/ns#"


@cache
def code_list(name: str) -> CodeList:
    """The list of this name.

    Raises:
        KeyError: there is none.
    """
    edition = EDITIONS[name]
    codes = tuple(_read(name))
    addresses = {iri: code for code in codes for iri in (code.iri, *_aliases(name, code))}
    return CodeList(
        name=name,
        edition=edition,
        codes={code.code.lower(): code for code in codes},
        _folded=tuple((code.sought, code) for code in codes),
        _addresses=addresses,
    )


def _read(name: str) -> Iterator[Code]:
    table = files("actors.rules.codes").joinpath(f"{name.replace('-', '_')}.tsv")
    head, *lines = table.read_text("utf-8").splitlines()
    columns = head.split("\t")
    for line in lines:
        row = dict(zip(columns, line.split("\t"), strict=False))
        code, broader = row.pop("code"), row.pop("broader", "")
        labels = {"" if tag == _OWN else tag: text for tag, text in row.items() if text}
        yield Code(code, _iri(name, code), broader or None, labels)


def _iri(name: str, code: str) -> str:
    match name:
        case "territories":
            return NUTS + code
        case "activities":
            return NACE + code
        case "goals":
            return SDG + code
        case "licences":
            return spdx_iri(code)
        case "legal-forms":
            # ISO 20275 codes are four capitals and digits; ours name their country first.
            return OUR_FORM + code if "-" in code else ELF + code
        case _:
            return code


def _aliases(name: str, code: Code) -> tuple[str, ...]:
    """Other addresses under which documents name the same thing."""
    if name != "legal-forms":
        return ()
    if code.iri.startswith(OUR_FORM):
        return (_NAMESPACE + code.iri.removeprefix("ess:"),)
    return (_ELF_OF_THE_UNION + code.code,)
