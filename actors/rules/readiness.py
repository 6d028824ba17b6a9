"""Readiness: could a stranger start from this sheet, and what is missing if not.

Six sections are mandatory for that: why (Problem), for whom (Beneficiaries), what it brings
(Value), how (Steps), how much (Costs) and what must be kept (Core). A sheet without them may still
exist, because forks, translations and copies of others grow bit by bit, but it is called unfinished
wherever it is shown. All else on the list makes a start easier.

Source: TIDieR's twelve items (why, what, how, who, where, how much, tailoring), cut to what a
coordinator abroad asks first.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from activitypub.canonical_json import Json
from actors.rules.sections import Role, Sheet

MANDATORY: Final = (
    Role.PROBLEM,
    Role.BENEFICIARIES,
    Role.VALUE,
    Role.STEPS,
    Role.COSTS,
    Role.CORE,
)
"""The sections without which nobody can start, in the order in which they are read."""

ADVISED: Final = tuple(
    role for role in Role if role not in {*MANDATORY, Role.SUMMARY, Role.GLOSSARY}
)
"""The other sections; a summary is a sentence of the sheet, and not every model has odd words."""


class Fact(StrEnum):
    """What a stranger wants to know beside the text, by the names that programs read."""

    SUMMARY = "summary"
    SECOND_LANGUAGE = "secondLanguage"
    RESOURCE_RIGHTS = "resourceLicense"
    MARK_RIGHTS = "markPolicy"
    LEGAL_FORM = "legalFormIn"
    COST = "cost"
    TERRITORY = "territory"
    ACTIVITY = "economicActivity"
    MATURITY = "maturity"


@dataclass(frozen=True)
class Readiness:
    """What a sheet has and lacks, each in the order of the list."""

    missing: tuple[Role, ...]
    advised: tuple[Role, ...]
    facts: tuple[Fact, ...]
    present: int
    asked: int

    @property
    def startable(self) -> bool:
        """Whether a stranger could start: every mandatory section says something."""
        return not self.missing


def readiness(sheet: Sheet) -> Readiness:
    """What this sheet lacks. A section counts once it says anything in any language."""
    said = {section.role for section in sheet.sections if any(section.texts.values())}
    missing = tuple(role for role in MANDATORY if role not in said)
    advised = tuple(role for role in ADVISED if role not in said)
    facts = tuple(fact for fact, is_there in _FACTS.items() if not is_there(sheet))
    asked = len(MANDATORY) + len(ADVISED) + len(_FACTS)
    return Readiness(
        missing=missing,
        advised=advised,
        facts=facts,
        present=asked - len(missing) - len(advised) - len(facts),
        asked=asked,
    )


def _states(name: Fact) -> Callable[[Sheet], bool]:
    return lambda sheet: bool(sheet.facts.get(name.value))


def _costs(sheet: Sheet) -> bool:
    """A cost counts once it names an amount, its currency and its year."""
    stated = sheet.facts.get("cost")
    items: list[Json] = stated if isinstance(stated, list) else [stated]
    return any(isinstance(one, dict) and _is_whole(one) for one in items)


def _is_whole(cost: Mapping[str, Json]) -> bool:
    has_amount = any(cost.get(name) is not None for name in ("minValue", "maxValue"))
    return has_amount and bool(cost.get("currency")) and bool(cost.get("observedOn"))


_FACTS: Final[Mapping[Fact, Callable[[Sheet], bool]]] = {
    Fact.SUMMARY: lambda sheet: any(sheet.summaries.values()),
    Fact.SECOND_LANGUAGE: lambda sheet: len(sheet.languages) > 1,
    Fact.RESOURCE_RIGHTS: _states(Fact.RESOURCE_RIGHTS),
    Fact.MARK_RIGHTS: _states(Fact.MARK_RIGHTS),
    Fact.LEGAL_FORM: _states(Fact.LEGAL_FORM),
    Fact.COST: _costs,
    Fact.TERRITORY: _states(Fact.TERRITORY),
    Fact.ACTIVITY: _states(Fact.ACTIVITY),
    Fact.MATURITY: _states(Fact.MATURITY),
}
