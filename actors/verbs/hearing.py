"""Hearing: who said it, and about what."""

from sqlalchemy import select, union_all

import activitypub.vocabulary as ap
from activitypub.authority import Heard, Vouched
from activitypub.errors import NotAuthoritative
from actors.database import Session
from actors.errors import NotFound
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.remark import Remark

_SPEAKER = "speaker"
"""Under this name a transaction knows who speaks: each verb of a reaction asks for it."""


def introduce(session: Session, actor: Actor) -> None:
    """This is who speaks in this transaction: the row, as it was read in it.

    What was read inside a savepoint counts only there: it may be undone.
    """
    session.info[_SPEAKER] = (session.sync_session.get_nested_transaction(), actor)


async def speaker(session: Session, heard: Heard[ap.Activity]) -> Actor:
    """The row of the actor who answers for an activity: authenticating it remembered that actor.

    Raises:
        NotFound: the actor was forgotten since.
    """
    savepoint, known = session.info.get(_SPEAKER, (None, None))
    is_here = savepoint is session.sync_session.get_nested_transaction()
    if isinstance(known, Actor) and is_here and known.iri == heard.speaker:
        return known
    row = await session.scalar(select(Actor).where(Actor.iri == heard.speaker))
    if row is None:
        raise NotFound("the speaker is not remembered")
    introduce(session, row)
    return row


async def check_owner(session: Session, iri: str, speaker: Actor) -> None:
    """What the speaker wants to change is not somebody else's, as far as we know.

    `authority` compares origins only; neighbours on one host are told apart here.

    Raises:
        NotAuthoritative: it is.
    """
    owners = await session.scalars(
        union_all(
            select(Remark.actor_id).where(Remark.iri == iri),
            select(Model.actor_id).where(Model.iri == iri),
            select(Actor.id).where(Actor.iri == iri),
        )
    )
    if any(owner != speaker.id for owner in owners):
        raise NotAuthoritative("only its author may change it")


def iri_of(thing: ap.Object | str) -> str:
    """The id of something embedded or only named; empty where it has none."""
    return str(thing.id or "") if isinstance(thing, ap.Object) else str(thing)


def is_our_own(heard: Heard[ap.Activity]) -> bool:
    """Did an organisation of this instance say it to another one?"""
    return heard.vouched is Vouched.OURS
