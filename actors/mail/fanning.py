"""Fan-out: one row for each inbox that is to have an activity, by statements, a piece at a time.

A piece is some hundred followers, so that whoever else wants to write waits for milliseconds, and
a process that dies goes on where it stopped. Nothing of an activity is sent before all of it is
fanned out: that is why followers who share an inbox are one row, whichever pieces they are in.

Activities are fanned out one after the other, in their order, whoever does it: an Update whose
rows came before those of its Create would overtake it.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import CompoundSelect, Subquery, and_, func, literal, select, true, union
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.elements import ColumnElement

from activitypub.authority import Vouched
from actors.database import Session, is_sqlite
from actors.mail import inbox, lanes, superseding
from actors.mail.claims import WAITING
from actors.mail.lanes import CLAIM
from actors.plain import Plain
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.block import Block
from actors.tables.follow import Follow
from actors.tables.mail import Delivery, Outgoing

PIECE: Final = 1000
"""Followers at a time: about 10 ms of a SQLite writer."""

PARTING: Final = ("Block", "Delete", "Flag", "Reject", "Undo")
"""What is told even to those with whom the speaker has nothing to do any more."""

ACCEPTED: Final = "accepted"

_COLUMNS: Final = (
    *("outgoing_id", "about", "host", "inbox", "state", "reason", "tries", "made_at", "due_at"),
)


_ANY: Final = Plain(select(Outgoing.id).where(Outgoing.fanned_at.is_(None)).limit(1))


async def unfinished(session: Session, limit: int) -> list[Outgoing]:
    """What is to be fanned out, in order; another process waits until this one has done its piece.

    Were they passed over instead, that process would go on with a later one.
    """
    if not await _ANY.rows(session, {}):
        return []
    rows = await session.scalars(
        select(Outgoing)
        .where(Outgoing.fanned_at.is_(None))
        .order_by(Outgoing.id)
        .limit(limit)
        .with_for_update()
    )
    return list(rows)


async def fan_out_piece(session: Session, site: Site, outgoing: Outgoing) -> int:
    """Give the next followers of an activity their rows; who is named comes with the first.

    Returns:
        How many followers those were; the activity is done when no others are left.
    """
    last, count, is_more = await _end_of_piece(session, outgoing)
    readers = _readers(outgoing, last).subquery()
    apart: Sequence[ColumnElement[bool]] = (
        [] if outgoing.type in PARTING else [~Actor.id.in_(_estranged(outgoing.actor_id))]
    )
    since_id = await session.scalar(select(func.max(Delivery.id))) or 0
    await _write(session, site, outgoing, readers, apart)
    # Before the last piece nothing is to be found in them; after it they are opened again.
    await lanes.open_for(session, since_id, site.now() + (CLAIM if is_more else timedelta(0)))
    written = (Delivery.outgoing_id == outgoing.id, Delivery.id > since_id)
    await superseding.withdraw_older(session, outgoing, select(Delivery.inbox).where(*written))
    if await _any_of_ours(session, readers, apart):
        await _put_at_home(session, site, outgoing)
    if not is_more:
        outgoing.fanned_at = site.now()
        if outgoing.fanned_to is not None:
            await lanes.reopen_for(session, outgoing.id, outgoing.made_at)
    else:
        outgoing.fanned_to = last
    await session.flush()
    return count


async def _end_of_piece(session: Session, outgoing: Outgoing) -> tuple[int, int, bool]:
    """The last follow of the piece, how many it has, and whether there are others behind it."""
    theirs = select(Follow.id).where(_followed(outgoing)).order_by(Follow.id)
    piece = theirs.limit(PIECE).subquery()
    row = (await session.execute(select(func.max(piece.c.id), func.count(piece.c.id)))).one()
    last, count = row[0] or 0, row[1]
    if count < PIECE:
        return last, count, False
    behind = await session.scalar(theirs.where(Follow.id > last).limit(1))
    return last, count, behind is not None


def _followed(outgoing: Outgoing) -> ColumnElement[bool]:
    return and_(
        Follow.followee_id.in_(outgoing.followers_of),
        Follow.state == ACCEPTED,
        Follow.id > (outgoing.fanned_to or 0),
    )


def _readers(outgoing: Outgoing, last: int) -> CompoundSelect[tuple[int]]:
    following = select(Follow.follower_id).where(_followed(outgoing), Follow.id <= last)
    named = select(Actor.id).where(Actor.iri.in_(outgoing.recipients))
    return union(following, named) if outgoing.fanned_to is None else union(following)


def _estranged(actor_id: int) -> CompoundSelect[tuple[int]]:
    """The ids of those whom an actor blocks, and of those who block it."""
    return union(
        select(Block.blocked_id).where(Block.blocker_id == actor_id),
        select(Block.blocker_id).where(Block.blocked_id == actor_id),
    )


async def _write(
    session: Session,
    site: Site,
    outgoing: Outgoing,
    readers: Subquery,
    apart: Sequence[ColumnElement[bool]],
) -> None:
    """Write the rows of a piece."""
    now = site.now()
    theirs = (
        select(
            literal(outgoing.id),
            literal(outgoing.about),
            Actor.host,
            func.coalesce(Actor.shared_inbox, Actor.inbox),
            literal(WAITING),
            literal(""),
            literal(0),
            literal(now, Delivery.made_at.type),
            literal(now, Delivery.due_at.type),
        )
        .where(
            Actor.id.in_(select(readers.c[0])),
            Actor.is_ours.is_(False),
            Actor.gone_at.is_(None),
            Actor.shut_at.is_(None),
            *apart,
        )
        .distinct()
    )
    insert = (sqlite.insert if is_sqlite(session) else postgresql.insert)(Delivery)
    await session.execute(
        insert.from_select(_COLUMNS, theirs, include_defaults=False).on_conflict_do_nothing()
    )


async def _any_of_ours(
    session: Session, readers: Subquery, apart: Sequence[ColumnElement[bool]]
) -> bool:
    ours = (
        select(Actor.id)
        .where(Actor.id.in_(select(readers.c[0])), Actor.is_ours.is_(True), *apart)
        .exists()
    )
    return bool(await session.scalar(select(true()).where(ours)))


async def _put_at_home(session: Session, site: Site, outgoing: Outgoing) -> None:
    """Into our own inbox, once: it is known there by its id."""
    speaker = await session.get_one(Actor, outgoing.actor_id)
    await inbox.put(
        session,
        site,
        activity_iri=outgoing.activity_iri,
        speaker=speaker.iri,
        vouched=Vouched.OURS.name,
        document=outgoing.document,
    )
