"""Copying: everything that one database holds, into an empty one, of the same kind or the other.

All of it is one transaction of the new database, its tables included: whoever fails or dies on the
way has made nothing. The old one is held still meanwhile, and nobody else may have it open. What
was copied is read again and compared, table by table. What a process had claimed is free in the
copy, because no process works there yet.
"""

import asyncio
import hashlib
import json
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Table, func, insert, inspect, select, text, update
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from actors import migrations
from actors.database import Database
from actors.errors import Conflicting
from actors.mail.claims import QUEUES
from actors.migrations import Standing
from actors.tables.base import Kept
from actors.tables.change import Change
from actors.tables.everything import Base
from actors.tables.worker import Worker
from actors.views.state import plain

ROWS_AT_ONCE: Final = 500
"""Rows in memory: an activity has a megabyte at most, and hardly any has ten kilobytes."""

Told = Callable[[str, int], None]
"""Is told the name of a table, and how many further rows of it were copied."""


@dataclass(frozen=True)
class Copied:
    """One table, as it is in both databases.

    Attributes:
        name: of the table.
        rows: how many.
        digest: SHA-256 of them, in the order of their ids.
    """

    name: str
    rows: int
    digest: str


async def nobody_else(database: Database) -> None:
    """Make sure that no server and no command has this database open; ask before opening it.

    Raises:
        Conflicting: somebody has.
    """
    if database.is_sqlite:
        others = await asyncio.to_thread(_has_sqlite_open, str(database.engine.url.database))
    else:
        async with database.engine.connect() as connection:
            others = bool(await connection.scalar(text(_CLIENTS)))
    if others:
        raise Conflicting(
            "A server or a command still uses the database: stop it, and try again; nothing was "
            "changed."
        )


async def count(source: Database) -> int:
    """How many rows there are to be copied."""
    async with source.engine.connect() as connection:
        return sum([await _size(connection, table) for table in _tables()])


async def copy(source: Database, target: Database, told: Told) -> list[Copied]:
    """Copy everything.

    Args:
        source: up to date with this program, and used by nobody.
        target: empty, or with tables in which nothing is.
        told: how far it has come.

    Returns:
        What was copied, table by table.

    Raises:
        Conflicting: the target is not empty, or what was read again from it differs.
    """
    async with source.engine.begin() as old, target.engine.begin() as new:
        await _prepare(new)
        if not source.is_sqlite:  # on SQLite whoever has begun is alone
            names = ", ".join(f'"{table.name}"' for table in _tables())
            await old.execute(text(f"LOCK TABLE {names} IN SHARE MODE"))
        copied = [await _copy(old, new, table, told) for table in _tables()]
        for one, table in zip(copied, _tables(), strict=True):
            if one != await _read_again(new, table):
                raise Conflicting(
                    f"The table {one.name} is not the same in the new database; nothing was "
                    "changed."
                )
        await _settle_in(new, is_sqlite=target.is_sqlite)
    return copied


_CLIENTS: Final = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


def _has_sqlite_open(file: str) -> bool:
    """Whether another process has it open: only who is alone may leave the write-ahead log."""
    with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as alone:
        try:
            alone.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError:
            return True
        alone.execute("PRAGMA journal_mode=WAL")
    return False


def _tables() -> Sequence[Table]:
    """What is copied, those first that others refer to.

    Who works is nothing to be remembered, and what counts changes counts them in each database.
    """
    own = (Worker.__table__, Change.__table__)
    return [table for table in Base.metadata.sorted_tables if table not in own]


async def _prepare(connection: AsyncConnection) -> None:
    """Make the tables, and leave them without rows.

    Raises:
        Conflicting: there is something in the database already.
    """
    there = await connection.run_sync(lambda made: inspect(made).get_table_names())
    if there:
        is_ours = await migrations.standing_on(connection) is Standing.CURRENT
        if not is_ours or any([await _size(connection, one) for one in _durable()]):
            raise Conflicting("The new database is not empty; nothing was changed.")
    await migrations.upgrade_on(connection)
    for table in reversed(_tables()):  # what the steps of the schema put there
        await connection.execute(table.delete())


def _durable() -> list[Table]:
    durable = {one.local_table for one in Base.registry.mappers if one.class_.kept is Kept.DURABLE}
    return [table for table in _tables() if table in durable]


async def _size(connection: AsyncConnection, table: Table) -> int:
    return int(await connection.scalar(select(func.count()).select_from(table)) or 0)


async def _rows(connection: AsyncConnection, table: Table) -> AsyncIterator[list[dict[str, Any]]]:
    """All of a table, some at a time: not every driver leaves the rest where it is."""
    names, key = table.c.keys(), table.c.id
    rows = await connection.execute(select(table).order_by(key).limit(ROWS_AT_ONCE))
    while some := [dict(zip(names, row, strict=True)) for row in rows]:
        yield some
        further = select(table).where(key > some[-1]["id"]).order_by(key).limit(ROWS_AT_ONCE)
        rows = await connection.execute(further)


class _Sum:
    """Counts rows and digests them."""

    def __init__(self) -> None:
        self._rows = 0
        self._sum = hashlib.sha256()

    def add(self, rows: Sequence[dict[str, Any]]) -> None:
        for row in rows:
            values = {name: plain(value) for name, value in row.items()}
            line = json.dumps(values, sort_keys=True, ensure_ascii=False)
            self._sum.update(line.encode("utf-8", "surrogatepass") + b"\n")
        self._rows += len(rows)

    def of(self, table: Table) -> Copied:
        return Copied(table.name, self._rows, self._sum.hexdigest())


async def _copy(old: AsyncConnection, new: AsyncConnection, table: Table, told: Told) -> Copied:
    seen = _Sum()
    async for rows in _rows(old, table):
        await new.run_sync(_insert, table, rows)
        seen.add(rows)
        told(table.name, len(rows))
    return seen.of(table)


def _insert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    connection.execute(insert(table), rows)


async def _read_again(connection: AsyncConnection, table: Table) -> Copied:
    seen = _Sum()
    async for rows in _rows(connection, table):
        seen.add(rows)
    return seen.of(table)


async def _settle_in(connection: AsyncConnection, *, is_sqlite: bool) -> None:
    """Free what was claimed, and let the engine's own numbers go on where they were."""
    for queue in QUEUES:
        await connection.execute(update(queue).values(claimed_until=None, claimed_by=None))
    for table in () if is_sqlite else _tables():
        if table.c.id.autoincrement is True:
            largest = func.coalesce(func.max(table.c.id), 0) + 1
            sequence = func.pg_get_serial_sequence(f'"{table.name}"', "id")
            await connection.execute(
                select(func.setval(sequence, largest, False)).select_from(table)  # noqa: FBT003
            )
