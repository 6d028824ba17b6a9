"""Translation and Term: what is prepared in a language, and how words are said in it."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actors.tables.base import Base, Id, Kept, primary_key


class Translation(Base, kw_only=True):
    """One section of a model of ours in one language, translated and not yet published.

    `section` is its key, empty for the title and the one sentence (`rules.translations.Piece`).
    It goes when it is published or thrown away, and is seen by its organisation alone.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "translation"
    __table_args__ = (UniqueConstraint("model_id", "language", "section"),)

    id: Mapped[int] = primary_key()
    model_id: Mapped[int] = mapped_column(Id, ForeignKey("model.id", ondelete="CASCADE"))
    language: Mapped[str]
    section: Mapped[str]
    name: Mapped[str]
    text: Mapped[str]
    source: Mapped[str]
    before: Mapped[str]
    author_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("member.id", ondelete="SET NULL"), default=None
    )
    changed_at: Mapped[datetime]


class Term(Base, kw_only=True):
    """An entry of the glossary of an organisation of ours, or of one of its models.

    `term` in `language` is said `equivalent` in the language `into`
    (`rules.glossaries.Entry`). Without `model_id` it is for all models of the organisation.
    """

    kept: ClassVar[Kept] = Kept.DURABLE
    __tablename__ = "term"

    id: Mapped[int] = primary_key()
    actor_id: Mapped[int] = mapped_column(
        Id, ForeignKey("actor.id", ondelete="CASCADE"), index=True
    )
    model_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("model.id", ondelete="CASCADE"), default=None, index=True
    )
    language: Mapped[str]
    term: Mapped[str]
    into: Mapped[str]
    equivalent: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    author_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("member.id", ondelete="SET NULL"), default=None
    )
    changed_at: Mapped[datetime]
