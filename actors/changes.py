"""Changes: is what was kept in memory still what the database says?

The database itself says so, by triggers (migration 0013): whoever changes something, another
process or an operator's command included, cannot forget it. A *number* stands for everything that
is counted under one subject. Whoever keeps something asks for it BEFORE reading what is kept, and
believes what is kept only as long as the number is the same:

    number = changes.number(DOCUMENTS)      # 1. the number
    async with database.read() as session:  # 2. what it stands for
        ...

On SQLite the number is a row, read at each question on a connection of its own: 4 µs (measured,
WAL), exact from the commit on, whichever process committed. On PostgreSQL the triggers notify, and
each process listens on a connection of its own: others' changes are heard within milliseconds.
While it does not listen, there is no number, and nothing kept may be believed.
"""

import asyncio
import sqlite3
from abc import ABC, abstractmethod
from collections import Counter
from contextlib import suppress
from typing import Any, Final

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from actors.database import Database

DOCUMENTS: Final = "documents"
"""What our actors, models and versions say, where they are found, and whether they are gone. That
something is new counts only for actors and models."""

KEYS: Final = "keys"
"""What was known about anybody's public keys, whether their owners are gone or shut out, and which
hosts are blocked. Keys that are new do not count: what was found before still holds."""

CHANNEL: Final = "essaim_changes"
"""Where PostgreSQL notifies; the payload is the subject."""

LOOK_SECONDS: Final = 2.0
"""How often the listening connection is tried, and how long it may take to answer: a cable that was
pulled closes nothing, so nothing that others changed stays unheard for longer than twice this."""

AGAIN_SECONDS: Final = 1.0
"""After which a lost connection is sought again."""

_NUMBER: Final = "SELECT number FROM change WHERE subject = ?"


class Changes(ABC):
    """What changed, as far as this process knows."""

    @abstractmethod
    def number(self, subject: str) -> int | None:
        """What stands for everything under that subject now; None when nobody can say."""

    @abstractmethod
    async def start(self) -> None:
        """Begin to hear; before, there are no numbers."""

    @abstractmethod
    async def stop(self) -> None:
        """Hear no more, and give the connection back."""


def of(database: Database) -> Changes:
    """What changes in that database."""
    return _Counted(database) if database.is_sqlite else _Heard(database)


class _Counted(Changes):
    """SQLite: asked, each time."""

    def __init__(self, database: Database) -> None:
        self._file = database.engine.url.database or ""
        self._connection: sqlite3.Connection | None = None

    def number(self, subject: str) -> int | None:
        if self._connection is None:
            return None
        try:
            rows = self._connection.execute(_NUMBER, (subject,)).fetchall()
        except sqlite3.Error:  # locked for a moment, or the disk is ill: whoever reads will hear
            return None
        return int(rows[0][0]) if rows else None

    async def start(self) -> None:
        # No waiting for a lock: this is asked on the loop, and not to know costs little.
        self._connection = sqlite3.connect(self._file, isolation_level=None, timeout=0)
        self._connection.execute("PRAGMA query_only = ON")

    async def stop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _Heard(Changes):
    """PostgreSQL: listened to."""

    def __init__(self, database: Database) -> None:
        self._engine = create_async_engine(database.engine.url, poolclass=NullPool)
        self._numbers: Counter[str] = Counter()
        self._missed = 0  # how often we began to listen: what was before may have been missed
        self._is_listening = False
        self._task: asyncio.Task[None] | None = None

    def number(self, subject: str) -> int | None:
        return self._numbers[subject] + self._missed if self._is_listening else None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._always())

    async def stop(self) -> None:
        self._is_listening = False
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._engine.dispose()

    async def _always(self) -> None:
        while True:
            try:
                async with self._engine.connect() as connection:
                    await self._listen(connection)
            except (OSError, TimeoutError, DBAPIError, asyncpg.PostgresError):
                pass  # there is no number meanwhile
            except asyncpg.InterfaceError:
                pass  # the connection went while it was asked
            await asyncio.sleep(AGAIN_SECONDS)

    async def _listen(self, connection: AsyncConnection) -> None:
        """Listen until the connection is lost.

        Raises:
            OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError: it is.
        """
        driver: Any = (await connection.get_raw_connection()).driver_connection
        lost = asyncio.Event()

        def end(_: object) -> None:
            self._is_listening = False
            lost.set()

        driver.add_termination_listener(end)
        await driver.add_listener(CHANNEL, self._hear)
        self._missed += 1
        self._is_listening = True
        try:
            while not lost.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(lost.wait(), LOOK_SECONDS)
                await asyncio.wait_for(driver.fetchval("SELECT 1"), LOOK_SECONDS)
        finally:
            self._is_listening = False

    def _hear(self, _: object, __: int, ___: str, subject: str) -> None:
        self._numbers[subject] += 1
