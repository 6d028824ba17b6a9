"""Apps, grants, tokens and browser sessions: who may act for whom, through what.

Secrets are kept as SHA-256 digests: what is stolen with the database cannot be used.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class App(Base, kw_only=True):
    """A client application, as it registered itself. Redirect URIs are compared byte for byte."""

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "app"

    id: Mapped[int] = primary_key()
    client_id: Mapped[str] = mapped_column(unique=True)
    secret: Mapped[str]
    name: Mapped[str]
    website: Mapped[str | None] = mapped_column(default=None)
    redirect_uris: Mapped[list[Any]]
    scopes: Mapped[str]
    made_at: Mapped[datetime]


class Grant(Base, kw_only=True):
    """An authorization code (RFC 6749 4.1), used once, within minutes.

    With its PKCE challenge (RFC 7636).
    """

    kept: ClassVar[Kept] = Kept.PASSING
    __tablename__ = "grant"

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(unique=True)
    app_id: Mapped[int] = mapped_column(Id, ForeignKey("app.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("member.id", ondelete="CASCADE"))
    organisation_id: Mapped[int] = mapped_column(
        Id, ForeignKey("organisation.id", ondelete="CASCADE")
    )
    redirect_uri: Mapped[str]
    scopes: Mapped[str]
    challenge: Mapped[str | None] = mapped_column(default=None)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)


class Token(Base, kw_only=True):
    """A bearer token.

    A member, acting for an organisation, within scopes, through an app or the command line.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "token"

    id: Mapped[int] = primary_key()
    secret: Mapped[str] = mapped_column(unique=True)
    app_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("app.id", ondelete="CASCADE"), default=None
    )
    grant_id: Mapped[int | None] = mapped_column(Id, default=None, index=True)
    member_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("member.id", ondelete="CASCADE"), default=None
    )
    organisation_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("organisation.id", ondelete="CASCADE"), default=None
    )
    scopes: Mapped[str]
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)


class BrowserSession(Base, kw_only=True):
    """A member signed in with a browser; `organisation_id` is whom she acts for at present.

    `device` is what the browser calls itself in a few plain words; `seen_at` is as old as an hour.
    """

    kept: ClassVar[Kept] = Kept.PASSING
    __tablename__ = "browser_session"

    id: Mapped[int] = primary_key()
    secret: Mapped[str] = mapped_column(unique=True)
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("member.id", ondelete="CASCADE"))
    organisation_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("organisation.id", ondelete="SET NULL"), default=None
    )
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    device: Mapped[str] = mapped_column(default="", server_default="")
    seen_at: Mapped[datetime | None] = mapped_column(default=None)
