"""Organisation: what is said about one of ours beside its actor."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, true
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Organisation(Base, kw_only=True):
    """An organisation of ours. `id` is its actor's.

    `facts` are the structured statements of the profile (legal form, territory, families …) under
    their names on the wire. Exactly one organisation of an instance is its network; its stewards
    administer the instance. `proposals_from` says from whom it takes proposals
    (`rules.proposals.Takes`). `wordings` is what it says of itself in other languages than its own:
    language → `name` and `note` (Markdown), either of which may be empty.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(
        Id, ForeignKey("actor.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    is_network: Mapped[bool] = mapped_column(default=False)
    locale: Mapped[str] = mapped_column(default="fr")
    facts: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    proposals_from: Mapped[str] = mapped_column(default="everybody", server_default="everybody")
    lines: Mapped[list[Any]] = mapped_column(default_factory=list, server_default="[]")
    wordings: Mapped[dict[str, Any]] = mapped_column(default_factory=dict, server_default="{}")
    habits: Mapped[dict[str, Any]] = mapped_column(default_factory=dict, server_default="{}")
    is_discoverable: Mapped[bool] = mapped_column(default=True, server_default=true())
    is_indexable: Mapped[bool] = mapped_column(default=True, server_default=true())


class Instance(Base, kw_only=True):
    """One row: who this database belongs to.

    A database that was made for another origin is refused at start: its addresses could not be
    kept. `safe_check` tells whether the secret that locks our private keys is still the same
    (`actors.safe`); None until they are locked. Versions that were given out and are forgotten,
    after a back-up was restored, have numbers up to `versions_above`: none of them is given again.
    `push_private` and `push_public` are the key by which push services know this instance. `look`
    is how its pages look (`rules.looks`).
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    passing: ClassVar[frozenset[str]] = frozenset({"safe_check", "push_private", "push_public"})
    __tablename__ = "instance"

    id: Mapped[int] = primary_key()
    origin: Mapped[str] = mapped_column(unique=True)
    actor_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id"))
    network_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id"))
    made_at: Mapped[datetime]
    safe_check: Mapped[str | None] = mapped_column(default=None)
    versions_above: Mapped[int] = mapped_column(default=0)
    push_private: Mapped[str | None] = mapped_column(default=None)  # locked: `actors.safe`
    push_public: Mapped[str | None] = mapped_column(default=None)
    look: Mapped[dict[str, Any]] = mapped_column(default_factory=dict, server_default="{}")
