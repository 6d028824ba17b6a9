"""FormerKey: a private key that was replaced, and that some peers may still know us by."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class FormerKey(Base, kw_only=True):
    """The RSA key that an actor of ours signed with before `update_id` told of its successor.

    Whoever has not taken that Update yet is signed to with this key. The row goes when nobody is
    left who may take it.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "former_key"

    id: Mapped[int] = primary_key()
    actor_id: Mapped[int] = mapped_column(
        Id, ForeignKey("actor.id", ondelete="CASCADE"), index=True
    )
    private: Mapped[str]  # locked: `actors.safe`
    update_id: Mapped[int] = mapped_column(Id, ForeignKey("outgoing.id", ondelete="CASCADE"))
    retired_at: Mapped[datetime]
