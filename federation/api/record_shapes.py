"""Records of practice: what programs may send, and what they are answered."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from activitypub.canonical_json import Json
from actors.documents import replication as documents
from actors.rules import records
from actors.rules.evidence import Level, Standing, Verdict
from actors.rules.languages import canonical_tag
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
from actors.verbs.attesting import Saying
from actors.views.coverage import Coverage, Listed, Place, Statement
from federation.api import answers, shapes
from federation.api.answers import Answer
from federation.api.shapes import Faults, Flag, ListOf, Schema, Text, Word


class Day:
    """A calendar day."""

    def __init__(self, says: str) -> None:
        self.says = says

    def schema(self) -> Schema:
        """A string such as 2026-03-31."""
        return {"type": "string", "format": "date", "description": self.says}

    def read(self, value: Json, path: str, faults: Faults) -> date | None:
        """The day."""
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            faults[path] = "This must be a day, such as 2026-03-31."
            return None


class Amount:
    """A number, also below zero."""

    def __init__(self, says: str) -> None:
        self.says = says

    def schema(self) -> Schema:
        """A number."""
        return {"type": "number", "description": self.says}

    def read(self, value: Json, path: str, faults: Faults) -> float | None:
        """The number."""
        try:
            return records.number(value)
        except (TypeError, ValueError, OverflowError):
            faults[path] = "This must be a number."
            return None


_STEP: Final = shapes.Record(
    "A stage.",
    {
        "stage": Word("How far it is.", list(Stage)),
        "since": Day("From which day on."),
        "reason": Text("Why, or how.", may_be_empty=True),
    },
    frozenset({"stage", "since"}),
)
_OUTCOME: Final = shapes.Record(
    "A figure.",
    {
        "what": Text("What was measured."),
        "value": Amount("The figure."),
        "unit": Text("Its unit.", may_be_empty=True),
        "on": Day("When."),
        "method": Text("How it was found; without it the record is not measured."),
    },
    frozenset({"what", "value"}),
)
_LINK: Final = shapes.Record(
    "Where evidence can be read.",
    {
        "href": Text("An address that begins with https://."),
        "name": Text("What it is."),
        "evaluation": Flag("Whether it is an evaluation by somebody independent."),
    },
    frozenset({"href", "name"}),
)
_OBSERVATION: Final = shapes.Record(
    "What was learned.",
    {
        "subject": Word("What it is.", list(Subject)),
        "text": Text("In your own words."),
        "on": Day("When."),
    },
    frozenset({"subject", "text", "on"}),
)
_GROWING: Final[Mapping[str, shapes.Shape]] = {
    "steps": ListOf("Stages, each with its day.", _STEP),
    "outcomes": ListOf("Figures.", _OUTCOME),
    "links": ListOf("Evidence.", _LINK),
    "observations": ListOf("Difficulties, lessons and conclusions.", _OBSERVATION),
    "files": ListOf("Pictures and documents that were sent here.", Text("The id of a file.")),
}

RECORD: Final = shapes.Record(
    "A record of practice.",
    {
        "language": Text("Of its texts (BCP 47)."),
        "name": Text("Its title."),
        "summary": Text("What you do, in one sentence of at most 300 characters."),
        "territory": Text("Where: a NUTS code, such as ITC11, or its address."),
        **_GROWING,
    },
    frozenset({"language", "name", "summary", "territory", "steps"}),
)
ADDITION: Final = shapes.Record("What is added; what was said stays.", _GROWING)
SAYING: Final = shapes.Record(
    "What your organisation says of the record.",
    {
        "verdict": Word("Whether it is so.", list(Verdict)),
        "content": Text("What you have seen."),
        "language": Text("Of these words (BCP 47)."),
        "sections": ListOf("Keys of the sections that you looked at.", Text("A key.")),
        "since": Day("The period that you looked at begins."),
        "until": Day("It ends."),
        "links": ListOf("Evidence.", _LINK),
    },
    frozenset({"verdict", "content", "language"}),
)


def record(values: Mapping[str, Any]) -> Record:
    """A new record as a program has sent it."""
    more = addition(values)
    return Record(
        language=canonical_tag(values["language"]),
        name=values["name"].strip(),
        summary=values["summary"].strip(),
        territory=records.territory_of(values["territory"]) or values["territory"],
        steps=tuple(sorted(more.steps, key=lambda one: one.since)),
        outcomes=more.outcomes,
        links=more.links,
        observations=more.observations,
    )


def addition(values: Mapping[str, Any]) -> Addition:
    """What a program adds."""
    return Addition(
        steps=tuple(
            Step(Stage(one["stage"]), one["since"], one.get("reason", ""))
            for one in values.get("steps", ())
        ),
        outcomes=tuple(
            Outcome(
                one["what"], one["value"], one.get("unit", ""), one.get("on"), one.get("method", "")
            )
            for one in values.get("outcomes", ())
        ),
        links=_links(values),
        observations=tuple(
            Observation(Subject(one["subject"]), one["text"], one["on"])
            for one in values.get("observations", ())
        ),
    )


def saying(values: Mapping[str, Any]) -> Saying:
    """What a program's organisation says of somebody's record."""
    return Saying(
        verdict=Verdict(values["verdict"]),
        content=values["content"],
        language=canonical_tag(values["language"]),
        sections=tuple(values.get("sections", ())),
        since=values.get("since"),
        until=values.get("until"),
        links=_links(values),
    )


def short(one: Listed) -> Answer:
    """Schema `ShortRecord`."""
    return {
        "id": str(one.row.id),
        "iri": one.row.iri,
        "url": one.row.url,
        "organisation": answers.actor(one.author),
        "model": one.row.model_iri,
        "version": one.row.version_iri,
        "name": one.row.name,
        "language": one.row.language,
        "territory": one.row.territory,
        "stage": one.row.stage,
        "level": Level(one.row.level).name,
        "published": answers.time(one.row.published_at),
        "updated": answers.time(one.row.updated_at),
    }


def full(one: Listed, said: list[Statement]) -> Answer:
    """Schema `PracticeRecord`."""
    told = one.record
    return {
        **short(one),
        "summary": told.summary,
        "steps": [
            {"stage": step.stage.value, "since": step.since.isoformat(), "reason": step.reason}
            for step in told.steps
        ],
        "outcomes": [
            {
                "what": outcome.what,
                "value": outcome.value,
                "unit": outcome.unit,
                "on": outcome.observed_on.isoformat() if outcome.observed_on else None,
                "method": outcome.method,
            }
            for outcome in told.outcomes
        ],
        "observations": [
            {"subject": seen.subject.value, "text": seen.text, "on": seen.on.isoformat()}
            for seen in told.observations
        ],
        "links": [_link(link) for link in told.links],
        "files": [answers.shown(file) for file in documents.shown(told)],
        "statements": [statement(each) for each in said],
    }


def statement(one: Statement) -> Answer:
    """Schema `Statement`."""
    return {
        "id": str(one.row.id),
        "iri": one.row.iri,
        "organisation": answers.actor(one.author),
        "standing": one.standing.value,
        "verdict": one.row.verdict,
        "content": one.row.content,
        "language": one.row.language,
        "version": one.row.version_iri,
        "sections": list(one.row.sections),
        "since": one.row.since.isoformat() if one.row.since else None,
        "until": one.row.until.isoformat() if one.row.until else None,
        "links": [_link(link) for link in one.links],
        "isOlder": one.is_older,
        "made": answers.time(one.row.made_at),
    }


def coverage(found: Coverage) -> Answer:
    """Schema `Coverage`."""
    return {
        "total": found.total,
        "levels": {Level(level).name: count for level, count in found.levels.items()},
        "stages": found.stages,
        "countries": [_place(one) for one in found.countries],
        "territories": [_place(one) for one in found.places],
    }


def _place(one: Place) -> Answer:
    levels = {Level(level).name: count for level, count in one.levels.items()}
    return {"code": one.code, "total": one.total, "levels": levels, "stages": dict(one.stages)}


def _link(one: Link) -> Answer:
    return {"href": one.href, "name": one.name, "evaluation": one.kind is Kind.EVALUATION}


def _links(values: Mapping[str, Any]) -> tuple[Link, ...]:
    return tuple(
        Link(
            one["href"],
            one["name"],
            Kind.EVALUATION if one.get("evaluation") else Kind.DOCUMENT,
        )
        for one in values.get("links", ())
    )


_TEXT: Final[Schema] = {"type": "string"}
_DAY: Final[Schema] = {"type": ["string", "null"], "format": "date"}
_COUNTS: Final[Schema] = {"type": "object", "additionalProperties": {"type": "integer"}}
_LEVEL: Final[Schema] = {"type": "string", "enum": [one.name for one in Level]}


def _object(says: str, members: Mapping[str, Schema]) -> Schema:
    return {
        "type": "object",
        "description": says,
        "properties": dict(members),
        "required": list(members),
        "additionalProperties": False,
    }


def _array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


_SHORT: Final[Mapping[str, Schema]] = {
    "id": {"type": "string", "pattern": "^[0-9]+$"},
    "iri": {"type": "string", "format": "uri"},
    "url": {"type": "string", "format": "uri"},
    "organisation": {"$ref": "#/components/schemas/Actor"},
    "model": {"type": "string", "format": "uri"},
    "version": {"type": "string", "format": "uri"},
    "name": _TEXT,
    "language": _TEXT,
    "territory": _TEXT,
    "stage": {"type": "string", "enum": list(Stage)},
    "level": _LEVEL,
    "published": {"type": "string", "format": "date-time"},
    "updated": {"type": "string", "format": "date-time"},
}
_PLACE: Final = _object(
    "A country or region; the code is empty where it is on no list.",
    {"code": _TEXT, "total": {"type": "integer"}, "levels": _COUNTS, "stages": _COUNTS},
)
_LINK_SAID: Final = _object(
    "Evidence.", {"href": _TEXT, "name": _TEXT, "evaluation": {"type": "boolean"}}
)
_STATEMENT: Final = _object(
    "What somebody says of a record.",
    {
        "id": {"type": "string", "pattern": "^[0-9]+$"},
        "iri": {"type": "string", "format": "uri"},
        "organisation": {"$ref": "#/components/schemas/Actor"},
        "standing": {"type": "string", "enum": list(Standing)},
        "verdict": {"type": "string", "enum": list(Verdict)},
        "content": _TEXT,
        "language": _TEXT,
        "version": {"type": "string", "format": "uri"},
        "sections": _array(_TEXT),
        "since": _DAY,
        "until": _DAY,
        "links": _array(_LINK_SAID),
        "isOlder": {
            "type": "boolean",
            "description": "The record was added to after this was said.",
        },
        "made": {"type": "string", "format": "date-time"},
    },
)

SCHEMAS: Final[Mapping[str, Schema]] = {
    "ShortRecord": _object("A record of practice in a list.", _SHORT),
    "Records": _object(
        "Records of practice, the newest first.",
        {
            "items": _array({"$ref": "#/components/schemas/ShortRecord"}),
            "next": {"type": ["string", "null"], "format": "uri"},
        },
    ),
    "Statement": _STATEMENT,
    "PracticeRecord": _object(
        "A record of practice.",
        {
            **_SHORT,
            "summary": _TEXT,
            "steps": _array(
                _object(
                    "A stage.",
                    {
                        "stage": {"type": "string", "enum": list(Stage)},
                        "since": _DAY,
                        "reason": _TEXT,
                    },
                )
            ),
            "outcomes": _array(
                _object(
                    "A figure.",
                    {
                        "what": _TEXT,
                        "value": {"type": "number"},
                        "unit": _TEXT,
                        "on": _DAY,
                        "method": _TEXT,
                    },
                )
            ),
            "observations": _array(
                _object(
                    "What was learned.",
                    {
                        "subject": {"type": "string", "enum": list(Subject)},
                        "text": _TEXT,
                        "on": _DAY,
                    },
                )
            ),
            "links": _array(_LINK_SAID),
            "files": _array({"$ref": "#/components/schemas/Shown"}),
            "statements": _array({"$ref": "#/components/schemas/Statement"}),
        },
    ),
    "Coverage": _object(
        "Where a model is done, and how well that is shown, as far as this instance knows.",
        {
            "total": {"type": "integer"},
            "levels": _COUNTS,
            "stages": _COUNTS,
            "countries": _array(_PLACE),
            "territories": _array(_PLACE),
        },
    ),
}
"""Answer name → schema; `schemas.everything` joins them with the others."""
