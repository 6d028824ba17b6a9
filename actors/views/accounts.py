"""Accounts: where a member is signed in, which apps act for her, her passkeys."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select

from actors.database import Session
from actors.rules.secrets import digest
from actors.site import Site
from actors.tables.access import App, BrowserSession, Token
from actors.tables.actor import Actor
from actors.tables.credential import Passkey
from actors.tables.member import Member

MOST_SHOWN: Final = 100
"""Sessions and apps on a page; they end by themselves or can be ended all at once."""


@dataclass(frozen=True)
class Place:
    """A browser in which she is signed in."""

    id: int
    device: str
    made_at: datetime
    seen_at: datetime
    is_here: bool


@dataclass(frozen=True)
class Connected:
    """An app, or a program with a token, that acts for her."""

    id: int
    name: str
    website: str | None
    organisation: str
    scopes: str
    made_at: datetime


async def places(session: Session, site: Site, member: Member, here: str) -> list[Place]:
    """Where she is signed in, this browser first; `here`: the secret of its session."""
    rows = await session.scalars(
        select(BrowserSession)
        .where(BrowserSession.member_id == member.id, BrowserSession.expires_at > site.now())
        .order_by(BrowserSession.id.desc())
        .limit(MOST_SHOWN)
    )
    found = [
        Place(
            row.id, row.device, row.made_at, row.seen_at or row.made_at, row.secret == digest(here)
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: not one.is_here)


async def apps(session: Session, member: Member) -> list[Connected]:
    """Which apps act for her, and for which organisation, the newest first."""
    rows = await session.execute(
        select(Token, App, Actor.name)
        .outerjoin(App, App.id == Token.app_id)
        .join(Actor, Actor.id == Token.organisation_id)
        .where(Token.member_id == member.id, Token.revoked_at.is_(None))
        .order_by(Token.id.desc())
        .limit(MOST_SHOWN)
    )
    found: dict[tuple[int, str], Connected] = {}
    for row in rows:
        token, organisation = row[0], row[2]
        app: App | None = row[1]
        one = Connected(
            id=token.id,
            name=app.name if app is not None else "",
            website=app.website if app is not None else None,
            organisation=organisation,
            scopes=token.scopes,
            made_at=token.made_at,
        )
        found.setdefault((token.app_id or -token.id, organisation), one)
    return list(found.values())


async def passkeys(session: Session, member: Member) -> list[Passkey]:
    """Her passkeys, the oldest first."""
    rows = await session.scalars(
        select(Passkey).where(Passkey.member_id == member.id).order_by(Passkey.id)
    )
    return list(rows)
