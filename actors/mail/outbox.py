"""The outbox: post with the change it belongs to, fan out, claim by host, settle.

*Post* writes one row inside the caller's transaction, however many will read it. *Fan out* turns
it into one row for each inbox, by one statement. *Claim* takes what is due: at most so many in
flight for one host, and never two about the same thing to the same inbox, so that an Update cannot
overtake its Create (Fedify #538: zombie posts). *Settle* deletes what was delivered and gives
everything else a reason and a time.

An activity for an organisation of this same instance takes the same road without leaving the
house: fan-out writes it into the inbox.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import (
    BindParameter,
    and_,
    bindparam,
    delete,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from activitypub.canonical_json import Document, encode
from activitypub.iris import Iri, host
from actors.database import Session, columns, holder_of, waits_in
from actors.listed import among
from actors.mail import claims, fanning, hosts, lanes, relays
from actors.mail.claims import WAITING
from actors.mail.hosts import Trouble
from actors.mail.lanes import CLAIM
from actors.plain import Plain
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.base import Base
from actors.tables.follow import Follow
from actors.tables.mail import Delivery, Outgoing

PARKED = "parked"


class Parcel(NamedTuple):
    """A claimed delivery, as plain values."""

    id: int
    actor_id: int
    inbox: Iri
    host: str
    body: bytes
    activity_iri: str
    tries: int
    made_at: datetime
    due_at: datetime


DELIVERIES: Final = columns(Delivery)

_IS_OURS: Final = and_(
    DELIVERIES.c.state == literal_column(f"'{WAITING}'"),
    or_(
        DELIVERIES.c.claimed_until.is_(None),
        DELIVERIES.c.claimed_by == bindparam("holder", type_=DELIVERIES.c.claimed_by.type),
    ),
)
"""As `claims.ours`, for statements that are put together once."""

_TAKE: Final = Plain(
    update(DELIVERIES)
    .where(
        among(DELIVERIES.c.id, "ids"),
        or_(
            DELIVERIES.c.claimed_until.is_(None),
            DELIVERIES.c.claimed_until <= bindparam("now", type_=DELIVERIES.c.due_at.type),
        ),
    )
    .values(
        claimed_until=bindparam("until", type_=DELIVERIES.c.due_at.type),
        claimed_by=bindparam("holder", type_=DELIVERIES.c.claimed_by.type),
    )
    .returning(
        DELIVERIES.c.outgoing_id,
        DELIVERIES.c.id,
        DELIVERIES.c.inbox,
        DELIVERIES.c.host,
        DELIVERIES.c.tries,
        DELIVERIES.c.made_at,
        DELIVERIES.c.due_at,
    )
)
_SAID: Final = Plain(
    select(Outgoing.id, Outgoing.actor_id, Outgoing.activity_iri, Outgoing.document).where(
        among(Outgoing.id, "ids")
    )
)
_ARRIVED: Final = Plain(delete(DELIVERIES).where(among(DELIVERIES.c.id, "ids"), _IS_OURS))


async def post(
    session: Session,
    site: Site,
    actor: Actor,
    document: Document,
    *,
    about: str,
    followers_of: Sequence[Actor] = (),
    recipients: Sequence[str] = (),
    is_public: bool,
) -> Outgoing:
    """Put one activity of ours into the post, within the caller's transaction.

    Args:
        session: the transaction that the activity belongs to.
        site: the time and the id.
        actor: whose activity it is.
        document: the whole activity, proof included.
        about: the id of the thing it speaks of; activities about one thing keep their order.
        followers_of: actors of ours whose followers are to have it.
        recipients: IRIs of further actors, ours or theirs; unknown ones are passed over.
        is_public: list it in the actor's outbox.
    """
    row = Outgoing(
        id=site.new_id(),
        activity_iri=str(document["id"]),
        actor_id=actor.id,
        type=str(document["type"]),
        about=about,
        document=encode(document),
        followers_of=[one.id for one in followers_of],
        recipients=list(dict.fromkeys(recipients)),
        is_public=is_public,
        made_at=site.now(),
    )
    session.add(row)
    waits_in(session, Outgoing)
    await session.flush()
    site.passes("log.appended")
    return row


async def hide(session: Session, activity_iri: str) -> None:
    """Show an activity that was taken back to nobody any more: neither listed nor under its id."""
    await session.execute(
        update(Outgoing).where(Outgoing.activity_iri == activity_iri).values(is_public=False)
    )


async def hide_all_about(session: Session, about: str) -> None:
    """Show nobody any more what was said about a thing that is deleted now: its text is in there.

    To be called before the Delete is posted, which stays.
    """
    await session.execute(
        update(Outgoing)
        .where(Outgoing.about == about, Outgoing.type.in_(("Create", "Update")))
        .values(is_public=False)
    )


async def post_to(session: Session, site: Site, outgoing: Outgoing, address: Iri) -> None:
    """Send an activity also to one inbox, whoever reads there."""
    known = await session.scalar(
        select(Delivery.id).where(Delivery.outgoing_id == outgoing.id, Delivery.inbox == address)
    )
    if known is not None:
        return
    waits_in(session, Delivery)
    session.add(
        Delivery(
            outgoing_id=outgoing.id,
            about=outgoing.about,
            host=host(address),
            inbox=address,
            state=WAITING,
            made_at=site.now(),
            due_at=site.now(),
        )
    )
    await session.flush()
    await lanes.open_all(session, [host(address)], site.now())


async def fan_out(session: Session, site: Site, limit: int = 100) -> int:
    """Give some hundred inboxes their rows.

    Returns:
        How many activities were worked on; ask again while it is not 0.
    """
    worked, followers = 0, 0
    for outgoing in await fanning.unfinished(session, limit):
        if outgoing.fanned_to is None:
            for relay in await relays.inboxes_for(session, outgoing):
                await post_to(session, site, outgoing, relay)
        followers += await fanning.fan_out_piece(session, site, outgoing)
        worked += 1
        if followers >= fanning.PIECE or outgoing.fanned_at is None:
            break
    return worked


def is_due(now: datetime) -> ColumnElement[bool]:
    """Whether any delivery is to be sent now, or is under way; a part of a query."""
    return lanes.is_busy(now)


async def claim(session: Session, site: Site, *, limit: int, per_host: int) -> list[Parcel]:
    """Take what is due, a few for each host; a host that fails gets one probe at a time.

    What goes to many inboxes shares one body.
    """
    now = site.now()
    ready = await lanes.take_ready(session, site, limit=limit, per_host=per_host)
    if not ready:
        return []
    holder = {"holder": holder_of(session), "now": now, "until": now + CLAIM}
    taken = sorted(map(tuple, await _TAKE.rows(session, {"ids": ready} | holder)))
    said = await _SAID.rows(session, {"ids": {row[0] for row in taken}})
    activities = {number: activity for number, *activity in said}
    parcels = []
    for outgoing_id, number, address, name, tries, made_at, due_at in taken:
        actor_id, activity_iri, body = activities[outgoing_id]
        parcels.append(
            Parcel(number, actor_id, Iri(address), name, body, activity_iri, tries, made_at, due_at)
        )
    return parcels


async def delivered(session: Session, *parcels: Parcel) -> None:
    """They arrived: the rows go, and the hosts are well."""
    mine = {"ids": [one.id for one in parcels], "holder": holder_of(session)}
    await _ARRIVED.rows(session, mine)
    names = {one.host for one in parcels}
    await hosts.heard_from(session, *names)
    await lanes.close_or_reopen(session, names)


async def give_back(session: Session, *parcels: Parcel) -> None:
    """Nobody is at it any more: whoever claims next may have them."""
    await session.execute(
        update(Delivery)
        .where(Delivery.id.in_([one.id for one in parcels]), claims.ours(session, Delivery))
        .values(claimed_until=None, claimed_by=None)
        .execution_options(synchronize_session=False)
    )
    await lanes.reopen(session, {one.host for one in parcels})


@dataclass(frozen=True)
class Failure:
    """Why a parcel could not be delivered now.

    Attributes:
        parcel: what was claimed.
        reason: what happened, for the operator.
        retry_after: what the peer asked for, if it did.
        is_host_down: the whole host is in trouble, not this one delivery.
    """

    parcel: Parcel
    reason: str
    retry_after: timedelta | None = None
    is_host_down: bool = False


async def postponed(session: Session, site: Site, *failures: Failure, hold: timedelta) -> None:
    """Not now: try again later, until we give up.

    Args:
        session: an open transaction.
        site: the time.
        failures: what could not be delivered.
        hold: how long we keep trying, from when it was posted.
    """
    now = site.now()
    later: list[dict[str, object]] = []
    for one in failures:
        parcel = one.parcel
        row: dict[str, object] = {"id": parcel.id, "tries": parcel.tries + 1, "claimed_until": None}
        if parcel.made_at <= now - hold:
            reason = f"given up after {hold.days} days: {one.reason}"
            row |= {"state": PARKED, "reason": reason, "due_at": parcel.due_at}
        elif one.is_host_down:
            row |= {"state": WAITING, "reason": one.reason, "due_at": parcel.due_at}
        else:
            pause = max(hosts.delay(parcel.tries + 1), one.retry_after or timedelta(0))
            row |= {"state": WAITING, "reason": one.reason, "due_at": now + pause}
        later.append(row)
    await _change(session, later)
    await lanes.reopen(session, {one.parcel.host for one in failures})
    troubles: dict[str, Trouble] = {}
    for one in failures:
        if one.is_host_down:
            before = troubles.get(one.parcel.host)
            asked = [one.retry_after, before.retry_after if before else None]
            longest = max((each for each in asked if each is not None), default=None)
            troubles[one.parcel.host] = Trouble(one.reason, longest)
    await hosts.failed(session, site, troubles)


async def refused(session: Session, parcel: Parcel, *, reason: str) -> None:
    """The peer will never take it: the row stays for the operator to see, and blocks nothing."""
    await session.execute(
        update(Delivery)
        .where(Delivery.id == parcel.id, claims.ours(session, Delivery))
        .values(state=PARKED, reason=reason, tries=Delivery.tries + 1, claimed_until=None)
    )
    await hosts.heard_from(session, parcel.host)
    await lanes.reopen(session, [parcel.host])


async def inbox_gone(session: Session, parcel: Parcel) -> None:
    """The inbox answered 410: nobody lives there any more, so nobody there follows us."""
    there = select(Actor.id).where(
        Actor.is_ours.is_(False),
        or_(Actor.inbox == parcel.inbox, Actor.shared_inbox == parcel.inbox),
    )
    await session.execute(delete(Follow).where(Follow.follower_id.in_(there)))
    await session.execute(
        delete(Delivery).where(Delivery.inbox == parcel.inbox, Delivery.state == WAITING)
    )
    await lanes.reopen(session, [parcel.host])


async def withhold(session: Session, us: Actor, them: Actor) -> None:
    """What waits to be sent from one of ours to somebody it parted with is not sent any more.

    At an inbox that others share it still goes to those, and is left.
    """
    shared = aliased(Actor)
    others = (
        select(Follow.id)
        .join(shared, shared.id == Follow.follower_id)
        .where(
            Follow.followee_id == us.id,
            Follow.state == "accepted",
            shared.id != them.id,
            shared.shared_inbox == them.shared_inbox,
        )
    )
    has_company = them.shared_inbox is not None and await session.scalar(others.limit(1))
    doors = (
        [them.inbox] if has_company or not them.shared_inbox else [them.inbox, them.shared_inbox]
    )
    ours = select(Outgoing.id).where(
        Outgoing.actor_id == us.id, Outgoing.type.not_in(fanning.PARTING)
    )
    await session.execute(
        delete(Delivery).where(
            Delivery.inbox.in_(doors), Delivery.outgoing_id.in_(ours), Delivery.state == WAITING
        )
    )


async def next_due(session: Session) -> datetime | None:
    """When the next delivery wants attention: at once where something is not fanned out yet."""
    unfanned = await session.scalar(
        select(Outgoing.made_at).where(Outgoing.fanned_at.is_(None)).limit(1)
    )
    return await lanes.next_due(session) if unfanned is None else unfanned


async def _change(session: Session, rows: list[dict[str, object]]) -> None:
    """Write what became of deliveries; what is not ours any more is left as it is."""
    deliveries = Base.metadata.tables[Delivery.__tablename__]
    changed: dict[str, BindParameter[object]] = {
        name: bindparam(name) for name in rows[0] if name != "id"
    }
    await session.execute(
        update(deliveries)
        .where(Delivery.id == bindparam("delivery"), claims.ours(session, Delivery))
        .values(changed),
        [{"delivery": row.pop("id")} | row for row in rows],
    )
