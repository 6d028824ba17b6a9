"""State: one digest of everything durable.

The digest is SHA-256 over one line for each row: table, then the columns by name, in the order of
the primary key, written alike on SQLite and PostgreSQL. What counts is declared beside each table
(`Kept`). Other servers' actors are remembered when they so much as sign a request, so those count
only while something that is durable refers to them: that a stranger knocked is no change of state.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, Table, false, literal, or_, select
from sqlalchemy.sql.elements import ColumnElement

from actors.database import Session
from actors.tables.actor import Actor
from actors.tables.base import Kept
from actors.tables.everything import Base
from actors.tables.host import Host

ROWS_AT_ONCE = 500
"""Rows that are read in one go: the digest of a large instance takes little memory."""


async def digest(session: Session) -> str:
    """The digest of what is durable now: 64 hexadecimal digits."""
    sum_ = hashlib.sha256()
    for table, columns in durable():
        rows = await session.stream(_rows(table, columns))
        async for some in rows.partitions(ROWS_AT_ONCE):
            for row in some:
                values = dict(zip(columns, map(plain, row), strict=True))
                line = json.dumps([table.name, values], sort_keys=True, ensure_ascii=False)
                sum_.update(line.encode("utf-8", "surrogatepass") + b"\n")
    return sum_.hexdigest()


def durable() -> Iterator[tuple[Table, list[str]]]:
    """The tables that count, by name, each with the columns that do."""
    found: dict[str, tuple[Table, list[str]]] = {}
    for mapper in Base.registry.mappers:
        kind, table = mapper.class_, mapper.local_table
        if kind.kept is Kept.DURABLE and isinstance(table, Table):
            found[table.name] = table, sorted(set(table.c.keys()) - kind.passing)
    for name in sorted(found):
        yield found[name]


def _rows(table: Table, columns: list[str]) -> Select[Any]:
    statement = select(*(table.c[name] for name in columns)).order_by(*table.primary_key)
    if table is Actor.__table__:
        return statement.where(_counts(table))
    if table is Host.__table__:  # how a host is doing is no state; what we decided about it is
        return statement.where(Host.is_blocked)
    if table.name == "key":
        owner = select(literal(1)).where(Actor.id == table.c.actor_id, _counts(_actors()))
        return statement.where(owner.exists())
    return statement


def _actors() -> Table:
    found = Actor.__table__
    if not isinstance(found, Table):
        raise TypeError("actors are no table")
    return found


def _counts(actor: Table) -> ColumnElement[bool]:
    """An actor of ours, or one of others that something durable refers to."""
    referring = [
        select(literal(1)).where(column == actor.c.id).exists()
        for table, names in durable()
        if table.name not in ("actor", "key")
        for column in table.c
        if column.name in names and any(key.column.table is actor for key in column.foreign_keys)
    ]
    return or_(actor.c.is_ours, false(), *referring)


def plain(value: Any) -> Any:
    """A value as JSON has it, the same whichever engine kept it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, bytes):
        return value.hex()
    return value
