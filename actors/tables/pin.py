"""Pin: what an actor shows first."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Pin(Base, kw_only=True):
    """A model or remark that its own actor, ours or theirs, has put into `featured`."""

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "pin"
    __table_args__ = (UniqueConstraint("actor_id", "object_iri"),)

    id: Mapped[int] = primary_key()
    actor_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id", ondelete="CASCADE"))
    object_iri: Mapped[str]
    made_at: Mapped[datetime]
