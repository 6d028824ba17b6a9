"""KeptFile: a picture or document of somebody else's that a model here shows, and our copy."""

from typing import ClassVar

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class KeptFile(Base, kw_only=True):
    """One file on another server that a model shows: an adaptation of ours, or a mirror.

    `url` is where its author keeps it, as the sheet says. `media_id` is our copy; None until it was
    read, where there was no room for it, and where it was taken away here.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "kept_file"
    __table_args__ = (UniqueConstraint("model_id", "url"),)

    id: Mapped[int] = primary_key()
    model_id: Mapped[int] = mapped_column(Id, ForeignKey("model.id", ondelete="CASCADE"))
    url: Mapped[str] = mapped_column(index=True)
    media_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("media.id", ondelete="SET NULL"), default=None, index=True
    )
