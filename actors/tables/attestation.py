"""Attestation: what somebody says of somebody else's record of practice."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import Date, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Attestation(Base, kw_only=True):
    """One statement, which its author may take back (`revoked_at`); several may disagree.

    `verdict` is a word of `rules.evidence.Verdict`. `version_iri`, `sections` and the period say
    what was looked at; `record_digest` what the record said then. `links` are evaluations and
    other evidence. `document` is what its own address serves, with the author's proof.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "attestation"

    id: Mapped[int] = primary_key()
    iri: Mapped[str] = mapped_column(unique=True)
    actor_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id"), index=True)
    replication_iri: Mapped[str] = mapped_column(index=True)
    verdict: Mapped[str]
    version_iri: Mapped[str]
    sections: Mapped[list[Any]]
    since: Mapped[date | None] = mapped_column(Date(), default=None)
    until: Mapped[date | None] = mapped_column(Date(), default=None)
    language: Mapped[str]
    content: Mapped[str]
    links: Mapped[list[Any]]
    record_digest: Mapped[str]
    document: Mapped[bytes]
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
