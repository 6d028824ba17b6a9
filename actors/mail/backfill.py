"""Back-filling: what somebody published before one of ours followed them is put into the inbox.

A walk is one row, written in the transaction in which the follow begins to count, so a process
that dies loses nothing. It reads the outbox from the newest activity down to where the walk before
began (the mark), or until it has cost enough. What it finds waits in the inbox like everything
that was ever told to us: once by its id, through the same reactions, tried again by the same rules.
A walk goes on only when what it found last has been worked off, so that a long history waits in the
other server's outbox, and not in front of our mail.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from activitypub.authority import Vouched
from activitypub.iris import Iri
from actors.database import Session, insert_once, waits_in
from actors.mail import claims, hosts, inbox
from actors.mail.claims import WAITING
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.backfill import Backfill
from actors.tables.follow import Follow
from actors.tables.host import Host
from actors.tables.mail import Received

DONE, PARKED = "done", "parked"

REFRESH = timedelta(days=7)
"""When an outbox is looked at again by itself: what was sent while we could not be reached, and
given up, is found then. Mastodon gives up after days; a look costs two documents a week."""

CLAIM = timedelta(minutes=5)
"""How long one step may take: a dozen fetches of at most 10 s, and room for a slow start."""


@dataclass(frozen=True)
class Walk:
    """A claimed row, as plain values."""

    id: int
    actor_id: int
    speaker: Iri
    host: str
    outbox: Iri | None
    page: Iri | None
    newest: str | None
    mark: str | None
    pages: int
    fetches: int
    taken: int
    tries: int
    started_at: datetime


@dataclass(frozen=True)
class Found:
    """An activity in an outbox, as it will wait in the inbox."""

    iri: str
    document: bytes


async def begin(session: Session, site: Site, actor: Actor) -> None:
    """Walk somebody's outbox, from its top to the mark; a walk that is under way goes on."""
    fresh = _fresh(site)
    waits_in(session, Backfill)
    if await insert_once(session, Backfill, fresh | {"id": site.new_id(), "actor_id": actor.id}):
        return
    await session.execute(
        update(Backfill)
        .where(Backfill.actor_id == actor.id, Backfill.state != WAITING)
        .values(**fresh, claimed_until=None)
    )


def _is_old(now: datetime) -> ColumnElement[bool]:
    """Walked a week ago, and still followed by ours."""
    follower = aliased(Actor)
    followed = (
        select(Follow.id)
        .join(follower, follower.id == Follow.follower_id)
        .where(
            Follow.followee_id == Backfill.actor_id,
            Follow.state == "accepted",
            follower.is_ours.is_(True),
        )
        .exists()
    )
    return and_(Backfill.state == DONE, Backfill.due_at <= now, followed)


def is_due(now: datetime) -> ColumnElement[bool]:
    """Whether any walk is to go on now, or is under way; a part of a query."""
    ready = and_(
        Backfill.state == WAITING,
        Backfill.due_at <= now,
        Actor.shut_at.is_(None),
        or_(Host.due_at.is_(None), Host.due_at <= now),
    )
    walks = (
        select(Backfill.id)
        .join(Actor, Actor.id == Backfill.actor_id)
        .outerjoin(Host, Host.name == Actor.host)
        .where(or_(ready, _is_old(now)))
    )
    return walks.exists()


async def may_be_due(session: Session, site: Site) -> bool:
    """Whether it is worth while to `renew` and `claim`."""
    now = site.now()
    return await claims.are_due(session, Backfill, now) or await claims.are_due(
        session, Backfill, now, state=DONE
    )


async def renew(session: Session, site: Site) -> None:
    """Walk again what was walked a week ago, if ours still follow: only what is new is taken."""
    await session.execute(
        update(Backfill)
        .where(_is_old(site.now()))
        .values(**_fresh(site), claimed_until=None)
        .execution_options(synchronize_session=False)
    )


async def claim(session: Session, site: Site, *, limit: int) -> list[Walk]:
    """Take walks that are due, whose last finds are worked off, and whose host is well.

    Args:
        session: an open transaction.
        site: the time.
        limit: walks under way at most, those included whose finds still wait in the inbox.
    """
    now = site.now()
    in_the_inbox = (
        Received.vouched == Vouched.ORIGIN.name,
        Received.state == WAITING,
        Received.due_at <= now,
    )
    busy = await session.scalar(
        select(func.count(func.distinct(Received.speaker))).where(*in_the_inbox)
    )
    due = (
        select(Backfill.id)
        .join(Actor, Actor.id == Backfill.actor_id)
        .outerjoin(Host, Host.name == Actor.host)
        .where(
            Backfill.state == WAITING,
            Backfill.due_at <= now,
            claims.is_free(Backfill, now),
            Actor.shut_at.is_(None),
            or_(Host.due_at.is_(None), Host.due_at <= now),
            ~select(Received.id).where(Received.speaker == Actor.iri, *in_the_inbox).exists(),
        )
        .order_by(Backfill.due_at, Backfill.id)
        .limit(max(0, limit - int(busy or 0)))
        .with_for_update(skip_locked=True, of=Backfill)
    )
    taken = await claims.take(session, Backfill, due, now=now, until=now + CLAIM)
    rows = await session.execute(
        select(Backfill, Actor)
        .join(Actor, Actor.id == Backfill.actor_id)
        .where(Backfill.id.in_(taken))
        .order_by(Backfill.due_at, Backfill.id)
    )
    return [_as_walk(row, actor) for row, actor in rows]


async def keep(
    session: Session,
    site: Site,
    walk: Walk,
    found: Sequence[Found],
    *,
    page: Iri | None,
    newest: str | None,
    pages: int,
    fetches: int,
) -> None:
    """Put what a step found into the inbox, and remember where the next step begins.

    Args:
        session: an open transaction: both happen, or neither.
        site: the time and the ids.
        walk: what was claimed.
        found: activities, in the order in which they are to have their effect.
        page: to be read next.
        newest: the newest activity of the whole walk.
        pages: that the step has left behind.
        fetches: that the step has cost.
    """
    for one in found:
        await inbox.put_again(
            session,
            site,
            activity_iri=one.iri,
            speaker=walk.speaker,
            vouched=Vouched.ORIGIN.name,
            document=one.document,
        )
    await session.execute(
        update(Backfill)
        .where(Backfill.id == walk.id, claims.ours(session, Backfill))
        .values(
            page=page,
            newest_iri=newest,
            pages=Backfill.pages + pages,
            fetches=Backfill.fetches + fetches,
            taken=Backfill.taken + len(found),
            tries=0,
            reason="",
            claimed_until=None,
        )
    )


async def finish(
    session: Session, site: Site, walk: Walk, *, reason: str = "", is_read: bool = True
) -> None:
    """The walk has ended; the next one ends where this one began, if it has read what it may."""
    mark = func.coalesce(Backfill.newest_iri, Backfill.mark_iri) if is_read else Backfill.mark_iri
    await session.execute(
        update(Backfill)
        .where(Backfill.id == walk.id, claims.ours(session, Backfill))
        .values(
            state=DONE,
            reason=reason,
            page=None,
            mark_iri=mark,
            due_at=site.now() + REFRESH,
            claimed_until=None,
        )
    )


async def postpone(
    session: Session,
    site: Site,
    walk: Walk,
    *,
    reason: str,
    retry_after: timedelta | None,
    hold: timedelta,
) -> None:
    """Not now: try again after a while that doubles, until we give up.

    Args:
        session: an open transaction.
        site: the time.
        walk: what was claimed.
        reason: what happened, for the operator.
        retry_after: what the peer asked for, if it did.
        hold: how long we keep trying, from when the walk began.
    """
    now = site.now()
    if walk.started_at + hold <= now:
        await give_up(session, walk, reason=f"given up after {hold.days} days: {reason}")
        return
    pause = max(hosts.delay(walk.tries + 1), retry_after or timedelta(0))
    await session.execute(
        update(Backfill)
        .where(Backfill.id == walk.id, claims.ours(session, Backfill))
        .values(
            tries=Backfill.tries + 1,
            reason=reason,
            due_at=now + min(pause, hosts.LONGEST_DELAY),
            claimed_until=None,
        )
    )


async def give_up(session: Session, walk: Walk, *, reason: str) -> None:
    """The outbox cannot be read: the row stays for the operator to see, and blocks nothing."""
    await session.execute(
        update(Backfill)
        .where(Backfill.id == walk.id, claims.ours(session, Backfill))
        .values(state=PARKED, reason=reason, page=None, claimed_until=None)
    )


def _fresh(site: Site) -> dict[str, Any]:
    """How every walk begins."""
    now = site.now()
    return {
        "state": WAITING,
        "reason": "",
        "page": None,
        "newest_iri": None,
        "pages": 0,
        "fetches": 0,
        "taken": 0,
        "tries": 0,
        "started_at": now,
        "due_at": now,
    }


def _as_walk(row: Backfill, actor: Actor) -> Walk:
    return Walk(
        id=row.id,
        actor_id=actor.id,
        speaker=Iri(actor.iri),
        host=actor.host,
        outbox=Iri(actor.outbox) if actor.outbox else None,
        page=Iri(row.page) if row.page else None,
        newest=row.newest_iri,
        mark=row.mark_iri,
        pages=row.pages,
        fetches=row.fetches,
        taken=row.taken,
        tries=row.tries,
        started_at=row.started_at,
    )
