"""Signing in: passwords, browser sessions, client applications, grants and tokens.

Passwords are argon2id hashes (argon2-cffi, RFC 9106); everything else is a secret of 256 random
bits, of which we keep a digest. A code is used once (RFC 6749 4.1.2): a second use revokes what
the first one gave.
"""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, exists, select, update

from actors.database import Session
from actors.errors import Refusal
from actors.rules.passwords import judging
from actors.rules.secrets import digest
from actors.site import Site
from actors.tables.access import App, BrowserSession, Grant, Token
from actors.tables.actor import Actor
from actors.tables.member import Member
from actors.verbs import revoking

CODE_LIFE = timedelta(minutes=10)
"""RFC 6749 4.1.2: at most ten minutes."""

SESSION_LIFE = timedelta(days=30)
"""A coordinator who comes once a month is not asked again."""

UNUSED_APP_LIFE = timedelta(days=30)
"""Anybody may register an app; one that nobody has signed in with for a month never will be."""

SECRET_BYTES = 32

_hasher = PasswordHasher()


class InvalidGrant(Refusal):
    """RFC 6749 5.2 `invalid_grant`: the code is unknown, spent, too old, or somebody else's."""

    code = "invalid_grant"


def hash_password(password: str) -> str:
    """The argon2id hash; about 50 ms of CPU, so outside any transaction and off the event loop."""
    return _hasher.hash(password)


def password_fits(password_hash: str, password: str) -> bool:
    """Is it this password? As slow as hashing it."""
    try:
        return _hasher.verify(password_hash, password[: judging.LONGEST])
    except (VerificationError, InvalidHashError):
        return False


async def open_session(session: Session, site: Site, member: Member, device: str = "") -> str:
    """Sign a member in with her browser; `device`: how she will know it again.

    Returns:
        The secret for the cookie; only its digest is kept.
    """
    secret = secrets.token_urlsafe(SECRET_BYTES)
    session.add(
        BrowserSession(
            id=site.new_id(),
            secret=digest(secret),
            member_id=member.id,
            made_at=site.now(),
            expires_at=site.now() + SESSION_LIFE,
            device=device,
            seen_at=site.now(),
        )
    )
    await session.flush()
    return secret


async def seen(session: Session, site: Site, secret: str) -> None:
    """The browser was here again."""
    await session.execute(
        update(BrowserSession)
        .where(BrowserSession.secret == digest(secret))
        .values(seen_at=site.now())
    )


async def close_session(session: Session, secret: str) -> None:
    """Sign out."""
    await session.execute(delete(BrowserSession).where(BrowserSession.secret == digest(secret)))


async def act_for(session: Session, secret: str, organisation_id: int) -> None:
    """From now on the browser acts for this organisation; whether it may is checked at each use."""
    await session.execute(
        update(BrowserSession)
        .where(BrowserSession.secret == digest(secret))
        .values(organisation_id=organisation_id)
    )


async def register_app(
    session: Session,
    site: Site,
    *,
    name: str,
    redirect_uris: Sequence[str],
    scopes: str,
    website: str | None = None,
) -> tuple[App, str]:
    """Register a client application.

    Returns:
        Its row, and its secret, which is told this once.
    """
    secret = secrets.token_urlsafe(SECRET_BYTES)
    app = App(
        id=site.new_id(),
        client_id=secrets.token_urlsafe(SECRET_BYTES),
        secret=digest(secret),
        name=name,
        website=website,
        redirect_uris=list(redirect_uris),
        scopes=scopes,
        made_at=site.now(),
    )
    session.add(app)
    await session.flush()
    return app, secret


async def grant(
    session: Session,
    site: Site,
    app: App,
    member: Member,
    organisation: Actor,
    *,
    redirect_uri: str,
    scopes: str,
    challenge: str | None,
) -> str:
    """A member lets an application act for an organisation.

    Args:
        session: an open transaction.
        site: the time and the id.
        app: the application.
        member: who consents.
        organisation: for whom the application will act.
        redirect_uri: where the code goes; the application names it again when it redeems the code.
        scopes: what it may do, separated by spaces.
        challenge: the PKCE challenge (S256), if the application sent one.

    Returns:
        The authorization code.
    """
    code = secrets.token_urlsafe(SECRET_BYTES)
    session.add(
        Grant(
            id=site.new_id(),
            code=digest(code),
            app_id=app.id,
            member_id=member.id,
            organisation_id=organisation.id,
            redirect_uri=redirect_uri,
            scopes=scopes,
            challenge=challenge,
            made_at=site.now(),
            expires_at=site.now() + CODE_LIFE,
        )
    )
    await session.flush()
    return code


async def redeem(
    session: Session, site: Site, app: App, *, code: str, redirect_uri: str, verifier: str | None
) -> tuple[str, Token]:
    """Turn a code into a token, once.

    The code is spent by one conditional UPDATE, so that two requests at the same moment cannot
    both win.

    Raises:
        InvalidGrant: unknown, spent, too old, another application's, for another redirect URI, or
            the PKCE verifier does not fit.
    """
    now = site.now()
    row = await session.scalar(
        update(Grant)
        .where(
            Grant.code == digest(code),
            Grant.app_id == app.id,
            Grant.used_at.is_(None),
            Grant.expires_at > now,
        )
        .values(used_at=now)
        .returning(Grant)
    )
    if row is None or row.redirect_uri != redirect_uri:
        raise InvalidGrant("the code is unknown, spent, too old, or for another address")
    if not _challenge_fits(row.challenge, verifier):
        raise InvalidGrant("the code verifier does not fit")
    return await _new_token(
        session,
        site,
        row.scopes,
        app_id=app.id,
        grant_id=row.id,
        member_id=row.member_id,
        organisation_id=row.organisation_id,
    )


async def spend(session: Session, site: Site, code: str) -> None:
    """A code was shown wrongly or a second time: it is spent, and what it gave is revoked.

    Whoever shows it without its verifier or address may have stolen it, and must not guess again;
    whoever shows it first may have been the thief (RFC 6749 4.1.2, RFC 9700 2.1.1). Called in a
    transaction of its own, because the refusal of `redeem` undoes the one it was in.
    """
    now = site.now()
    this = Grant.code == digest(code)
    await session.execute(update(Grant).where(this, Grant.used_at.is_(None)).values(used_at=now))
    await revoking.revoke(session, site, Token.grant_id.in_(select(Grant.id).where(this)))


async def client_token(session: Session, site: Site, app: App, scopes: str) -> tuple[str, Token]:
    """A token for an application that speaks for nobody (client credentials, RFC 6749 4.4)."""
    return await _new_token(session, site, scopes, app_id=app.id)


async def create_token(
    session: Session, site: Site, member: Member, organisation: Actor, scopes: str
) -> str:
    """A token for a program, made by an operator."""
    secret, _ = await _new_token(
        session, site, scopes, member_id=member.id, organisation_id=organisation.id
    )
    return secret


async def operator_token(session: Session, site: Site) -> str:
    """A token for whoever runs this instance: it acts for nobody, and opens `admin` only."""
    secret, _ = await _new_token(session, site, "admin")
    return secret


async def revoke_token(session: Session, site: Site, app: App | None, token: str) -> None:
    """End a token (RFC 7009); with an application, only one of its own.

    Unknown ones are no error.
    """
    of_app = () if app is None else (Token.app_id == app.id,)
    await revoking.revoke(session, site, Token.secret == digest(token), *of_app)


async def forget_expired(session: Session, site: Site) -> None:
    """Sessions and codes past their time, and apps nobody signed in with, are of no use."""
    now = site.now()
    await session.execute(delete(BrowserSession).where(BrowserSession.expires_at <= now))
    await session.execute(delete(Grant).where(Grant.expires_at <= now - SESSION_LIFE))
    await session.execute(
        delete(App).where(
            App.made_at <= now - UNUSED_APP_LIFE,
            ~exists().where(Token.app_id == App.id),
            ~exists().where(Grant.app_id == App.id),
        )
    )


async def _new_token(
    session: Session,
    site: Site,
    scopes: str,
    *,
    app_id: int | None = None,
    grant_id: int | None = None,
    member_id: int | None = None,
    organisation_id: int | None = None,
) -> tuple[str, Token]:
    """A token, and its secret, which is told this once."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    token = Token(
        id=site.new_id(),
        secret=digest(secret),
        app_id=app_id,
        grant_id=grant_id,
        member_id=member_id,
        organisation_id=organisation_id,
        scopes=scopes,
        made_at=site.now(),
    )
    session.add(token)
    await session.flush()
    return secret, token


def _challenge_fits(challenge: str | None, verifier: str | None) -> bool:
    """RFC 7636 4.6, method S256: both or neither; a challenge that is not answered refuses."""
    if challenge is None:
        return verifier is None
    if verifier is None:
        return False
    hashed = hashlib.sha256(verifier.encode()).digest()
    made = base64.urlsafe_b64encode(hashed).rstrip(b"=").decode("ascii")
    return secrets.compare_digest(made, challenge)
