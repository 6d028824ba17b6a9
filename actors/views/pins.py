"""What does an actor show first?"""

from sqlalchemy import select

from actors.database import Session
from actors.tables.actor import Actor
from actors.tables.pin import Pin
from actors.views import catalogue, timelines
from actors.views.paging import Page
from actors.views.timelines import Item

MOST = 5
"""Things that one organisation pins, and that a new follower is shown, as on Mastodon."""


async def of(session: Session, actor: Actor) -> list[Item]:
    """What an actor has pinned, the last first; as far as everybody may see it."""
    iris = await session.scalars(
        select(Pin.object_iri).where(Pin.actor_id == actor.id).order_by(Pin.id.desc())
    )
    found = [await timelines.by_iri(session, iri, None) for iri in iris]
    return [one for one in found if one is not None and one.author.id == actor.id]


async def featured(session: Session, organisation: Actor) -> list[str]:
    """Addresses of what an organisation of ours shows first; the newest models if it chose none."""
    chosen = [one.subject.iri for one in await of(session, organisation)]
    if chosen:
        return chosen
    newest = await catalogue.of_actor(session, organisation.id, Page(limit=MOST))
    return [model.iri for model in newest]


async def is_pinned(session: Session, actor: Actor, iri: str) -> bool:
    """Whether an actor has pinned this."""
    found = select(Pin.id).where(Pin.actor_id == actor.id, Pin.object_iri == iri)
    return await session.scalar(found) is not None
