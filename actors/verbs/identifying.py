"""Identifying: her name and password, her passkeys, the places where she is signed in.

A passkey is asked for with a challenge that we made for this very browser, and that is used once:
it carries its time and a seal, so nothing is remembered until it is answered.

Source: WebAuthn Level 3, 7.1 and 7.2 (what is verified is verified in `federation.passkeys`).
"""

import base64
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select, update

from actors.database import Session, safe_of
from actors.errors import NotAllowed, NotFound, Unwise
from actors.rules.secrets import digest
from actors.site import Site
from actors.tables.access import BrowserSession, Token
from actors.tables.credential import Passkey
from actors.tables.member import Member
from actors.verbs import corresponding, revoking, trying
from actors.verbs.corresponding import Kind

MOST_PASSKEYS: Final = 20
"""Of one person: every device she has, and some that she lost."""

LONGEST_NAME: Final = 120
CHALLENGE_LIFE: Final = timedelta(minutes=10)
"""How long a page with a challenge may stand open; then it is loaded again."""

_NONCE: Final = 16  # bytes
_STAMP: Final = 8
_SEAL: Final = 32
_STALE: Final = "This page is out of date. Reload it and try again."


@dataclass(frozen=True)
class Proven:
    """What a device proved when it made a passkey.

    Attributes:
        credential: its name, in base64url.
        public: its public key, as COSE.
        uses: the device's own count.
    """

    credential: str
    public: bytes
    uses: int


async def describe(session: Session, member: Member, *, name: str, locale: str) -> None:
    """Change how others see her, and in which language letters reach her.

    Raises:
        Unwise: the name is missing or too long.
    """
    flat = " ".join(name.split())
    if not 0 < len(flat) <= LONGEST_NAME:
        words = f"A name has 1 to {LONGEST_NAME} characters."
        raise Unwise(words, fields={"name": words})
    await session.execute(
        update(Member).where(Member.id == member.id).values(name=flat, locale=locale)
    )


async def change_password(
    session: Session,
    site: Site,
    member: Member,
    password_hash: str,
    *,
    here: str,
    by_letter: bool,
) -> None:
    """Another password from now on; she stays signed in here, and nowhere else.

    Apps keep what they were given; they are listed beside, and ended one by one.
    """
    await session.execute(
        update(Member).where(Member.id == member.id).values(password=password_hash)
    )
    await end_others(session, member, here)
    if by_letter:
        locale = member.locale or site.locale
        await corresponding.write(session, site, Kind.PASSWORD_CHANGED, member.email, locale)


async def end_session(session: Session, member: Member, number: int) -> None:
    """End one of her sessions; one that has ended is no error."""
    await session.execute(
        delete(BrowserSession).where(
            BrowserSession.id == number, BrowserSession.member_id == member.id
        )
    )


async def end_others(session: Session, member: Member, here: str) -> None:
    """End all her sessions but the one with this secret."""
    await session.execute(
        delete(BrowserSession).where(
            BrowserSession.member_id == member.id, BrowserSession.secret != digest(here)
        )
    )


async def end_app(session: Session, site: Site, member: Member, number: int) -> None:
    """An app may not act for her any more, in no organisation; `number`: of a token of hers."""
    token = await session.scalar(
        select(Token).where(Token.id == number, Token.member_id == member.id)
    )
    if token is not None:
        await revoking.end_app(session, site, token)


def challenge(session: Session, site: Site, bound_to: str) -> str:
    """A challenge for this browser, in base64url: random bits, its end, and our seal."""
    end = int((site.now() + CHALLENGE_LIFE).timestamp()).to_bytes(_STAMP, "big")
    body = secrets.token_bytes(_NONCE) + end
    return _text(body + _seal(session, body, bound_to))


async def use_challenge(session: Session, site: Site, said: str, bound_to: str) -> bytes:
    """The challenge that was answered, if it is ours, for this browser, and new.

    Raises:
        NotAllowed: it is not, or too old.
    """
    whole = _bytes(said)
    body, seal = whole[:-_SEAL], whole[-_SEAL:]
    if len(whole) != _NONCE + _STAMP + _SEAL:
        raise NotAllowed(_STALE)
    if not hmac.compare_digest(seal, _seal(session, body, bound_to)):
        raise NotAllowed(_STALE)
    end = datetime.fromtimestamp(int.from_bytes(body[_NONCE:], "big"), UTC)
    if end <= site.now():
        raise NotAllowed(_STALE)
    if not await trying.count(session, site, "challenge", said, most=1, until=end):
        raise NotAllowed(_STALE)
    return whole


async def add_passkey(
    session: Session, site: Site, member: Member, proven: Proven, *, name: str
) -> Passkey:
    """A device of hers may sign her in from now on.

    Raises:
        Unwise: she has too many, or the device is known already.
    """
    many = await session.scalar(select(func.count()).where(Passkey.member_id == member.id))
    if (many or 0) >= MOST_PASSKEYS:
        raise Unwise(f"At most {MOST_PASSKEYS} passkeys can be kept. Remove one first.")
    if await by_credential(session, proven.credential) is not None:
        raise Unwise("This passkey is known already.")
    passkey = Passkey(
        id=site.new_id(),
        member_id=member.id,
        credential=proven.credential,
        public=proven.public,
        uses=proven.uses,
        name=_named(name),
        made_at=site.now(),
    )
    session.add(passkey)
    await session.flush()
    return passkey


async def rename_passkey(session: Session, member: Member, number: int, name: str) -> None:
    """Call one of her passkeys something else.

    Raises:
        NotFound: she has no such passkey.
    """
    passkey = await _passkey(session, member, number)
    passkey.name = _named(name)
    await session.flush()


async def remove_passkey(session: Session, member: Member, number: int) -> None:
    """Forget one of her passkeys.

    Raises:
        NotFound: she has no such passkey.
        Unwise: it is her last way to sign in.
    """
    passkey = await _passkey(session, member, number)
    others = await session.scalar(select(func.count()).where(Passkey.member_id == member.id))
    if not member.password and (others or 0) <= 1:
        raise Unwise("This is your only way to sign in. Choose a password first.")
    await session.execute(delete(Passkey).where(Passkey.id == passkey.id))


async def by_credential(session: Session, credential: str) -> Passkey | None:
    """The passkey of this name."""
    return await session.scalar(select(Passkey).where(Passkey.credential == credential))


async def used(session: Session, site: Site, passkey: Passkey, uses: int) -> Member:
    """A passkey has proved itself; whose it is."""
    await session.execute(
        update(Passkey)
        .where(Passkey.id == passkey.id)
        .values(uses=max(passkey.uses, uses), used_at=site.now())
    )
    return await session.get_one(Member, passkey.member_id)


async def _passkey(session: Session, member: Member, number: int) -> Passkey:
    found = await session.scalar(
        select(Passkey).where(Passkey.id == number, Passkey.member_id == member.id)
    )
    if found is None:
        raise NotFound("There is no such passkey.")
    return found


def _named(name: str) -> str:
    return " ".join(name.split())[:LONGEST_NAME] or "Passkey"


def _seal(session: Session, body: bytes, bound_to: str) -> bytes:
    return bytes.fromhex(safe_of(session).digest(f"challenge {body.hex()} {digest(bound_to)}"))


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return b""
