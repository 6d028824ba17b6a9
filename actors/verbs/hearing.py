"""Hearing: who said it, and about what."""

from sqlalchemy import select

import activitypub.vocabulary as ap
from activitypub.authority import Heard, Vouched
from actors.database import Session
from actors.errors import NotFound
from actors.tables.actor import Actor


async def speaker(session: Session, heard: Heard[ap.Activity]) -> Actor:
    """The row of the actor who answers for an activity: authenticating it remembered that actor.

    Raises:
        NotFound: the actor was forgotten since.
    """
    row = await session.scalar(select(Actor).where(Actor.iri == heard.speaker))
    if row is None:
        raise NotFound("the speaker is not remembered")
    return row


def iri_of(thing: ap.Object | str) -> str:
    """The id of something embedded or only named; empty where it has none."""
    return str(thing.id or "") if isinstance(thing, ap.Object) else str(thing)


def is_our_own(heard: Heard[ap.Activity]) -> bool:
    """Did an organisation of this instance say it to another one?"""
    return heard.vouched is Vouched.OURS
