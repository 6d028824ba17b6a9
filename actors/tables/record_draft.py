"""RecordDraft: a record of practice that somebody still writes at."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class RecordDraft(Base, kw_only=True):
    """What will be a record of practice; seen by its organisation alone.

    `fields` is what stands in the form, by the names of its fields, as it was typed: it may say
    nothing yet, or nonsense. `media_id` is the file that goes with it.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "record_draft"

    id: Mapped[int] = primary_key()
    actor_id: Mapped[int] = mapped_column(
        Id, ForeignKey("actor.id", ondelete="CASCADE"), index=True
    )
    author_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("member.id", ondelete="SET NULL"), default=None
    )
    model_id: Mapped[int] = mapped_column(
        Id, ForeignKey("model.id", ondelete="CASCADE"), index=True
    )
    media_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("media.id", ondelete="SET NULL"), default=None
    )
    fields: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    changed_at: Mapped[datetime]
