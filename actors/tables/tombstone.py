"""Tombstone: something of a peer's was taken back before we ever saw it."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from actors.tables.base import Base, Kept, primary_key


class Tombstone(Base, kw_only=True):
    """A Delete that came before its Create, or an Undo before what it undoes.

    It binds only the actor who spoke it: two neighbours may each have one for the same id.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "tombstone"
    __table_args__ = (UniqueConstraint("iri", "speaker"),)

    id: Mapped[int] = primary_key()
    iri: Mapped[str]
    speaker: Mapped[str]
    made_at: Mapped[datetime]
