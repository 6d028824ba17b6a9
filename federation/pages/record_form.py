"""The form of a record of practice: what was typed, and what it means.

Short on purpose: a title, a place and a stage make a record; everything else is added when there is
something to say. What was typed comes back as it was when something is wrong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from activitypub.canonical_json import Json
from actors.rules import jottings, records
from actors.rules.codes.lists import Code, code_list
from actors.rules.languages import canonical_tag, is_tag
from actors.rules.records import (
    Addition,
    Kind,
    Link,
    Observation,
    Outcome,
    Record,
    Stage,
    Step,
    Subject,
)
from federation.pages import forms
from federation.pages.forms import Fields
from federation.pages.translating import N_

NO_DAY: Final = N_("Please give a day, such as 2026-03-31.")
NO_NUMBER: Final = N_("Please give a number, such as 120 or 4.5.")
NO_PLACE: Final = N_("There is no such place on the list. Try a larger one, or its code.")
WHICH_PLACE: Final = N_("Please choose the place you mean.")
NO_STAGE: Final = N_("Please say how far you are.")

PLACES_OFFERED: Final = 12
"""Places to choose from: a list that is read at a glance."""

_FIELD_OF: Final = {
    "name": "name",
    "summary": "summary",
    "territory": "territory",
    "steps": "stage",
    "since": "since",
    "reason": "reason",
    "what": "what",
    "value": "value",
    "unit": "unit",
    "on": "on",
    "method": "method",
    "href": "href",
    "links": "href",
    "files": "file",
}
"""The last member of a fault's path → the field where it is shown."""


@dataclass
class Typed:
    """What stands in the form."""

    values: Mapping[str, str]
    faults: dict[str, str] = field(default_factory=dict)
    places: list[Code] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        """What was typed into a field."""
        return self.values.get(name, "")


def read(given: Fields) -> Typed:
    """What was sent."""
    return Typed({name: given[name].strip() for name in jottings.FIELDS if name in given})


def blank(**values: str) -> Typed:
    """An empty form with what is known already."""
    return Typed(values)


def beginning(
    language: str, today: date, name: str, organisation: str, territory: Sequence[Json]
) -> Typed:
    """A form in which stands what can be guessed; everything can be typed over.

    Args:
        language: of who writes.
        today: the day from which it may be so.
        name: what the model is called.
        organisation: who does it.
        territory: where the organisation is at home, as codes or addresses of a list.
    """
    places = code_list("territories")
    homes = [home for one in territory if (home := places.find(str(one)))]
    at_home = ""
    if len(homes) == 1:
        label = homes[0].label(language)
        at_home = label if places.search(label, most=2) == homes else homes[0].code
    return Typed(
        {
            "name": f"{name} – {organisation}"[: records.MAX_LINE],
            "language": language,
            "since": today.isoformat(),
            "territory": at_home,
        }
    )


def record(typed: Typed, today: date) -> Record:
    """A new record; what cannot be understood is noted in `typed.faults`."""
    language = canonical_tag(typed["language"])
    if not is_tag(language):
        typed.faults["language"] = forms.MISSING
    added = addition(typed, today)
    if not added.steps and "stage" not in typed.faults and "since" not in typed.faults:
        typed.faults["stage"] = NO_STAGE
    return Record(
        language=language,
        name=typed["name"],
        summary=typed["summary"],
        territory=_place(typed),
        steps=added.steps,
        outcomes=added.outcomes,
        links=added.links,
        observations=added.observations,
    )


def addition(typed: Typed, today: date) -> Addition:
    """What is added; what cannot be understood is noted in `typed.faults`."""
    return Addition(
        steps=_steps(typed, today),
        outcomes=_outcomes(typed, today),
        links=_links(typed),
        observations=tuple(
            Observation(subject, typed[name], today)
            for name, subject in (
                ("difficulty", Subject.DIFFICULTY),
                ("lesson", Subject.LESSON),
                ("conclusion", Subject.CONCLUSION),
            )
            if typed[name]
        ),
    )


def beside_fields(faults: Mapping[str, str]) -> dict[str, str]:
    """The faults of a record, beside the fields in which they were made."""
    found: dict[str, str] = {}
    for path, words in faults.items():
        parts = path.replace("]", "").replace("[", ".").split(".")
        if parts[0] == "links" and parts[-1] == "name":
            name = "link"
        elif parts[0] == "observations":
            name = "difficulty"
        else:
            name = _FIELD_OF.get(parts[-1], parts[-1])
        found.setdefault(name, words)
    return found


def links(typed: Typed) -> tuple[Link, ...]:
    """The link, where one was typed."""
    return _links(typed)


def day(typed: Typed, name: str) -> date | None:
    """A day, or None where none was typed; one that cannot be read is a fault."""
    if not typed[name]:
        return None
    try:
        return date.fromisoformat(typed[name])
    except ValueError:
        typed.faults[name] = NO_DAY
        return None


def _place(typed: Typed) -> str:
    """The territory that was chosen, or typed as a code or a name."""
    chosen = typed["place"] or typed["territory"]
    if iri := records.territory_of(chosen):
        return iri
    if not chosen:
        typed.faults["territory"] = forms.MISSING
        return ""
    found = code_list("territories").search(chosen, most=PLACES_OFFERED)
    if len(found) == 1:
        return found[0].iri
    typed.places = found
    typed.faults["territory"] = WHICH_PLACE if found else NO_PLACE
    return ""


def _steps(typed: Typed, today: date) -> tuple[Step, ...]:
    if not typed["stage"]:
        if typed["reason"]:
            typed.faults["stage"] = NO_STAGE
        return ()
    if typed["stage"] not in list(Stage):
        typed.faults["stage"] = NO_STAGE
        return ()
    since = day(typed, "since") or (None if "since" in typed.faults else today)
    return () if since is None else (Step(Stage(typed["stage"]), since, typed["reason"]),)


def _outcomes(typed: Typed, today: date) -> tuple[Outcome, ...]:
    if not any(typed[name] for name in ("what", "value", "unit", "method")):
        return ()
    on = day(typed, "on") or (None if "on" in typed.faults else today)
    try:
        value = records.number(float(typed["value"].replace(",", ".").replace(" ", "")))
    except (ValueError, OverflowError):
        typed.faults["value"] = NO_NUMBER
        return ()
    return (Outcome(typed["what"], value, typed["unit"], on, typed["method"]),)


def _links(typed: Typed) -> tuple[Link, ...]:
    if not (typed["href"] or typed["link"]):
        return ()
    kind = Kind.EVALUATION if typed["evaluation"] else Kind.DOCUMENT
    return (Link(typed["href"], typed["link"], kind),)
