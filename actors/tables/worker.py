"""Worker: a process that works on the queues of this database."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Kept, primary_key


class Worker(Base, kw_only=True):
    """One process at work. `id` is what its claims are held under, and nobody else ever has it.

    `beats` counts on while it lives; `place` tells operators which process of which machine it is.
    """

    kept: ClassVar[Kept] = Kept.PASSING
    __tablename__ = "worker"

    id: Mapped[int] = primary_key()
    place: Mapped[str]
    beats: Mapped[int] = mapped_column(default=0)
    begun_at: Mapped[datetime]
