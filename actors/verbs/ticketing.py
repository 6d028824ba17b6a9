"""Ticketing: links that work once, for whoever cannot sign in yet, or any more.

To open an instance, to choose a new password, to confirm a new address. For a forgotten password a
letter is written whatever address was typed; whether anybody signs in with it is found out when it
leaves, so that nothing can be learnt from our answer, nor from how long it takes.

Source: OWASP, Forgot Password Cheat Sheet; NIST SP 800-63B, 6.1.2.3.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import delete, select, update

from actors.database import Session
from actors.errors import Gone, NotFound, Refusal, Unwise
from actors.rules.naming import check_email
from actors.rules.secrets import digest
from actors.site import Site
from actors.tables.access import BrowserSession, Token
from actors.tables.credential import Ticket
from actors.tables.letter import Letter
from actors.tables.member import Member
from actors.verbs import corresponding, linking, revoking
from actors.verbs.corresponding import Kind

_ENDED = "This link was used, or has come to its end. Ask for a new one."


class Purpose(StrEnum):
    """What a link is for."""

    OPEN = "open"
    RECOVER = "recover"
    ADDRESS = "address"


LIVES: Final = {
    Purpose.OPEN: timedelta(days=7),
    Purpose.RECOVER: timedelta(minutes=30),
    Purpose.ADDRESS: timedelta(days=1),
}
"""How long a link works: an operator has a week; a mailbox that is read over the shoulder, less."""


async def issue(
    session: Session,
    site: Site,
    purpose: Purpose,
    member: Member | None = None,
    *,
    email: str = "",
) -> tuple[Ticket, str]:
    """Make a link; those for the same purpose and person end.

    Returns:
        Its row, and the secret for the link.
    """
    owner = None if member is None else member.id
    is_alike = Ticket.member_id.is_(None) if owner is None else Ticket.member_id == owner
    await session.execute(delete(Ticket).where(Ticket.purpose == purpose.value, is_alike))
    number = site.new_id()
    secret = linking.secret(session, Ticket.__tablename__, number)
    ticket = Ticket(
        id=number,
        secret=digest(secret),
        purpose=purpose.value,
        member_id=owner,
        email=email,
        made_at=site.now(),
        expires_at=site.now() + LIVES[purpose],
    )
    session.add(ticket)
    await session.flush()
    return ticket, secret


async def look(session: Session, site: Site, secret: str, purpose: Purpose) -> Ticket:
    """The row of a link that works still; nothing is used up.

    Raises:
        NotFound: there is none. Gone: it was used, or has come to its end.
    """
    found = await session.scalar(
        select(Ticket).where(Ticket.secret == digest(secret), Ticket.purpose == purpose.value)
    )
    if found is None:
        raise NotFound("There is no such link.")
    if found.used_at is not None or found.expires_at <= site.now():
        raise Gone(_ENDED)
    return found


async def use(session: Session, site: Site, secret: str, purpose: Purpose) -> Ticket:
    """The same, and it is used up: of two who come at the same moment, one is refused.

    Raises:
        NotFound, Gone: as `look`.
    """
    ticket = await look(session, site, secret, purpose)
    used = await session.scalar(
        update(Ticket)
        .where(Ticket.id == ticket.id, Ticket.used_at.is_(None))
        .values(used_at=site.now())
        .returning(Ticket.id)
    )
    if used is None:
        raise Gone(_ENDED)
    return ticket


async def ask_recovery(session: Session, site: Site, email: str, locale: str) -> None:
    """Somebody forgot her password: a letter waits, whoever has that address.

    What is no address at all is passed over: the answer must be the same.
    """
    try:
        address = check_email(email).lower()
    except Refusal:
        return
    await corresponding.write(session, site, Kind.RECOVERY, address, locale)


async def recovery_of(session: Session, site: Site, letter: Letter) -> tuple[Member, str] | None:
    """Whose password a letter is about, and the secret of its link; None where nobody has it.

    A letter that is tried again has the same link, while that works.
    """
    member = await session.scalar(select(Member).where(Member.email == letter.address))
    if member is None:
        return None
    known = None if letter.about_id is None else await session.get(Ticket, letter.about_id)
    if known is not None and known.used_at is None and known.expires_at > site.now():
        return member, linking.secret(session, Ticket.__tablename__, known.id)
    ticket, secret = await issue(session, site, Purpose.RECOVER, member)
    await session.execute(update(Letter).where(Letter.id == letter.id).values(about_id=ticket.id))
    return member, secret


async def recover(
    session: Session, site: Site, secret: str, password_hash: str, *, by_letter: bool
) -> Member:
    """Choose a new password with a link; everything that was signed in is signed out.

    Raises:
        NotFound, Gone: as `look`.
    """
    ticket = await use(session, site, secret, Purpose.RECOVER)
    member = await session.get_one(Member, ticket.member_id)
    member.password = password_hash
    await session.flush()
    await sign_out_everywhere(session, site, member)
    if by_letter:
        locale = member.locale or site.locale
        await corresponding.write(session, site, Kind.PASSWORD_CHANGED, member.email, locale)
    return member


async def sign_out_everywhere(session: Session, site: Site, member: Member) -> None:
    """End all her sessions, and what apps were given."""
    await session.execute(delete(BrowserSession).where(BrowserSession.member_id == member.id))
    await revoking.revoke(session, site, Token.member_id == member.id)


async def ask_address(
    session: Session, site: Site, member: Member, email: str, *, by_letter: bool
) -> None:
    """She wants to sign in with another address: it is asked whether it is hers.

    Where this site sends no letters, the address is changed at once.

    Raises:
        Unwise: it is no address, or somebody signs in with it.
    """
    address = check_email(email).lower()
    await _must_be_free(session, address)
    if not by_letter:
        member.email = address
        await session.flush()
        return
    ticket, _ = await issue(session, site, Purpose.ADDRESS, member, email=address)
    locale = member.locale or site.locale
    await corresponding.write(session, site, Kind.ADDRESS, address, locale, about=ticket.id)


async def confirm_address(session: Session, site: Site, secret: str) -> Member:
    """The new address is hers: she signs in with it from now on; the former one is told.

    Raises:
        NotFound, Gone: as `look`.
        Unwise: somebody signs in with it meanwhile.
    """
    ticket = await use(session, site, secret, Purpose.ADDRESS)
    member = await session.get_one(Member, ticket.member_id)
    await _must_be_free(session, ticket.email)
    former, member.email = member.email, ticket.email
    await session.flush()
    locale = member.locale or site.locale
    await corresponding.write(session, site, Kind.ADDRESS_CHANGED, former, locale)
    return member


async def address_of(session: Session, letter: Letter) -> str | None:
    """The secret with which a letter lets confirm its address; None where that was called off."""
    ticket = None if letter.about_id is None else await session.get(Ticket, letter.about_id)
    if ticket is None or ticket.used_at is not None:
        return None
    return linking.secret(session, Ticket.__tablename__, ticket.id)


async def forget_past(session: Session, site: Site) -> None:
    """Throw away links that have come to their end."""
    await session.execute(delete(Ticket).where(Ticket.expires_at <= site.now()))


async def _must_be_free(session: Session, address: str) -> None:
    if await session.scalar(select(Member.id).where(Member.email == address)) is not None:
        words = "Somebody signs in with this address already."
        raise Unwise(words, fields={"email": words})
