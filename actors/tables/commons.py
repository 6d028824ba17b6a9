"""Commons: a group around a theme, what was put into it, who tends it, who is kept out."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Commons(Base, kw_only=True):
    """A commons of this instance. `id` is its actor's, a Group.

    `names` and `summaries` are by language, `summaries` and `rules` as Markdown; `language` is the
    one it was opened in. `posting` says who may put things into it: everybody, members (its
    followers) or moderators.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "commons"

    id: Mapped[int] = mapped_column(
        Id, ForeignKey("actor.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    language: Mapped[str]
    names: Mapped[dict[str, Any]]
    summaries: Mapped[dict[str, Any]]
    rules: Mapped[str] = mapped_column(default="")
    family: Mapped[str | None] = mapped_column(default=None)
    posting: Mapped[str]
    opened_at: Mapped[datetime]


class Moderator(Base, kw_only=True):
    """An organisation of ours that tends a commons."""

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "moderator"
    __table_args__ = (UniqueConstraint("commons_id", "actor_id"),)

    id: Mapped[int] = primary_key()
    commons_id: Mapped[int] = mapped_column(Id, ForeignKey("commons.id", ondelete="CASCADE"))
    actor_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id", ondelete="CASCADE"))


class Posting(Base, kw_only=True):
    """Something that stands in a commons: a model, a note, or an answer to one (`is_answer`).

    What a moderator removed keeps its row, so that it does not come back with its next Update.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "posting"
    __table_args__ = (UniqueConstraint("commons_id", "iri"),)

    id: Mapped[int] = primary_key()
    commons_id: Mapped[int] = mapped_column(Id, ForeignKey("commons.id", ondelete="CASCADE"))
    iri: Mapped[str] = mapped_column(index=True)
    actor_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id", ondelete="CASCADE"))
    is_answer: Mapped[bool]
    made_at: Mapped[datetime]
    pinned_at: Mapped[datetime | None] = mapped_column(default=None)
    removed_at: Mapped[datetime | None] = mapped_column(default=None)
    reason: Mapped[str] = mapped_column(default="")


class Exclusion(Base, kw_only=True):
    """Somebody who may neither follow a commons nor put anything into it.

    `iri` is the id of the Block that said so.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "exclusion"
    __table_args__ = (UniqueConstraint("commons_id", "actor_id"),)

    id: Mapped[int] = primary_key()
    iri: Mapped[str]
    commons_id: Mapped[int] = mapped_column(Id, ForeignKey("commons.id", ondelete="CASCADE"))
    actor_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id", ondelete="CASCADE"))
    reason: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime]
