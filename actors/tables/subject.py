"""FollowedSubject and ShownSubject: hashtags that an organisation of ours follows, or shows."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class FollowedSubject(Base, kw_only=True):
    """Public remarks with this hashtag stand on the home timeline; `name` is folded."""

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "followed_subject"
    __table_args__ = (
        UniqueConstraint("owner_id", "name"),
        Index("ix_followed_subject_name", "name"),
    )

    id: Mapped[int] = primary_key()
    owner_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id", ondelete="CASCADE"))
    name: Mapped[str]
    made_at: Mapped[datetime]


class ShownSubject(Base, kw_only=True):
    """A hashtag that stands on the profile; `name` is folded."""

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "shown_subject"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)

    id: Mapped[int] = primary_key()
    owner_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id", ondelete="CASCADE"))
    name: Mapped[str]
    made_at: Mapped[datetime]
