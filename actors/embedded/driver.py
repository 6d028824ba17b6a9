"""The driver: a statement runs where it is called, a commit in a thread.

A statement on an embedded database takes microseconds; handing each one to a thread and back, as
aiosqlite does, takes hundreds (measured: 440 instead of 150 for one through a session). What does
wait, the disk under a commit, waits in a thread. A question that turns out long is broken off
after `LONGEST_LOOK` and asked again in a thread, so that the event loop is never held by one.

Kinds of connection differ in what a transaction is to them: a member's one is begun, kept apart by
a savepoint and committed by whoever owns the connection (`writers`).
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar, Final, TypeVar

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection, PoolProxiedConnection
from sqlalchemy.pool import AsyncAdaptedQueuePool, Pool
from sqlalchemy.util.concurrency import await_

LONGEST_LOOK: Final = 0.005
"""Seconds that a question may hold the event loop: a quarter of what a busy one may be held."""

_STEPS: Final = 2_000
"""Instructions of SQLite's machine between two looks at the clock, some 0.1 ms."""

_NEVER: Final = float("inf")

_THREADS: Final = ThreadPoolExecutor(max_workers=4, thread_name_prefix="sqlite")
"""For commits and long questions alone: names that are looked up elsewhere must not delay them."""

_T = TypeVar("_T")


class Connection(sqlite3.Connection):
    """One connection; to be used by one task at a time."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._bare = super().cursor(sqlite3.Cursor)
        self._until = _NEVER
        self.is_patient = False
        """Everything is asked in a thread, because much of it takes long."""

    def at_once(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """All rows of a statement that is known to be short, with nothing around it."""
        return self._bare.execute(sql, parameters).fetchall()

    async def looked_up(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """All rows of a question; one that takes long is asked again in a thread."""
        try:
            return self.quickly(lambda: self.at_once(sql, parameters))
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
        return await in_thread(lambda: self.at_once(sql, parameters), self)

    def watch(self) -> None:
        """Break off questions that take long, from now on; for connections that only read."""
        self.set_progress_handler(self._is_late, _STEPS)

    def cursor(  # type: ignore[override]
        self, factory: type[sqlite3.Cursor] | None = None
    ) -> sqlite3.Cursor:
        """A cursor that has all its rows as soon as it was executed."""
        return super().cursor(factory or _Cursor)

    async def committed(self) -> None:
        """Commit, in a thread: this is what waits for the disk."""
        await in_thread(self.commit, self)

    def quickly(self, ask: Callable[[], _T]) -> _T:
        """Ask something here; raises what `interrupt` makes of it when it takes long."""
        self._clock = asyncio.get_running_loop().time
        self._until = self._clock() + LONGEST_LOOK
        try:
            return ask()
        finally:
            self._until = _NEVER

    def _is_late(self) -> bool:
        return self._until < _NEVER and self._clock() > self._until


class _Cursor(sqlite3.Cursor):
    """Rows are taken at once: a question that is left half asked holds a snapshot."""

    def __init__(self, connection: Connection, /) -> None:
        super().__init__(connection)
        self._watched = connection
        self._rows: deque[Any] = deque()

    def execute(self, sql: str, parameters: Any = (), /) -> "_Cursor":
        if not self._watched.is_patient:
            try:
                self._rows = self._watched.quickly(lambda: self._ask(sql, parameters))
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                    raise
            else:
                return self
        self._rows = await_(in_thread(lambda: self._ask(sql, parameters), self._watched))
        return self

    async def _async_soft_close(self) -> None:
        """SQLAlchemy asks this of a cursor that came through an asynchronous engine."""

    def _ask(self, sql: str, parameters: Any) -> deque[Any]:
        super().execute(sql, parameters)
        return deque(super().fetchall())

    def fetchone(self) -> Any:
        return self._rows.popleft() if self._rows else None

    def fetchmany(self, size: int | None = None) -> list[Any]:
        count = min(len(self._rows), self.arraysize if size is None else size)
        return [self._rows.popleft() for _ in range(count)]

    def fetchall(self) -> list[Any]:
        rows, self._rows = list(self._rows), deque()
        return rows


async def in_thread(call: Callable[[], _T], connection: sqlite3.Connection) -> _T:
    """Do it in a thread while the event loop goes on.

    Whoever is cancelled meanwhile is so only when the thread has let go of the connection.
    """
    under_way = asyncio.get_running_loop().run_in_executor(_THREADS, call)
    try:
        return await asyncio.shield(under_way)
    except asyncio.CancelledError:
        if not under_way.done():
            connection.interrupt()
            await asyncio.gather(under_way, return_exceptions=True)
        raise


class Ordinary(SQLiteDialect_pysqlite):
    """A transaction is a transaction."""

    driver = "beside"
    is_async = True
    supports_statement_cache = True

    begins: ClassVar[str] = "BEGIN"

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:  # noqa: ARG003 - only files are opened
        """The pool of every asynchronous engine."""
        return AsyncAdaptedQueuePool

    def get_driver_connection(self, connection: DBAPIConnection) -> Any:
        """There is nothing between SQLAlchemy and the connection."""
        return connection

    def connect(self, *args: Any, **options: Any) -> DBAPIConnection:
        """Open one: whose transactions begin where we say, in whatever thread."""
        options |= {"factory": Connection, "check_same_thread": False, "isolation_level": None}
        return super().connect(*args, **options)

    def do_begin(self, dbapi_connection: PoolProxiedConnection) -> None:
        """Begin now, not with the first statement that writes."""
        dbapi_connection.execute(self.begins)


class Writing(Ordinary):
    """A transaction has the right to write from its beginning, or it does not begin."""

    driver = "writing"
    supports_statement_cache = True

    begins = "BEGIN IMMEDIATE"

    def do_commit(self, dbapi_connection: PoolProxiedConnection) -> None:
        """Commit, and let others go on meanwhile."""
        await_(dbapi_connection.committed())


class Member(Ordinary):
    """A transaction is begun, kept apart and ended by whoever owns the connection (`writers`)."""

    driver = "member"
    supports_statement_cache = True

    def do_begin(self, dbapi_connection: PoolProxiedConnection) -> None:
        """It was begun already."""

    def do_commit(self, dbapi_connection: PoolProxiedConnection) -> None:
        """It is committed with others."""

    def do_rollback(self, dbapi_connection: PoolProxiedConnection) -> None:
        """It is undone alone."""


for _dialect in (Ordinary, Writing, Member):
    registry.register(f"sqlite.{_dialect.driver}", __name__, _dialect.__name__)
