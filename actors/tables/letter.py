"""Letter: an e-mail that is to be sent, or was."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Letter(Base, kw_only=True):
    """What to write to whom; the words, and any secret in them, are made when it leaves.

    `about_id` is the invitation, entry or ticket that it is about. `sent_at` and `failure` say how
    it ended; until then it is due at `due_at`, and claimed by a process until `claimed_until`.
    """

    kept: ClassVar[Kept] = Kept.QUEUE
    __tablename__ = "letter"

    id: Mapped[int] = primary_key()
    kind: Mapped[str]
    address: Mapped[str]
    locale: Mapped[str]
    about_id: Mapped[int | None] = mapped_column(Id, default=None, index=True)
    made_at: Mapped[datetime]
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column(default=0)
    claimed_until: Mapped[datetime | None] = mapped_column(default=None)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    failure: Mapped[str] = mapped_column(default="")
