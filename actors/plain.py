"""Plain: statements that are run for every activity, at the price of the driver.

SQLAlchemy's way from a statement to SQLite and back takes four times as long as SQLite does for a
row by its key (measured: 90 µs and 20). For the handful of statements that every inbox runs for
every activity, it is asked once for the text and for how values are written; then the driver is
asked directly. On PostgreSQL, where the way over the network costs more, and in transactions that
only read, nothing is different from `session.execute`.

Like any statement on `columns`, these see only what was `flushed`, which they see to.
"""

import sqlite3
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import CursorResult, Dialect, Executable, Insert, Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import CompilerElement
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from actors.embedded.sessions import AT_HAND, AtHand, flush

_Bound = tuple[str, Any, Callable[[Any], Any] | None]
"""The name of a value, the one that the statement has itself, and how it is written."""


class Plain:
    """One statement; the values are given by name.

    Args:
        statement: any, without lists of values whose length varies (see `padded`, and `among`).
        names: for an insert, the columns that are given; a default of another is a plain value.
    """

    def __init__(self, statement: Executable, names: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._names = names
        self._text = ""
        self._bound: list[_Bound] = []
        self._read: list[tuple[int, Callable[[Any], Any]]] = []

    async def rows(self, session: AsyncSession, values: dict[str, Any]) -> Sequence[Sequence[Any]]:
        """Run it.

        Raises:
            DBAPIError: as SQLAlchemy raises it.
        """
        await flush(session)
        at_hand: AtHand | None = session.info.get(AT_HAND)
        if at_hand is None:
            result = await session.execute(self._statement, values)
            is_silent = isinstance(result, CursorResult) and not result.returns_rows
            return [] if is_silent else list(result)
        raw, dialect = at_hand
        written = self._written(dialect, values)
        try:
            rows = raw.at_once(self._text, written)
        except sqlite3.Error as error:
            raise DBAPIError.instance(self._text, None, error, sqlite3.Error) from error
        return [self._values(row) for row in rows] if self._read else rows

    async def looked_up(self, at_hand: AtHand, values: dict[str, Any]) -> Sequence[Sequence[Any]]:
        """Run a select that may take long, where nothing is written.

        Raises:
            DBAPIError: as above.
        """
        raw, dialect = at_hand
        written = self._written(dialect, values)
        try:
            rows = await raw.looked_up(self._text, written)
        except sqlite3.Error as error:
            raise DBAPIError.instance(self._text, None, error, sqlite3.Error) from error
        return [self._values(row) for row in rows] if self._read else rows

    async def each(self, session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
        """Run it for each of these; nothing is read.

        Raises:
            DBAPIError: as SQLAlchemy raises it.
        """
        if not rows:
            return
        await flush(session)
        at_hand: AtHand | None = session.info.get(AT_HAND)
        if at_hand is None:
            await session.execute(self._statement, rows)
            return
        raw, dialect = at_hand
        written = [self._written(dialect, values) for values in rows]
        try:
            raw.each_at_once(self._text, written)
        except sqlite3.Error as error:
            raise DBAPIError.instance(self._text, None, error, sqlite3.Error) from error

    def _written(self, dialect: Dialect, values: dict[str, Any]) -> list[Any]:
        if not self._text:
            self._prepare(dialect)
        return [
            write(values.get(name, own)) if write else values.get(name, own)
            for name, own, write in self._bound
        ]

    def _values(self, row: Sequence[Any]) -> list[Any]:
        values = list(row)
        for place, read in self._read:
            values[place] = read(values[place])
        return values

    def _prepare(self, dialect: Dialect) -> None:
        assert isinstance(self._statement, CompilerElement)  # noqa: S101 - every statement is one
        compiled: Any = self._statement.compile(dialect=dialect, column_keys=self._names)
        own = compiled.params
        if isinstance(self._statement, Insert) and isinstance(self._statement.table, Table):
            own |= defaults(self._statement.table)
        for name in compiled.positiontup:
            bind = compiled.binds[name]
            write = bind.type.dialect_impl(dialect).bind_processor(dialect)
            self._bound.append((bind.key, own[name], write))
        for place, column in enumerate(compiled._result_columns):  # noqa: SLF001 - no other way
            read = column.type.dialect_impl(dialect).result_processor(dialect, None)
            if read is not None:
                self._read.append((place, read))
        self._text = compiled.string


@cache
def defaults(table: Table) -> dict[str, Any]:
    """What each column holds that nobody gave a value, in their order."""
    return {
        one.key: one.default.arg if isinstance(one.default, ScalarElementColumnDefault) else None
        for one in table.columns
    }


def padded(values: Sequence[str]) -> list[str]:
    """The same values, the last one repeated up to a power of two.

    So there are few statements, however many names somebody writes; an empty list names nobody.
    """
    known = list(values) or [""]
    size = 1 << (len(known) - 1).bit_length()
    return known + known[-1:] * (size - len(known))
