"""NetworkPage: what a network says of itself and of its house, version by version."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class NetworkPage(Base, kw_only=True):
    """One version of one page (`rules.network_pages.Kind`); the newest is what is shown.

    `said` is the whole page in all its languages (`rules.network_pages.Said`). `member_id` is who
    wrote it; None once her account is deleted.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "network_page"
    __table_args__ = (Index("ix_network_page_kind_id", "kind", "id"),)

    id: Mapped[int] = primary_key()
    kind: Mapped[str]
    said: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
    member_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("member.id", ondelete="SET NULL"), default=None
    )
