"""TimelineEntry: what an organisation of ours finds when it looks at what is new."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class TimelineEntry(Base, kw_only=True):
    """One thing on one organisation's home timeline.

    A model, a remark, or somebody's boost of either.

    `subject_id` is the model's or the remark's id; ids are unique across tables because one clock
    gives them all. `shown_id` is the id under which it stands there: the boost's, or the subject's.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "timeline_entry"
    __table_args__ = (
        UniqueConstraint("owner_id", "subject_id"),
        Index("ix_timeline_entry_owner_id_shown_id", "owner_id", "shown_id"),
    )

    id: Mapped[int] = primary_key()
    owner_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id", ondelete="CASCADE"))
    subject_id: Mapped[int] = mapped_column(Id, index=True)
    shown_id: Mapped[int] = mapped_column(Id)
    kind: Mapped[str]
    boost_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("boost.id", ondelete="CASCADE"), default=None
    )
    at: Mapped[datetime]
