"""Block, Mute and HostBlock: whom one actor wants nothing to do with.

A whole instance blocks a host in `actors.tables.host`.
"""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Block(Base, kw_only=True):
    """One actor blocks another, ours or theirs; `iri` is the Block that says so."""

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "block"
    __table_args__ = (UniqueConstraint("blocker_id", "blocked_id"),)

    id: Mapped[int] = primary_key()
    iri: Mapped[str] = mapped_column(unique=True)
    blocker_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id", ondelete="CASCADE"))
    blocked_id: Mapped[int] = mapped_column(
        Id, ForeignKey("actor.id", ondelete="CASCADE"), index=True
    )
    made_at: Mapped[datetime]


class Mute(Base, kw_only=True):
    """An organisation of ours does not want to read somebody; nobody is told.

    `hides_notices`: nor be told what that somebody does to it. `expires_at` is when it ends by
    itself; the workers look every few seconds.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "mute"
    __table_args__ = (UniqueConstraint("muter_id", "muted_id"),)

    id: Mapped[int] = primary_key()
    muter_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id", ondelete="CASCADE"))
    muted_id: Mapped[int] = mapped_column(
        Id, ForeignKey("actor.id", ondelete="CASCADE"), index=True
    )
    hides_notices: Mapped[bool]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime | None] = mapped_column(default=None, index=True)


class HostBlock(Base, kw_only=True):
    """An organisation of ours wants nothing to do with a host and the hosts below it."""

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "host_block"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)

    id: Mapped[int] = primary_key()
    owner_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(index=True)
    made_at: Mapped[datetime]
