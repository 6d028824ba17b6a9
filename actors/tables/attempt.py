"""Attempt: how often somebody tried something, counted over all processes of an instance."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Kept, primary_key


class Attempt(Base, kw_only=True):
    """So many tries of one kind by one of them, in the window that ends at `until`.

    `who` is a digest: neither an address nor a name can be read here.
    """

    kept: ClassVar[Kept] = Kept.PASSING
    __tablename__ = "attempt"
    __table_args__ = (UniqueConstraint("what", "who", "until"),)

    id: Mapped[int] = primary_key()
    what: Mapped[str]
    who: Mapped[str]
    times: Mapped[int]
    until: Mapped[datetime] = mapped_column(index=True)
