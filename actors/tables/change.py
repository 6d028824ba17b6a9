"""Change: how often something changed, counted by the database itself."""

from typing import ClassVar

from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept


class Change(Base, kw_only=True):
    """What is counted, and how often it changed so far.

    Triggers count, in the transaction that changes something, whoever makes it (migration 0013);
    `actors.changes` says what is counted and reads it. On PostgreSQL nothing is counted here: all
    who publish would wait for each other on one row. There the triggers notify.
    """

    kept: ClassVar[Kept] = Kept.CACHE
    __tablename__ = "change"

    subject: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(Id)
