"""Inviting: a steward asks somebody to act for the organisation.

A link works once and ends by itself; a steward can be shown it again (`linking`).
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, func, select

from actors.database import Session
from actors.errors import Gone, NotFound, Unwise
from actors.rules.naming import check_email
from actors.rules.permissions import Office
from actors.rules.secrets import digest
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.invitation import Invitation
from actors.tables.member import Mandate, Member
from actors.verbs import corresponding, enrolling, linking
from actors.verbs.corresponding import Kind

LIVES: Final = (timedelta(days=1), timedelta(days=7), timedelta(days=30))
"""How long an invitation may stand. A month: whoever has not come by then is asked again."""

MOST_OPEN: Final = 200
"""Invitations of one organisation that stand at a time: more than an organisation has members."""

LONGEST_NAME: Final = 120

KEPT: Final = timedelta(days=90)
"""How long it is remembered what became of an invitation."""

_ENDED = "This invitation was used, withdrawn, or has come to its end. Ask for a new one."


@dataclass(frozen=True)
class Guest:
    """Who is asked, and for what.

    Attributes:
        office: what she will be.
        email: where the letter goes; empty where the link is handed over in person.
        name: how she is addressed.
        locale: in which language.
        lasts: one of `LIVES`.
    """

    office: Office
    email: str = ""
    name: str = ""
    locale: str = "fr"
    lasts: timedelta = LIVES[1]


async def invite(
    session: Session,
    site: Site,
    organisation: Actor,
    guest: Guest,
    *,
    by: Member | None,
    by_letter: bool,
) -> Invitation:
    """Ask somebody in; with an address and `by_letter`, a letter waits to be sent.

    Raises:
        Unwise: the address is none, the time is not one of `LIVES`, or too many stand.
        Conflicting: she acts for this organisation already.
    """
    email = check_email(guest.email).lower() if guest.email.strip() else ""
    if guest.lasts not in LIVES:
        words = "An invitation stands for a day, a week or a month."
        raise Unwise(words, fields={"lasts": words})
    if email:
        await _must_be_new(session, organisation, email)
    many = await session.scalar(
        select(func.count()).where(
            Invitation.organisation_id == organisation.id,
            Invitation.closed_at.is_(None),
            Invitation.expires_at > site.now(),
        )
    )
    if (many or 0) >= MOST_OPEN:
        raise Unwise(f"At most {MOST_OPEN} invitations stand at a time. Withdraw some first.")
    number = site.new_id()
    invitation = Invitation(
        id=number,
        secret=digest(linking.secret(session, Invitation.__tablename__, number, 1)),
        organisation_id=organisation.id,
        by_id=None if by is None else by.id,
        email=email,
        name=" ".join(guest.name.split())[:LONGEST_NAME],
        office=guest.office.value,
        locale=guest.locale,
        made_at=site.now(),
        expires_at=site.now() + guest.lasts,
    )
    session.add(invitation)
    await session.flush()
    if email and by_letter:
        await corresponding.write(
            session, site, Kind.INVITATION, email, guest.locale, about=invitation.id
        )
    return invitation


async def _must_be_new(session: Session, organisation: Actor, email: str) -> None:
    known = await session.scalar(
        select(Mandate.id)
        .join(Member, Member.id == Mandate.member_id)
        .where(Member.email == email, Mandate.organisation_id == organisation.id)
    )
    if known is not None:
        words = "This person acts for the organisation already."
        raise Unwise(words, fields={"email": words})


async def held(session: Session, site: Site, secret: str) -> Invitation:
    """The invitation of a link, if it stands; nobody else uses it in this transaction.

    Raises:
        NotFound: there is none. Gone: it was used, withdrawn, or has come to its end.
    """
    found = await session.scalar(
        select(Invitation).where(Invitation.secret == digest(secret)).with_for_update()
    )
    if found is None:
        raise NotFound("There is no such invitation.")
    if found.closed_at is not None or found.expires_at <= site.now():
        raise Gone(_ENDED)
    return found


async def accept(
    session: Session, site: Site, secret: str, member: Member
) -> tuple[Invitation, Actor]:
    """A member says yes; she acts for the organisation from now on.

    Raises:
        NotFound, Gone: as `held`.
        Conflicting: she acts for it already.
    """
    invitation = await held(session, site, secret)
    organisation = await session.get_one(Actor, invitation.organisation_id)
    if organisation.gone_at is not None:
        raise Gone(_ENDED)
    await enrolling.add_mandate(session, site, member, organisation, Office(invitation.office))
    _close(site, invitation, "accepted")
    invitation.member_id = member.id
    await session.flush()
    return invitation, organisation


async def decline(session: Session, site: Site, secret: str) -> None:
    """Whoever was asked says no.

    Raises:
        NotFound, Gone: as `held`.
    """
    _close(site, await held(session, site, secret), "declined")
    await session.flush()


async def withdraw(session: Session, site: Site, organisation: Actor, number: int) -> None:
    """A steward takes it back; the link opens nothing any more.

    Raises:
        NotFound: the organisation has no such invitation that stands.
    """
    invitation = await _of(session, organisation, number)
    _close(site, invitation, "withdrawn")
    await corresponding.call_off(session, invitation.id)
    await session.flush()


async def renew(
    session: Session, site: Site, organisation: Actor, number: int, *, by_letter: bool
) -> Invitation:
    """A new link in place of the former one, for as long as that stood; sent again by letter.

    Raises:
        NotFound: the organisation has no such invitation.
    """
    invitation = await _of(session, organisation, number)
    lasts = invitation.expires_at - invitation.made_at
    invitation.turn += 1
    invitation.secret = digest(
        linking.secret(session, Invitation.__tablename__, invitation.id, invitation.turn)
    )
    invitation.made_at, invitation.expires_at = site.now(), site.now() + lasts
    await session.flush()
    await corresponding.call_off(session, invitation.id)
    if invitation.email and by_letter:
        await corresponding.write(
            session,
            site,
            Kind.INVITATION,
            invitation.email,
            invitation.locale,
            about=invitation.id,
        )
    return invitation


async def forget_old(session: Session, site: Site) -> None:
    """Throw away what was answered or came to its end long ago."""
    old = site.now() - KEPT
    await session.execute(
        delete(Invitation).where((Invitation.closed_at <= old) | (Invitation.expires_at <= old))
    )


async def _of(session: Session, organisation: Actor, number: int) -> Invitation:
    found = await session.scalar(
        select(Invitation)
        .where(
            Invitation.id == number,
            Invitation.organisation_id == organisation.id,
            Invitation.closed_at.is_(None),
        )
        .with_for_update()
    )
    if found is None:
        raise NotFound("There is no such invitation.")
    return found


def _close(site: Site, invitation: Invitation, outcome: str) -> None:
    invitation.closed_at, invitation.outcome = site.now(), outcome
