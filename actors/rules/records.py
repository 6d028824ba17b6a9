"""Records of practice: who does a model where, since when, with what outcome.

A record only grows: a new stage, a new indicator, a new observation is added to what was said
before, and nothing is taken away. Whoever stopped says so with a date and a reason, and is shown
as plainly as whoever goes on.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Final, Self

from activitypub.canonical_json import Json
from activitypub.errors import ProtocolError
from activitypub.iris import parse
from activitypub.multihash import digest_of
from actors.errors import Unwise
from actors.rules.codes.lists import NUTS, code_list

MOST_STEPS: Final = 50
"""Stages of one record: two changes a year for twenty-five years."""
MOST_OUTCOMES: Final = 200
"""Indicators of one record: ten, measured once a year for twenty years."""
MOST_LINKS: Final = 50
"""Links of one record: more is an archive of its own, and one link leads there."""
MOST_OBSERVATIONS: Final = 100
"""Difficulties, lessons and conclusions of one record: four a year for twenty-five years."""
MOST_FILES: Final = 16
"""Pictures and documents of one record: as many as readers of other servers keep."""
MAX_LINE: Final = 200
"""Characters of a title, an indicator's name or a link's: one line of a list."""
MAX_SENTENCE: Final = 300
"""Characters of the sentence: what Mastodon shows below a title."""
MAX_TEXT: Final = 2_000
"""Characters of a reason, a method or an observation: a long paragraph; a report is linked."""
MAX_ADDRESS: Final = 2_000
"""Characters of an address: what browsers and servers take."""
LARGEST_VALUE: Final = 1e15
"""Of an indicator: above it, JSON numbers lose their units on the way."""
EARLIEST: Final = date(1900, 1, 1)
"""Nothing that is replicated today was begun before; such a date is a slip of the keyboard."""


class Stage(StrEnum):
    """How far it has come."""

    CONSIDERING = "Considering"
    PREPARING = "Preparing"
    PILOT = "Pilot"
    RUNNING = "Running"
    PAUSED = "Paused"
    STOPPED = "Stopped"


class Kind(StrEnum):
    """What a link leads to."""

    DOCUMENT = "Document"
    EVALUATION = "Evaluation"


class Subject(StrEnum):
    """What an observation is about."""

    DIFFICULTY = "Difficulty"
    LESSON = "Lesson"
    CONCLUSION = "Conclusion"


@dataclass(frozen=True)
class Step:
    """A stage, from which day on, and why."""

    stage: Stage
    since: date
    reason: str = ""


@dataclass(frozen=True)
class Outcome:
    """What was measured: `what`, a number of `unit`, on which day and by which method."""

    what: str
    value: float
    unit: str = ""
    observed_on: date | None = None
    method: str = ""


@dataclass(frozen=True)
class Link:
    """Where evidence can be read."""

    href: str
    name: str
    kind: Kind = Kind.DOCUMENT


@dataclass(frozen=True)
class File:
    """A picture or a document as evidence.

    Attributes:
        kind: `image` or `document`; of others also `audio` or `video`.
        href: where its bytes are.
        name: what a picture shows, or what a document is.
        media_type: as its author says.
        digest: of its bytes, as documents write it; empty where it is not said.
        credit: who made it.
        width: of a picture in pixels, 0 where it is not said.
        height: likewise.
    """

    kind: str
    href: str
    name: str
    media_type: str
    digest: str = ""
    credit: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True)
class Observation:
    """A difficulty, a lesson or a conclusion, in somebody's own words, with its day."""

    subject: Subject
    text: str
    on: date


@dataclass(frozen=True)
class Record:
    """Everything that a record of practice says.

    Attributes:
        language: of its texts.
        name: its title.
        summary: one sentence.
        territory: where: the address of a NUTS region, or another address.
        steps: its stages, the first one first.
        outcomes: what was measured, the oldest first.
        links: evidence.
        observations: difficulties, lessons and conclusions, the oldest first.
        files: pictures and documents, the oldest first.
    """

    language: str
    name: str
    summary: str
    territory: str
    steps: tuple[Step, ...]
    outcomes: tuple[Outcome, ...] = field(default=())
    links: tuple[Link, ...] = field(default=())
    observations: tuple[Observation, ...] = field(default=())
    files: tuple[File, ...] = field(default=())

    @property
    def stage(self) -> Stage:
        """How far it has come."""
        return self.steps[-1].stage

    @property
    def started(self) -> date | None:
        """When it was first done, be it as a pilot; None where it never was."""
        done = (one.since for one in self.steps if one.stage in (Stage.PILOT, Stage.RUNNING))
        return next(done, None)

    @property
    def ended(self) -> date | None:
        """When it stopped; None where it did not."""
        return self.steps[-1].since if self.stage is Stage.STOPPED else None

    @property
    def digest(self) -> str:
        """Of everything that it says: who vouches names it."""
        return digest_of(self.to_json())

    def to_json(self) -> dict[str, Json]:
        """For a JSON column. Without files it is what it was before there were any."""
        said: dict[str, Json] = {
            "language": self.language,
            "name": self.name,
            "summary": self.summary,
            "territory": self.territory,
            "steps": [
                {"stage": one.stage.value, "since": one.since.isoformat(), "reason": one.reason}
                for one in self.steps
            ],
            "outcomes": [
                {
                    "what": one.what,
                    "value": one.value,
                    "unit": one.unit,
                    "on": one.observed_on.isoformat() if one.observed_on else None,
                    "method": one.method,
                }
                for one in self.outcomes
            ],
            "links": links_to_json(self.links),
            "observations": [
                {"subject": one.subject.value, "text": one.text, "on": one.on.isoformat()}
                for one in self.observations
            ],
        }
        return said | ({"files": [_file_to_json(one) for one in self.files]} if self.files else {})

    @classmethod
    def from_json(cls, value: Mapping[str, Json]) -> Self:
        """Read back what `to_json` wrote."""
        return cls(
            language=str(value["language"]),
            name=str(value["name"]),
            summary=str(value["summary"]),
            territory=str(value["territory"]),
            steps=tuple(
                Step(Stage(str(one["stage"])), _day(one["since"]), str(one["reason"]))
                for one in _objects(value["steps"])
            ),
            outcomes=tuple(
                Outcome(
                    str(one["what"]),
                    number(one["value"]),
                    str(one["unit"]),
                    _day(one["on"]) if one["on"] else None,
                    str(one["method"]),
                )
                for one in _objects(value["outcomes"])
            ),
            links=links_from_json(value["links"]),
            observations=tuple(
                Observation(Subject(str(one["subject"])), str(one["text"]), _day(one["on"]))
                for one in _objects(value["observations"])
            ),
            files=tuple(_file_from_json(one) for one in _objects(value.get("files"))),
        )


@dataclass(frozen=True)
class Addition:
    """What is added to a record at one time."""

    steps: tuple[Step, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    links: tuple[Link, ...] = ()
    observations: tuple[Observation, ...] = ()
    files: tuple[File, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is added."""
        return self == Addition()


def links_to_json(links: Iterable[Link]) -> list[Json]:
    """Links for a JSON column."""
    return [{"href": one.href, "name": one.name, "kind": one.kind.value} for one in links]


def links_from_json(value: Json) -> tuple[Link, ...]:
    """Read back what `links_to_json` wrote."""
    return tuple(
        Link(str(one["href"]), str(one["name"]), Kind(str(one["kind"]))) for one in _objects(value)
    )


def number(value: Json) -> float:
    """A number as JSON has it; whole ones stay whole, so that digests are the same everywhere."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("an indicator has a number")
    return int(value) if float(value).is_integer() else float(value)


def grown(record: Record, addition: Addition) -> Record:
    """A record with what is added; what was said stays, and each list is in order of time.

    A file that it has already is not added again.
    """
    known = {one.href for one in record.files}
    fresh = {one.href: one for one in addition.files if one.href not in known}
    return replace(
        record,
        steps=tuple(sorted((*record.steps, *addition.steps), key=lambda one: one.since)),
        outcomes=(*record.outcomes, *addition.outcomes),
        links=(*record.links, *addition.links),
        observations=(*record.observations, *addition.observations),
        files=(*record.files, *fresh.values()),
    )


def place_code(territory: str) -> str:
    """The code of a NUTS region, for lists; any other address stays what it is."""
    code = code_list("territories").find(territory)
    return code.code if code else territory


def territory_of(said: str) -> str:
    """The address of the territory that somebody typed as a code; nothing where there is none."""
    code = code_list("territories").find(said)
    return code.iri if code else ""


def check(record: Record, *, today: date) -> None:
    """Whether an organisation of ours can say this.

    Raises:
        Unwise: with every fault at once, field by field.
    """
    if faults := dict(_faults(record, today)):
        raise Unwise("This record is not complete.", fields=faults)


def _faults(record: Record, today: date) -> Iterator[tuple[str, str]]:
    if not record.name.strip():
        yield "name", "Please give it a title."
    yield from _long("name", record.name, MAX_LINE)
    if not record.summary.strip():
        yield "summary", "Please say in one sentence what you do."
    yield from _long("summary", record.summary, MAX_SENTENCE)
    if not record.territory.startswith(NUTS) or not territory_of(record.territory):
        yield "territory", "Please choose a territory of the list, such as ITH5."
    if not record.steps:
        yield "steps", "Please say how far you are."
    yield from _too_many(record)
    for place, step in enumerate(record.steps):
        yield from _dated(f"steps[{place}].since", step.since, today)
        yield from _long(f"steps[{place}].reason", step.reason, MAX_TEXT)
    for place, outcome in enumerate(record.outcomes):
        yield from _outcome(f"outcomes[{place}]", outcome, today)
    yield from faults_of_links(record.links)
    for place, observation in enumerate(record.observations):
        yield from _observed(f"observations[{place}]", observation, today)


def faults_of_links(links: Iterable[Link]) -> Iterator[tuple[str, str]]:
    """What is wrong with links that somebody typed."""
    for place, link in enumerate(links):
        yield from _long(f"links[{place}].name", link.name, MAX_LINE)
        if not link.name.strip():
            yield f"links[{place}].name", "Please say what this leads to."
        if not is_web_address(link.href):
            yield f"links[{place}].href", "Please give an address that begins with https://."


def is_web_address(text: str) -> bool:
    """Whether a reader can follow it safely."""
    if len(text) > MAX_ADDRESS or not text.startswith("https://"):
        return False
    try:
        return bool(parse(text))
    except ProtocolError:
        return False


def _too_many(record: Record) -> Iterator[tuple[str, str]]:
    for name, items, most in (
        ("steps", record.steps, MOST_STEPS),
        ("outcomes", record.outcomes, MOST_OUTCOMES),
        ("links", record.links, MOST_LINKS),
        ("observations", record.observations, MOST_OBSERVATIONS),
        ("files", record.files, MOST_FILES),
    ):
        if len(items) > most:
            yield name, f"One record holds {most} at most; begin another one."


def _outcome(path: str, outcome: Outcome, today: date) -> Iterator[tuple[str, str]]:
    if not outcome.what.strip():
        yield f"{path}.what", "Please say what was measured."
    yield from _long(f"{path}.what", outcome.what, MAX_LINE)
    yield from _long(f"{path}.unit", outcome.unit, MAX_LINE)
    yield from _long(f"{path}.method", outcome.method, MAX_TEXT)
    if not abs(outcome.value) <= LARGEST_VALUE:
        yield f"{path}.value", "Please give a smaller number, in a larger unit."
    if outcome.observed_on is not None:
        yield from _dated(f"{path}.on", outcome.observed_on, today)


def _observed(path: str, said: Observation, today: date) -> Iterator[tuple[str, str]]:
    if not said.text.strip():
        yield f"{path}.text", "Please write something, or leave it out."
    yield from _long(f"{path}.text", said.text, MAX_TEXT)
    yield from _dated(f"{path}.on", said.on, today)


def _dated(path: str, day: date, today: date) -> Iterator[tuple[str, str]]:
    if day > today:
        yield path, "This day is still to come."
    elif day < EARLIEST:
        yield path, f"This is before {EARLIEST.year}."


def _long(path: str, text: str, most: int) -> Iterator[tuple[str, str]]:
    if len(text) > most:
        yield path, f"At most {most} characters."


def _file_to_json(one: File) -> dict[str, Json]:
    return {
        "kind": one.kind,
        "href": one.href,
        "name": one.name,
        "mediaType": one.media_type,
        "digest": one.digest,
        "credit": one.credit,
        "width": one.width,
        "height": one.height,
    }


def _file_from_json(one: Mapping[str, Json]) -> File:
    return File(
        kind=str(one["kind"]),
        href=str(one["href"]),
        name=str(one["name"]),
        media_type=str(one["mediaType"]),
        digest=str(one["digest"]),
        credit=str(one["credit"]),
        width=int(number(one["width"])),
        height=int(number(one["height"])),
    )


def _objects(value: Json) -> Iterator[Mapping[str, Json]]:
    return (one for one in (value if isinstance(value, list) else []) if isinstance(one, dict))


def _day(value: Json) -> date:
    return date.fromisoformat(str(value))
