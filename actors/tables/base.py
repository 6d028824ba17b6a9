"""The ground of every table: naming, and the column types both engines share.

Keys are integers made by `Site.new_id`: they sort by time and are what Mastodon's clients see.
Every table says how its rows are kept (`Kept`): a test asks each new one.
Constraint names follow one convention, so that a migration can name what it drops.
"""

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
    """An aware moment in UTC; SQLite keeps no time zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time: nobody could say what it means."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be remembered")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back that SQLite dropped."""
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


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
