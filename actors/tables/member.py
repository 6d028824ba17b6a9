"""Member and Mandate: people, and for which organisation they may act."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Member(Base, kw_only=True):
    """A person with a sign-in. The address is lower-cased, the password an argon2id hash."""

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "member"

    id: Mapped[int] = primary_key()
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password: Mapped[str]
    locale: Mapped[str | None] = mapped_column(default=None)
    joined_at: Mapped[datetime]


class Mandate(Base, kw_only=True):
    """A member may act for an organisation, as steward.

    Editor, translator or reader (`rules.permissions.Office`).
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "mandate"
    __table_args__ = (UniqueConstraint("member_id", "organisation_id"),)

    id: Mapped[int] = primary_key()
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("member.id", ondelete="CASCADE"))
    organisation_id: Mapped[int] = mapped_column(
        Id, ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    office: Mapped[str]
