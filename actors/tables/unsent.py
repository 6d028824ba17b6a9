"""Unsent: what a member has typed into a form and has not sent yet."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Unsent(Base, kw_only=True):
    """A form that a member has begun on behalf of an organisation; nobody but her sees it.

    `place` is the address of the page with the form, `fields` what stands in it, by the names of
    its fields, as it was typed.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "unsent"
    __table_args__ = (UniqueConstraint("member_id", "actor_id", "place"),)

    id: Mapped[int] = primary_key()
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("member.id", ondelete="CASCADE"))
    actor_id: Mapped[int] = mapped_column(
        Id, ForeignKey("actor.id", ondelete="CASCADE"), index=True
    )
    place: Mapped[str]
    fields: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    changed_at: Mapped[datetime] = mapped_column(index=True)
