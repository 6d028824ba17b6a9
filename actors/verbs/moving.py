"""Moving: somebody goes on under another address, and takes the followers along.

Nobody can be moved by others: the old account says Move, and the new one, in the document at its
own address, says that it is also known as the old one. Whoever has moved may do so again after a
week (Mastodon's cool-down), and not to an account that has moved itself, so that nobody is led
around in circles. What was published stays where it is.

When somebody whom ours follow moves, each follower asks to follow the new account and takes its old
follow back, in one transaction: a server that stops in the middle does all of it or nothing, and a
second Move finds nothing left to do. Who blocks the new account keeps the old one.

Wire: Move (FEP-7628), `alsoKnownAs`, `movedTo`; Update of the actor before it, so that everybody
can check.
"""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select

import activitypub.vocabulary as ap
from activitypub.authority import Heard
from activitypub.errors import Malformed, NotAuthoritative
from activitypub.iris import Iri, host, parse
from actors.database import Session
from actors.errors import Conflicting, NotAllowed, Unwise
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.follow import Follow
from actors.tables.organisation import Organisation
from actors.verbs import enrolling, following, hearing, mirroring, noticing, posting
from actors.verbs.hearing import iri_of
from actors.verbs.mirroring import Gathered
from actors.views import blocks

COOL_DOWN = timedelta(days=7)
"""Between two moves of one account, as on Mastodon: followers are not thrown back and forth."""

MOST_ALIASES = 10
"""Addresses that an organisation may also be known as; nobody has had more accounts than that."""


async def add_alias(session: Session, site: Site, organisation: Actor, iri: str) -> None:
    """An organisation of ours says that it is also somebody else, who may then move to it.

    Raises:
        Unwise: it is no address, its own, or one too many.
    """
    organisation = await posting.held(session, organisation)
    try:
        alias = parse(iri)
    except Malformed as fault:
        words = "That is not the address of an account."
        raise Unwise(words, fields={"alias": words}) from fault
    if alias == organisation.iri:
        words = "An organisation is known as itself already."
        raise Unwise(words, fields={"alias": words})
    if alias in organisation.aliases:
        return
    if len(organisation.aliases) >= MOST_ALIASES:
        words = f"An organisation has at most {MOST_ALIASES} other addresses."
        raise Unwise(words, fields={"alias": words})
    organisation.aliases = [*organisation.aliases, alias]
    await enrolling.tell_profile(session, site, organisation)


async def remove_alias(session: Session, site: Site, organisation: Actor, iri: str) -> None:
    """An organisation of ours is not that account any more; nothing happens where it was not."""
    organisation = await posting.held(session, organisation)
    kept = [one for one in organisation.aliases if one != iri]
    if len(kept) < len(organisation.aliases):
        organisation.aliases = kept
        await enrolling.tell_profile(session, site, organisation)


async def move(session: Session, site: Site, organisation: Actor, target: ap.Actor) -> None:
    """An organisation of ours goes on elsewhere: its followers are told, it publishes no more.

    Args:
        session: an open transaction.
        site: our origin, clock and ids.
        organisation: who moves.
        target: the new account, as its own address shows it now.

    Raises:
        NotAllowed: the network of this instance cannot move; or the new account does not say that
            it is this one, is here, or has moved itself.
        Conflicting: it has moved already, or less than a week ago.
    """
    organisation = await posting.held(session, organisation)
    row = await session.get_one(Organisation, organisation.id)
    if row.is_network:
        raise NotAllowed("the network of an instance cannot move away from it")
    if organisation.moved_to is not None:
        raise Conflicting("this organisation has moved already")
    _check_cool_down(site, organisation)
    if target.id is None or host(target.id) == host(site.origin):
        raise NotAllowed("the new account is on this site; nothing needs to move")
    if (fault := _fault(organisation, target)) is not None:
        raise NotAllowed(fault)
    organisation.moved_to, organisation.moved_at = target.id, site.now()
    await enrolling.tell_profile(session, site, organisation)
    await posting.say(
        session,
        site,
        organisation,
        "Move",
        organisation.iri,
        about=organisation.iri,
        followers_of=[organisation],
        to=[organisation.followers],
        target=target.id,
    )


async def stay(session: Session, site: Site, organisation: Actor) -> None:
    """An organisation that moved is at home here again; who followed it away does not come back.

    Raises:
        Conflicting: it has not moved.
    """
    organisation = await posting.held(session, organisation)
    if organisation.moved_to is None:
        raise Conflicting("this organisation has not moved")
    organisation.moved_to = None
    await enrolling.tell_profile(session, site, organisation)


def wanted(heard: Heard[ap.Activity], gathered: Gathered) -> frozenset[Iri]:
    """The new account, as its own address shows it now."""
    target = heard.activity.target
    return frozenset() if target is None else frozenset({target} - gathered.keys())


async def concerns_us(session: Session, heard: Heard[ap.Activity]) -> bool:
    """Does one of ours follow who moves? Nobody else's move is worth a look at the new account."""
    found = select(Follow.id).join(Actor, Actor.id == Follow.followee_id)
    ours = found.where(Actor.iri == heard.speaker).limit(1)
    return await session.scalar(ours) is not None


async def on_move(session: Session, site: Site, heard: Heard[ap.Move], gathered: Gathered) -> None:
    """Somebody moves: those of ours who follow go along.

    Raises:
        NotAuthoritative: it is about somebody else, or the new account does not agree.
        NotAllowed: it is too soon, or the new account is blocked here.
    """
    mover = await hearing.speaker(session, heard)
    if iri_of(heard.activity.object) != mover.iri:
        raise NotAuthoritative("an actor may move only itself", code="not-owner")
    target = _target(heard, gathered)
    if (fault := _fault(mover, target)) is not None:
        raise NotAuthoritative(fault, code="not-owner")
    if not hearing.is_our_own(heard):
        _check_cool_down(site, mover)
        mover.moved_to, mover.moved_at = target.id, site.now()
    new = await mirroring.remember_actor(session, site, target)
    if new.shut_at is not None or new.gone_at is not None:
        raise NotAllowed("the new account is blocked here, or gone")
    if not new.is_ours:
        new.moved_to = None  # it has no `movedTo` now: who moved away from there is back
    rows = await session.execute(
        select(Follow, Actor)
        .join(Actor, Actor.id == Follow.follower_id)
        .where(
            Follow.followee_id == mover.id,
            Follow.state != following.REJECTED,
            Actor.is_ours.is_(True),
            Actor.id != new.id,
        )
        .order_by(Follow.id)
    )
    for number, (follow, follower) in enumerate(rows.all(), start=1):
        await _go_along(session, site, follow, follower, mover, new)
        site.passes(f"move.{number}")


async def _go_along(
    session: Session, site: Site, follow: Follow, follower: Actor, old: Actor, new: Actor
) -> None:
    between = await blocks.standing(session, follower, new)
    if between.blocking or between.blocked_by or between.host_blocking:
        return
    known = await session.scalar(
        select(Follow.state).where(Follow.follower_id == follower.id, Follow.followee_id == new.id)
    )
    if known is None:
        await following.follow(session, site, follower, new)
    await following.unfollow(session, site, follow)
    await noticing.tell(session, site, follower.id, "move", old, about={"to": new.address})


def _target(heard: Heard[ap.Move], gathered: Mapping[Iri, ap.Object]) -> ap.Actor:
    named = heard.activity.target
    found = None if named is None else gathered.get(named)
    if not isinstance(found, ap.Actor) or found.id != named:
        raise NotAuthoritative("there is no account at the new address", code="not-owner")
    return found


def _fault(mover: Actor, target: ap.Actor) -> str | None:
    """Why the new account is not where the old one goes on, if it is not."""
    if Iri(mover.iri) not in target.also_known_as:
        return "the new account does not say that it is also known as the old one"
    if target.moved_to is not None or target.id == mover.iri:
        return "the new account has moved away itself"
    return None


def _check_cool_down(site: Site, mover: Actor) -> None:
    if mover.moved_at is not None and site.now() - mover.moved_at < COOL_DOWN:
        raise Conflicting(f"an account moves at most once in {COOL_DOWN.days} days")
