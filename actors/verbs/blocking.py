"""Blocking: wanting nothing to do with somebody, or with a whole host.

Three of them, from mild to strong. *Mute*: an organisation of ours does not read somebody; nobody
is told. *Block*: nothing passes between the two any more; follows end in both directions, and the
one who is blocked is told, so that their server stops showing us (as Mastodon and GoToSocial do). A
*host* may be blocked by one organisation, which is a block of everybody there and is told to
nobody, or by the instance: then nothing comes from it, nothing goes there and nothing is read
there, by whatever way it may come. All of it can be taken back; follows that ended stay ended.

Somebody who blocks one of ours is not followed, addressed or delivered to by it. Only the blocker
takes a Block back.

Wire: Block, Undo{Block} (ActivityPub 6.9, 7.10; it asks not to send a Block, but everybody does),
Reject{Follow}.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import and_, delete, or_, select, update

import activitypub.vocabulary as ap
from activitypub.authority import Heard
from activitypub.canonical_json import Document
from activitypub.iris import host
from actors.database import Session, insert_once
from actors.documents import activities
from actors.errors import Conflicting, NotFound, Unwise
from actors.mail import claims, inbox, outbox
from actors.mail import hosts as health
from actors.rules import hosts
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.block import Block, HostBlock, Mute
from actors.tables.follow import Follow
from actors.tables.host import Host
from actors.tables.mail import Delivery, Received
from actors.tables.notice import Notice
from actors.verbs import distributing, following, hearing, mirroring, posting
from actors.verbs.hearing import iri_of
from actors.verbs.mirroring import Gathered

LONGEST_REASON = 500
"""Characters of the reason why a host is blocked: a note of an operator to herself."""


@dataclass(frozen=True)
class Severed:
    """What ended when a host was blocked.

    Attributes:
        host: its name.
        follows: of theirs and of ours.
        letters: that waited to be sent there, or to be read here.
    """

    host: str
    follows: int
    letters: int


async def block(session: Session, site: Site, us: Actor, them: Actor) -> Block:
    """An organisation of ours wants nothing to do with somebody any more; again: no change.

    Raises:
        Conflicting: it would block itself.
    """
    if us.id == them.id:
        raise Conflicting("an organisation does not block itself")
    known = await _between(session, us, them)
    if known is not None:
        return known
    for follow in await _follows(session, us, them):
        if follow.follower_id == us.id:
            await following.unfollow(session, site, follow)
        else:
            await following.dismiss(session, site, follow)
    document = activities.activity(site, "Block", us.iri, them.iri, at=site.now(), to=[them.iri])
    row = Block(
        id=site.new_id(),
        iri=str(document["id"]),
        blocker_id=us.id,
        blocked_id=them.id,
        made_at=site.now(),
    )
    session.add(row)
    await session.flush()
    await _part(session, us, them)
    await outbox.withhold(session, us, them)
    sealed = await posting.seal(session, site, us, document)
    await outbox.post(
        session, site, us, sealed, about=row.iri, recipients=[them.iri], is_public=False
    )
    return row


async def unblock(session: Session, site: Site, us: Actor, them: Actor) -> None:
    """An organisation of ours takes a block back; nothing happens where there was none."""
    row = await _between(session, us, them)
    if row is None:
        return
    taken_back: Document = {
        "id": row.iri,
        "type": "Block",
        "actor": us.iri,
        "object": them.iri,
    }
    await posting.say(session, site, us, "Undo", taken_back, about=row.iri, recipients=[them.iri])
    await session.delete(row)
    await session.flush()


async def mute(
    session: Session,
    site: Site,
    us: Actor,
    them: Actor,
    *,
    hides_notices: bool = True,
    span: timedelta | None = None,
) -> None:
    """An organisation of ours does not want to read somebody; nobody is told.

    Args:
        session: an open transaction.
        site: our clock and ids.
        us: who does not want to.
        them: whom.
        hides_notices: nor be told what they do to it.
        span: for how long; without, until it is taken back.

    Raises:
        Conflicting: it would mute itself.
    """
    if us.id == them.id:
        raise Conflicting("an organisation does not mute itself")
    await unmute(session, us, them)
    session.add(
        Mute(
            id=site.new_id(),
            muter_id=us.id,
            muted_id=them.id,
            hides_notices=hides_notices,
            made_at=site.now(),
            expires_at=None if span is None else site.now() + span,
        )
    )
    await session.flush()


async def unmute(session: Session, us: Actor, them: Actor) -> None:
    """An organisation of ours wants to read somebody again."""
    await session.execute(delete(Mute).where(Mute.muter_id == us.id, Mute.muted_id == them.id))


async def block_host(session: Session, site: Site, us: Actor, name: str) -> str:
    """An organisation of ours wants nothing to do with a host and the hosts below it.

    Follows end in both directions: theirs with a Reject, ours with an Undo. The host is not told
    why.

    Returns:
        The name as it was understood.

    Raises:
        Unwise: it is no host name, or our own.
    """
    name = _foreign(site, name)
    values = {"id": site.new_id(), "owner_id": us.id, "name": name, "made_at": site.now()}
    await insert_once(session, HostBlock, values)
    follows = await session.execute(
        select(Follow, Actor).join(
            Actor,
            or_(
                and_(Follow.follower_id == us.id, Follow.followee_id == Actor.id),
                and_(Follow.followee_id == us.id, Follow.follower_id == Actor.id),
            ),
        )
    )
    for row, them in follows.all():
        if not hosts.is_covered(them.host, (name,)):
            continue
        if row.follower_id == us.id:
            await following.unfollow(session, site, row)
        else:
            await following.dismiss(session, site, row)
        await _part(session, us, them)
    return name


async def unblock_host(session: Session, us: Actor, name: str) -> None:
    """An organisation of ours takes its block of a host back."""
    await session.execute(
        delete(HostBlock).where(HostBlock.owner_id == us.id, HostBlock.name == hosts.named(name))
    )


async def shut(session: Session, site: Site, name: str, *, reason: str = "") -> Severed:
    """This instance blocks a host and the hosts below it; nobody is told.

    Follows end in both directions, what waits to be sent there or came from there is dropped, and
    what is remembered of it is shown to nobody until the block is taken back.

    Raises:
        Unwise: it is no host name, or our own, or the reason is too long.
    """
    name = _foreign(site, name)
    if len(reason) > LONGEST_REASON:
        words = f"Give a reason of at most {LONGEST_REASON} characters."
        raise Unwise(words, fields={"reason": words})
    await health.make_known(session, site, name)
    await session.execute(
        update(Host)
        .where(Host.name == name)
        .values(is_blocked=True, blocked_at=site.now(), block_reason=reason.strip())
    )
    concerned = [row for row in await _strangers(session) if hosts.is_covered(row.host, (name,))]
    for actor in concerned:
        actor.shut_at = actor.shut_at or site.now()
    await session.flush()
    ids, iris = [one.id for one in concerned], [one.iri for one in concerned]
    follows = await session.execute(
        delete(Follow)
        .where(or_(Follow.follower_id.in_(ids), Follow.followee_id.in_(ids)))
        .returning(Follow.id)
    )
    letters = await _drop_letters(session, name, iris)
    await session.execute(delete(Notice).where(Notice.from_id.in_(ids)))
    return Severed(name, len(follows.all()), letters)


async def reopen(session: Session, name: str) -> str:
    """This instance no longer blocks a host; follows that ended stay ended.

    Returns:
        The name as it was understood.

    Raises:
        NotFound: it was not blocked by that name.
    """
    name = hosts.named(name)
    row = await session.scalar(select(Host).where(Host.name == name, Host.is_blocked.is_(True)))
    if row is None:
        raise NotFound(f"{name} is not blocked here")
    row.is_blocked, row.blocked_at, row.block_reason = False, None, ""
    await session.flush()
    for actor in await _strangers(session):
        if actor.shut_at is not None and not await health.is_blocked(session, actor.host):
            actor.shut_at = None
    await session.flush()
    return name


async def on_block(
    session: Session, site: Site, heard: Heard[ap.Block], gathered: Gathered
) -> None:
    """Somebody wants nothing to do with one of ours: what was between them ends; nobody is told.

    Raises:
        NotFound: it is about nobody of ours.
    """
    blocked = await session.scalar(
        select(Actor).where(Actor.iri == iri_of(heard.activity.object), Actor.is_ours.is_(True))
    )
    if blocked is None:
        raise NotFound("there is no such organisation here")
    blocker = await hearing.speaker(session, heard)
    known = await _between(session, blocker, blocked)
    if known is None and (
        hearing.is_our_own(heard)
        or await mirroring.is_buried(session, str(heard.activity.id), blocker)
    ):
        return  # taken back before it came
    if known is None:
        values = {"id": site.new_id(), "iri": str(heard.activity.id), "made_at": site.now()}
        ids = {"blocker_id": blocker.id, "blocked_id": blocked.id}
        await insert_once(session, Block, values | ids)
    for row in await _follows(session, blocker, blocked):
        await session.delete(row)
    await session.flush()
    await _part(session, blocked, blocker)
    await outbox.withhold(session, blocked, blocker)


async def on_undo(session: Session, heard: Heard[ap.Undo]) -> bool:
    """Somebody takes a block of one of ours back.

    Returns:
        False when the speaker has not said that Block.
    """
    undone, speaker = heard.activity.object, await hearing.speaker(session, heard)
    statement = delete(Block).where(Block.blocker_id == speaker.id)
    if isinstance(undone, ap.Block):
        # Some servers name it by an id of their own making: actor and object tell which.
        of = select(Actor.id).where(Actor.iri == iri_of(undone.object))
        statement = statement.where(Block.blocked_id.in_(of))
    else:
        statement = statement.where(Block.iri == iri_of(undone))
    return bool((await session.scalars(statement.returning(Block.id))).all())


async def _between(session: Session, blocker: Actor, blocked: Actor) -> Block | None:
    return await session.scalar(
        select(Block).where(Block.blocker_id == blocker.id, Block.blocked_id == blocked.id)
    )


async def _follows(session: Session, one: Actor, other: Actor) -> list[Follow]:
    pair = (one.id, other.id)
    rows = await session.scalars(
        select(Follow).where(Follow.follower_id.in_(pair), Follow.followee_id.in_(pair))
    )
    return list(rows)


async def _part(session: Session, us: Actor, them: Actor) -> None:
    """What one of ours had of somebody goes: from its timeline, and from what it was told."""
    await distributing.withdraw(session, us.id, them)
    await session.execute(delete(Notice).where(Notice.owner_id == us.id, Notice.from_id == them.id))


async def _strangers(session: Session) -> list[Actor]:
    """Everybody of other hosts: names are compared here, because both engines fold differently."""
    return list(await session.scalars(select(Actor).where(Actor.is_ours.is_(False))))


async def _drop_letters(session: Session, name: str, iris: list[str]) -> int:
    """What waits to be sent to a host, or to be read from it, never will be."""
    waiting = await session.scalars(
        select(Delivery.host).where(Delivery.state == claims.WAITING).distinct()
    )
    doors = [one for one in waiting if hosts.is_covered(one, (name,))]
    sent = await session.execute(
        delete(Delivery).where(Delivery.host.in_(doors)).returning(Delivery.id)
    )
    read = await session.execute(
        update(Received)
        .where(Received.speaker.in_(iris), Received.state == claims.WAITING)
        .values(state=inbox.REFUSED, reason="its host is blocked", document=b"")
        .returning(Received.id)
    )
    return len(sent.all()) + len(read.all())


def _foreign(site: Site, text: str) -> str:
    """The host that is meant.

    Raises:
        Unwise: it is no host name, or covers our own.
    """
    name = hosts.named(text)
    if hosts.is_covered(host(site.origin), (name,)):
        words = "That is this site itself."
        raise Unwise(words, fields={"host": words})
    return name
