"""The facts form: rights, places, legal forms, codes and costs as fields, and back.

Codes are typed as they are (`FR, ITH5`), or as words (`Bologna`): words find codes, which are then
offered as boxes to tick below the field. So whoever knows no code needs none, and everything works
without JavaScript.

What was not touched is kept as it was, to the byte: a peer may have said it in a form that these
fields do not have, and the digest covers it.

Names of fields: `family`, `maturity`, `mode`, `mark`; each coded fact by its name, with
`<name>.pick` for ticked boxes; `c0.kind`, `c0.least`, `c0.most`, `c0.currency`, `c0.year`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from activitypub.canonical_json import Json
from actors.rules.codes.lists import Code, code_list, territory_named
from actors.rules.facts import CODED, COST_KINDS, MOST_CODES, MOST_COSTS, address_of, cost_faults
from actors.rules.sections import Sheet
from actors.vocabulary import bare, prefixed
from federation.pages.forms import TOO_LONG, Fields
from federation.pages.translating import N_

NO_CODE: Final = N_(
    "Not every word here is a code that we know: choose from what is offered, or leave it out."
)
TOO_MANY: Final = N_("These are too many.")

OFFERED: Final = 12
"""Codes offered for one word: more are no help; a longer word finds fewer."""

LONGEST: Final = 1000  # characters of one field of facts
SPARE_COSTS: Final = 2  # empty lines for costs below those that are filled in

_SEPARATOR: Final = re.compile(r"[,;\n]+")
_LINE: Final = ("kind", "least", "most", "currency", "year")
_OF_A_COST: Final = re.compile(r"c\d+\.")
_ON_THE_WIRE: Final = {"minValue": "least", "maxValue": "most", "observedOn": "year"}


@dataclass(frozen=True)
class CostLine:
    """One cost as typed."""

    kind: str = ""
    least: str = ""
    most: str = ""
    currency: str = ""
    year: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether nobody typed an amount: kind and currency may be offered ones."""
        return not any(text.strip() for text in (self.least, self.most, self.year))


@dataclass(frozen=True)
class DraftFacts:
    """The facts as typed; `coded` by name of the fact."""

    family: str = ""
    maturity: str = ""
    mode: str = ""
    mark: str = ""
    coded: Mapping[str, str] = field(default_factory=dict)
    costs: tuple[CostLine, ...] = ()

    @property
    def cost_lines(self) -> tuple[CostLine, ...]:
        """The costs with some empty lines to go on with."""
        return (*self.costs, *(CostLine(currency="EUR") for _ in range(SPARE_COSTS)))[:MOST_COSTS]


def from_sheet(sheet: Sheet) -> DraftFacts:
    """The fields that an edit of this sheet starts from."""
    facts = sheet.facts
    costs = facts.get("cost")
    return DraftFacts(
        family=_word(facts.get("family")),
        maturity=bare(_word(facts.get("maturity"))),
        mode=bare(_word(facts.get("replicationMode"))),
        mark=_word(facts.get("markPolicy")),
        coded={name: ", ".join(_codes(name, facts.get(name))) for name in CODED},
        costs=tuple(
            _line(one)
            for one in (costs if isinstance(costs, list) else [])
            if isinstance(one, dict)
        ),
    )


def read(fields: Fields) -> DraftFacts:
    """The facts as they were sent; boxes that were ticked take the place of the words above."""
    lines = tuple(
        CostLine(**{name: fields.get(f"c{place}.{name}", "")[:LONGEST] for name in _LINE})
        for place in range(MOST_COSTS)
    )
    return DraftFacts(
        family=fields.get("family", "")[:LONGEST],
        maturity=fields.get("maturity", ""),
        mode=fields.get("mode", ""),
        mark=fields.get("mark", ""),
        coded={name: _with_picks(name, fields) for name in CODED},
        costs=tuple(line for line in lines if not line.is_blank),
    )


def to_facts(typed: DraftFacts, before: Sheet | None) -> tuple[dict[str, Json], dict[str, str]]:
    """The facts of a sheet, and field → fault.

    Args:
        typed: what the form says.
        before: the version it started from; what the form does not show is kept from there.
    """
    kept: dict[str, Json] = {} if before is None else dict(before.facts)
    was = DraftFacts() if before is None else from_sheet(before)
    faults: dict[str, str] = {}
    facts = dict(kept)
    for name, value in _said(typed, was, faults):
        facts.pop(name, None)
        if value:
            facts[name] = value
    return facts, faults


def offers(typed: DraftFacts) -> dict[str, list[Code]]:
    """For each coded fact with words in it that are no code: what they may mean."""
    found: dict[str, list[Code]] = {}
    for name in CODED:
        unknown = [
            word for word in _words(name, typed.coded.get(name, "")) if not address_of(name, word)
        ]
        if unknown:
            codes = [code for word in unknown for code in _meant(name, word)]
            found[name] = list({code.code: code for code in codes}.values())
    return found


def told(typed: DraftFacts) -> dict[str, list[Code]]:
    """For each coded fact, the codes of ours that are in it."""
    return {
        name: [
            code
            for word in _words(name, typed.coded.get(name, ""))
            if (code := code_list(CODED[name]).find(word)) is not None
        ]
        for name in CODED
    }


def concerns(name: str) -> bool:
    """Whether a field is one of these."""
    return (
        name in {"family", "maturity", "mode", "mark", *CODED} or _OF_A_COST.match(name) is not None
    )


def _said(typed: DraftFacts, was: DraftFacts, faults: dict[str, str]) -> Iterator[tuple[str, Json]]:
    """Every fact that the author changed, as it is on the wire."""
    if typed.family.strip() != was.family:
        yield "family", typed.family.strip()
    if typed.maturity != was.maturity:
        yield "maturity", prefixed(typed.maturity) if typed.maturity else ""
    if typed.mode != was.mode:
        yield "replicationMode", prefixed(typed.mode) if typed.mode else ""
    if typed.mark.strip() != was.mark.strip():
        if len(typed.mark) > LONGEST:
            faults["mark"] = TOO_LONG
        yield "markPolicy", " ".join(typed.mark.split())
    for name in CODED:
        text = typed.coded.get(name, "")
        if text.strip() != was.coded.get(name, ""):
            yield name, _addresses(name, text, faults)
    if typed.costs != was.costs:
        yield "cost", [_cost(line, place, faults) for place, line in enumerate(typed.costs)]


def _addresses(name: str, text: str, faults: dict[str, str]) -> list[Json]:
    words = _words(name, text)
    found = [address_of(name, word) for word in words]
    if len(words) > MOST_CODES:
        faults[name] = TOO_MANY
    elif None in found:
        faults[name] = NO_CODE
    return list(dict.fromkeys(one for one in found if one is not None))


def _cost(line: CostLine, place: int, faults: dict[str, str]) -> Json:
    cost: dict[str, Json] = {
        "type": "MonetaryAmount",
        "costKind": prefixed(line.kind) if line.kind in COST_KINDS else line.kind.strip() or None,
        "currency": line.currency.strip().upper() or None,
        "minValue": _amount(line.least),
        "maxValue": _amount(line.most),
        "observedOn": line.year.strip() or None,
    }
    for member, words in cost_faults(cost):
        faults[f"c{place}.{_ON_THE_WIRE.get(member, member)}"] = words
    return {member: value for member, value in cost.items() if value is not None}


def _amount(text: str) -> Json:
    """A number as people write it: `1 500`, `1500,50`; what is none stays a text, a fault."""
    plain = re.sub(r"[\s\u202f\u00a0']", "", text).replace(",", ".")
    if not plain:
        return None
    if not re.fullmatch(r"\d{1,15}(\.\d{1,4})?", plain):
        return text
    return float(plain) if "." in plain else int(plain)


def _line(cost: Mapping[str, Json]) -> CostLine:
    return CostLine(
        kind=bare(_word(cost.get("costKind"))),
        least=_plain(cost.get("minValue")),
        most=_plain(cost.get("maxValue")),
        currency=_word(cost.get("currency")),
        year=_word(cost.get("observedOn")),
    )


def _plain(value: Json) -> str:
    return "" if value is None or isinstance(value, bool | dict | list) else str(value)


def _word(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _codes(name: str, value: Json) -> list[str]:
    """What the field says for a fact: codes where we know them, else addresses."""
    items = value if isinstance(value, list) else [value]
    known = code_list(CODED[name])
    return [
        item if (code := known.find(item)) is None else code.code
        for item in items
        if isinstance(item, str)
    ]


def _with_picks(name: str, fields: Fields) -> str:
    text, picks = fields.get(name, "")[:LONGEST], fields.getall(f"{name}.pick", [])[:MOST_CODES]
    if name == "territory":
        text = _places(text)
    if not picks:
        return text
    known = [word for word in _words(name, text) if address_of(name, word)]
    return ", ".join(dict.fromkeys((*known, *picks)))


def _places(text: str) -> str:
    """A field of places with the codes of those that were typed by a name that only one has."""
    words = _words("territory", text)
    found = [word if address_of("territory", word) else territory_named(word) for word in words]
    return text if found == words else ", ".join(found)


def _words(name: str, text: str) -> list[str]:
    """The codes and words of a field; `FR BE1` are two codes, `Emilia Romagna` is one name."""
    found: list[str] = []
    for part in _SEPARATOR.split(text):
        words = part.split()
        each = [word for word in words if address_of(name, word)]
        found += each if len(each) == len(words) else [" ".join(words)]
    return [word for word in found if word]


def _meant(name: str, word: str) -> list[Code]:
    """What a word may mean; a country in front (`FR association`) narrows the search."""
    first, _, rest = word.partition(" ")
    listed = code_list(CODED[name])
    country = code_list("territories").find(first) if name == "legalFormIn" and rest else None
    if country is not None:
        return listed.search(rest, broader=country.code, most=OFFERED)
    return listed.search(word, most=OFFERED)
