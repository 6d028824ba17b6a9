"""Archiving: gather everything we know of a model that the world may see.

`lineage.json` says what rows of this instance know and no document: which version was taken, who is
listed as a fork, with which words a version was published. Nobody has signed it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

from activitypub.canonical_json import Document, Json, parse
from actors.database import Session
from actors.documents.archive import Contents
from actors.documents.times import wire_time
from actors.errors import Unwise
from actors.rules.containers import MOST_BYTES, MOST_MEMBERS
from actors.tables.actor import Actor
from actors.tables.attestation import Attestation
from actors.tables.lineage import Lineage
from actors.tables.model import Model
from actors.tables.replication import Replication
from actors.tables.revision import Revision
from actors.views import coverage, history, lineage

MOST_OF_FORKS: Final = 4 * 1024 * 1024
"""Bytes of forks that come along, the oldest first: a model with a thousand of them still fits into
one file. The others are named."""

MOST_OF_PRACTICE: Final = 4 * 1024 * 1024
"""Bytes of records of practice and of what is said of them, the newest records first."""

MOST_RECORDS: Final = 500
"""Records that come along, so that a file keeps room for versions among its members."""

MOST_FORKS: Final = 1_000
"""Forks that are named: the page of the model shows them all."""


@dataclass(frozen=True)
class Gathered:
    """The documents of an archive as our rows have them: reading them is not for a transaction."""

    living: bytes
    versions: tuple[bytes, ...]
    actors: tuple[bytes, ...]
    upstream: tuple[bytes, ...]
    forks: tuple[bytes, ...]
    records: tuple[bytes, ...]
    attestations: tuple[bytes, ...]
    lineage: Document

    def contents(self) -> Contents:
        """The same, read."""
        return Contents(
            living=parse(self.living),
            versions=tuple(map(parse, self.versions)),
            actors=tuple(map(parse, self.actors)),
            upstream=tuple(map(parse, self.upstream)),
            forks=tuple(map(parse, self.forks)),
            records=tuple(map(parse, self.records)),
            attestations=tuple(map(parse, self.attestations)),
            lineage=self.lineage,
        )


async def gather(session: Session, model: Model, most: int = MOST_BYTES) -> Gathered:
    """Everything we know of a model that the world may see.

    Args:
        session: an open transaction.
        model: ours or a mirror.
        most: bytes of a file that whoever asks can take.

    Raises:
        Unwise: that is more.
    """
    await _check_size(session, model, most)
    revisions = list(reversed(await history.revisions(session, model)))
    tie = await lineage.of(session, model)
    taken = await _taken(session, tie, revisions)
    listed = await lineage.forks(session, model, limit=MOST_FORKS)
    heads = [await history.head(session, one.model) for one in listed]
    carried = list(_carried(heads))
    authors = {model.actor_id, *(one.model.actor_id for one in listed[: len(carried)])}
    authors |= {owner for _, owner in taken}
    practice = await _practice(session, model)
    authors |= {one.actor_id for one in practice[0]} | {one.actor_id for one in practice[1]}
    return Gathered(
        living=model.document,
        versions=tuple(one.document for one in revisions),
        actors=await _actors(session, authors),
        upstream=tuple(one.document for one, _ in taken),
        forks=tuple(one.document for one in carried),
        records=tuple(one.document for one in practice[0]),
        attestations=tuple(one.document for one in practice[1]),
        lineage=_lineage(tie, listed, heads, revisions),
    )


async def _check_size(session: Session, model: Model, most: int) -> None:
    """Before anything is read: is it more than an archive holds?"""
    size, count = (
        await session.execute(
            select(func.coalesce(func.sum(func.length(Revision.document)), 0), func.count()).where(
                Revision.model_id == model.id
            )
        )
    ).one()
    if size > most - MOST_OF_FORKS - MOST_OF_PRACTICE or count > MOST_MEMBERS // 2:
        raise Unwise(
            "This model has said more than a file that is sent here holds. An operator can make"
            " a larger one with `essaim archive make`."
            if most < MOST_BYTES
            else "This model has said more than one archive holds."
        )


async def _taken(
    session: Session, tie: Lineage | None, revisions: Iterable[Revision]
) -> list[tuple[Revision, int]]:
    """The versions of other models that went into this one, with whose they are."""
    iris = {one.merged_iri for one in revisions if one.merged_iri}
    if tie is not None:
        iris.add(tie.base_iri)
    rows = await session.execute(
        select(Revision, Model.actor_id)
        .join(Model, Model.id == Revision.model_id)
        .where(Revision.iri.in_(iris), Model.deleted_at.is_(None))
        .order_by(Revision.iri)
    )
    return [(row[0], row[1]) for row in rows]


async def _practice(session: Session, model: Model) -> tuple[list[Replication], list[Attestation]]:
    """Records that count for the model, and what others say of them, as far as there is room."""
    records: list[Replication] = []
    statements: list[Attestation] = []
    room = MOST_OF_PRACTICE
    for one in await coverage.everything(session, model, MOST_RECORDS):
        said = [each.row for each in await coverage.statements(session, one.row)]
        room -= len(one.row.document) + sum(len(each.document) for each in said)
        if room < 0:
            break
        records.append(one.row)
        statements += said
    return records, statements


def _carried(heads: Iterable[Revision]) -> Iterable[Revision]:
    """As many forks as have room, in the order given: the newest first."""
    room = MOST_OF_FORKS
    for head in heads:
        room -= len(head.document)
        if room < 0:
            return
        yield head


async def _actors(session: Session, ids: Iterable[int]) -> tuple[bytes, ...]:
    rows = await session.scalars(select(Actor).where(Actor.id.in_(set(ids))).order_by(Actor.iri))
    return tuple(one.document for one in rows)


def _lineage(
    tie: Lineage | None,
    listed: Iterable[lineage.Fork],
    heads: Iterable[Revision],
    revisions: Iterable[Revision],
) -> Document:
    origin: Json = None if tie is None else {"source": tie.upstream_iri, **_tie(tie)}
    forks: list[Json] = [
        {
            "model": one.model.iri,
            "attributedTo": one.author.iri,
            "version": head.iri,
            "digest": head.digest,
            **_tie(one.lineage),
        }
        for one, head in zip(listed, heads, strict=True)
    ]
    notes: dict[str, Json] = {one.iri: one.note for one in revisions if one.note}
    return {"origin": origin, "forks": forks, "notes": notes}


def _tie(tie: Lineage) -> Document:
    return {
        "base": tie.base_iri,
        "baseDigest": tie.base_digest,
        "kind": tie.kind,
        "listed": wire_time(tie.listed_at) if tie.listed_at else None,
    }
