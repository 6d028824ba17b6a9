"""Facts: the structured statements of a model, as programs write and read them.

Programs say `hosting`, `FR` and `Proven`; the wire says `ess:family-hosting`, the NUTS address and
`ess:Proven`. Both are accepted; codes are answered as addresses, the others as words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from activitypub.canonical_json import Json
from actors.rules.facts import CODED, COST_KINDS, address_of, cost_faults
from actors.rules.sections import Sheet
from actors.vocabulary import bare, prefixed
from federation.api.shapes import Faults, ListOf, Number, Record, Schema, Shape, Text, Word

_MATURITY: Final = ("Idea", "Experiment", "Proven", "Replicated", "Network", "Retired")
_MODES: Final = ("Dissemination", "SoftSwarming", "FranchisedSwarming", "Centralised")
# Both lists are those of FEDERATION.md, "Lists".

_FAMILY: Final = "family-"  # concepts of families begin so (FEDERATION.md, "Lists")


@dataclass(frozen=True)
class CodeText:
    """A code of one list, or an address.

    Attributes:
        says: what it is.
        fact: the fact it belongs to (`actors.rules.facts.CODED`).
    """

    says: str
    fact: str

    def schema(self) -> Schema:
        """A string; where its codes are."""
        says = f"{self.says}, as an address, or as a code of `codes/{CODED[self.fact]}`."
        return {"type": "string", "description": says, "minLength": 1}

    def read(self, value: Json, path: str, faults: Faults) -> str | None:
        """The address."""
        said = Text(self.says).read(value, path, faults)
        if said is None:
            return None
        address = address_of(self.fact, said)
        if address is None:
            faults[path] = f"This is no code that we know; look it up at codes/{CODED[self.fact]}."
        return address


@dataclass(frozen=True)
class Cost(Record):
    """A cost whose members fit together."""

    def read(self, value: Json, path: str, faults: Faults) -> dict[str, Any] | None:
        """The members, the kind as one word of the list where it is one."""
        if isinstance(value, dict):
            value = {name: one for name, one in value.items() if name != "type"}  # documents say it
        read = super().read(value, path, faults)
        if read is None:
            return None
        for name, words in cost_faults(read):
            faults.setdefault(f"{path}.{name}", words)
        kind = read.get("costKind")
        if isinstance(kind, str) and bare(kind) in COST_KINDS:
            read["costKind"] = bare(kind)
        return read


_COST: Final = Cost(
    "A cost range.",
    {
        "costKind": Text(f"What the money is for: {', '.join(COST_KINDS)}, or other words."),
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
    "sdg": ListOf("Sustainable development goals.", CodeText("A goal", "sdg")),
    "territory": ListOf("Where it lives.", CodeText("A NUTS territory", "territory")),
    "cost": ListOf("Cost ranges.", _COST),
    "legalFormIn": ListOf(
        "Legal forms it takes, each of one country.", CodeText("A legal form", "legalFormIn")
    ),
    "economicActivity": ListOf(
        "Fields of activity (NACE).", CodeText("A field of activity", "economicActivity")
    ),
    "resourceLicense": ListOf(
        "Licences of the software or data that goes with it; the text has `license`, the name "
        "`markPolicy`.",
        CodeText("A licence (SPDX)", "resourceLicense"),
    ),
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
        case "cost":
            return [_cost_on_the_wire(one) for one in value]
        case _ if name in CODED:
            return [address_of(name, one) or one for one in value]
        case _:
            fact: Json = value
            return fact


def _cost_on_the_wire(cost: Mapping[str, Any]) -> Json:
    kind = cost.get("costKind")
    said = {"costKind": prefixed(kind)} if kind in COST_KINDS else {}
    return {"type": "MonetaryAmount", **cost, **said}


def _one_or_many(name: str, value: Json) -> Json:
    """JSON-LD lets one value stand for a list of one."""
    is_list = isinstance(FACTS[name], ListOf)
    return [value] if is_list and not isinstance(value, list) else value
