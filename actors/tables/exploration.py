"""Exploration: something to be read elsewhere, because of what came here or is looked at here."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Exploration(Base, kw_only=True):
    """One walk through a conversation; the next one about the same thing reuses the row.

    `kind` is around (what a remark quotes and answers), below (what answers something), featured
    (what somebody shows first) or kin (what a model comes from, and what was made of it). `iri` is
    the remark, model or actor it is about. `state` is waiting or done, with the reason where it
    ended early. `plan` is what is still to be read, `seen` every
    address that ever stood in the plan; `fetches` counts what it has cost so far.
    """

    kept: ClassVar[Kept] = Kept.QUEUE
    __tablename__ = "exploration"
    __table_args__ = (
        UniqueConstraint("kind", "iri"),
        Index("ix_exploration_state_due_at", "state", "due_at"),
    )

    id: Mapped[int] = primary_key()
    kind: Mapped[str]
    iri: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    plan: Mapped[list[Any]] = mapped_column(default_factory=list)
    seen: Mapped[list[Any]] = mapped_column(default_factory=list)
    fetches: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None] = mapped_column(default=None)
    claimed_by: Mapped[int | None] = mapped_column(Id, default=None)
