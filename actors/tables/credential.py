"""Passkey and Ticket: how a member proves who she is, beside her password."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Passkey(Base, kw_only=True):
    """A public key whose private half a device of hers keeps (WebAuthn Level 3).

    `credential` is its name in base64url; `uses` is the device's own count, which a copy of the
    key would repeat; many devices always say 0.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    passing: ClassVar[frozenset[str]] = frozenset({"uses", "used_at"})
    __tablename__ = "passkey"

    id: Mapped[int] = primary_key()
    member_id: Mapped[int] = mapped_column(
        Id, ForeignKey("member.id", ondelete="CASCADE"), index=True
    )
    credential: Mapped[str] = mapped_column(unique=True)
    public: Mapped[bytes]
    uses: Mapped[int] = mapped_column(Id)
    name: Mapped[str]
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)


class Ticket(Base, kw_only=True):
    """A link that works once: to open the instance, choose a new password, confirm an address.

    `member_id` is empty for the link that opens the instance; `email` is the address to confirm.
    """

    kept: ClassVar[Kept] = Kept.PASSING
    __tablename__ = "ticket"

    id: Mapped[int] = primary_key()
    secret: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[str]
    member_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("member.id", ondelete="CASCADE"), default=None, index=True
    )
    email: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None] = mapped_column(default=None)
