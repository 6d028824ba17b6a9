"""Planned: a remark that an app wants to be made later."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Planned(Base, kw_only=True):
    """What will be said, and when.

    `said` holds what the app asked for, under the names of `verbs.planning`. It is said once: the
    row goes in the transaction in which the remark comes. `failure` is why that could not be; then
    it is not tried again.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "planned"

    id: Mapped[int] = primary_key()
    actor_id: Mapped[int] = mapped_column(
        Id, ForeignKey("actor.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime] = mapped_column(index=True)
    said: Mapped[dict[str, Any]]
    request_key: Mapped[str | None] = mapped_column(default=None)
    failure: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime]
