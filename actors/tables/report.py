"""Report: what somebody told the stewards of this instance about an actor and its posts."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Report(Base, kw_only=True):
    """A report by somebody of another host about one of ours, or by one of ours about anybody.

    `iri` is the Flag that brought it, or that passed it on; None for what stayed here. `host` is
    the reporter's: open reports of one host about one actor are one row, and `times` says how often
    it was told. `things` holds, for each post, its `iri` and the `words` it had when it was
    reported. `answer` is what was done about it, once it is closed.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "report"
    __table_args__ = (
        Index("ix_report_host_about_id", "host", "about_id"),
        Index("ix_report_closed_at", "closed_at"),
    )

    id: Mapped[int] = primary_key()
    iri: Mapped[str | None] = mapped_column(default=None)
    from_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id", ondelete="CASCADE"), index=True)
    host: Mapped[str]
    about_id: Mapped[int] = mapped_column(
        Id, ForeignKey("actor.id", ondelete="CASCADE"), index=True
    )
    comment: Mapped[str]
    category: Mapped[str]
    things: Mapped[list[Any]]
    times: Mapped[int] = mapped_column(default=1)
    is_forwarded: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]
    told_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(default="")
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
