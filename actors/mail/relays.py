"""Relays, as the post sees them: who they are, and what goes to them.

Two customs. In Mastodon's, one follows the Public collection at the relay's inbox, sends it every
public Create, Update and Delete, and it forwards or announces them. In LitePub's (Pleroma), one
follows the relay's actor, it follows back, and both announce ids to each other.
"""

from enum import Enum

from sqlalchemy import select

from activitypub.addressing import PUBLIC
from activitypub.canonical_json import parse
from activitypub.iris import Iri
from actors.database import Session
from actors.tables.mail import Outgoing
from actors.tables.relay import Relay

PENDING, ACCEPTED, REJECTED = "pending", "accepted", "rejected"

_RELAYED = frozenset({"Create", "Update", "Delete"})


class Style(Enum):
    """Which custom a relay follows."""

    MASTODON = "mastodon"
    LITEPUB = "litepub"


async def named(session: Session, address: str) -> Relay | None:
    """The relay that the operator named so."""
    return await session.scalar(select(Relay).where(Relay.address == address))


async def everyone(session: Session) -> list[Relay]:
    """Every relay that we asked, whatever it said, the oldest first."""
    return list(await session.scalars(select(Relay).order_by(Relay.id)))


async def accepted(session: Session, actor_iri: str) -> Relay | None:
    """The relay that this actor is, if it takes part with us."""
    return await session.scalar(
        select(Relay).where(Relay.actor_iri == actor_iri, Relay.state == ACCEPTED)
    )


async def announced_to(session: Session) -> list[str]:
    """The actors of the relays to which ids are announced."""
    rows = await session.scalars(
        select(Relay.actor_iri).where(
            Relay.style == Style.LITEPUB.value,
            Relay.state == ACCEPTED,
            Relay.actor_iri.is_not(None),
        )
    )
    return [str(iri) for iri in rows]


async def inboxes_for(session: Session, outgoing: Outgoing) -> list[Iri]:
    """Relays that are to have an activity of ours as it is: what is for everybody, nothing else.

    What is unlisted is left out: a relay puts things where people look who follow nobody.
    """
    if not outgoing.is_public or outgoing.type not in _RELAYED:
        return []
    rows = await session.scalars(
        select(Relay.inbox).where(Relay.style == Style.MASTODON.value, Relay.state == ACCEPTED)
    )
    inboxes = sorted(set(rows))
    if not inboxes or not is_for_everybody(parse(outgoing.document).get("to")):
        return []
    return [Iri(inbox) for inbox in inboxes]


def is_for_everybody(to: object) -> bool:
    """Does `to` name the Public collection, as we write it?"""
    return to == PUBLIC or (isinstance(to, list) and PUBLIC in to)
