"""Vote: what somebody chose in a poll."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Vote(Base, kw_only=True):
    """One option that one actor chose: in a poll of ours, or one of ours in somebody else's.

    `choice` counts the options of the poll from 0. Who votes twice for one option has voted once.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "vote"
    __table_args__ = (UniqueConstraint("remark_id", "actor_id", "choice"),)

    id: Mapped[int] = primary_key()
    remark_id: Mapped[int] = mapped_column(Id, ForeignKey("remark.id", ondelete="CASCADE"))
    actor_id: Mapped[int] = mapped_column(
        Id, ForeignKey("actor.id", ondelete="CASCADE"), index=True
    )
    choice: Mapped[int]
    made_at: Mapped[datetime]
