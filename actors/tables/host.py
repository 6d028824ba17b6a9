"""Host: another server, and how it is doing."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Kept, primary_key


class Host(Base, kw_only=True):
    """A server we deliver to. While it fails, nothing is sent before `due_at`.

    Hearing from it clears that.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    passing: ClassVar[frozenset[str]] = frozenset(
        {
            "failures",
            "failing_since",
            "due_at",
            "reason",
            "reads_rfc9421",
            "clock_ahead",
            "clock_seen_at",
        }
    )
    __tablename__ = "host"
    __table_args__ = (
        Index(
            "ix_host_clock_seen_at",
            "clock_seen_at",
            sqlite_where=text("clock_ahead IS NOT NULL"),
            postgresql_where=text("clock_ahead IS NOT NULL"),
        ),
    )

    id: Mapped[int] = primary_key()
    name: Mapped[str] = mapped_column(unique=True)
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[datetime | None] = mapped_column(default=None)
    due_at: Mapped[datetime | None] = mapped_column(default=None)
    reason: Mapped[str] = mapped_column(default="")
    """What it did or said when it failed last; kept when it is well again."""

    is_blocked: Mapped[bool] = mapped_column(default=False)
    """Nothing comes from it or from the hosts below it, and nothing goes there."""
    blocked_at: Mapped[datetime | None] = mapped_column(default=None)
    block_reason: Mapped[str] = mapped_column(default="")
    reads_rfc9421: Mapped[bool] = mapped_column(default=False)
    """It says so, or took a request signed by RFC 9421 after it had refused another one."""

    reads_ed25519: Mapped[bool] = mapped_column(default=False)
    """It says that it reads Ed25519 by RFC 9421."""

    clock_ahead: Mapped[int | None] = mapped_column(default=None)
    """By how many seconds its clock was ahead of ours when it refused a signature; less than zero:
    behind."""

    clock_seen_at: Mapped[datetime | None] = mapped_column(default=None)
    is_tried: Mapped[bool] = mapped_column(default=False)
    """What it reads was found out by trying; what it says about that no longer counts."""
