"""Superseding: an Update of a thing that was not sent yet is not sent when a newer one is.

Each of ours carries all that its thing says, so whoever gets the newest has missed no state, only
steps on the way there: of a model, what its versions said stands at their own addresses for ever
(`actors.verbs.catching_up` reads them on the other side). A thing that is changed fifty times while
a host is away, or while ten thousand inboxes take their turn, costs that host one Update.

Only where nothing is lost by it:
- from one inbox to the same inbox, and only where the newer one goes to everybody the older was
  for, and what nobody works on;
- only Updates. A Create goes, and the newest Update after it; whoever passes on, likes or deletes
  says something of their own. What was given up stays in the list of what was given up;
- not of actors: an Update that brings a new key is vouched for by the one before, and cannot be
  left out (`actors.verbs.rotating`).

What was said stays readable in the outbox, sent or not.
"""

from typing import Final

from sqlalchemy import Select, delete, select

from actors.database import Session
from actors.mail.claims import WAITING
from actors.tables.actor import Actor
from actors.tables.mail import Delivery, Outgoing

UPDATE: Final = "Update"


async def withdraw_older(session: Session, newer: Outgoing, inboxes: Select[str]) -> None:
    """Take back what waits for these inboxes and is out of date, because this goes there now.

    Args:
        session: the transaction in which its rows were written.
        newer: what was posted.
        inboxes: where it goes; a query.
    """
    if newer.type != UPDATE or await _is_of_an_actor(session, newer):
        return
    rows = await session.execute(
        select(Delivery.id, Delivery.outgoing_id).where(
            Delivery.inbox.in_(inboxes),
            Delivery.about == newer.about,
            Delivery.outgoing_id < newer.id,
            Delivery.state == WAITING,
            Delivery.claimed_until.is_(None),
        )
    )
    waiting = dict(rows.all())
    older = await session.scalars(select(Outgoing).where(Outgoing.id.in_(set(waiting.values()))))
    superseded = {one.id for one in older if _says_it_all(newer, one)}
    ids = [delivery for delivery, outgoing in waiting.items() if outgoing in superseded]
    if ids:
        await session.execute(
            delete(Delivery)
            .where(Delivery.id.in_(ids), Delivery.claimed_until.is_(None))
            .execution_options(synchronize_session=False)
        )


async def _is_of_an_actor(session: Session, outgoing: Outgoing) -> bool:
    return await session.scalar(select(Actor.id).where(Actor.iri == outgoing.about)) is not None


def _says_it_all(newer: Outgoing, older: Outgoing) -> bool:
    """By the same one, to everybody: whoever was named in the older one is named in the newer."""
    return (
        older.type == UPDATE
        and older.actor_id == newer.actor_id
        and set(older.recipients) <= set(newer.recipients)
        and set(older.followers_of) <= set(newer.followers_of)
    )
