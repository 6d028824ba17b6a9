"""Statements that are made once for all instances of a process.

SQLAlchemy turns a statement into SQL once for each engine. A program has one or two; the tests open
thousands of databases, and would spend a third of their time on making the same SQL again.
"""

from typing import Any

from sqlalchemy import Connection, Dialect, Engine, event
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.util import LRUCache

from actors.embedded import driver

_MADE: LRUCache[Any, Any] = LRUCache(10_000)

_KINDS: tuple[type[Dialect], ...] = (
    driver.Ordinary,
    driver.Writing,
    driver.Member,
    PGDialect_asyncpg,
)


def share() -> None:
    """From now on, engines of one kind know the same statements."""
    for kind in _KINDS:
        kind.__hash__ = _kind_hash  # type: ignore[method-assign,assignment]
        kind.__eq__ = _is_of_one_kind  # type: ignore[method-assign,assignment]

    @event.listens_for(Engine, "engine_connect")
    def on_connect(connection: Connection) -> None:
        connection.engine._compiled_cache = _MADE


def _kind_hash(dialect: Dialect) -> int:
    return hash(type(dialect))


def _is_of_one_kind(one: Dialect, other: object) -> bool:
    return type(one) is type(other)
