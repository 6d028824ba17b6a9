"""Writers: one after the other, and what waits for the disk together."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from actors.embedded import connections, driver
from actors.embedded.connections import BUSY_TIMEOUT

BUSY_PAUSE = 0.01
"""Seconds between two tries to begin while another process writes."""


class _Group:
    """Transactions that are committed together.

    Attributes:
        committed: done when they are; holds the error where they could not be.
    """

    def __init__(self) -> None:
        self.committed = asyncio.get_running_loop().create_future()
        self.committed.add_done_callback(lambda one: one.exception())  # whoever waits is told it


class _Patience:
    """How long all writers together wait for another process, not each of them in its turn."""

    def __init__(self) -> None:
        self._began: float | None = None
        self._latest = 0.0

    def is_new(self) -> None:
        """The other process has let go."""
        self._began = None

    def is_at_an_end(self, now: float) -> bool:
        """It has not, now: should whoever waits give up?"""
        if self._began is None or now - self._latest > BUSY_TIMEOUT / 1000:
            self._began = now
        self._latest = now
        return now - self._began > BUSY_TIMEOUT / 1000


class Writers:
    """Those who write.

    The first of a group begins the transaction, and queues its commit behind those who are waiting
    for their turn already: they become members of the group. Whoever comes while the disk is busy
    is in the next one. So a lone writer waits for nobody, and a hundred share one commit.
    """

    def __init__(self, url: URL) -> None:
        self._engine = connections.writing(url)
        self._turn = asyncio.Lock()
        self._connection: AsyncConnection | None = None
        self._group: _Group | None = None
        self._committing: set[asyncio.Task[None]] = set()
        self._patience = _Patience()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[AsyncConnection]:
        """What is written inside is durable when this ends."""
        async with self._turn:
            if self._connection is None:
                self._connection = await self._engine.connect()
            raw = await _raw(self._connection)
            group = await self._joined(raw)
            yield self._connection
        await asyncio.shield(group.committed)

    async def close(self) -> None:
        """Wait for the last commit, and close the connection."""
        if self._committing:
            await asyncio.wait(self._committing)
        if self._connection is not None:
            await self._connection.close()
            self._connection = None
        await self._engine.dispose()

    async def _joined(self, raw: driver.Connection) -> _Group:
        group = self._group
        if group is not None and raw.in_transaction:
            return group
        if group is not None:  # SQLite has undone all of it by itself: the disk was full
            _fail(group, _translated(sqlite3.OperationalError("the transaction was broken off")))
        await _begin(raw, self._patience)
        group = self._group = _Group()
        task = asyncio.create_task(self._commit(group, raw), name="commit")
        self._committing.add(task)
        task.add_done_callback(self._committing.discard)
        return group

    async def _commit(self, group: _Group, raw: driver.Connection) -> None:
        async with self._turn:
            if self._group is not group:
                return  # broken off, and its members were told
            self._group = None
            try:
                if not raw.in_transaction:
                    raise sqlite3.OperationalError("the transaction was broken off")
                await raw.committed()
            except sqlite3.Error as error:
                raw.rollback()
                _fail(group, _translated(error))
            else:
                group.committed.set_result(None)


async def _raw(connection: AsyncConnection) -> driver.Connection:
    raw = (await connection.get_raw_connection()).driver_connection
    if not isinstance(raw, driver.Connection):
        raise TypeError("that is no connection to SQLite")
    return raw


async def _begin(raw: driver.Connection, patience: _Patience) -> None:
    """Begin to write, as soon as no other process does.

    Raises:
        Unusable: it did not let go in time.
    """
    clock = asyncio.get_running_loop().time
    while True:
        try:
            raw.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not is_busy or patience.is_at_an_end(clock()):
                raise _translated(error) from error
            await asyncio.sleep(BUSY_PAUSE)
        else:
            patience.is_new()
            return


def _fail(group: _Group, error: Exception) -> None:
    if not group.committed.done():
        group.committed.set_exception(error)


def _translated(error: sqlite3.Error) -> Exception:
    """The error as SQLAlchemy raises it, whoever noticed it."""
    return DBAPIError.instance("COMMIT", None, error, sqlite3.Error)
