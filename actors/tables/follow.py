"""Follow: who wants to hear from whom."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Follow(Base, kw_only=True):
    """One actor follows another; `state` is pending, accepted or rejected.

    `iri` is the id of the Follow activity that counts: the newest one, because a peer that lost
    our Accept asks again under a new id. `is_join`: it was asked by a Join, and is answered so.
    `asked_again_at`: when it was last asked again, because its followee had forgotten it.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    passing: ClassVar[frozenset[str]] = frozenset({"asked_again_at"})
    __tablename__ = "follow"
    __table_args__ = (
        UniqueConstraint("follower_id", "followee_id"),
        Index("ix_follow_followee_id_id", "followee_id", "id"),
    )

    id: Mapped[int] = primary_key()
    iri: Mapped[str] = mapped_column(unique=True)
    follower_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id", ondelete="CASCADE"))
    followee_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id", ondelete="CASCADE"))
    state: Mapped[str]
    made_at: Mapped[datetime]
    is_join: Mapped[bool] = mapped_column(default=False)
    asked_again_at: Mapped[datetime | None] = mapped_column(default=None)
