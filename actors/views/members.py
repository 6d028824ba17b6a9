"""Members: who acts for an organisation, who is invited, which profiles wait to be claimed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import case, func, select

from actors.database import Session
from actors.errors import Gone, NotFound
from actors.rules.permissions import Office
from actors.rules.secrets import digest
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.invitation import Entry, Invitation, Roster
from actors.tables.letter import Letter
from actors.tables.member import Mandate, Member
from actors.tables.organisation import Instance, Organisation

MOST_SHOWN: Final = 500
"""Members of one organisation on a page; more have never been seen in one."""

ENTRIES_SHOWN: Final = 100
"""Profiles of a list on one page."""

_ENDED: Final = "This invitation was used, withdrawn, or has come to its end. Ask for a new one."
_CLAIMED: Final = (
    "This profile was claimed already, or the link has come to its end. Ask for a new one."
)


@dataclass(frozen=True)
class Standing:
    """A list and how far it has come."""

    roster: Roster
    claimed: int
    waiting: int
    unasked: int  # nobody was asked to claim them, or too long ago


async def of(session: Session, organisation: Actor) -> list[tuple[Member, Office]]:
    """Who acts for an organisation, the stewards first, then by name."""
    rank = case({one.value: place for place, one in enumerate(Office)}, value=Mandate.office)
    rows = await session.execute(
        select(Member, Mandate.office)
        .join(Mandate, Mandate.member_id == Member.id)
        .where(Mandate.organisation_id == organisation.id)
        .order_by(rank, func.lower(Member.name), Member.id)
        .limit(MOST_SHOWN)
    )
    return [(row[0], Office(row[1])) for row in rows]


async def are_there(session: Session) -> bool:
    """Whether anybody can sign in: until then the instance is to be opened."""
    return await session.scalar(select(Member.id).limit(1)) is not None


async def by_id(session: Session, number: int) -> Member | None:
    """The member with this number."""
    return await session.get(Member, number)


async def invitations(session: Session, organisation: Actor) -> list[Invitation]:
    """Those that nobody has answered, the newest first; also some that came to their end."""
    rows = await session.scalars(
        select(Invitation)
        .where(Invitation.organisation_id == organisation.id, Invitation.closed_at.is_(None))
        .order_by(Invitation.id.desc())
        .limit(MOST_SHOWN)
    )
    return list(rows)


async def invitation(
    session: Session, site: Site, secret: str
) -> tuple[Invitation, Actor, Member | None]:
    """The invitation of a link, to what, and by whom.

    Raises:
        NotFound: there is none. Gone: it does not stand any more.
    """
    row = (
        await session.execute(
            select(Invitation, Actor)
            .join(Actor, Actor.id == Invitation.organisation_id)
            .where(Invitation.secret == digest(secret))
        )
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such invitation.")
    found, actor = row
    if found.closed_at is not None or found.expires_at <= site.now() or actor.gone_at is not None:
        raise Gone(_ENDED)
    by = None if found.by_id is None else await session.get(Member, found.by_id)
    return found, actor, by


async def entry(session: Session, site: Site, secret: str) -> Entry:
    """The profile of a link that can be claimed.

    Raises:
        NotFound: there is none. Gone: it was claimed, or the link has come to its end.
    """
    found = await session.scalar(select(Entry).where(Entry.secret == digest(secret)))
    if found is None:
        raise NotFound("There is no such invitation.")
    if found.claimed_at is not None or found.expires_at is None or found.expires_at <= site.now():
        raise Gone(_CLAIMED)
    return found


async def rosters(session: Session, site: Site) -> list[Standing]:
    """The lists that were imported, the newest first."""
    found = await session.scalars(select(Roster).order_by(Roster.id.desc()).limit(MOST_SHOWN))
    counted = await session.execute(
        select(
            Entry.roster_id,
            func.count(Entry.claimed_at),
            func.count(),
            func.count(case((Entry.expires_at > site.now(), 1))),
        ).group_by(Entry.roster_id)
    )
    counts = {row[0]: (row[1], row[2], row[3]) for row in counted}
    standings = []
    for roster in found:
        claimed, all_, linked = counts.get(roster.id, (0, 0, 0))
        waiting = all_ - claimed
        standings.append(Standing(roster, claimed, waiting, max(0, waiting - linked)))
    return standings


async def standing(session: Session, site: Site, number: int) -> Standing:
    """One list and how far it has come.

    Raises:
        NotFound: there is none.
    """
    found = next((one for one in await rosters(session, site) if one.roster.id == number), None)
    if found is None:
        raise NotFound("There is no such list.")
    return found


async def roster(session: Session, number: int) -> Roster:
    """One list.

    Raises:
        NotFound: there is none.
    """
    found = await session.get(Roster, number)
    if found is None:
        raise NotFound("There is no such list.")
    return found


async def entries(session: Session, roster: Roster, after: int = 0) -> list[Entry]:
    """Profiles of a list in its order, from after this one on; one more than is shown."""
    rows = await session.scalars(
        select(Entry)
        .where(Entry.roster_id == roster.id, Entry.id > after)
        .order_by(Entry.id)
        .limit(ENTRIES_SHOWN + 1)
    )
    return list(rows)


async def organisations_of(session: Session, found: list[Entry]) -> Mapping[int, Actor]:
    """Organisations that came of these profiles, by their numbers."""
    numbers = [one.organisation_id for one in found if one.organisation_id is not None]
    rows = await session.scalars(select(Actor).where(Actor.id.in_(numbers)))
    return {actor.id: actor for actor in rows}


async def is_last_steward(session: Session, organisation: Actor, member: Member) -> bool:
    """Whether an organisation would have no steward without her."""
    rows = await session.scalars(
        select(Mandate.member_id).where(
            Mandate.organisation_id == organisation.id,
            Mandate.office == Office.STEWARD.value,
        )
    )
    return list(rows) == [member.id]


async def letters(session: Session, numbers: list[int]) -> Mapping[int, Letter]:
    """The newest letter about each of these."""
    rows = await session.scalars(
        select(Letter).where(Letter.about_id.in_(numbers)).order_by(Letter.id)
    )
    return {row.about_id: row for row in rows if row.about_id is not None}


async def language_of_network(session: Session) -> str | None:
    """The language the network works in; None before it is founded."""
    return await session.scalar(
        select(Organisation.locale).join(Instance, Instance.network_id == Organisation.id)
    )
