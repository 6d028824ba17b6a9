"""Invitation, Roster and Entry: who was asked to come in, and what an imported list says of them.

The secret of a link is kept as a digest. It is made from the invitation's number and `turn` with
the secret that locks our keys (`verbs.inviting`), so that a steward can be shown it again and a
letter can repeat it, while the database alone opens nothing.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Invitation(Base, kw_only=True):
    """Somebody is asked to act for an organisation of ours; one use, until `expires_at`.

    `email` is empty where the link is handed over in person. `closed_at` is set when it was
    accepted (`member_id`), declined or withdrawn (`outcome`).
    """

    kept: ClassVar[Kept] = Kept.PASSING
    __tablename__ = "invitation"

    id: Mapped[int] = primary_key()
    secret: Mapped[str] = mapped_column(unique=True)
    turn: Mapped[int] = mapped_column(default=1)
    organisation_id: Mapped[int] = mapped_column(
        Id, ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    by_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("member.id", ondelete="SET NULL"), default=None
    )
    email: Mapped[str] = mapped_column(default="")
    name: Mapped[str] = mapped_column(default="")
    office: Mapped[str]
    locale: Mapped[str]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    outcome: Mapped[str] = mapped_column(default="")
    member_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("member.id", ondelete="SET NULL"), default=None
    )


class Roster(Base, kw_only=True):
    """One imported list: how many organisations it named, and how many of them declined."""

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "roster"

    id: Mapped[int] = primary_key()
    by_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("member.id", ondelete="SET NULL"), default=None
    )
    name: Mapped[str]
    size: Mapped[int]
    declined: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime]


class Entry(Base, kw_only=True):
    """An organisation that a list names, and that nobody has claimed yet.

    It is no actor: nothing of it leaves the instance, and nobody can follow it, until somebody
    claims it with the link. Then `organisation_id` is set and what was imported is dropped. Who
    declines is removed. `handle` is reserved from the import on, and empty once it is given.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    passing: ClassVar[frozenset[str]] = frozenset({"secret", "turn"})
    __tablename__ = "roster_entry"

    id: Mapped[int] = primary_key()
    roster_id: Mapped[int] = mapped_column(
        Id, ForeignKey("roster.id", ondelete="CASCADE"), index=True
    )
    handle: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str]
    email: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    locale: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    secret: Mapped[str | None] = mapped_column(unique=True, default=None)
    turn: Mapped[int] = mapped_column(default=0)
    invited_at: Mapped[datetime | None] = mapped_column(default=None)
    expires_at: Mapped[datetime | None] = mapped_column(default=None)
    claimed_at: Mapped[datetime | None] = mapped_column(default=None)
    organisation_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("organisation.id", ondelete="SET NULL"), default=None
    )
