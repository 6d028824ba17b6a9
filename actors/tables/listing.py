"""Listing: what a model or an actor is found by."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Listing(Base, kw_only=True):
    """One thing that can be found, under its own id.

    `words` are the tokens that it is found by, each once, with blanks between them (`rules.
    searching`, `rules.labels`); `labels` those that facets count, as people read them. The index
    over `words` is the database's own: on SQLite the FTS5 table `listing_words`, which triggers
    keep; on PostgreSQL GIN indexes over `tokens`, which it makes out of `words`, and over `marks`,
    the labels among them (migrations 0021, 0031, 0036).

    Triggers too remove the row of what is deleted, and keep `is_shut`: the actor is gone, or its
    host blocked. `is_withheld` is what the actor says: it does not want to be found. `edition` is
    that of the rules by which the words were made.
    """

    kept: ClassVar[Kept] = Kept.CACHE
    __tablename__ = "listing"
    __table_args__ = (Index("ix_listing_kind_id", "kind", "id"),)

    id: Mapped[int] = primary_key()
    kind: Mapped[str]
    actor_id: Mapped[int] = mapped_column(
        Id, ForeignKey("actor.id", ondelete="CASCADE"), index=True
    )
    labels: Mapped[str]
    words: Mapped[str]
    edition: Mapped[int]
    is_shut: Mapped[bool] = mapped_column(default=False)
    is_withheld: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime]
