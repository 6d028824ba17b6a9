"""Replication: a record of practice, ours or theirs; for which models it counts."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Replication(Base, kw_only=True):
    """Who does a model where (`rules.records.Record` in `record`).

    `model_iri` is the living model, `version_iri` the exact version; neither need be known here.
    `territory`, `country`, `stage` and `level` are copied from what is said, for lists; `level` is
    computed here (`rules.evidence`) with what others say. `document` is what its own address
    serves, sealed. A record is also a status: a remark of the same `iri`, where people answer it.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "replication"
    __table_args__ = (
        # All that is counted of a record: the record itself, a page long, need not be read for it.
        Index(
            "ix_replication_counted",
            *("id", "deleted_at", "actor_id", "country", "territory", "level", "stage"),
        ),
    )

    id: Mapped[int] = primary_key()
    iri: Mapped[str] = mapped_column(unique=True)
    actor_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id"), index=True)
    is_ours: Mapped[bool]
    url: Mapped[str]
    model_iri: Mapped[str] = mapped_column(index=True)
    version_iri: Mapped[str]
    name: Mapped[str]
    language: Mapped[str]
    territory: Mapped[str]
    country: Mapped[str]
    stage: Mapped[str]
    level: Mapped[int]
    record: Mapped[dict[str, Any]]
    digest: Mapped[str]
    document: Mapped[bytes]
    published_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None] = mapped_column(default=None)


class Counted(Base, kw_only=True):
    """A model for which a record counts: the one it names, its source, and so on upwards.

    `via_iri` is the model below whose owner told us, where the record's own model is not known
    here. A fork that changed the core does not count for its source. `told_at` is the time of the
    record's state that was told to the model's owner elsewhere (`verbs.passing`).
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "counted"
    __table_args__ = (
        UniqueConstraint("replication_id", "model_id"),
        Index("ix_counted_model_id_replication_id", "model_id", "replication_id"),
    )

    id: Mapped[int] = primary_key()
    replication_id: Mapped[int] = mapped_column(
        Id, ForeignKey("replication.id", ondelete="CASCADE")
    )
    model_id: Mapped[int] = mapped_column(Id, ForeignKey("model.id", ondelete="CASCADE"))
    via_iri: Mapped[str | None] = mapped_column(default=None)
    told_at: Mapped[datetime | None] = mapped_column(default=None)
