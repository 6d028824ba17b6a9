"""Wording and Hashtag: what a remark said before, and the subjects it names."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Wording(Base, kw_only=True):
    """What a remark said until it was reworded; `said_at` is when it began to say so."""

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "wording"

    id: Mapped[int] = primary_key()
    remark_id: Mapped[int] = mapped_column(
        Id, ForeignKey("remark.id", ondelete="CASCADE"), index=True
    )
    content: Mapped[str]
    summary: Mapped[str]
    said_at: Mapped[datetime]


class Hashtag(Base, kw_only=True):
    """A remark names a subject. `name` is folded and has no sign (`rules.speech.tag_name`)."""

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "hashtag"
    __table_args__ = (UniqueConstraint("name", "remark_id"),)

    id: Mapped[int] = primary_key()
    name: Mapped[str]
    remark_id: Mapped[int] = mapped_column(
        Id, ForeignKey("remark.id", ondelete="CASCADE"), index=True
    )
