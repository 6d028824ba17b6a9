"""Which followers has an actor at one server? What both sides of FEP-8fcf compare."""

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from activitypub import synchronisation
from activitypub.canonical_json import parse
from actors.database import Session
from actors.tables.actor import Actor
from actors.tables.follow import Follow

FEP = "https://w3id.org/fep/8fcf"
"""What an actor's `generator` names if it understands the header."""


async def at_host(session: Session, actor: Actor, host: str) -> list[str]:
    """The ids of an actor's followers at one server, of our own too, in order."""
    rows = await session.scalars(
        select(Actor.iri)
        .join(Follow, Follow.follower_id == Actor.id)
        .where(
            Follow.followee_id == actor.id,
            Follow.state == "accepted",
            Actor.host == host,
            Actor.gone_at.is_(None),
        )
        .order_by(Actor.iri)
    )
    return list(rows)


async def can_be_compared(session: Session, actor: Actor) -> bool:
    """Has the actor so few followers, as far as we know, that lists are compared?"""
    count = await session.scalar(
        select(func.count(Follow.id)).where(
            Follow.followee_id == actor.id, Follow.state == "accepted"
        )
    )
    return (count or 0) < synchronisation.MOST_FOLLOWERS


async def compares(session: Session, actor: Actor, host: str) -> bool:
    """Does a follower at this server, or somebody else there, say that it understands FEP-8fcf?"""
    follower = aliased(Actor)
    document = await session.scalar(
        select(follower.document)
        .join(Follow, Follow.follower_id == follower.id)
        .where(Follow.followee_id == actor.id, Follow.state == "accepted", follower.host == host)
        .order_by(follower.updated_at.desc())
        .limit(1)
    )
    if document is None:
        document = await session.scalar(select(Actor.document).where(Actor.host == host).limit(1))
    return document is not None and _says_so(document)


async def who_compares(session: Session) -> list[str]:
    """Somebody at each server elsewhere that says so: the ids."""
    newest = select(func.max(Actor.id)).where(Actor.is_ours.is_(False), Actor.gone_at.is_(None))
    rows = await session.execute(
        select(Actor.iri, Actor.document).where(Actor.id.in_(newest.group_by(Actor.host)))
    )
    return [iri for iri, document in rows if _says_so(document)]


def _says_so(document: bytes) -> bool:
    generator = parse(document).get("generator") if document else None
    named = generator.get("implements") if isinstance(generator, dict) else None
    listed = named if isinstance(named, list) else [named]
    return any(one.get("href") == FEP if isinstance(one, dict) else one == FEP for one in listed)
