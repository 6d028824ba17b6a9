"""Listening: processes on one PostgreSQL tell each other what has changed (LISTEN, NOTIFY).

One connection for each process, beside the pool. Words are told after the commit they speak of and
not within it: PostgreSQL lets one transaction at a time commit that notifies, so that words inside
would put the commits of all processes into one row. What is told is therefore only a hint: whoever
dies between commit and word, or is not connected, is found out by looking. Who must not miss
anything is told when the connection was away (`missed`).

On SQLite one process works, and nothing is said.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from actors.database import Database

PULSE: Final = 2.0
"""Seconds of silence after which the connection is tried: a cable that was pulled says nothing, and
what is kept in memory is believed as long as nothing else is heard (`changes`)."""

PATIENCE: Final = 2.0
"""Seconds within which the database must answer on it."""

REST: Final = 0.05
"""Seconds between two bundles of words: what a hundred commits have to say is said once."""

FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 15.0
"""Seconds between two attempts to connect, doubling from the first."""

LAST_WORDS: Final = 2.0
"""Seconds that a process which ends waits for its last words to be heard."""

Told = Callable[[str], None]


class Listening:
    """Hears what other processes tell, and tells them.

    Args:
        database: whose users they are.
        complain: told why there is no connection.

    Attributes:
        is_connected: what others tell now is heard.
    """

    def __init__(self, database: Database, complain: Callable[[Exception], None]) -> None:
        self._database = database
        self._complain = complain
        self._ears: dict[str, Told] = {}
        self._missed: list[Callable[[], None]] = []
        self._words: set[tuple[str, str]] = set()
        self._stirred = asyncio.Event()
        self._silent = asyncio.Event()
        self._silent.set()
        self._task: asyncio.Task[None] | None = None
        self._own = 0
        self.is_connected = False

    def hear(self, channel: str, told: Told, missed: Callable[[], None]) -> None:
        """Listen on a channel; to be said before the start.

        Args:
            channel: an identifier.
            told: called with each word of another process.
            missed: called when the connection is there (again): words may have been missed.
        """
        self._ears[channel] = told
        self._missed.append(missed)

    def tell(self, channel: str, word: str) -> None:
        """Tell the other processes, soon; the same word waits only once."""
        if self._task is not None:
            self._words.add((channel, word))
            self._silent.clear()
            self._stirred.set()

    async def start(self) -> None:
        """Begin to connect; nobody has to wait for it."""
        if not self._database.is_sqlite and self._task is None:
            self._task = asyncio.create_task(self._keep(), name="listening")

    async def stop(self) -> None:
        """Say what is left to be said, and hang up."""
        task = self._task
        if task is None:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._silent.wait(), LAST_WORDS)
        self._task = None
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def _keep(self) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                await self._converse()
                pause = FIRST_PAUSE
            except Exception as error:  # noqa: BLE001 - whatever it is, connect again
                pause = FIRST_PAUSE if self.is_connected else min(2 * pause, LONGEST_PAUSE)
                self._complain(error)
            finally:
                self.is_connected = False
            await asyncio.sleep(pause)

    async def _converse(self) -> None:
        """Hear and tell until the connection is lost."""
        engine = create_async_engine(self._database.engine.url, poolclass=NullPool)
        try:
            async with engine.connect() as connection:
                driver: Any = (await connection.get_raw_connection()).driver_connection
                try:
                    await self._listen(driver)
                finally:
                    driver.terminate()  # no farewell: a silent network would answer none
        finally:
            await engine.dispose()

    async def _listen(self, driver: Any) -> None:
        driver.add_termination_listener(self._lose)
        self._own = driver.get_server_pid()
        for channel in self._ears:
            await driver.add_listener(channel, self._hear)
        self.is_connected = True
        for missed in self._missed:
            missed()
        while not driver.is_closed():
            await self._say(driver)

    async def _say(self, driver: Any) -> None:
        """One bundle of words, or after a long silence a question."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stirred.wait(), PULSE)
        self._stirred.clear()
        words = sorted(self._words)
        if not words:
            await asyncio.wait_for(driver.execute("SELECT 1"), PATIENCE)
            return
        async with asyncio.timeout(PATIENCE):
            await driver.executemany("SELECT pg_notify($1, $2)", words)
        self._words.difference_update(words)
        if not self._words:
            self._silent.set()
        await asyncio.sleep(REST)

    def _lose(self, _: Any) -> None:
        self.is_connected = False
        self._stirred.set()

    def _hear(self, _: Any, pid: int, channel: str, word: str) -> None:
        if pid != self._own:
            self._ears[channel](word)
