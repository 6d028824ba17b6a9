"""What stands in a commons, who tends it, who asks to join, who is kept out."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from actors.database import Session
from actors.errors import NotFound
from actors.tables.actor import Actor
from actors.tables.commons import Commons, Exclusion, Moderator, Posting
from actors.tables.follow import Follow
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.views import quotes
from actors.views.paging import Page
from actors.views.quotes import Quoted

MOST_LISTED = 200
"""Rows of a list that is shown whole: moderators, requests, those kept out."""


@dataclass(frozen=True)
class Entry:
    """Something that stands in a commons, whose it is, and what it quotes."""

    posting: Posting
    subject: Model | Remark
    author: Actor
    quote: Quoted | None = None


@dataclass(frozen=True)
class KeptOut:
    """Somebody who is kept out, and why."""

    exclusion: Exclusion
    actor: Actor


async def of(session: Session, actor: Actor) -> Commons | None:
    """What a commons of ours says of itself; None for anybody else."""
    return await session.get(Commons, actor.id)


async def row_of(session: Session, commons: Actor) -> Commons:
    """What we know of a commons of ours beside its actor.

    Raises:
        NotFound: it is none.
    """
    row = await session.scalar(select(Commons).where(Commons.id == commons.id))
    if row is None or commons.gone_at is not None:
        raise NotFound("There is no such commons here.")
    return row


async def here(session: Session) -> list[Actor]:
    """The commons of this instance, by name."""
    rows = await session.scalars(
        select(Actor)
        .join(Commons, Commons.id == Actor.id)
        .where(Actor.gone_at.is_(None))
        .order_by(func.lower(Actor.name))
    )
    return list(rows)


async def choices(session: Session, organisation: Actor) -> list[Actor]:
    """The commons into which an organisation may think of putting something.

    Those of this instance, and those elsewhere that it follows.
    """
    followed = await session.scalars(
        select(Actor)
        .join(Follow, Follow.followee_id == Actor.id)
        .where(
            Follow.follower_id == organisation.id,
            Follow.state == "accepted",
            Actor.type == "Group",
            Actor.is_ours.is_(False),
            Actor.gone_at.is_(None),
        )
        .order_by(func.lower(Actor.name))
        .limit(MOST_LISTED)
    )
    return [*await here(session), *followed]


async def entries(session: Session, commons: Actor, page: Page) -> list[Entry]:
    """What begins a conversation there, the newest first; what is pinned stands above."""
    statement = select(Posting).where(
        Posting.commons_id == commons.id,
        Posting.is_answer.is_(False),
        Posting.removed_at.is_(None),
    )
    rows = list(await session.scalars(page.cut(statement, Posting.id.expression)))
    found = await _with_subjects(session, rows)
    return sorted(found, key=lambda one: one.posting.pinned_at is None)


async def pinned(session: Session, commons: Actor) -> list[str]:
    """The ids of what is pinned, the latest first."""
    rows = await session.scalars(
        select(Posting.iri)
        .where(Posting.commons_id == commons.id, Posting.pinned_at.is_not(None))
        .order_by(Posting.pinned_at.desc())
    )
    return list(rows)


async def moderators(session: Session, commons: Actor) -> list[Actor]:
    """Who tends it, the first one first."""
    rows = await session.scalars(
        select(Actor)
        .join(Moderator, Moderator.actor_id == Actor.id)
        .where(Moderator.commons_id == commons.id, Actor.gone_at.is_(None))
        .order_by(Moderator.id)
        .limit(MOST_LISTED)
    )
    return list(rows)


async def applicants(session: Session, commons: Actor) -> list[Actor]:
    """Who asks to join and waits for an answer, the first one first."""
    rows = await session.scalars(
        select(Actor)
        .join(Follow, Follow.follower_id == Actor.id)
        .where(Follow.followee_id == commons.id, Follow.state == "pending")
        .order_by(Follow.id)
        .limit(MOST_LISTED)
    )
    return list(rows)


async def kept_out(session: Session, commons: Actor) -> list[KeptOut]:
    """Who is kept out, the latest first."""
    rows = await session.execute(
        select(Exclusion, Actor)
        .join(Actor, Actor.id == Exclusion.actor_id)
        .where(Exclusion.commons_id == commons.id)
        .order_by(Exclusion.id.desc())
        .limit(MOST_LISTED)
    )
    return [KeptOut(row[0], row[1]) for row in rows]


async def _with_subjects(session: Session, rows: Sequence[Posting]) -> list[Entry]:
    """The things behind the rows, in their order.

    What was deleted, and what comes from a host that is blocked here, is left out.
    """
    iris = [row.iri for row in rows]
    subjects: dict[str, Model | Remark] = {}
    models = select(Model).where(Model.iri.in_(iris), Model.deleted_at.is_(None))
    remarks = select(Remark).where(Remark.iri.in_(iris), Remark.deleted_at.is_(None))
    subjects |= {one.iri: one for one in await session.scalars(models)}
    subjects |= {one.iri: one for one in await session.scalars(remarks)}
    authors = {
        one.id: one
        for one in await session.scalars(
            select(Actor).where(
                Actor.id.in_({row.actor_id for row in rows}), Actor.shut_at.is_(None)
            )
        )
    }
    quoted = await quotes.of(session, [one.id for one in subjects.values()])
    return [
        Entry(row, subject, authors[row.actor_id], quoted.get(subject.id))
        for row in rows
        if (subject := subjects.get(row.iri)) is not None and row.actor_id in authors
    ]
