"""Revision: what a model said at one moment. Immutable."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Revision(Base, kw_only=True):
    """One published version, ours or theirs: the whole sheet, its digest, its proof.

    `parent_iri` is the version before, `merged_iri` the upstream version a merge took from: the
    second parent. `modifications` says, for a fork, what was adapted so far and why
    (`rules.sections.Modification`). `credits` says whose proposals are in it
    (`rules.proposals.Credit`).
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "revision"

    id: Mapped[int] = primary_key()
    iri: Mapped[str] = mapped_column(unique=True)
    model_id: Mapped[int] = mapped_column(
        Id, ForeignKey("model.id", ondelete="CASCADE"), index=True
    )
    number: Mapped[int]
    parent_iri: Mapped[str | None] = mapped_column(default=None)
    merged_iri: Mapped[str | None] = mapped_column(default=None)
    author_id: Mapped[int | None] = mapped_column(Id, ForeignKey("member.id"), default=None)
    note: Mapped[str] = mapped_column(default="")
    sheet: Mapped[dict[str, Any]]
    modifications: Mapped[list[Any]] = mapped_column(default_factory=list)
    credits: Mapped[list[Any]] = mapped_column(default_factory=list, server_default="[]")
    digest: Mapped[str]
    document: Mapped[bytes]
    made_at: Mapped[datetime]
