"""Model: the living thing; what it said at each moment is in its revisions."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Model(Base, kw_only=True):
    """A model of ours or of anybody else, with its head copied for lists.

    `slug` is ours alone. `document` is the living object as the world sees it. A deleted model
    keeps its row: its id answers 410 for ever, and `document` is then the Tombstone.
    `commons_iri` is the Group into which its author put it (`audience` on the wire).
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "model"

    id: Mapped[int] = primary_key()
    iri: Mapped[str] = mapped_column(unique=True)
    actor_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id"), index=True)
    is_ours: Mapped[bool]
    slug: Mapped[str | None] = mapped_column(default=None, unique=True)
    url: Mapped[str]
    language: Mapped[str]
    languages: Mapped[list[Any]] = mapped_column(default_factory=list)
    names: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    summaries: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    family: Mapped[str | None] = mapped_column(default=None, index=True)
    license: Mapped[str]
    territory: Mapped[list[Any]] = mapped_column(default_factory=list)
    head_id: Mapped[int | None] = mapped_column(Id, default=None)
    number: Mapped[int] = mapped_column(default=0)
    document: Mapped[bytes] = mapped_column(default=b"")
    published_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None] = mapped_column(default=None)
    commons_iri: Mapped[str | None] = mapped_column(default=None)

    @property
    def name(self) -> str:
        """The title in the language it was written in."""
        return str(self.names.get(self.language) or next(iter(self.names.values()), ""))

    @property
    def summary(self) -> str:
        """The one sentence in the language it was written in."""
        return str(self.summaries.get(self.language) or next(iter(self.summaries.values()), ""))
