"""Proposal: a change of somebody's model that somebody else offers, and what was answered."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Proposal(Base, kw_only=True):
    """One `ChangeProposal`, ours or one that was made to us.

    `model_id` is what it is to change, `base_iri` the version it was written against, with the
    digest of that; `digest` is that of the sheet with all its changes (`rules.proposals.Change`).
    `fork_iri` is the version of the proposer's own model that it comes from, if there is one.
    `state` is open, asked (answered with a question), accepted, rejected or withdrawn; `answer` are
    the owner's words, `keys` the sections that were taken or are in conflict, `result_iri` the
    version that came of it, `current_iri` the version of the model at a rejection. `note_iri` is
    the remark for everybody under which people talk about it. A withdrawn one says nothing any
    more, and its document is the Tombstone.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "proposal"

    id: Mapped[int] = primary_key()
    iri: Mapped[str] = mapped_column(unique=True)
    offer_iri: Mapped[str] = mapped_column(unique=True)
    model_id: Mapped[int] = mapped_column(
        Id, ForeignKey("model.id", ondelete="CASCADE"), index=True
    )
    proposer_id: Mapped[int] = mapped_column(
        Id, ForeignKey("actor.id", ondelete="CASCADE"), index=True
    )
    base_iri: Mapped[str]
    base_digest: Mapped[str]
    fork_iri: Mapped[str | None] = mapped_column(default=None)
    digest: Mapped[str]
    message: Mapped[str]
    language: Mapped[str | None] = mapped_column(default=None)
    changes: Mapped[list[Any]]
    state: Mapped[str] = mapped_column(default="open")
    answer: Mapped[str] = mapped_column(default="")
    keys: Mapped[list[Any]] = mapped_column(default_factory=list)
    result_iri: Mapped[str | None] = mapped_column(default=None)
    current_iri: Mapped[str | None] = mapped_column(default=None)
    note_iri: Mapped[str | None] = mapped_column(default=None)
    document: Mapped[bytes] = mapped_column(default=b"")
    made_at: Mapped[datetime]
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
