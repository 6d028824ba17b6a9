"""Synchronising: two servers disagree on who follows whom, and mend it (FEP-8fcf).

The list of the one who is followed decides who hears from it; whether ours wants to is ours to
say. So a follow that we do not know is taken back there, and one that it does not know is asked for
once more: a server whose back-up was restored has forgotten its latest followers, and would have
told those whom it wanted to lose (Reject). Left out again, the follow ends here. Only a list is
compared that adds up to the digest which came with it, signed, by the same actor.
"""

from collections.abc import Collection

from sqlalchemy import select, update

from activitypub.addressing import PUBLIC, Visibility, visibility
from activitypub.canonical_json import Document, parse
from activitypub.iris import Iri, host
from activitypub.synchronisation import Announced, digest
from actors import places
from actors.database import Session
from actors.errors import NotFound
from actors.mail.outbox import Parcel
from actors.places import place
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.follow import Follow
from actors.verbs import distributing, following, posting
from actors.verbs.following import ACCEPTED, PENDING
from actors.views import followers


async def announced_with(
    session: Session, site: Site, parcels: Collection[Parcel]
) -> dict[int, Announced]:
    """What is said of the receiver's own with deliveries, by the parcel's id.

    It goes with what is for followers only, and with what an actor says of itself, to servers that
    say that they compare.
    """
    bundles: dict[tuple[int, str], list[Parcel]] = {}
    for one in parcels:
        bundles.setdefault((one.actor_id, one.activity_iri), []).append(one)
    said: dict[int, Announced] = {}
    for (actor_id, _), bundle in bundles.items():
        document = parse(bundle[0].body)
        if _is_public(document) and not _shows_itself(document):
            continue
        actor = await session.get_one(Actor, actor_id)
        if actor.followers is None or not (
            _shows_itself(document) or _is_for_followers(document, Iri(actor.followers))
        ):
            continue
        if not await followers.can_be_compared(session, actor):
            continue
        for one in bundle:
            if await followers.compares(session, actor, one.host):
                theirs = digest(await followers.at_host(session, actor, one.host))
                address = place(site.origin, places.FOLLOWERS_SYNCHRONIZATION, handle=actor.handle)
                said[one.id] = Announced(Iri(actor.followers), theirs, address)
    return said


async def differs(session: Session, site: Site, actor: Actor, announced: Announced) -> bool:
    """Do we count otherwise than the actor whom ours follow?"""
    if not await followers.can_be_compared(session, actor):
        return False
    ours = await followers.at_host(session, actor, host(site.origin))
    return digest(ours) != announced.digest


async def mend(session: Session, site: Site, actor_iri: str, listed: frozenset[Iri]) -> None:
    """Make our follows of an actor agree with its own list of them.

    Args:
        session: an open transaction.
        site: our origin, clock and ids.
        actor_iri: whom ours follow, or do not.
        listed: those of ours that it counts among its followers; proven by a digest.

    Raises:
        NotFound: the actor was forgotten.
    """
    actor = await session.scalar(select(Actor).where(Actor.iri == actor_iri))
    if actor is None or actor.is_ours:
        raise NotFound("whom it is about is not remembered")
    rows = await session.execute(
        select(Follow, Actor)
        .join(Actor, Actor.id == Follow.follower_id)
        .where(Follow.followee_id == actor.id, Actor.is_ours.is_(True))
    )
    known = {follower.iri: follow for follow, follower in rows}
    for iri, follow in known.items():
        if follow.state == ACCEPTED and iri not in listed:
            if await following.ask_again(session, site, follow):
                continue
            await session.delete(follow)
            await session.flush()
            await distributing.withdraw(session, follow.follower_id, actor)
    for iri in sorted(listed):
        row = known.get(iri)
        if row is None or row.state not in (ACCEPTED, PENDING):
            await _take_back(session, site, iri, actor)
        elif row.state == PENDING:
            # Its Accept was lost on the way.
            await session.execute(update(Follow).where(Follow.id == row.id).values(state=ACCEPTED))
            await distributing.catch_up(session, site, row.follower_id, actor)


async def _take_back(session: Session, site: Site, follower_iri: str, actor: Actor) -> None:
    """Say for one of ours that it does not follow: by an Undo of a Follow whose id nobody knows."""
    follower = await session.scalar(
        select(Actor).where(Actor.iri == follower_iri, Actor.is_ours.is_(True))
    )
    if follower is None or follower.gone_at is not None:
        return
    follow: Document = {
        "id": f"{follower.iri}#follows/{site.new_id()}",
        "type": "Follow",
        "actor": follower.iri,
        "object": actor.iri,
    }
    await posting.say(
        session,
        site,
        follower,
        "Undo",
        follow,
        about=str(follow["id"]),
        recipients=[actor.iri],
    )


def _shows_itself(document: Document) -> bool:
    """Is it an actor's word about itself? Those who follow it are told who they are, too."""
    thing = document.get("object")
    return (
        document.get("type") == "Update"
        and isinstance(thing, dict)
        and thing.get("id") == document.get("actor")
    )


def _is_public(document: Document) -> bool:
    return PUBLIC in (*_listed(document.get("to")), *_listed(document.get("cc")))


def _is_for_followers(document: Document, collection: Iri) -> bool:
    """Is it for followers, and for nobody whom we do not know?"""
    to, cc = _listed(document.get("to")), _listed(document.get("cc"))
    return visibility(to, cc, collection) is Visibility.FOLLOWERS


def _listed(value: object) -> list[str]:
    entries = value if isinstance(value, list) else [value]
    return [entry for entry in entries if isinstance(entry, str)]
