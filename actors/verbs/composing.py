"""Composing: what a letter is to tell, found out when it leaves.

Between its writing and its leaving an invitation may be withdrawn, an address changed: then there
is nothing to tell any more.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from actors.database import Session
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.invitation import Entry, Invitation
from actors.tables.letter import Letter
from actors.tables.member import Member
from actors.tables.organisation import Instance
from actors.verbs import linking, ticketing
from actors.verbs.corresponding import Kind


@dataclass(frozen=True)
class Told:
    """What a letter tells.

    Attributes:
        network: who writes.
        organisation: what it is about: who invites, or what is to be claimed.
        by: the member who invites.
        path: of the link, below our origin; empty where there is none.
        until: how long the link works.
    """

    network: str
    organisation: str = ""
    name: str = ""
    by: str = ""
    office: str = ""
    path: str = ""
    until: datetime | None = None


async def compose(session: Session, site: Site, letter: Letter) -> Told | None:
    """What the letter tells; None where there is nobody or nothing to tell any more."""
    network = await session.scalar(
        select(Actor.name).join(Instance, Instance.network_id == Actor.id)
    )
    writes = network or site.origin
    match Kind(letter.kind):
        case Kind.INVITATION:
            return await _invitation(session, site, letter, writes)
        case Kind.CLAIM:
            return await _claim(session, site, letter, writes)
        case Kind.RECOVERY:
            found = await ticketing.recovery_of(session, site, letter)
            if found is None:
                return None
            return Told(writes, name=found[0].name, path=f"/recover/{found[1]}")
        case Kind.ADDRESS:
            secret = await ticketing.address_of(session, letter)
            return None if secret is None else Told(writes, path=f"/settings/address/{secret}")
        case Kind.PASSWORD_CHANGED | Kind.ADDRESS_CHANGED:
            return Told(writes)


async def _invitation(session: Session, site: Site, letter: Letter, network: str) -> Told | None:
    row = await session.get(Invitation, letter.about_id)
    if row is None or row.closed_at is not None or row.expires_at <= site.now():
        return None
    secret = linking.shown_again(session, row)
    if secret is None:
        return None
    organisation = await session.get_one(Actor, row.organisation_id)
    by = None if row.by_id is None else await session.get(Member, row.by_id)
    return Told(
        network,
        organisation=organisation.name,
        name=row.name,
        by=by.name if by is not None else network,
        office=row.office,
        path=f"/invitation/{secret}",
        until=row.expires_at,
    )


async def _claim(session: Session, site: Site, letter: Letter, network: str) -> Told | None:
    row = await session.get(Entry, letter.about_id)
    if row is None or row.claimed_at is not None:
        return None
    secret = linking.shown_again(session, row)
    if secret is None:
        return None
    return Told(
        network, organisation=row.name, name=row.name, path=f"/claim/{secret}", until=row.expires_at
    )
