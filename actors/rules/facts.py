"""Facts beside the text of a model: codes as addresses, and costs that can be compared.

Rules a reader must know:

- What people type (`FR`, `BEWI`, `62`, `AGPL-3.0-or-later`) is stored as the address that documents
  give. An address that no list of ours holds is kept: a peer's list may be newer.
- A cost names a currency (ISO 4217), an amount or a range, and the year or day of the figures.
- These rules are for what is written here. What a peer says is kept as it came, since its digest
  covers it.

Source: FEDERATION.md, "Lists"; codes: `codes/SOURCES.md`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from activitypub.canonical_json import Json
from actors.rules.codes.lists import code_list
from actors.rules.licences import is_licence, spdx_iri

CODED: Final[Mapping[str, str]] = {
    "territory": "territories",
    "economicActivity": "activities",
    "sdg": "goals",
    "legalFormIn": "legal-forms",
    "resourceLicense": "licences",
}
"""Facts that are lists of codes, by name on the wire → code list."""

MOST_CODES: Final = 60
"""Codes of one fact: a model of sixty territories lives everywhere."""

MOST_COSTS: Final = 12
"""Costs of one model: what a reader can compare on a page."""

HIGHEST: Final = 10**12
"""An amount above is a mistake; JSON numbers stay exact far beyond it."""

COST_KINDS: Final = ("Start", "Yearly", "PerPerson", "PerPlace")
"""What the money is for; other words are kept as they are."""

_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.-]*:[^\s<>\"]+", re.IGNORECASE)
_LONGEST_ADDRESS: Final = 500  # characters; the addresses of the lists have at most 80
_WHEN: Final = re.compile(r"(19|20)\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


def address_of(fact: str, said: str) -> str | None:
    """The address of a code, or the address itself if it is one; None when it is neither."""
    text = said.strip()
    known = code_list(CODED[fact]).find(text)
    if known is not None:
        return known.iri
    if fact == "resourceLicense" and is_licence(text):
        return spdx_iri(text)
    fits = len(text) <= _LONGEST_ADDRESS and _ADDRESS.fullmatch(text)
    return text if fits else None


def cost_faults(cost: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """What is wrong with one cost: member → plain words."""
    least, most = cost.get("minValue"), cost.get("maxValue")
    for name, value in (("minValue", least), ("maxValue", most)):
        if value is not None and not _is_amount(value):
            yield name, "This is not an amount."
    if _is_amount(least) and _is_amount(most) and _number(least) > _number(most):
        yield "maxValue", "The highest amount is below the lowest."
    currency = cost.get("currency")
    if currency is not None and not _is_currency(currency):
        yield "currency", "This is not a currency that we know, such as EUR."
    when = cost.get("observedOn")
    if when is not None and not (isinstance(when, str) and _WHEN.fullmatch(when)):
        yield "observedOn", "This is not a year such as 2024, or a day such as 2024-05-31."


def _is_currency(value: Json) -> bool:
    return isinstance(value, str) and code_list("currencies").find(value) is not None


def _is_amount(value: Json) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and 0 <= _number(value) <= HIGHEST


def _number(value: Json) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
