"""Quote: a remark that shows something else inside itself, and whether its author agrees."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Quote(Base, kw_only=True):
    """What a remark quotes; `quoted_iri` may be something we have never seen.

    `state` is pending, accepted, rejected or revoked. `stamp_iri` is the author's consent
    (`QuoteAuthorization`), on the author's own host; `stamp` is its document, where the author is
    ours. `request_iri` is the `QuoteRequest`, ours or theirs. `checked_at` is when the stamp was
    last read at its own address.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "quote"
    __table_args__ = (UniqueConstraint("remark_id"),)

    id: Mapped[int] = primary_key()
    remark_id: Mapped[int] = mapped_column(Id, ForeignKey("remark.id", ondelete="CASCADE"))
    quoted_iri: Mapped[str] = mapped_column(index=True)
    state: Mapped[str]
    stamp_iri: Mapped[str | None] = mapped_column(default=None, index=True)
    stamp: Mapped[bytes] = mapped_column(default=b"")
    request_iri: Mapped[str | None] = mapped_column(default=None, index=True)
    made_at: Mapped[datetime]
    checked_at: Mapped[datetime | None] = mapped_column(default=None)
