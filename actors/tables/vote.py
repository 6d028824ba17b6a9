"""Vote, Ballot: what somebody chose in a poll, and what is still to be said of polls."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Vote(Base, kw_only=True):
    """One option that one actor chose: in a poll of ours, or one of ours in somebody else's.

    `choice` counts the options of the poll from 0. Who votes twice for one option has voted once.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "vote"
    __table_args__ = (UniqueConstraint("remark_id", "actor_id", "choice"),)

    id: Mapped[int] = primary_key()
    remark_id: Mapped[int] = mapped_column(Id, ForeignKey("remark.id", ondelete="CASCADE"))
    actor_id: Mapped[int] = mapped_column(
        Id, ForeignKey("actor.id", ondelete="CASCADE"), index=True
    )
    choice: Mapped[int]
    made_at: Mapped[datetime]


class Ballot(Base, kw_only=True):
    """A poll of ours, or one that one of ours voted in, until it has ended.

    At `due_at` something is to be done: newer numbers of ours are told (`is_changed`), or the poll
    is over.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    passing: ClassVar[frozenset[str]] = frozenset({"due_at", "is_changed"})
    __tablename__ = "ballot"

    id: Mapped[int] = primary_key()
    remark_id: Mapped[int] = mapped_column(
        Id, ForeignKey("remark.id", ondelete="CASCADE"), unique=True
    )
    due_at: Mapped[datetime] = mapped_column(index=True)
    is_changed: Mapped[bool] = mapped_column(default=False)
