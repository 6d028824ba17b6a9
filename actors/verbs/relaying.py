"""Relaying: be a part of a relay, which passes on what many instances publish.

Our own instance actor asks; an operator decides it, by command. What a relay brings is read at its
owner's origin and shown where people look who follow nobody (directory, search, federated
timeline); it comes on nobody's home timeline, and only what is for everybody is taken. A relay that
we did not ask is a stranger like any other. What we send to relays is decided where mail is fanned
out (`mail.relays`) and where it is posted (`posting.tell_of`).

Wire: Follow of the Public collection (Mastodon) or of the relay's actor (LitePub), Accept, Reject,
Undo; Follow of our instance actor by a LitePub relay, which follows back; Announce of ids.
"""

import activitypub.vocabulary as ap
from activitypub import iris
from activitypub.addressing import PUBLIC, Visibility, visibility
from activitypub.authority import Heard
from activitypub.canonical_json import Document
from activitypub.iris import Iri
from actors.database import Session
from actors.documents import activities
from actors.errors import Conflicting, NotFound
from actors.mail import outbox, relays
from actors.mail.relays import ACCEPTED, PENDING, REJECTED, Style
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.relay import Relay
from actors.verbs import posting, remarking
from actors.verbs.hearing import iri_of
from actors.verbs.mirroring import Gathered
from actors.views import profiles


async def join(session: Session, site: Site, address: Iri, relay_actor: Actor | None) -> Relay:
    """Ask a relay to take part. Asking again while it has not accepted sends a new request.

    Args:
        session: an open transaction.
        site: our origin, clock and ids.
        address: what the operator named.
        relay_actor: who lives there, where that is an actor (LitePub); None where it is an inbox
            (Mastodon).

    Raises:
        Conflicting: we take part already.
    """
    row = await relays.named(session, address)
    if row is not None and row.state == ACCEPTED:
        raise Conflicting(f"this instance is a part of {address} already")
    ourselves = await profiles.instance_actor(session)
    whom = PUBLIC if relay_actor is None else relay_actor.iri
    document = activities.activity(
        site, "Follow", ourselves.iri, whom, at=site.now(), to=[whom if relay_actor else address]
    )
    if row is None:
        row = Relay(
            id=site.new_id(),
            address=address,
            style=(Style.MASTODON if relay_actor is None else Style.LITEPUB).value,
            inbox=address if relay_actor is None else relay_actor.inbox,
            actor_iri=None if relay_actor is None else relay_actor.iri,
            follow_iri=str(document["id"]),
            state=PENDING,
            made_at=site.now(),
        )
        session.add(row)
    row.follow_iri, row.state = str(document["id"]), PENDING
    await _send(session, site, ourselves, row, document)
    return row


async def leave(session: Session, site: Site, address: str) -> None:
    """Take part no longer.

    Raises:
        NotFound: we never asked it.
    """
    row = await relays.named(session, address)
    if row is None:
        raise NotFound(f"this instance is no part of {address}")
    ourselves = await profiles.instance_actor(session)
    whom = row.actor_iri if row.style == Style.LITEPUB.value else PUBLIC
    asked: Document = {
        "id": row.follow_iri,
        "type": "Follow",
        "actor": ourselves.iri,
        "object": whom,
    }
    document = activities.activity(
        site, "Undo", ourselves.iri, asked, at=site.now(), to=[row.actor_iri or row.inbox]
    )
    await _send(session, site, ourselves, row, document)
    await session.delete(row)
    await session.flush()


async def on_accept(session: Session, heard: Heard[ap.Accept]) -> bool:
    """A relay takes us.

    Returns:
        False when something else is accepted.
    """
    return await _answered(session, heard, ACCEPTED)


async def on_reject(session: Session, heard: Heard[ap.Reject]) -> bool:
    """A relay does not want us, or no longer.

    Returns:
        False when something else is rejected.
    """
    return await _answered(session, heard, REJECTED)


async def on_follow(session: Session, site: Site, heard: Heard[ap.Follow]) -> bool:
    """A relay that we asked follows our instance actor in turn, so as to hear ids from it.

    Returns:
        False when somebody else follows, or somebody else is followed.
    """
    ourselves = await profiles.instance_actor(session)
    relay = await _asked_of(session, heard.speaker)
    if iri_of(heard.activity.object) != ourselves.iri or relay is None:
        return False
    follow: Document = {
        "id": str(heard.activity.id),
        "type": "Follow",
        "actor": heard.speaker,
        "object": ourselves.iri,
    }
    await posting.say(
        session,
        site,
        ourselves,
        "Accept",
        follow,
        about=str(heard.activity.id),
        recipients=[heard.speaker],
    )
    return True


async def on_announce(
    session: Session, site: Site, heard: Heard[ap.Announce], gathered: Gathered
) -> bool:
    """A relay of ours passes something on: it is remembered, as its owner's origin shows it.

    Nobody here has boosted it, and nobody follows the relay: nothing else happens.

    Returns:
        False when the speaker is no relay of ours.
    """
    if await relays.accepted(session, heard.speaker) is None:
        return False
    iri = Iri(iri_of(heard.activity.object))
    thing = gathered[iri]
    if visibility(thing.to, thing.cc, None) is Visibility.PUBLIC:
        await remarking.remember_passed_on(session, site, iri, gathered)
    return True


async def concerns_us(session: Session, heard: Heard[ap.Announce]) -> bool:
    """Does a relay of ours bring something, or is it passed on to somebody here?"""
    if await relays.accepted(session, heard.speaker) is not None:
        return True
    return await remarking.passing_on_concerns_us(session, heard)


async def _answered(session: Session, heard: Heard[ap.Activity], state: str) -> bool:
    """Whether this answers our request to a relay, by its id; the answer is remembered then.

    Where we knew only its inbox, whoever answers from the same host is the relay from now on.
    """
    answered = iri_of(heard.activity.object)
    for row in await relays.everyone(session):
        is_theirs = (
            row.actor_iri == heard.speaker
            if row.actor_iri is not None
            else iris.same_origin(Iri(row.inbox), heard.speaker)
        )
        if row.follow_iri == answered and is_theirs:
            row.state, row.actor_iri = state, heard.speaker
            await session.flush()
            return True
    return False


async def _asked_of(session: Session, speaker: Iri) -> Relay | None:
    """The relay that this actor is, or may be, and that has not refused us."""
    for row in await relays.everyone(session):
        is_theirs = row.actor_iri == speaker or (
            row.actor_iri is None and iris.same_origin(Iri(row.inbox), speaker)
        )
        if is_theirs and row.state != REJECTED:
            return row
    return None


async def _send(
    session: Session, site: Site, ourselves: Actor, relay: Relay, document: Document
) -> None:
    outgoing = await outbox.post(
        session,
        site,
        ourselves,
        await posting.seal(session, site, ourselves, document),
        about=relay.follow_iri,
        is_public=False,
    )
    await outbox.post_to(session, site, outgoing, Iri(relay.inbox))
