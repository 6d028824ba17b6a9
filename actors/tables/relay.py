"""Relay: a server that passes on what many others publish."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Kept, primary_key


class Relay(Base, kw_only=True):
    """A relay that the operator has asked to be a part of.

    `address` is what the operator named: the relay's inbox (`style` mastodon) or its actor
    (`style` litepub). `inbox` is where it takes mail; `actor_iri` who it is, null until it answers
    where only its inbox was named. `follow_iri` is the id of the Follow that it answers; `state` is
    pending, accepted or rejected.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "relay"

    id: Mapped[int] = primary_key()
    address: Mapped[str] = mapped_column(unique=True)
    style: Mapped[str]
    inbox: Mapped[str]
    actor_iri: Mapped[str | None] = mapped_column(default=None, index=True)
    follow_iri: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    made_at: Mapped[datetime]
