"""Plans: how a database would answer the statements that a piece of work issues.

`heard` writes down every statement with its parameters, `scans` asks the engine how it would answer
each if all tables were large, and names the tables of which it would read everything.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import event, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from actors.tables.everything import Base

_DATA: Final = re.compile(r"\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)
_LITE_SCAN: Final = re.compile(r"SCAN (\S+)(?: USING (?:COVERING )?INDEX (\S+))?")
_ALIAS: Final = re.compile(r"(?:FROM|JOIN|,) (\w+) AS (\w+)")
_TAKES_ALL: Final = frozenset({"Sort", "Aggregate", "WindowAgg", "Hash", "Unique"})
_PARTIAL: Final = frozenset(
    index.name
    for table in Base.metadata.tables.values()
    for index in table.indexes
    if index.dialect_options["sqlite"]["where"] is not None
)
"""Indexes of a few rows, such as what is claimed: all of one is no more than what is under way."""

_LARGE: Final = 1_000_000
"""Rows that every table is said to have, so that reading all of one is never the cheapest."""


@dataclass(frozen=True)
class Statement:
    """One statement as the driver was given it."""

    sql: str
    parameters: Any


@contextmanager
def heard() -> Iterator[list[Statement]]:
    """Every statement that any database of this process is asked meanwhile, each text once."""
    found: dict[str, Statement] = {}

    def note(
        connection: Connection,
        cursor: object,
        statement: str,
        parameters: Any,
        context: object,
        executemany: bool,
    ) -> None:
        if _DATA.match(statement):
            one = parameters[0] if executemany else parameters
            found.setdefault(statement, Statement(statement, one))

    listed: list[Statement] = []
    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield listed
    finally:
        event.remove(Engine, "before_cursor_execute", note)
        listed += found.values()


async def scans(engine: AsyncEngine, statements: list[Statement]) -> list[tuple[str, Statement]]:
    """The tables that would be read from end to end, each with a statement that does it."""
    async with engine.connect() as connection:
        is_lite = connection.dialect.name == "sqlite"
        ask = _by_sqlite if is_lite else _by_postgres
        if not is_lite:
            await _enlarge(connection)
        found = [(table, one) for one in statements for table in await ask(connection, one)]
        await connection.rollback()
    return found


async def _by_sqlite(connection: AsyncConnection, one: Statement) -> list[str]:
    rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {one.sql}", one.parameters)
    aliases = {alias: table for table, alias in _ALIAS.findall(one.sql)}
    found = [match for row in rows if (match := _LITE_SCAN.search(str(row[-1])))]
    scanned = [match[1] for match in found if match[2] not in _PARTIAL]
    tables = [str(aliases.get(name, name)) for name in scanned]
    # What an INSERT would look at for the sake of foreign keys is not said in it, nor looked at.
    return [table for table in tables if table in Base.metadata.tables and table in one.sql]


async def _by_postgres(connection: AsyncConnection, one: Statement) -> list[str]:
    rows = await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {one.sql}", one.parameters)
    plan = rows.scalar_one()
    tree = plan if isinstance(plan, list) else orjson.loads(plan)
    # Nothing is known of a table without a page: any plan is as good as any other.
    sized = await connection.execute(
        text("SELECT relname FROM pg_class WHERE relkind = 'r' AND pg_relation_size(oid) > 0")
    )
    filled = frozenset(Base.metadata.tables).intersection(sized.scalars())
    return list(_read_whole(tree[0]["Plan"], filled, is_cut=False))


async def _enlarge(connection: AsyncConnection) -> None:
    """Let the planner believe that everything is large: undone with the transaction."""
    await connection.execute(text("SET LOCAL enable_seqscan = off"))
    await connection.execute(
        text(
            "UPDATE pg_class SET reltuples = :rows, relpages = 1"
            " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')"
        ),
        {"rows": _LARGE},
    )


def _read_whole(node: dict[str, Any], filled: frozenset[str], *, is_cut: bool) -> Iterator[str]:
    """The tables that a plan reads from end to end.

    Args:
        node: a step of it.
        filled: the tables of which anything is known.
        is_cut: whatever is above takes a few rows in the order in which they come.
    """
    kind, table = node["Node Type"], node.get("Relation Name")
    is_walk = kind in ("Index Scan", "Index Only Scan") and "Index Cond" not in node
    is_walk = is_walk and node["Index Name"] not in _PARTIAL
    if table in filled and (kind == "Seq Scan" or (is_walk and not is_cut)):
        yield table
    is_cut = kind == "Limit" or (is_cut and kind not in _TAKES_ALL)
    for below in node.get("Plans", ()):
        yield from _read_whole(below, filled, is_cut=is_cut)
