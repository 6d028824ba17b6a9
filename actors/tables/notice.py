"""Notice: something a member should know."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, false
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Notice(Base, kw_only=True):
    """Told to an organisation: somebody follows, forked, replied; an upstream moved.

    `kind` is one of follow, followed (our request was accepted), fork, upstream, reply, mention,
    like, boost, quote, move, request (somebody waits for our yes), declined or removed (by a
    commons), report (to the stewards of the network), report-closed (what became of ours),
    published or unpublished (what became of a draft that had a time), proposal (somebody proposes
    a change), proposal-asked, proposal-accepted, proposal-rejected (what was answered), record
    (somebody does a model of ours), attested or unattested (what somebody says of our record), post
    (somebody whom it asked to be told of published something), poll (one that it asked, or voted
    in, has ended).
    `about` names sections, counts or a reason for the sentence people read. `is_held`: its owner
    does not want to see it before she has let its sender in (`tables.holding`).
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "notice"

    id: Mapped[int] = primary_key()
    owner_id: Mapped[int] = mapped_column(
        Id, ForeignKey("actor.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str]
    from_id: Mapped[int] = mapped_column(Id, ForeignKey("actor.id", ondelete="CASCADE"))
    model_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("model.id", ondelete="CASCADE"), default=None
    )
    remark_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("remark.id", ondelete="CASCADE"), default=None, index=True
    )
    about: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    made_at: Mapped[datetime]
    read_at: Mapped[datetime | None] = mapped_column(default=None)
    is_held: Mapped[bool] = mapped_column(default=False, server_default=false())
