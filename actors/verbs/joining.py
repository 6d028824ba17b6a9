"""Joining: who is a member of a commons.

Members are followers. Mobilizon says so by Join and Leave, everybody else by Follow and its Undo;
each is answered in its own words. Where those who tend a commons let members in by hand, the
request waits for `admit` or `turn_away`.

Wire: Join, Leave, Accept{Join}, Accept{Follow}, Reject{Follow} (AS2 Vocabulary; FEP-1b12).
"""

from sqlalchemy import delete, select

import activitypub.vocabulary as ap
from activitypub.authority import Heard
from actors.database import Session
from actors.errors import NotFound
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.commons import Commons
from actors.tables.follow import Follow
from actors.verbs import following, hearing, mirroring
from actors.verbs.hearing import iri_of
from actors.verbs.mirroring import Gathered


async def on_join(session: Session, site: Site, heard: Heard[ap.Join], gathered: Gathered) -> None:
    """Somebody wants to be a member of a commons: a Follow in other words.

    Raises:
        NotFound: the object is no commons of ours.
    """
    if await _commons(session, iri_of(heard.activity.object)) is None:
        raise NotFound("There is no such commons here.")
    await following.on_follow(session, site, heard, gathered)


async def on_leave(
    session: Session, site: Site, heard: Heard[ap.Leave], gathered: Gathered
) -> None:
    """Somebody is no longer a member; leaving what one never joined has no effect."""
    commons = await _commons(session, iri_of(heard.activity.object))
    if commons is None:
        return
    speaker = await hearing.speaker(session, heard)
    await session.execute(
        delete(Follow).where(Follow.follower_id == speaker.id, Follow.followee_id == commons.id)
    )


async def admit(session: Session, site: Site, commons: Actor, applicant: Actor) -> None:
    """Let somebody in who asked; whoever is in already stays.

    Raises:
        NotFound: they have not asked.
    """
    row = await _asked(session, commons, applicant)
    if row.state != following.ACCEPTED:
        await following.admit(session, site, row)


async def turn_away(session: Session, site: Site, commons: Actor, applicant: Actor) -> None:
    """Refuse somebody who asked, or end a membership.

    Raises:
        NotFound: they have not asked, and are no member.
    """
    await following.dismiss(session, site, await _asked(session, commons, applicant))


async def _asked(session: Session, commons: Actor, applicant: Actor) -> Follow:
    row = await session.scalar(
        select(Follow).where(Follow.follower_id == applicant.id, Follow.followee_id == commons.id)
    )
    if row is None or await mirroring.is_buried(session, row.iri, applicant):
        raise NotFound("This account has not asked to join.")
    return row


async def _commons(session: Session, iri: str) -> Actor | None:
    return await session.scalar(
        select(Actor)
        .join(Commons, Commons.id == Actor.id)
        .where(Actor.iri == iri, Actor.gone_at.is_(None))
    )
