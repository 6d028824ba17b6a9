"""Rostering: a network takes in a list of its members, and each claims her profile.

What was imported is no actor and leaves this instance in no form, until somebody claims it with the
link that its address got: she checks it, and publishes it or declines. Whoever declines is removed.
The list can be taken back; what was claimed meanwhile stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, func, select, update

from activitypub.canonical_json import Json
from activitypub.lettering import named
from actors.database import Session
from actors.errors import Conflicting, Gone, NotFound, Unwise
from actors.mail.keyring import KeyPems
from actors.rules.permissions import Office
from actors.rules.rosters import LONGEST_NAME, LONGEST_TEXT, Row
from actors.rules.secrets import digest
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.invitation import Entry, Roster
from actors.tables.letter import Letter
from actors.tables.member import Member
from actors.verbs import corresponding, enrolling, linking
from actors.verbs.corresponding import Kind

LIFE: Final = timedelta(days=30)
"""How long an organisation has to claim its profile before it is asked again."""

MOST_WAITING: Final = 5_000
"""Profiles that wait to be claimed, of all lists: five of the largest lists."""

LONGEST_LIST_NAME: Final = 120

_ENDED = "This profile was claimed already, or the link has come to its end. Ask for a new one."


@dataclass(frozen=True)
class Profile:
    """What she publishes, after she has checked it."""

    name: str
    summary: str
    facts: Mapping[str, Json]
    locale: str


async def taken(session: Session) -> set[str]:
    """Handles that nobody can have any more: given once, or kept for somebody."""
    given = await session.scalars(select(Actor.handle).where(Actor.is_ours.is_(True)))
    kept = await session.scalars(select(Entry.handle).where(Entry.handle.is_not(None)))
    return {handle.lower() for handle in (*given, *kept) if handle is not None}


async def known_addresses(session: Session) -> set[str]:
    """Addresses to which a profile of a list waits to be claimed."""
    rows = await session.scalars(select(Entry.email).where(Entry.claimed_at.is_(None)))
    return set(rows)


async def take_in(
    session: Session, site: Site, rows: Sequence[Row], *, name: str, by: Member | None
) -> Roster:
    """Remember a list; nobody is told.

    Raises:
        Unwise: no row fits, or too many profiles wait.
        Conflicting: a handle was given to somebody meanwhile.
    """
    fit = [row for row in rows if row.fits]
    if not fit:
        words = "No line of this list can be taken in."
        raise Unwise(words, fields={"file": words})
    waiting = await session.scalar(select(func.count()).where(Entry.claimed_at.is_(None)))
    if (waiting or 0) + len(fit) > MOST_WAITING:
        words = f"At most {MOST_WAITING} profiles can wait to be claimed."
        raise Unwise(words, fields={"file": words})
    if met := {row.handle for row in fit} & await taken(session):
        raise Conflicting(f"The handle {min(met)} is taken.")
    roster = Roster(
        id=site.new_id(),
        by_id=None if by is None else by.id,
        name=" ".join(name.split())[:LONGEST_LIST_NAME],
        size=len(fit),
        made_at=site.now(),
    )
    session.add(roster)
    await session.flush()
    session.add_all(
        Entry(
            id=site.new_id(),
            roster_id=roster.id,
            handle=row.handle,
            name=row.name,
            email=row.email,
            summary=row.summary,
            locale=row.locale,
            facts=dict(row.facts),
        )
        for row in fit
    )
    await session.flush()
    return roster


async def send(session: Session, site: Site, roster_id: int, *, by_letter: bool) -> int:
    """Make the link of every profile that nobody was asked to claim yet, or too long ago.

    Returns:
        How many; each gets a letter where this site sends any.
    """
    rows = await session.scalars(
        select(Entry)
        .where(
            Entry.roster_id == roster_id,
            Entry.claimed_at.is_(None),
            (Entry.expires_at.is_(None)) | (Entry.expires_at <= site.now()),
        )
        .order_by(Entry.id)
        .with_for_update()
    )
    sent = 0
    for entry in rows.all():
        await _invite(session, site, entry, by_letter=by_letter)
        sent += 1
    return sent


async def send_again(session: Session, site: Site, number: int, *, by_letter: bool) -> Entry:
    """A new link for one profile; the former one ends.

    Raises:
        NotFound: there is no such profile that waits.
    """
    entry = await _waiting(session, number)
    await corresponding.call_off(session, entry.id)
    await _invite(session, site, entry, by_letter=by_letter)
    return entry


async def _invite(session: Session, site: Site, entry: Entry, *, by_letter: bool) -> None:
    entry.turn += 1
    entry.secret = digest(linking.secret(session, Entry.__tablename__, entry.id, entry.turn))
    entry.invited_at, entry.expires_at = site.now(), site.now() + LIFE
    await session.flush()
    if by_letter:
        await corresponding.write(
            session, site, Kind.CLAIM, entry.email, entry.locale, about=entry.id
        )


async def undo(session: Session, roster_id: int) -> int:
    """Take a list back: what nobody has claimed is forgotten, and its links end.

    Returns:
        How many profiles are forgotten.

    Raises:
        NotFound: there is no such list.
    """
    roster = await session.get(Roster, roster_id, with_for_update=True)
    if roster is None:
        raise NotFound("There is no such list.")
    waiting = select(Entry.id).where(Entry.roster_id == roster_id, Entry.claimed_at.is_(None))
    await session.execute(
        delete(Letter).where(Letter.about_id.in_(waiting), Letter.due_at.is_not(None))
    )
    gone = await session.scalars(
        delete(Entry)
        .where(Entry.roster_id == roster_id, Entry.claimed_at.is_(None))
        .returning(Entry.id)
    )
    forgotten = len(gone.all())
    left = await session.scalar(select(func.count()).where(Entry.roster_id == roster_id))
    if not left:
        await session.execute(delete(Roster).where(Roster.id == roster_id))
    else:
        await session.execute(
            update(Roster).where(Roster.id == roster_id).values(size=Roster.size - forgotten)
        )
    return forgotten


async def remove(session: Session, number: int) -> None:
    """Forget one profile that waits.

    Raises:
        NotFound: there is none.
    """
    entry = await _waiting(session, number)
    await corresponding.call_off(session, entry.id)
    await session.execute(
        update(Roster).where(Roster.id == entry.roster_id).values(size=Roster.size - 1)
    )
    await session.execute(delete(Entry).where(Entry.id == entry.id))


async def held(session: Session, site: Site, secret: str) -> Entry:
    """The profile of a link; nobody else claims it in this transaction.

    Raises:
        NotFound: there is none. Gone: it was claimed, or the link has come to its end.
    """
    entry = await session.scalar(
        select(Entry).where(Entry.secret == digest(secret)).with_for_update()
    )
    if entry is None:
        raise NotFound("There is no such invitation.")
    if entry.claimed_at is not None or entry.expires_at is None or entry.expires_at <= site.now():
        raise Gone(_ENDED)
    return entry


async def claim(
    session: Session, site: Site, secret: str, profile: Profile, member: Member, *, keys: KeyPems
) -> Actor:
    """Somebody checked what was imported and publishes it: the organisation is here from now on.

    She is its steward.

    Raises:
        NotFound, Gone: as `held`. Unwise: the name is missing or too long.
    """
    entry = await held(session, site, secret)
    name = named(profile.name)
    if not 0 < len(name) <= LONGEST_NAME:
        words = f"A name has 1 to {LONGEST_NAME} characters."
        raise Unwise(words, fields={"name": words})
    if len(profile.summary) > LONGEST_TEXT:
        words = f"This is longer than {LONGEST_TEXT} characters."
        raise Unwise(words, fields={"summary": words})
    handle, entry.handle = entry.handle, None
    await session.flush()
    actor = await enrolling.add_organisation(
        session,
        site,
        handle=handle or "",
        name=name,
        summary=profile.summary,
        facts=profile.facts,
        locale=profile.locale,
        keys=keys,
    )
    await enrolling.add_mandate(session, site, member, actor, Office.STEWARD)
    entry.name, entry.email, entry.summary, entry.facts = name, "", "", {}
    entry.secret, entry.expires_at = None, None
    entry.claimed_at, entry.organisation_id = site.now(), actor.id
    await session.flush()
    return actor


async def decline(session: Session, site: Site, secret: str) -> None:
    """Somebody does not want to be here: what was imported of her is forgotten.

    Raises:
        NotFound, Gone: as `held`.
    """
    entry = await held(session, site, secret)
    await session.execute(
        update(Roster).where(Roster.id == entry.roster_id).values(declined=Roster.declined + 1)
    )
    await corresponding.call_off(session, entry.id)
    await session.execute(delete(Entry).where(Entry.id == entry.id))


async def _waiting(session: Session, number: int) -> Entry:
    entry = await session.scalar(
        select(Entry).where(Entry.id == number, Entry.claimed_at.is_(None)).with_for_update()
    )
    if entry is None:
        raise NotFound("There is no such profile that waits to be claimed.")
    return entry
