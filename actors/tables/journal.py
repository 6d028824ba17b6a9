"""Heard and Called: what came in and whom we called, for operators and for nothing else.

No rule of the program reads them. They are thrown away by age and by number
(`actors.mail.journal`).
"""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept


class Heard(Base, kw_only=True):
    """One request to an inbox.

    `disposition` is accepted, duplicate, `refused:<reason code>` or `ignored:<reason code>`; what
    is found out later about an activity that was accepted takes its place. `size` is in bytes.
    """

    kept: ClassVar[Kept] = Kept.RECORD
    __tablename__ = "heard"
    __table_args__ = (
        Index("ix_heard_activity_iri", "activity_iri"),
        Index("ix_heard_at", "at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True, init=False)
    at: Mapped[datetime]
    peer: Mapped[str]
    key_iri: Mapped[str]
    activity_iri: Mapped[str]
    disposition: Mapped[str]
    size: Mapped[int]
    ms: Mapped[int]


class Called(Base, kw_only=True):
    """One try to call another server.

    `result` is `done:<status>` or `refused:<reason code>`; `cause` says on whose behalf.
    """

    kept: ClassVar[Kept] = Kept.RECORD
    __tablename__ = "called"
    __table_args__ = (Index("ix_called_at", "at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True, init=False)
    at: Mapped[datetime]
    purpose: Mapped[str]
    method: Mapped[str]
    url: Mapped[str]
    ip: Mapped[str]
    port: Mapped[int]
    hop: Mapped[int]
    result: Mapped[str]
    size: Mapped[int]
    ms: Mapped[int]
    cause: Mapped[str]
