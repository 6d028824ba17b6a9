"""Circle, CircleMember, Acquaintance: how an organisation of ours sorts those whom it knows.

Nobody else is told of any of it; only whom it recommends stands on its profile.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Json, Kept, primary_key


class Circle(Base, kw_only=True):
    """A list of actors with a timeline of its own (a *list*, in an app).

    `replies` says whose answers stand in it: none, list (to each other) or followed (to anybody
    whom its owner follows). `is_exclusive`: what stands here does not stand on the home timeline.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "circle"

    id: Mapped[int] = primary_key()
    owner_id: Mapped[int] = mapped_column(
        Id, ForeignKey("actor.id", ondelete="CASCADE"), index=True
    )
    title: Mapped[str]
    replies: Mapped[str]
    is_exclusive: Mapped[bool]
    made_at: Mapped[datetime]


class CircleMember(Base, kw_only=True):
    """Somebody in a circle."""

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "circle_member"
    __table_args__ = (UniqueConstraint("circle_id", "actor_id"),)

    id: Mapped[int] = primary_key()
    circle_id: Mapped[int] = mapped_column(Id, ForeignKey("circle.id", ondelete="CASCADE"))
    actor_id: Mapped[int] = mapped_column(
        Id, ForeignKey("actor.id", ondelete="CASCADE"), index=True
    )


class Acquaintance(Base, kw_only=True):
    """What an organisation of ours notes of somebody for itself.

    `comment` is a note; `is_endorsed`: it recommends them; `is_declined`: they are not to be
    suggested to it again; `hides_boosts`: what they pass on is not to stand on its home timeline;
    `notifies`: it wants a notice of everything they publish; `languages`: only what is written in
    these stands on its home timeline, None for all.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "acquaintance"
    __table_args__ = (UniqueConstraint("owner_id", "actor_id"),)

    id: Mapped[int] = primary_key()
    owner_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id", ondelete="CASCADE"))
    actor_id: Mapped[int] = mapped_column(
        Id, ForeignKey("actor.id", ondelete="CASCADE"), index=True
    )
    comment: Mapped[str] = mapped_column(default="")
    is_endorsed: Mapped[bool] = mapped_column(default=False)
    is_declined: Mapped[bool] = mapped_column(default=False)
    hides_boosts: Mapped[bool] = mapped_column(default=False)
    notifies: Mapped[bool] = mapped_column(default=False, server_default=false())
    languages: Mapped[list[Any] | None] = mapped_column(Json, default=None)
    changed_at: Mapped[datetime]
