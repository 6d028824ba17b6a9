"""PushSubscription, PushMessage: where apps are told of notices while nobody has them open.

A push service (of a browser, of a telephone's maker) takes a message for an app and wakes it. The
message is locked for the app alone: the service sees that there is one, and how long it is.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class PushSubscription(Base, kw_only=True):
    """Where one app is told: at most one for each token, and gone with it.

    `endpoint` is the address at the push service; `p256dh` and `auth` lock what is sent there, in
    the base64 of addresses. `bearer` is the app's token, which apps expect in each message, locked
    (`actors.safe`). `alerts` says of which types it is told, `policy` of whose deeds (all,
    followed, follower or none). `is_standard`: by RFC 8291; else by its draft of 2016, which older
    apps read. `failures` in a row, and `paused_until` because of them. `stopped_at`: a member wants
    no such messages any more; what is needed to take that back stays.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    passing: ClassVar[frozenset[str]] = frozenset({"bearer", "failures", "paused_until"})
    __tablename__ = "push_subscription"

    id: Mapped[int] = primary_key()
    token_id: Mapped[int] = mapped_column(
        Id, ForeignKey("token.id", ondelete="CASCADE"), unique=True
    )
    owner_id: Mapped[int] = mapped_column(
        Id, ForeignKey("actor.id", ondelete="CASCADE"), index=True
    )
    endpoint: Mapped[str]
    p256dh: Mapped[str]
    auth: Mapped[str]
    bearer: Mapped[str]  # locked: `actors.safe`
    alerts: Mapped[dict[str, Any]]
    policy: Mapped[str]
    is_standard: Mapped[bool]
    failures: Mapped[int] = mapped_column(default=0)
    paused_until: Mapped[datetime | None] = mapped_column(default=None)
    stopped_at: Mapped[datetime | None] = mapped_column(default=None)
    made_at: Mapped[datetime]


class PushMessage(Base, kw_only=True):
    """A notice that waits to be told to an app; the row goes when it was told, or never will be."""

    kept: ClassVar[Kept] = Kept.QUEUE
    __tablename__ = "push_message"
    __table_args__ = (
        UniqueConstraint("subscription_id", "notice_id"),
        Index("ix_push_message_state_due_at", "state", "due_at"),
    )

    id: Mapped[int] = primary_key()
    subscription_id: Mapped[int] = mapped_column(
        Id, ForeignKey("push_subscription.id", ondelete="CASCADE")
    )
    notice_id: Mapped[int] = mapped_column(
        Id, ForeignKey("notice.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[str]
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None] = mapped_column(default=None)
    claimed_by: Mapped[int | None] = mapped_column(Id, default=None)
