"""What was seen of a lineage elsewhere, and by which keys versions were found to be signed."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Sighting(Base, kw_only=True):
    """A model of a lineage, as it was last looked at where it lives.

    `state` is seen, unreachable, refused, gone, odd (something else is there) or closed (we have
    nothing to do with its host). `upstream_iri` is what it said it was made from, kept when the
    model itself is not. `seen_at` is when it was last there, `forks_at` when its list of forks was
    last read.
    """

    kept: ClassVar[Kept] = Kept.CACHE
    __tablename__ = "sighting"

    id: Mapped[int] = primary_key()
    iri: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    upstream_iri: Mapped[str | None] = mapped_column(default=None, index=True)
    looked_at: Mapped[datetime]
    seen_at: Mapped[datetime | None] = mapped_column(default=None)
    forks_at: Mapped[datetime | None] = mapped_column(default=None)


class ListedFork(Base, kw_only=True):
    """One entry of somebody else's list of forks, as it was last read."""

    kept: ClassVar[Kept] = Kept.CACHE
    __tablename__ = "listed_fork"
    __table_args__ = (UniqueConstraint("source_iri", "fork_iri"),)

    id: Mapped[int] = primary_key()
    source_iri: Mapped[str]
    fork_iri: Mapped[str] = mapped_column(index=True)


class Witness(Base, kw_only=True):
    """A version of somebody else's was signed with this key, which was its author's then.

    Keys change and go with their owners; the version and its proof stay. `method` is the key's id,
    `public` the key as a Multikey: with it the proof can be checked at any later time.
    """

    kept: ClassVar[Kept] = Kept.CACHE
    __tablename__ = "witness"

    id: Mapped[int] = primary_key()
    revision_id: Mapped[int] = mapped_column(
        Id, ForeignKey("revision.id", ondelete="CASCADE"), unique=True
    )
    method: Mapped[str]
    owner_iri: Mapped[str]
    public: Mapped[str]
    checked_at: Mapped[datetime]
