"""Backfill: what somebody had published before one of ours followed them, as far as it was read."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Backfill(Base, kw_only=True):
    """One walk through the outbox of somebody whom ours follow; the next walk reuses the row.

    `state` is waiting, done or parked (given up, with the reason, for the operator to see).
    `page` is the page to read next; null before the first. `newest_iri` is the newest activity that
    this walk has met, `mark_iri` that of the walk before: there this one ends. `pages`, `fetches`
    and `taken` count what this walk has cost so far.
    """

    kept: ClassVar[Kept] = Kept.QUEUE
    __tablename__ = "backfill"
    __table_args__ = (
        UniqueConstraint("actor_id"),
        Index("ix_backfill_state_due_at", "state", "due_at"),
    )

    id: Mapped[int] = primary_key()
    actor_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id", ondelete="CASCADE"))
    state: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    page: Mapped[str | None] = mapped_column(default=None)
    newest_iri: Mapped[str | None] = mapped_column(default=None)
    mark_iri: Mapped[str | None] = mapped_column(default=None)
    pages: Mapped[int] = mapped_column(default=0)
    fetches: Mapped[int] = mapped_column(default=0)
    taken: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None] = mapped_column(default=None)
    claimed_by: Mapped[int | None] = mapped_column(Id, default=None)
