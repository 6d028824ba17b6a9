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

from sqlalchemy import (
    CompoundSelect,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    union,
    update,
)
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from activitypub.authority import Vouched
from activitypub.canonical_json import Document, encode
from activitypub.iris import Iri, host
from actors.database import Session, waits_in
from actors.mail import claims, hosts, inbox, relays
from actors.mail.claims import WAITING
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.block import Block
from actors.tables.follow import Follow
from actors.tables.host import Host
from actors.tables.mail import Delivery, Outgoing

PARKED = "parked"

PARTING = ("Block", "Delete", "Flag", "Reject", "Undo")
"""What is told even to those with whom the speaker has nothing to do any more."""

CLAIM = timedelta(minutes=2)
"""How long one delivery may take: 30 s for the request, and room for a slow start."""


@dataclass(frozen=True)
class Parcel:
    """A claimed delivery, as plain values."""

    id: int
    actor_id: int
    inbox: Iri
    host: str
    body: bytes
    activity_iri: str
    tries: int


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


async def fan_out(session: Session, site: Site, limit: int = 100) -> int:
    """Give each inbox its row.

    Returns:
        How many activities were fanned out; ask again while it is not 0.
    """
    rows = await session.scalars(
        select(Outgoing)
        .where(Outgoing.fanned_at.is_(None))
        .order_by(Outgoing.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    count = 0
    for outgoing in rows:
        await _fan_out_one(session, site, outgoing)
        outgoing.fanned_at = site.now()
        count += 1
    await session.flush()
    return count


def _ripe(now: datetime) -> ColumnElement[bool]:
    """Due, its host due too, and nothing about the same thing before it; claimed or not."""
    earlier = aliased(Delivery)
    overtaken = (
        select(earlier.id)
        .where(
            earlier.inbox == Delivery.inbox,
            earlier.about == Delivery.about,
            earlier.outgoing_id < Delivery.outgoing_id,
            earlier.state == WAITING,
        )
        .exists()
    )
    return and_(
        Delivery.state == WAITING,
        Delivery.due_at <= now,
        ~overtaken,
        or_(Host.due_at.is_(None), Host.due_at <= now),
    )


def is_due(now: datetime) -> ColumnElement[bool]:
    """Whether any delivery is to be sent now, or is under way; a part of a query."""
    ripe = select(Delivery.id).outerjoin(Host, Host.name == Delivery.host).where(_ripe(now))
    return ripe.exists()


async def claim(session: Session, site: Site, *, limit: int, per_host: int) -> list[Parcel]:
    """Take what is due, a few for each host; a host that fails gets one probe at a time."""
    now = site.now()
    await claims.turn(session, Delivery)
    flying = aliased(Delivery)
    in_flight = (
        select(func.count())
        .where(flying.host == Delivery.host, flying.claimed_until > now)
        .scalar_subquery()
    )
    place = func.row_number().over(
        partition_by=Delivery.host, order_by=(Delivery.outgoing_id, Delivery.id)
    )
    ready = (
        select(
            Delivery.id.label("id"),
            (place + in_flight).label("place"),
            func.coalesce(Host.failures, 0).label("failures"),
        )
        .outerjoin(Host, Host.name == Delivery.host)
        .where(_ripe(now), claims.is_free(Delivery, now))
        .subquery()
    )
    chosen = (
        select(ready.c.id)
        .where(ready.c.place <= per_host, or_(ready.c.failures == 0, ready.c.place == 1))
        .order_by(ready.c.place, ready.c.id)
        .limit(limit)
    )
    taken = await claims.take(session, Delivery, chosen, now=now, until=now + CLAIM)
    rows = await session.execute(
        select(
            Delivery,
            Outgoing.actor_id,
            Outgoing.document,
            Outgoing.activity_iri,
        )
        .join(Outgoing, Outgoing.id == Delivery.outgoing_id)
        .where(Delivery.id.in_(taken))
        .order_by(Delivery.outgoing_id, Delivery.id)
    )
    return [
        Parcel(
            id=one.id,
            actor_id=actor_id,
            inbox=Iri(one.inbox),
            host=one.host,
            body=document,
            activity_iri=activity_iri,
            tries=one.tries,
        )
        for one, actor_id, document, activity_iri in rows
    ]


async def delivered(session: Session, parcel: Parcel) -> None:
    """It arrived: the row goes, and the host is well."""
    await session.execute(
        delete(Delivery).where(Delivery.id == parcel.id, claims.ours(session, Delivery))
    )
    await hosts.heard_from(session, parcel.host)


async def postponed(
    session: Session,
    site: Site,
    parcel: Parcel,
    *,
    reason: str,
    retry_after: timedelta | None,
    is_host_down: bool,
    hold: timedelta,
) -> None:
    """Not now: try again later, until we give up.

    Args:
        session: an open transaction.
        site: the time.
        parcel: what was claimed.
        reason: what happened, for the operator.
        retry_after: what the peer asked for, if it did.
        is_host_down: the whole host is in trouble, not this one delivery.
        hold: how long we keep trying, from when it was posted.
    """
    now = site.now()
    if is_host_down:
        await hosts.failed(session, site, parcel.host, retry_after=retry_after)
        due_at = now
    else:
        due_at = now + max(hosts.delay(parcel.tries + 1), retry_after or timedelta(0))
    await session.execute(
        update(Delivery)
        .where(
            Delivery.id == parcel.id,
            Delivery.made_at > now - hold,
            claims.ours(session, Delivery),
        )
        .values(tries=Delivery.tries + 1, reason=reason, due_at=due_at, claimed_until=None)
    )
    await session.execute(
        update(Delivery)
        .where(
            Delivery.id == parcel.id,
            Delivery.made_at <= now - hold,
            claims.ours(session, Delivery),
        )
        .values(
            state=PARKED, reason=f"given up after {hold.days} days: {reason}", claimed_until=None
        )
    )


async def try_again(session: Session, site: Site, host: str | None) -> int:
    """Let everything that waits for a time, or was given up, be due now; held as long as new mail.

    Args:
        session: an open transaction.
        site: the time.
        host: only to this one.

    Returns:
        How many deliveries those are.
    """
    now = site.now()
    waits_in(session, Delivery)
    theirs = true() if host is None else Delivery.host == host
    revived = await session.scalars(
        update(Delivery)
        .where(theirs, Delivery.state == PARKED)
        .values(state=WAITING, made_at=now, due_at=now, claimed_until=None)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    hurried = await session.scalars(
        update(Delivery)
        .where(theirs, Delivery.state == WAITING, Delivery.claimed_until.is_(None))
        .values(due_at=now)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    found = {*revived.all(), *hurried.all()}
    waiting = update(Host).where(Host.due_at.is_not(None))
    if host is not None:
        waiting = waiting.where(Host.name == host)
    await session.execute(waiting.values(due_at=now))
    return len(found)


async def refused(session: Session, parcel: Parcel, *, reason: str) -> None:
    """The peer will never take it: the row stays for the operator to see, and blocks nothing."""
    await session.execute(
        update(Delivery)
        .where(Delivery.id == parcel.id, claims.ours(session, Delivery))
        .values(state=PARKED, reason=reason, tries=Delivery.tries + 1, claimed_until=None)
    )
    await hosts.heard_from(session, parcel.host)


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
    ours = select(Outgoing.id).where(Outgoing.actor_id == us.id, Outgoing.type.not_in(PARTING))
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
    if unfanned is not None:
        return unfanned
    later = case((Host.due_at > Delivery.due_at, Host.due_at), else_=Delivery.due_at)
    due_at: datetime | None = await session.scalar(
        select(func.min(later))
        .select_from(Delivery)
        .outerjoin(Host, Host.name == Delivery.host)
        .where(Delivery.state == WAITING)
    )
    return due_at


def _estranged(actor_id: int) -> CompoundSelect[tuple[int]]:
    """The ids of those whom an actor blocks, and of those who block it."""
    return union(
        select(Block.blocked_id).where(Block.blocker_id == actor_id),
        select(Block.blocker_id).where(Block.blocked_id == actor_id),
    )


async def _fan_out_one(session: Session, site: Site, outgoing: Outgoing) -> None:
    followers = and_(
        Follow.follower_id == Actor.id,
        Follow.followee_id.in_(outgoing.followers_of),
        Follow.state == "accepted",
    )
    following = select(Actor.id).join(Follow, followers)
    named = select(Actor.id).where(Actor.iri.in_(outgoing.recipients))
    readers = union(following, named).subquery()
    apart = [] if outgoing.type in PARTING else [~Actor.id.in_(_estranged(outgoing.actor_id))]
    now = site.now()
    address = func.coalesce(Actor.shared_inbox, Actor.inbox)
    theirs = (
        select(
            literal(outgoing.id),
            literal(outgoing.about),
            Actor.host,
            address,
            literal(WAITING),
            literal(""),
            literal(0),
            literal(now, Delivery.made_at.type),
            literal(now, Delivery.due_at.type),
        )
        .where(
            Actor.id.in_(select(readers.c.id)),
            Actor.is_ours.is_(False),
            Actor.gone_at.is_(None),
            Actor.shut_at.is_(None),
            *apart,
        )
        .distinct()
    )
    columns = [
        "outgoing_id",
        "about",
        "host",
        "inbox",
        "state",
        "reason",
        "tries",
        "made_at",
        "due_at",
    ]
    await session.execute(insert(Delivery).from_select(columns, theirs, include_defaults=False))
    for relay in await relays.inboxes_for(session, outgoing):
        await post_to(session, site, outgoing, relay)
    ours = await session.scalar(
        select(true()).where(
            select(Actor.id)
            .where(Actor.id.in_(select(readers.c.id)), Actor.is_ours.is_(True), *apart)
            .exists()
        )
    )
    if ours:
        speaker = await session.get_one(Actor, outgoing.actor_id)
        await inbox.put(
            session,
            site,
            activity_iri=outgoing.activity_iri,
            speaker=speaker.iri,
            vouched=Vouched.OURS.name,
            document=outgoing.document,
        )
