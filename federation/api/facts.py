"""Facts: the structured statements of a model, as programs write and read them.

Programs say `hosting`, `FR` and `Proven`; the wire says `ess:family-hosting`, the NUTS address and
`ess:Proven`. Both are accepted; territories are answered as addresses, the others as words.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from activitypub.canonical_json import Json
from actors.rules.sections import Sheet
from actors.vocabulary import bare, prefixed
from federation.api.shapes import Faults, ListOf, Number, Record, Shape, Text, Word

_MATURITY: Final = ("Idea", "Experiment", "Proven", "Replicated", "Network", "Retired")
_MODES: Final = ("Dissemination", "SoftSwarming", "FranchisedSwarming", "Centralised")
# Both lists are those of FEDERATION.md, "Lists".

_FAMILY: Final = "family-"  # concepts of families begin so (FEDERATION.md, "Lists")
_NUTS: Final = "http://data.europa.eu/nuts/code/"
_NUTS_CODE: Final = re.compile(r"[A-Z]{2}[A-Z0-9]{0,3}")

_COST: Final = Record(
    "A cost range.",
    {
        "costKind": Text("What the money is for, as a concept or in words."),
        "currency": Text("ISO 4217, such as EUR."),
        "minValue": Number("At least."),
        "maxValue": Number("At most."),
        "observedOn": Text("The year or date of the figures."),
    },
)

FACTS: Final[Mapping[str, Shape]] = {
    "family": Text("The family of models it belongs to, such as hosting."),
    "markPolicy": Text("Who may use the name, as an address or in words."),
    "maturity": Word("How far it has come.", _MATURITY),
    "replicationMode": Word("How it is meant to spread.", _MODES),
    "themes": ListOf("Subjects, as addresses of concepts.", Text("A concept.")),
    "sdg": ListOf("Sustainable development goals, as addresses.", Text("A goal.")),
    "territory": ListOf("Where it lives, as NUTS codes or addresses.", Text("A territory.")),
    "cost": ListOf("Cost ranges.", _COST),
    "legalFormIn": ListOf("Legal forms it takes, as addresses or in words.", Text("A legal form.")),
    "supportOffered": ListOf("What help the originator offers.", Text("A kind of help.")),
    "steward": Text("The address of whoever looks after it."),
}
"""Structured facts of a model: name on the wire → shape. All optional."""


def given(values: Mapping[str, Any]) -> dict[str, Json]:
    """The facts in a body, in their forms on the wire."""
    return {name: _to_wire(name, values[name]) for name in FACTS if name in values}


def answered(sheet: Sheet) -> dict[str, Json]:
    """The facts of a sheet, as programs read them.

    Peers may say them in forms that we do not describe; such a fact is left out.
    """
    found: dict[str, Json] = {}
    for name, shape in FACTS.items():
        if name in sheet.facts:
            faults: Faults = {}
            value = shape.read(_one_or_many(name, sheet.facts[name]), name, faults)
            if not faults:
                found[name] = bare(value).removeprefix(_FAMILY) if name == "family" else value
    return found


def _to_wire(name: str, value: Any) -> Json:
    match name:
        case "maturity" | "replicationMode":
            return prefixed(value)
        case "family" if ":" not in value:
            return prefixed(_FAMILY + value)
        case "territory":
            return [_NUTS + one if _NUTS_CODE.fullmatch(one) else one for one in value]
        case _:
            fact: Json = value
            return fact


def _one_or_many(name: str, value: Json) -> Json:
    """JSON-LD lets one value stand for a list of one."""
    is_list = isinstance(FACTS[name], ListOf)
    return [value] if is_list and not isinstance(value, list) else value
