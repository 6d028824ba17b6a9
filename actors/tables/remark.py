"""Remark: notes and replies, ours and theirs; likes and boosts."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Remark(Base, kw_only=True):
    """A note: `content` is clean HTML. `visibility` is one of public, unlisted, followers, direct.

    `addressed` holds the IRIs of everybody it names: who may see it when it is not public.
    `source` is the Markdown of a remark of ours, `request_key` what its app calls the request that
    made it. `poll` is what a Question asks (`rules.polls.Poll`); None for a Note.
    `commons_iri` is the Group in which it was said (`audience` on the wire).
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "remark"
    __table_args__ = (
        Index(  # what a profile counts is counted without a look at the remarks
            "ix_remark_said",
            "actor_id",
            "visibility",
            "published_at",
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )

    id: Mapped[int] = primary_key()
    iri: Mapped[str] = mapped_column(unique=True)
    actor_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id"), index=True)
    url: Mapped[str]
    content: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    language: Mapped[str | None] = mapped_column(default=None)
    in_reply_to: Mapped[str | None] = mapped_column(default=None, index=True)
    visibility: Mapped[str]
    addressed: Mapped[list[Any]]
    source: Mapped[str] = mapped_column(default="", server_default="")
    poll: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    request_key: Mapped[str | None] = mapped_column(default=None)
    document: Mapped[bytes]
    published_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None] = mapped_column(default=None)
    commons_iri: Mapped[str | None] = mapped_column(default=None)


class Like(Base, kw_only=True):
    """Somebody likes a model or a remark; `object_iri` may be something we have never seen."""

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "like"
    __table_args__ = (UniqueConstraint("actor_id", "object_iri"),)

    id: Mapped[int] = primary_key()
    iri: Mapped[str] = mapped_column(unique=True)
    actor_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id", ondelete="CASCADE"))
    object_iri: Mapped[str] = mapped_column(index=True)
    made_at: Mapped[datetime]


class Boost(Base, kw_only=True):
    """Somebody passes a model or a remark on to their followers (Announce)."""

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "boost"
    __table_args__ = (UniqueConstraint("actor_id", "object_iri"),)

    id: Mapped[int] = primary_key()
    iri: Mapped[str] = mapped_column(unique=True)
    actor_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id", ondelete="CASCADE"))
    object_iri: Mapped[str] = mapped_column(index=True)
    made_at: Mapped[datetime]
