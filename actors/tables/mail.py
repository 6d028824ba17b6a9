"""Received, Outgoing, Delivery and Lane: the post office, as rows.

Rows are the queue: what is accepted or promised is committed with the change it belongs to, and
survives kill -9.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key

_CLAIMED = text("claimed_until IS NOT NULL")


class Received(Base, kw_only=True):
    """One activity somebody told us, kept for ever by its id so that it has one effect.

    `state` is waiting, done, refused or parked. The document is dropped once it is settled; the id
    stays.
    """

    kept: ClassVar[Kept] = Kept.QUEUE
    __tablename__ = "received"
    __table_args__ = (
        Index("ix_received_state_due_at", "state", "due_at"),
        Index(
            "ix_received_speaker_waiting",
            "speaker",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_received_claimed_by",
            "claimed_by",
            sqlite_where=text("claimed_until IS NOT NULL"),
            postgresql_where=text("claimed_until IS NOT NULL"),
        ),
    )

    id: Mapped[int] = primary_key()
    activity_iri: Mapped[str] = mapped_column(unique=True)
    speaker: Mapped[str]
    vouched: Mapped[str]
    document: Mapped[bytes]
    state: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    tries: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime]
    due_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None] = mapped_column(default=None)
    claimed_by: Mapped[int | None] = mapped_column(Id, default=None)


class Outgoing(Base, kw_only=True):
    """One activity of ours, serialised once, whoever it goes to.

    `about` is the id of the thing it speaks of: two activities about the same thing never overtake
    each other on the way to a host. `followers_of` (ids of actors of ours) and `recipients` (IRIs)
    say who is to have it; `is_public` lists it in the outbox. `fanned_at` is null until every
    recipient has its own row; until then `fanned_to` is the last follow that has.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    passing: ClassVar[frozenset[str]] = frozenset({"fanned_at", "fanned_to"})
    __tablename__ = "outgoing"
    __table_args__ = (Index("ix_outgoing_actor_id_id", "actor_id", "id"),)

    id: Mapped[int] = primary_key()
    activity_iri: Mapped[str] = mapped_column(unique=True)
    actor_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id"))
    type: Mapped[str]
    about: Mapped[str]
    document: Mapped[bytes]
    followers_of: Mapped[list[Any]]
    recipients: Mapped[list[Any]]
    is_public: Mapped[bool]
    made_at: Mapped[datetime]
    fanned_at: Mapped[datetime | None] = mapped_column(default=None, index=True)
    fanned_to: Mapped[int | None] = mapped_column(Id, default=None)


class Delivery(Base, kw_only=True):
    """One outgoing activity on its way to one inbox; deleted when delivered.

    `state` is waiting or parked (given up, with the reason, for the operator to see).
    """

    kept: ClassVar[Kept] = Kept.QUEUE
    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("outgoing_id", "inbox"),
        Index("ix_delivery_host_state_due_at_id", "host", "state", "due_at", "id"),
        Index("ix_delivery_inbox_about_outgoing_id", "inbox", "about", "outgoing_id"),
        Index(
            "ix_delivery_parked",
            "host",
            "outgoing_id",
            sqlite_where=text("state = 'parked'"),
            postgresql_where=text("state = 'parked'"),
        ),
        Index(
            "ix_delivery_claimed",
            "host",
            "claimed_until",
            sqlite_where=_CLAIMED,
            postgresql_where=_CLAIMED,
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True, init=False)
    outgoing_id: Mapped[int] = mapped_column(Id, ForeignKey("outgoing.id"))
    about: Mapped[str]
    host: Mapped[str]
    inbox: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    tries: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None] = mapped_column(default=None)
    claimed_by: Mapped[int | None] = mapped_column(Id, default=None)


class Lane(Base, kw_only=True):
    """The deliveries for one host that wait; gone when nothing does.

    Whoever looks for work looks at lanes from `due_at` on, and nothing of a lane can be sent
    before. It may be too early, never too late: what is true stands in the deliveries and the host.
    While `spared` is not 0, the host gets one delivery at a time, none before `paced_until`.
    """

    kept: ClassVar[Kept] = Kept.QUEUE
    __tablename__ = "lane"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True, init=False)
    host: Mapped[str] = mapped_column(unique=True)
    due_at: Mapped[datetime] = mapped_column(index=True)
    spared: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many deliveries more are paced, since the host came back after an absence."""

    paced_until: Mapped[datetime | None] = mapped_column(default=None)
