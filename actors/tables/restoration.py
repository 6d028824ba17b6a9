"""Restoration: something of a model came here in an archive, and not from where it lives."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Restoration(Base, kw_only=True):
    """One archive that brought something new of one model.

    `archive` is the digest of the file, `versions` how many it brought. `trust` says why its proofs
    were believed (`verbs.restoring.Trust`). `actor_id` is the organisation that brought it; None
    where an operator did.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "restoration"
    __table_args__ = (UniqueConstraint("model_id", "archive"),)

    id: Mapped[int] = primary_key()
    model_id: Mapped[int] = mapped_column(Id, ForeignKey("model.id", ondelete="CASCADE"))
    archive: Mapped[str]
    trust: Mapped[str]
    versions: Mapped[int]
    actor_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("actor.id", ondelete="SET NULL"), default=None
    )
    made_at: Mapped[datetime]
