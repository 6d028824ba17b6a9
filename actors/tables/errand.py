"""Errand: something that somebody pointed at, to be read where it lives."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Errand(Base, kw_only=True):
    """One address that is to be read.

    `kind` is object (somebody forwarded something and could not prove it), followers (a peer's
    list of its followers here may differ from ours, FEP-8fcf), version (of a model, missed),
    model (it may have moved while nobody told us) or file (that a model shows). `actor_id` is who
    pointed there, or the model's author. `digest` is what the peer said its list adds up to, or
    what the file has. `state` is waiting or done; a row
    that is done keeps the same address from being asked for again at once.
    """

    kept: ClassVar[Kept] = Kept.QUEUE
    __tablename__ = "errand"
    __table_args__ = (
        UniqueConstraint("kind", "iri"),
        Index("ix_errand_state_due_at", "state", "due_at"),
    )

    id: Mapped[int] = primary_key()
    kind: Mapped[str]
    iri: Mapped[str]
    host: Mapped[str]
    actor_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id", ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(default="")
    state: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    tries: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None] = mapped_column(default=None)
    claimed_by: Mapped[int | None] = mapped_column(Id, default=None)
