"""Choice: what somebody has decided about one section, before it becomes a version."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Choice(Base, kw_only=True):
    """One decision about a model of ours beside another one; seen by its organisation alone.

    `key` is that of a section, of a value beside the sections or of the note (`rules.heading`).
    `chosen` is `theirs`, `ours` or `own`, and then `texts` holds what was written, by language;
    nothing is chosen yet where somebody only wrote. `reason`, `planned` and `why` say why ours
    differs. `fingerprint` is what there was to choose between: where it is another one now, the
    choice was made before one of the sides changed.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "choice"
    __table_args__ = (UniqueConstraint("model_id", "beside_iri", "key"),)

    id: Mapped[int] = primary_key()
    model_id: Mapped[int] = mapped_column(
        Id, ForeignKey("model.id", ondelete="CASCADE"), index=True
    )
    beside_iri: Mapped[str]
    key: Mapped[str]
    chosen: Mapped[str]
    texts: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    reason: Mapped[str] = mapped_column(default="")
    why: Mapped[str] = mapped_column(default="")
    planned: Mapped[bool] = mapped_column(default=True)
    fingerprint: Mapped[str]
    member_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("member.id", ondelete="SET NULL"), default=None
    )
    chosen_at: Mapped[datetime]
