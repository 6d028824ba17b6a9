"""Media: stored files and their descriptions; Use: what shows them."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Float, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Media(Base, kw_only=True):
    """A picture or a document that an organisation of ours has sent here.

    The bytes lie in the room for files (`actors.files`) under `digest`, the hexadecimal SHA-256 of
    them; those of the small picture under `small_digest`. `kind` is `image` or `document`.
    `description` is the alternative text, `credit` who made it, `label` what the file was called.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "media"

    id: Mapped[int] = primary_key()
    actor_id: Mapped[int] = mapped_column(
        Id, ForeignKey("actor.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str]
    media_type: Mapped[str]
    digest: Mapped[str] = mapped_column(index=True)
    size: Mapped[int]
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    small_digest: Mapped[str | None] = mapped_column(default=None, index=True)
    small_type: Mapped[str] = mapped_column(default="")
    small_size: Mapped[int] = mapped_column(default=0)
    small_width: Mapped[int] = mapped_column(default=0)
    small_height: Mapped[int] = mapped_column(default=0)
    blurhash: Mapped[str] = mapped_column(default="")
    focus_x: Mapped[float] = mapped_column(Float, default=0.0)
    focus_y: Mapped[float] = mapped_column(Float, default=0.0)
    description: Mapped[str] = mapped_column(default="")
    credit: Mapped[str] = mapped_column(default="")
    label: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime]


class MediaUse(Base, kw_only=True):
    """Something shows a file: while that is there, the file stays.

    `subject` says what it is (`remark`, `model`, `draft`, …), `subject_id` which one. `place` is
    where the file stands among those that it shows, from 0; None where only an earlier version of
    it did.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "media_use"
    __table_args__ = (
        UniqueConstraint("media_id", "subject", "subject_id"),
        Index("ix_media_use_subject", "subject", "subject_id"),
    )

    id: Mapped[int] = primary_key()
    media_id: Mapped[int] = mapped_column(Id, ForeignKey("media.id", ondelete="CASCADE"))
    subject: Mapped[str]
    subject_id: Mapped[int] = mapped_column(Id)
    place: Mapped[int | None] = mapped_column(default=None)
