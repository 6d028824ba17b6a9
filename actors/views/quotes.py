"""What does a remark quote, and may that be shown? Who quotes what we published?"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.sql.elements import ColumnElement

from activitypub.canonical_json import Json, parse
from activitypub.errors import ProtocolError
from actors.asked import IDS, Whole
from actors.database import Session
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.quote import Quote
from actors.tables.remark import Remark
from actors.views.paging import Page

PENDING, ACCEPTED, REJECTED, REVOKED = "pending", "accepted", "rejected", "revoked"
DELETED, UNAUTHORIZED = "deleted", "unauthorized"

OPEN = ("public", "unlisted")
"""Only what everybody may see is ever shown as a quote, also where its author agreed."""


@dataclass(frozen=True)
class Quoted:
    """What a remark quotes, as it may be shown.

    Attributes:
        state: what is kept in the row, or deleted or unauthorized; Mastodon's words.
        iri: of what is quoted.
        subject: only where it may be shown.
        author: the subject's.
    """

    state: str
    iri: str
    subject: Model | Remark | None = None
    author: Actor | None = None


_QUOTES: Final = Whole(Quote, lambda rows, ids: rows.where(Quote.remark_id.in_(ids)), ids=IDS)


async def of(session: Session, remark_ids: Collection[int]) -> dict[int, Quoted]:
    """What these remarks quote, by their ids; who quotes nothing is left out."""
    if not remark_ids:
        return {}
    rows = await _QUOTES.rows(session, ids=remark_ids)
    return {row.remark_id: await _shown(session, row) for row in rows}


async def quoting(session: Session, iri: str, page: Page) -> list[Remark]:
    """Public remarks that quote this with its author's consent, the newest first."""
    statement = (
        select(Remark)
        .join(Quote, Quote.remark_id == Remark.id)
        .join(Actor, Actor.id == Remark.actor_id)
        .where(*_counted(iri), Remark.visibility.in_(OPEN), Actor.shut_at.is_(None))
    )
    return list(await session.scalars(page.cut(statement, Remark.id.expression)))


async def count(session: Session, iri: str) -> int:
    """How many remarks quote this with its author's consent."""
    found = await session.scalar(
        select(func.count(Quote.id))
        .join(Remark, Remark.id == Quote.remark_id)
        .where(*_counted(iri))
    )
    return int(found or 0)


async def by_remark(session: Session, remark_id: int) -> Quote | None:
    """The row of what a remark quotes."""
    row: Quote | None = await session.scalar(select(Quote).where(Quote.remark_id == remark_id))
    return row


async def stamp(session: Session, iri: str) -> Quote | None:
    """A quote by the consent that one of ours gave to it, also when it was withdrawn."""
    row: Quote | None = await session.scalar(
        select(Quote).where(Quote.stamp_iri == iri, Quote.stamp != b"")
    )
    return row


async def subject(session: Session, iri: str | None) -> Model | Remark | None:
    """What is known under an id, deleted or not."""
    if not iri:
        return None
    model: Model | None = await session.scalar(select(Model).where(Model.iri == iri))
    if model is not None:
        return model
    remark: Remark | None = await session.scalar(select(Remark).where(Remark.iri == iri))
    return remark


def policy(thing: Model | Remark) -> Json:
    """What a thing's own document says of who may quote it."""
    try:
        return parse(thing.document).get("interactionPolicy")
    except ProtocolError:
        return None


def is_open(thing: Model | Remark) -> bool:
    """Is it there, and may everybody see it?"""
    return thing.deleted_at is None and (isinstance(thing, Model) or thing.visibility in OPEN)


async def _shown(session: Session, row: Quote) -> Quoted:
    if row.state != ACCEPTED:
        return Quoted(row.state, row.quoted_iri)
    found = await subject(session, row.quoted_iri)
    if found is None:
        return Quoted(PENDING, row.quoted_iri)
    if not is_open(found):
        state = UNAUTHORIZED if found.deleted_at is None else DELETED
        return Quoted(state, row.quoted_iri)
    author = await session.get_one(Actor, found.actor_id)
    if author.shut_at is not None:  # its host is blocked here
        return Quoted(UNAUTHORIZED, row.quoted_iri)
    return Quoted(ACCEPTED, row.quoted_iri, found, author)


def _counted(iri: str) -> tuple[ColumnElement[bool], ...]:
    return (Quote.quoted_iri == iri, Quote.state == ACCEPTED, Remark.deleted_at.is_(None))
