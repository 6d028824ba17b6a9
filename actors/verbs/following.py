"""Following: who wants to hear from whom.

An organisation of ours may follow anybody; anybody may follow an organisation of ours. One that
approves its followers leaves the follow waiting; all others accept at once. A repeated Follow is
accepted again, because the peer may have lost our answer. A follow of ours counts once its
followee says so, and nobody else. An Undo that overtakes its Follow binds.
What we say of one follow after the other goes in its order: an Undo names who followed whom, and
would end the next one too.

Wire: Follow, Accept{Follow}, Reject{Follow} (said by a commons only), Undo{Follow} (ActivityPub 7.5
to 7.7, 7.10).
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select

import activitypub.vocabulary as ap
from activitypub.authority import Heard
from activitypub.canonical_json import Document
from actors.database import Session
from actors.documents import activities
from actors.errors import Conflicting, NotAllowed, NotFound
from actors.mail import backfill, explorations, outbox
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.commons import Exclusion
from actors.tables.follow import Follow
from actors.verbs import catching_up, distributing, hearing, mirroring, noticing, posting
from actors.verbs.hearing import iri_of
from actors.verbs.mirroring import Gathered
from actors.views import blocks

PENDING, ACCEPTED, REJECTED = "pending", "accepted", "rejected"

ASKED_AGAIN_AFTER: Final = timedelta(days=30)
"""How long one request counts that was made again because the followee had forgotten the first: who
leaves us out once more in this time means it."""


async def follow(session: Session, site: Site, follower: Actor, followee: Actor) -> Follow:
    """An organisation of ours asks to follow somebody.

    Asking again while no answer came sends a new request: the first may have been lost.

    Raises:
        Conflicting: it follows already, or would follow itself.
        NotAllowed: the followee is gone.
    """
    if follower.id == followee.id:
        raise Conflicting("an organisation does not follow itself")
    posting.must_be_here(follower)
    if followee.gone_at is not None:
        raise NotAllowed("this account no longer exists")
    if followee.moved_to is not None:
        raise NotAllowed("this account has moved; follow it where it is now")
    between = await blocks.standing(session, follower, followee)
    if between.blocked_by:
        raise NotAllowed("they do not want to be followed by this organisation")
    if between.blocking or between.host_blocking or followee.shut_at is not None:
        raise NotAllowed("they are blocked here; take that back first")
    # Two colleagues who press the button at the same moment ask twice, and do not collide.
    await session.execute(
        select(Actor.id).where(Actor.id == follower.id).with_for_update(key_share=True)
    )
    known = await _between(session, follower.id, followee.id)
    if known is not None and known.state == ACCEPTED:
        raise Conflicting(f"{follower.name} follows {followee.address} already")
    document = activities.activity(
        site, "Follow", follower.iri, followee.iri, at=site.now(), to=[followee.iri]
    )
    row = known or _asking(site, follower, followee)
    row.iri, row.state = str(document["id"]), PENDING
    session.add(row)
    await outbox.post(
        session,
        site,
        follower,
        await posting.seal(session, site, follower, document),
        about=followee.iri,
        recipients=[followee.iri],
        is_public=False,
    )
    return row


async def ask_again(session: Session, site: Site, asked: Follow) -> bool:
    """Whom one of ours follows has forgotten it: ask once more, so that it is known there again.

    Returns:
        False where we asked a while ago already, or may not: then it is over.
    """
    now = site.now()
    if asked.asked_again_at is not None and now - asked.asked_again_at < ASKED_AGAIN_AFTER:
        return False
    follower = await session.get_one(Actor, asked.follower_id)
    followee = await session.get_one(Actor, asked.followee_id)
    before, asked.state = asked.state, PENDING
    await session.flush()
    try:
        await follow(session, site, follower, followee)
    except NotAllowed:
        asked.state = before
        return False
    asked.asked_again_at = now
    return True


async def unfollow(session: Session, site: Site, follow: Follow) -> None:
    """An organisation of ours no longer wants to hear from somebody."""
    follower = await session.get_one(Actor, follow.follower_id)
    followee = await session.get_one(Actor, follow.followee_id)
    await posting.say(
        session,
        site,
        follower,
        "Undo",
        as_document(follow, follower, followee),
        about=followee.iri,
        recipients=[followee.iri],
    )
    await session.delete(follow)
    await session.flush()
    await distributing.withdraw(session, follower.id, followee)


async def admit(session: Session, site: Site, follow: Follow) -> None:
    """An organisation of ours lets somebody follow it; also when their site lost our first yes."""
    follower = await session.get_one(Actor, follow.follower_id)
    followee = await session.get_one(Actor, follow.followee_id)
    if not follower.is_ours:
        # Between two of ours the one row belongs to both: there the Accept makes it count.
        follow.state = ACCEPTED
    await posting.say(
        session,
        site,
        followee,
        "Accept",
        as_document(follow, follower, followee),
        about=follower.iri,
        recipients=[follower.iri],
    )


async def admit_all(session: Session, site: Site, followee: Actor) -> None:
    """Everybody who waits for an organisation of ours to decide may follow it."""
    waiting = await session.scalars(
        select(Follow)
        .where(Follow.followee_id == followee.id, Follow.state == PENDING)
        .order_by(Follow.id)
    )
    for row in waiting.all():
        await admit(session, site, row)


async def dismiss(session: Session, site: Site, follow: Follow) -> None:
    """An organisation of ours no longer wants somebody among its followers, or never did."""
    follower = await session.get_one(Actor, follow.follower_id)
    followee = await session.get_one(Actor, follow.followee_id)
    await posting.say(
        session,
        site,
        followee,
        "Reject",
        as_document(follow, follower, followee),
        about=follower.iri,
        recipients=[follower.iri],
    )
    if follower.is_ours:
        follow.state = REJECTED
        await session.flush()
        await distributing.withdraw(session, follower.id, followee)
        return
    await session.delete(follow)
    await session.flush()


async def on_follow(
    session: Session, site: Site, heard: Heard[ap.Follow | ap.Join], gathered: Gathered
) -> None:
    """Somebody asks to follow one of ours.

    Writes at most one Follow, one Notice and one Accept. The follower is remembered already:
    authenticating it did that. Who is kept out of a commons is answered Reject.

    Raises:
        NotFound: the object is not one of our organisations.
    """
    followee = await _ours(session, iri_of(heard.activity.object))
    follower = await hearing.speaker(session, heard)
    row = await _between(session, follower.id, followee.id)
    is_ours = hearing.is_our_own(heard)
    if is_ours and (row is None or row.iri != heard.activity.id):
        return  # taken back, or asked again, before it came
    if await mirroring.is_buried(session, str(heard.activity.id), follower):
        return
    if await blocks.bars(session, followee.id, follower) or await _is_kept_out(
        session, follower, followee
    ):
        await _turn_away(session, site, heard, row or _asking(site, follower, followee))
        return
    is_new = row is None or (is_ours and row.state == PENDING)
    row = row or _asking(site, follower, followee)
    row.iri, row.is_join = str(heard.activity.id), isinstance(heard.activity, ap.Join)
    session.add(row)
    await session.flush()
    is_admitted = row.state == ACCEPTED or not followee.approves_followers
    if is_admitted:
        await admit(session, site, row)
    if is_new:
        kind = "follow" if is_admitted else "request"
        await noticing.tell(session, site, followee.id, kind, follower)


async def on_accept(
    session: Session, site: Site, heard: Heard[ap.Accept], gathered: Gathered
) -> None:
    """Somebody accepts our request to follow: by its id, or by embedding it.

    What we know of theirs already is shown to the follower; the rest is fetched from their outbox,
    and models of theirs are read anew: nobody may have told us lately how they are.

    Raises:
        NotFound: we never asked this speaker.
    """
    row = await _asked(session, heard)
    if row.state != ACCEPTED:
        row.state = ACCEPTED
        sender = await hearing.speaker(session, heard)
        await session.flush()
        await noticing.tell(session, site, row.follower_id, "followed", sender)
        await distributing.catch_up(session, site, row.follower_id, sender)
        if not sender.is_ours:
            await backfill.begin(session, site, sender)
            await catching_up.look_again_at_all(session, site, sender)
            if sender.featured is not None:
                await explorations.ask(session, site, explorations.FEATURED, sender.iri)


async def on_reject(
    session: Session, site: Site, heard: Heard[ap.Reject], gathered: Gathered
) -> None:
    """Somebody refuses our request, or ends a follow that was accepted."""
    row = await _asked(session, heard)
    row.state = REJECTED
    await session.flush()
    await distributing.withdraw(session, row.follower_id, await hearing.speaker(session, heard))


async def on_undo(session: Session, heard: Heard[ap.Undo]) -> bool:
    """Somebody no longer follows one of ours.

    Returns:
        False when nobody did, or when something else is undone.
    """
    undone = heard.activity.object
    speaker = await hearing.speaker(session, heard)
    statement = delete(Follow).where(Follow.follower_id == speaker.id)
    if isinstance(undone, ap.Follow):
        # Misskey names the Follow by an id of its own making: actor and object tell which.
        followee = select(Actor.id).where(Actor.iri == iri_of(undone.object))
        statement = statement.where(Follow.followee_id.in_(followee))
    else:
        statement = statement.where(Follow.iri == iri_of(undone))
    return bool((await session.scalars(statement.returning(Follow.id))).all())


async def _turn_away(
    session: Session, site: Site, heard: Heard[ap.Follow | ap.Join], row: Follow
) -> None:
    """Somebody who is blocked or kept out asks to follow: no, and nothing is remembered of it."""
    row.iri, row.is_join = str(heard.activity.id), isinstance(heard.activity, ap.Join)
    session.add(row)
    await session.flush()
    await dismiss(session, site, row)


def _asking(site: Site, follower: Actor, followee: Actor) -> Follow:
    """A request that nobody has answered yet; the id of its activity is still to be set."""
    return Follow(
        id=site.new_id(),
        iri="",
        follower_id=follower.id,
        followee_id=followee.id,
        state=PENDING,
        made_at=site.now(),
    )


async def _asked(session: Session, heard: Heard[ap.Activity]) -> Follow:
    """The request of ours that the speaker answers: ours counts, not what they say it was."""
    speaker = await hearing.speaker(session, heard)
    ours = (
        select(Follow)
        .join(Actor, Actor.id == Follow.follower_id)
        .where(Follow.followee_id == speaker.id, Actor.is_ours.is_(True))
    )
    answered = heard.activity.object
    row = await session.scalar(ours.where(Follow.iri == iri_of(answered)))
    if row is None and isinstance(answered, ap.Follow):
        # Some servers embed our Follow under an id of their own making.
        row = await session.scalar(ours.where(Actor.iri == answered.actor))
    if row is None:
        raise NotFound("nobody here asked to follow the speaker")
    return row


async def _is_kept_out(session: Session, follower: Actor, followee: Actor) -> bool:
    found = await session.scalar(
        select(Exclusion.id).where(
            Exclusion.commons_id == followee.id, Exclusion.actor_id == follower.id
        )
    )
    return found is not None


async def _between(session: Session, follower_id: int, followee_id: int) -> Follow | None:
    return await session.scalar(
        select(Follow).where(Follow.follower_id == follower_id, Follow.followee_id == followee_id)
    )


async def _ours(session: Session, iri: str) -> Actor:
    row = await session.scalar(
        select(Actor).where(
            Actor.iri == iri,
            Actor.is_ours.is_(True),
            Actor.gone_at.is_(None),
            Actor.type != "Application",
        )
    )
    if row is None:
        raise NotFound("there is no such organisation here")
    return row


def as_document(follow: Follow, follower: Actor, followee: Actor) -> Document:
    """The Follow as it is named in Accept and Undo: embedded, with the id under which it came."""
    kind = "Join" if follow.is_join else "Follow"
    return {"id": follow.iri, "type": kind, "actor": follower.iri, "object": followee.iri}
