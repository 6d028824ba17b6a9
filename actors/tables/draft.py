"""Draft: a sheet that somebody still writes at, and when it is to be published by itself."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Draft(Base, kw_only=True):
    """What will be a new model, or the next version of one; seen by its organisation alone.

    `sheet` may break every rule of a sheet that is published. `model_id` and `base` are the model
    and the number of the version that it started from; without them it is a new model, which will
    stand in `commons_id`. `publish_at` is when it is published by itself, `zone` the time zone in
    which its author said so, `failure` why that did not happen. `brought` is what was understood of
    a text that it was begun with (`rules.bringing`), until somebody has read it.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "draft"
    __table_args__ = (Index("ix_draft_publish_at", "publish_at"),)

    id: Mapped[int] = primary_key()
    actor_id: Mapped[int] = mapped_column(
        Id, ForeignKey("actor.id", ondelete="CASCADE"), index=True
    )
    author_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("member.id", ondelete="SET NULL"), default=None
    )
    model_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("model.id", ondelete="CASCADE"), default=None, index=True
    )
    base: Mapped[int] = mapped_column(default=0)
    commons_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("actor.id", ondelete="SET NULL"), default=None
    )
    sheet: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(default="")
    modifications: Mapped[list[Any]] = mapped_column(default_factory=list)
    changed_at: Mapped[datetime]
    publish_at: Mapped[datetime | None] = mapped_column(default=None)
    zone: Mapped[str] = mapped_column(default="")
    failure: Mapped[str] = mapped_column(default="")
    brought: Mapped[dict[str, Any] | None] = mapped_column(default=None)
