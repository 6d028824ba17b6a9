"""Lineage: which model is a fork of which, and how far it has followed."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Lineage(Base, kw_only=True):
    """A fork's tie to its source; one row for each fork that we know, ours or theirs.

    `base_iri` is the exact version last taken (the merge base), `seen_iri` the newest upstream
    version we know. `listed_at` is set once the source counts the fork among its own;
    `base_digest` pins the base's content.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "lineage"

    id: Mapped[int] = primary_key()
    model_id: Mapped[int] = mapped_column(
        Id, ForeignKey("model.id", ondelete="CASCADE"), unique=True
    )
    upstream_iri: Mapped[str] = mapped_column(index=True)
    base_iri: Mapped[str]
    base_digest: Mapped[str]
    seen_iri: Mapped[str]
    kind: Mapped[str]
    listed_at: Mapped[datetime | None] = mapped_column(default=None)
