"""Actor and Key: everybody who can speak, ours and theirs."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Actor(Base, kw_only=True):
    """An organisation of ours, our instance's own actor, or anybody elsewhere.

    `document` is the JSON as the world sees it, with its proof: ours as we serve it, theirs as we
    read it. `aliases` are other addresses of one of ours (`alsoKnownAs`); `moved_to` is where
    somebody went for good, `moved_at` when they last went. `gone_at` is set when the actor was
    deleted; the row stays, because a name is never given twice.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "actor"
    __table_args__ = (
        Index("ix_actor_address", "host", "handle"),
        Index(
            "ix_actor_handle_of_ours",
            "handle",
            sqlite_where=text("is_ours IS 1"),
            postgresql_where=text("is_ours IS true"),
        ),
    )

    id: Mapped[int] = primary_key()
    iri: Mapped[str] = mapped_column(unique=True)
    is_ours: Mapped[bool]
    type: Mapped[str]
    handle: Mapped[str]
    host: Mapped[str]
    name: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    url: Mapped[str | None] = mapped_column(default=None)
    icon: Mapped[str | None] = mapped_column(default=None)
    inbox: Mapped[str]
    shared_inbox: Mapped[str | None] = mapped_column(default=None)
    outbox: Mapped[str | None] = mapped_column(default=None)
    followers: Mapped[str | None] = mapped_column(default=None)
    following: Mapped[str | None] = mapped_column(default=None)
    featured: Mapped[str | None] = mapped_column(default=None)
    approves_followers: Mapped[bool] = mapped_column(default=False)
    aliases: Mapped[list[Any]] = mapped_column(default_factory=list)
    moved_to: Mapped[str | None] = mapped_column(default=None)
    moved_at: Mapped[datetime | None] = mapped_column(default=None)
    document: Mapped[bytes]
    published_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    gone_at: Mapped[datetime | None] = mapped_column(default=None)
    shut_at: Mapped[datetime | None] = mapped_column(default=None)  # since its host is blocked here

    @property
    def address(self) -> str:
        """The handle people write: `name@host`."""
        return f"{self.handle}@{self.host}"


class Key(Base, kw_only=True):
    """A public key of anybody, and the private half where the actor is ours.

    One RSA-2048 key signs requests, one Ed25519 key makes proofs (FEDERATION.md, rule 4). Keys of
    strangers are kept with the moment they were read, so that a failed check may refetch them, but
    not for every forgery.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    passing: ClassVar[frozenset[str]] = frozenset({"read_at", "private"})  # locked anew, it differs
    __tablename__ = "key"

    id: Mapped[int] = primary_key()
    actor_id: Mapped[int] = mapped_column(
        Id, ForeignKey("actor.id", ondelete="CASCADE"), index=True
    )
    iri: Mapped[str] = mapped_column(unique=True)
    algorithm: Mapped[str]
    public: Mapped[str]
    private: Mapped[str | None] = mapped_column(default=None)  # locked: `actors.safe`
    read_at: Mapped[datetime]
