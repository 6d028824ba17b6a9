"""Filter, FilterWord, FilteredStatus: what one of ours does not want to meet in apps."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Filter(Base, kw_only=True):
    """A filter: where it holds (`contexts`), until when, and what is done (`action`).

    An action is one of warn, hide, blur. What it looks for is in its words and its statuses.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "filter"

    id: Mapped[int] = primary_key()
    owner_id: Mapped[int] = mapped_column(
        Id, ForeignKey("actor.id", ondelete="CASCADE"), index=True
    )
    title: Mapped[str]
    contexts: Mapped[list[Any]]
    action: Mapped[str]
    expires_at: Mapped[datetime | None] = mapped_column(default=None)
    made_at: Mapped[datetime]


class FilterWord(Base, kw_only=True):
    """Words that a filter looks for; `is_whole`: not as a part of another word."""

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "filter_word"

    id: Mapped[int] = primary_key()
    filter_id: Mapped[int] = mapped_column(
        Id, ForeignKey("filter.id", ondelete="CASCADE"), index=True
    )
    text: Mapped[str]
    is_whole: Mapped[bool]


class FilteredStatus(Base, kw_only=True):
    """One status that a filter holds for, whatever it says."""

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "filtered_status"
    __table_args__ = (UniqueConstraint("filter_id", "subject_id"),)

    id: Mapped[int] = primary_key()
    filter_id: Mapped[int] = mapped_column(Id, ForeignKey("filter.id", ondelete="CASCADE"))
    subject_id: Mapped[int] = mapped_column(Id)
