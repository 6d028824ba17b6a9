"""NoticePolicy, NoticePermission: whose notices an organisation of ours wants to see at once.

What is held back is kept in `notice` with `is_held`, until the organisation lets it in or throws it
away.
"""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class NoticePolicy(Base, kw_only=True):
    """What becomes of notices from whom: each is accept, filter (hold back) or drop.

    Without a row everything is accepted.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "notice_policy"

    id: Mapped[int] = primary_key()
    owner_id: Mapped[int] = mapped_column(
        Id, ForeignKey("actor.id", ondelete="CASCADE"), unique=True
    )
    for_not_following: Mapped[str] = mapped_column(default="accept")
    for_not_followers: Mapped[str] = mapped_column(default="accept")
    for_new_accounts: Mapped[str] = mapped_column(default="accept")
    for_private_mentions: Mapped[str] = mapped_column(default="accept")
    for_limited_accounts: Mapped[str] = mapped_column(default="accept")
    updated_at: Mapped[datetime]


class NoticePermission(Base, kw_only=True):
    """Somebody whose notices are never held back: the organisation has let them in."""

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "notice_permission"
    __table_args__ = (UniqueConstraint("owner_id", "from_id"),)

    id: Mapped[int] = primary_key()
    owner_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id", ondelete="CASCADE"))
    from_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id", ondelete="CASCADE"), index=True)
    made_at: Mapped[datetime]
