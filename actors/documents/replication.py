"""Record of practice ↔ Article, and what others say of it ↔ Note (FEDERATION.md, "Records").

Both name their kind in `conformsTo` and are of types that every server shows: a record reads as a
title, a sentence and what was learned; what is said of it as an answer below it. Whoever reads them
computes the level of evidence: nobody writes it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import TypeVar

import activitypub.vocabulary as ap
from activitypub.addressing import PUBLIC
from activitypub.canonical_json import Document, Json
from activitypub.errors import Malformed
from activitypub.iris import Iri, fragment, parse, same_origin
from activitypub.markup import plain
from activitypub.mediatypes import LD_JSON
from actors import places
from actors.documents import media
from actors.documents.times import wire_time
from actors.places import place
from actors.rules import records
from actors.rules.evidence import Verdict
from actors.rules.pictures import PICTURE
from actors.rules.records import (
    File,
    Kind,
    Link,
    Observation,
    Outcome,
    Record,
    Stage,
    Step,
    Subject,
)
from actors.tables.actor import Actor
from actors.tables.attestation import Attestation
from actors.tables.replication import Replication
from actors.vocabulary import ATTESTATION, REPLICATION, bare, prefixed

T = TypeVar("T")

EVALUATION = "evaluation"
"""`rel` of a link to an evaluation by somebody independent."""

MOST_SECTIONS = 200
"""Sections that one statement names: as many as a sheet has at most."""


@dataclass(frozen=True)
class Addressed:
    """Whom it is told, and who is named in it."""

    followers: str | None
    owners: Sequence[Actor] = ()


@dataclass(frozen=True)
class ReadRecord:
    """What a document says: which model and version, and the record itself."""

    model: Iri
    version: Iri
    record: Record


@dataclass(frozen=True)
class ReadAttestation:
    """What a document says about somebody's record."""

    record: Iri
    verdict: Verdict
    version: str
    sections: tuple[str, ...]
    since: date | None
    until: date | None
    language: str
    content: str
    links: tuple[Link, ...]
    digest: str
    origin: Iri | None = None


def to_document(
    origin: Iri, row: Replication, record: Record, author: Actor, addressed: Addressed
) -> Document:
    """A record of ours, not yet sealed."""
    text = html(record)
    changed = row.updated_at > row.published_at
    return {
        "id": row.iri,
        "type": "Article",
        "conformsTo": REPLICATION,
        "attributedTo": author.iri,
        "name": record.name,
        "nameMap": {record.language: record.name},
        "summary": record.summary,
        "summaryMap": {record.language: record.summary},
        "content": text,
        "contentMap": {record.language: text},
        "mediaType": "text/html",
        "url": row.url,
        "published": wire_time(row.published_at),
        "updated": wire_time(row.updated_at) if changed else None,
        "to": [PUBLIC],
        "cc": [one for one in (addressed.followers, *(o.iri for o in addressed.owners)) if one],
        "tag": _tags(row.model_iri, addressed.owners),
        "replicates": {"id": row.version_iri, "versionOf": row.model_iri},
        "implementedBy": author.iri,
        "territory": [record.territory],
        "stage": prefixed(record.stage.value),
        "startedAt": _midnight(record.started),
        "endedAt": _midnight(record.ended),
        "stages": [_step(one) for one in record.steps],
        "outcomes": [_outcome(one) for one in record.outcomes] or None,
        "observations": [_observation(one) for one in record.observations] or None,
        "evidence": _links(record.links),
        "attachment": [_file(one) for one in record.files] or None,
        "digest": record.digest,
        "attestations": place(origin, places.RECORD_ATTESTATIONS, id=row.id),
    }


def html(record: Record) -> str:
    """What people read where only text is shown: the sentence, what was measured and learned."""
    parts = [f"<p>{escape(record.summary)}</p>"]
    reasons = [f"{one.since.isoformat()}: {one.reason}" for one in record.steps if one.reason]
    measured = [_measured(one) for one in record.outcomes]
    learned = [f"{one.on.isoformat()}: {one.text}" for one in record.observations]
    parts += [_listed(lines) for lines in (reasons, measured, learned) if lines]
    parts += [f'<p><a href="{escape(one.href)}">{escape(one.name)}</a></p>' for one in record.links]
    return "".join(parts)


def _listed(lines: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def as_remark(url: str, record: Record) -> str:
    """What stands on timelines: title, sentence and a link to the whole."""
    link = f'<a href="{escape(url)}">{escape(url)}</a>'
    title = f"<p><strong>{escape(record.name)}</strong></p>"
    return f"{title}<p>{escape(record.summary)}</p><p>{link}</p>"


def attestation(
    row: Attestation,
    author: Actor,
    subject: Replication,
    addressed: Addressed,
    *,
    source: str | None = None,
) -> Document:
    """What an organisation of ours says of a record, not yet sealed.

    `source` is its own model above the one that the record names: whoever does not know the way up
    there can find it.
    """
    text = f"<p>{escape(row.content)}</p>"
    return {
        "id": row.iri,
        "type": "Note",
        "conformsTo": ATTESTATION,
        "attributedTo": author.iri,
        "content": text,
        "contentMap": {row.language: text},
        "inReplyTo": subject.iri,
        "url": row.iri,
        "published": wire_time(row.made_at),
        "to": [PUBLIC],
        "cc": [one for one in (addressed.followers, *(o.iri for o in addressed.owners)) if one],
        "tag": [_mention(one) for one in addressed.owners] or None,
        "attests": subject.iri,
        "origin": source,
        "verdict": prefixed(row.verdict),
        "replicates": {"id": row.version_iri, "versionOf": subject.model_iri},
        "onSection": [f"{subject.model_iri}#{key}" for key in row.sections] or None,
        "startedAt": _midnight(row.since),
        "endedAt": _midnight(row.until),
        "evidence": _links(tuple(records.links_from_json(row.links))),
        "digest": row.record_digest,
    }


def read(article: ap.Object) -> ReadRecord:
    """What a record says; lists longer than ours hold are cut.

    Raises:
        Malformed: it cannot be understood, or its digest is not that of what it says.
    """
    extra = article.extra
    model, version = _replicated(extra)
    language = article.language or "und"
    try:
        record = Record(
            language=language[:35],
            name=_line(article.name or "", records.MAX_LINE),
            summary=_line(article.summary or "", records.MAX_SENTENCE),
            territory=_territory(extra.get("territory")),
            steps=tuple(sorted(_some(extra, "stages", _read_step, records.MOST_STEPS), key=_since)),
            outcomes=_some(extra, "outcomes", _read_outcome, records.MOST_OUTCOMES),
            links=_some(extra, "evidence", _read_link, records.MOST_LINKS),
            observations=_some(extra, "observations", _read_observation, records.MOST_OBSERVATIONS),
            files=_read_files(article.attachment),
        )
    except (ValueError, TypeError) as error:
        raise Malformed("a record of practice cannot be understood", code="json") from error
    if not record.steps or not record.name:
        raise Malformed("a record of practice has a title and a stage", code="json")
    if extra.get("digest") not in (None, record.digest):
        raise Malformed("the digest of the record is not that of what it says", code="digest")
    return ReadRecord(model, version, record)


def read_attestation(note: ap.Object) -> ReadAttestation:
    """What somebody says of a record.

    Raises:
        Malformed: it cannot be understood.
    """
    extra = note.extra
    subject = _iri(extra.get("attests"))
    if subject is None:
        raise Malformed("whoever vouches names a record", code="json")
    _, version = _replicated(extra)
    sections = [_iri(one) for one in _items(extra.get("onSection"))[:MOST_SECTIONS]]
    try:
        return ReadAttestation(
            record=subject,
            verdict=Verdict(bare(str(extra.get("verdict")))),
            version=version,
            sections=tuple(fragment(one) for one in sections if one is not None),
            since=_day(extra.get("startedAt")),
            until=_day(extra.get("endedAt")),
            language=(note.language or "und")[:35],
            content=_line(plain(note.content or ""), records.MAX_TEXT),
            links=_some(extra, "evidence", _read_link, records.MOST_LINKS),
            digest=str(extra.get("digest") or "")[:200],
            origin=_iri(extra.get("origin")),
        )
    except (ValueError, TypeError) as error:
        raise Malformed("what is said of a record cannot be understood", code="json") from error


def file_of(shown: media.Shown) -> File:
    """A file that a document tells of, as evidence."""
    return File(
        kind=shown.kind,
        href=shown.url,
        name=shown.name,
        media_type=shown.media_type,
        digest=shown.digest,
        credit=shown.credit,
        width=shown.width,
        height=shown.height,
    )


def shown(record: Record) -> tuple[media.Shown, ...]:
    """The files of a record, as pages and programs show them."""
    return media.shown([_file(one) for one in record.files])


def replicated_model(article: ap.Object) -> Iri:
    """The living model that a record, or a statement about one, names.

    Raises:
        Malformed: it names none.
    """
    return _replicated(article.extra)[0]


def _tags(model_iri: str, owners: Sequence[Actor]) -> list[Json]:
    link: Json = {"type": "Link", "mediaType": LD_JSON, "href": model_iri, "name": model_iri}
    return [link, *(_mention(one) for one in owners)]


def _mention(actor: Actor) -> Json:
    return {"type": "Mention", "href": actor.iri, "name": f"@{actor.address}"}


def _measured(one: Outcome) -> str:
    told = ", ".join(
        part
        for part in (one.observed_on.isoformat() if one.observed_on else "", one.method)
        if part
    )
    value = f"{one.value:g}" if abs(one.value) < 1e6 else f"{one.value:.0f}"
    return f"{one.what}: {value} {one.unit}".rstrip() + (f" ({told})" if told else "")


def _step(one: Step) -> Json:
    said: dict[str, Json] = {"type": "Stage", "stage": prefixed(one.stage.value)}
    said["startedAt"] = _midnight(one.since)
    return said | ({"summary": one.reason} if one.reason else {})


def _outcome(one: Outcome) -> Json:
    said: dict[str, Json] = {"type": "Outcome", "name": one.what, "measuredValue": one.value}
    if one.unit:
        said["unitText"] = one.unit
    if one.observed_on:
        said["observedOn"] = one.observed_on.isoformat()
    return said | ({"method": one.method} if one.method else {})


def _observation(one: Observation) -> Json:
    return {
        "type": "Observation",
        "role": prefixed(one.subject.value),
        "summary": one.text,
        "observedOn": one.on.isoformat(),
    }


def _links(links: Sequence[Link]) -> Json:
    written: list[Json] = []
    for one in links:
        link: dict[str, Json] = {"type": "Link", "href": one.href, "name": one.name}
        written.append(link | ({"rel": EVALUATION} if one.kind is Kind.EVALUATION else {}))
    return written or None


def _file(one: File) -> Document:
    told: Document = {
        "type": "Image" if one.kind == PICTURE else "Document",
        "mediaType": one.media_type,
        "url": one.href,
        "name": one.name,
        "digest": one.digest,
        "creditText": one.credit,
        "width": one.width,
        "height": one.height,
    }
    return {name: value for name, value in told.items() if value}


def _midnight(day: date | None) -> str | None:
    return f"{day.isoformat()}T00:00:00Z" if day else None


def _replicated(extra: Mapping[str, Json]) -> tuple[Iri, Iri]:
    """The living model and the exact version; one belongs to the other by its address at least."""
    said = extra.get("replicates")
    version = _iri(said)
    model = _iri(said.get("versionOf")) if isinstance(said, dict) else None
    if version is None or model is None:
        raise Malformed("a record names the model and the version it is about", code="json")
    if not same_origin(model, version):
        raise Malformed("a version lies on the origin of its model", code="json")
    return model, version


def _read_step(one: Mapping[str, Json]) -> Step:
    since = _day(one.get("startedAt"))
    if since is None:
        raise ValueError("a stage has a day")
    return Step(
        Stage(bare(str(one.get("stage")))), since, _line(one.get("summary"), records.MAX_TEXT)
    )


def _since(step: Step) -> date:
    return step.since


def _read_outcome(one: Mapping[str, Json]) -> Outcome:
    value = records.number(one.get("measuredValue"))
    if not abs(value) <= records.LARGEST_VALUE:
        raise ValueError("an indicator is too large")
    return Outcome(
        what=_line(one.get("name"), records.MAX_LINE),
        value=value,
        unit=_line(one.get("unitText"), records.MAX_LINE),
        observed_on=_day(one.get("observedOn")),
        method=_line(one.get("method"), records.MAX_TEXT),
    )


def _read_observation(one: Mapping[str, Json]) -> Observation:
    on = _day(one.get("observedOn"))
    if on is None:
        raise ValueError("an observation has a day")
    subject = Subject(bare(str(one.get("role"))))
    return Observation(subject, _line(one.get("summary"), records.MAX_TEXT), on)


def _read_link(one: Mapping[str, Json]) -> Link:
    href = str(one.get("href"))
    if not records.is_web_address(href):
        raise ValueError("evidence lies on the web")
    kind = Kind.EVALUATION if one.get("rel") == EVALUATION else Kind.DOCUMENT
    return Link(href, _line(one.get("name"), records.MAX_LINE), kind)


def _read_files(attachments: Sequence[Mapping[str, Json]]) -> tuple[File, ...]:
    found = media.shown([dict(one) for one in attachments])
    return tuple(map(file_of, found[: records.MOST_FILES]))


def _some(
    extra: Mapping[str, Json], name: str, reader: Callable[[Mapping[str, Json]], T], most: int
) -> tuple[T, ...]:
    return tuple(reader(one) for one in _items(extra.get(name))[:most] if isinstance(one, dict))


def _territory(value: Json) -> str:
    for one in _items(value):
        said = one.get("id") if isinstance(one, dict) else one
        if isinstance(said, str) and len(said) <= records.MAX_ADDRESS:
            return said
    return ""


def _line(value: Json, most: int) -> str:
    return value.replace("\0", "")[:most] if isinstance(value, str) else ""


def _items(value: Json) -> list[Json]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _iri(value: Json) -> Iri | None:
    said = value.get("id") if isinstance(value, dict) else value
    if said is None:
        return None
    return parse(said)


def _day(value: Json) -> date | None:
    """A day, or the day of a moment."""
    return None if value is None else date.fromisoformat(str(value)[:10])
