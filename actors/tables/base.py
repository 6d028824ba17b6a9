"""The ground of every table: naming, and the column types both engines share.

Keys are integers made by `Site.new_id`: they sort by time and are what Mastodon's clients see.
Every table says how its rows are kept (`Kept`): a test asks each new one.
Constraint names follow one convention, so that a migration can name what it drops.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass, mapped_column
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcTime(TypeDecorator[datetime]):
    """An aware moment in UTC; SQLite keeps no time zone, so it is put back on reading.

    There it is written and read in one step: a row has several times, and there are many rows.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time: nobody could say what it means."""
        return None if value is None else _utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The first and the last moment there is come without a zone from asyncpg."""
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """As SQLAlchemy writes it, to the letter: texts are compared."""
        return _written if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[Any], datetime | None] | None:
        """Put the zone back."""
        return _read if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time without a zone cannot be remembered")
    return value if value.tzinfo is UTC else value.astimezone(UTC)


_WITHOUT_ZONE = len("2026-03-02 08:00:00.123456")


def _written(value: datetime | None) -> str | None:
    # As SQLAlchemy does, without the zone: `2026-03-02 08:00:00.123456`.
    return None if value is None else _utc(value).isoformat(" ", "microseconds")[:_WITHOUT_ZONE]


def _read(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


Id = BigInteger().with_variant(Integer(), "sqlite")
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Kept(Enum):
    """How the rows of a table are kept, and so whether they count for `views.state.digest`."""

    DURABLE = "what people and peers have said, and what follows from it"
    QUEUE = "work that waits, and how it goes; its effects are elsewhere"
    PASSING = "ends by itself after a while: sessions, codes"
    CACHE = "can be had again"
    RECORD = "for operators only, and thrown away by age"


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """Every table: a dataclass with keyword-only fields and an `id` from `Site.new_id`."""

    kept: ClassVar[Kept] = Kept.DURABLE
    """Said again by every table."""

    passing: ClassVar[frozenset[str]] = frozenset()
    """Columns of a durable table that say how it goes, not what is: they do not count."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: UtcTime(),
        str: Text(),
        dict[str, Any]: Json,
        list[Any]: Json,
    }


def primary_key() -> Any:
    """The `id` column: given by the site, never by the engine."""
    return mapped_column(Id, primary_key=True, autoincrement=False)
