"""Bookmark, Marker, HiddenThread, ConversationMark: what one organisation keeps for itself.

Nobody else is told of any of it, and none of it leaves the instance.
"""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Bookmark(Base, kw_only=True):
    """A model or remark that an organisation of ours wants to find again."""

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "bookmark"
    __table_args__ = (UniqueConstraint("actor_id", "object_iri"),)

    id: Mapped[int] = primary_key()
    actor_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id", ondelete="CASCADE"))
    object_iri: Mapped[str] = mapped_column(index=True)
    made_at: Mapped[datetime]


class Marker(Base, kw_only=True):
    """How far a timeline was read; `version` counts how often that was said."""

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "marker"
    __table_args__ = (UniqueConstraint("owner_id", "timeline"),)

    id: Mapped[int] = primary_key()
    owner_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id", ondelete="CASCADE"))
    timeline: Mapped[str]
    last_read_id: Mapped[int] = mapped_column(Id)
    version: Mapped[int]
    updated_at: Mapped[datetime]


class HiddenThread(Base, kw_only=True):
    """A conversation of which an organisation of ours does not want to be told any more.

    `subject_id` is the status at which it said so: what answers that, however far down, is silent.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "hidden_thread"
    __table_args__ = (UniqueConstraint("owner_id", "subject_id"),)

    id: Mapped[int] = primary_key()
    owner_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id", ondelete="CASCADE"))
    subject_id: Mapped[int] = mapped_column(Id)
    made_at: Mapped[datetime]


class ConversationMark(Base, kw_only=True):
    """How far an exchange of direct remarks was read, and up to where it was put away.

    `root_id` is the remark with which the exchange began, as far as it is known.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "conversation_mark"
    __table_args__ = (UniqueConstraint("owner_id", "root_id"),)

    id: Mapped[int] = primary_key()
    owner_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id", ondelete="CASCADE"))
    root_id: Mapped[int] = mapped_column(Id)
    read_id: Mapped[int] = mapped_column(Id, default=0)
    put_away_id: Mapped[int] = mapped_column(Id, default=0)
