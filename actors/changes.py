"""Changes: is what was kept in memory still what the database says?

The database itself says so, by triggers (migration 0013): whoever changes something, another
process or an operator's command included, cannot forget it. A *number* stands for everything that
is counted under one subject. Whoever keeps something asks for it BEFORE reading what is kept, and
believes what is kept only as long as the number is the same:

    number = changes.number(DOCUMENTS)      # 1. the number
    async with database.read() as session:  # 2. what it stands for
        ...

On SQLite the number is a row, read on a connection of its own: exact from the commit on, whichever
process committed. On PostgreSQL the triggers notify, and
each process listens on a connection of its own: others' changes are heard within milliseconds.
While it does not listen, there is no number, and nothing kept may be believed.
"""

import mmap
import os
import sqlite3
import sys
from abc import ABC, abstractmethod
from collections import Counter
from typing import Final

from actors.database import Database
from actors.listening import Listening

DOCUMENTS: Final = "documents"
"""What our actors, models and versions say, where they are found, and whether they are gone. That
something is new counts only for actors and models."""

KEYS: Final = "keys"
"""What was known about anybody's public keys, whether their owners are gone or shut out, and which
hosts are blocked. Keys that are new do not count: what was found before still holds."""

CHANNEL: Final = "essaim_changes"
"""Where PostgreSQL notifies; the payload is the subject."""

COMMITTED: Final = 48
"""Bytes at the beginning of SQLite's `-shm` file that every commit changes, as its last step and
whichever process makes it (https://sqlite.org/walformat.html, 2.1). To look there costs a tenth of
a microsecond, a question to SQLite and its locks ten."""

_NUMBERED: Final = slice(8, 12)
"""Where in there the number of commits stands, as this machine writes numbers (`iChange`)."""

_NUMBERS: Final = "SELECT subject, number FROM change"


class Changes(ABC):
    """What changed, as far as this process knows."""

    @abstractmethod
    def number(self, subject: str) -> int | None:
        """What stands for everything under that subject now; None when nobody can say."""

    def commits(self) -> int | None:
        """What stands for all that was ever committed; None when nobody can say cheaply."""
        return None

    def committed(self) -> int | None:
        """How often anybody has committed something, beginning somewhere; None as above."""
        return None

    @abstractmethod
    async def start(self) -> None:
        """Begin to hear; before, there are no numbers."""

    @abstractmethod
    async def stop(self) -> None:
        """Hear no more, and give the connection back: after the database was closed."""


def of(database: Database, listening: Listening) -> Changes:
    """What changes in that database; to be said before it is listened to."""
    return _Counted(database) if database.is_sqlite else _Heard(listening)


class _Counted(Changes):
    """SQLite: asked, whenever something was committed since the last time.

    As long as a process has the database open it must close no descriptor of the `-shm` file: POSIX
    would drop the locks that SQLite holds on it in this process (fcntl(2)). So the one that is
    opened here stays open until `stop`, which comes after the database was closed.
    """

    def __init__(self, database: Database) -> None:
        self._file = database.engine.url.database or ""
        self._connection: sqlite3.Connection | None = None
        self._descriptor = -1
        self._shared: mmap.mmap | None = None
        self._committed = b""
        self._numbers: dict[str, int] = {}

    def number(self, subject: str) -> int | None:
        if self._connection is None or self._shared is None:
            return None
        committed = self._shared[:COMMITTED]  # before the numbers: they may be newer, never older
        if committed != self._committed:
            try:
                self._numbers = dict(self._connection.execute(_NUMBERS).fetchall())
            except sqlite3.Error:  # locked for a moment, or the disk is ill: whoever reads hears it
                return None
            self._committed = committed
        return self._numbers.get(subject)

    def commits(self) -> int | None:
        return None if self._shared is None else int.from_bytes(self._shared[:COMMITTED], "big")

    def committed(self) -> int | None:
        shared = self._shared
        return None if shared is None else int.from_bytes(shared[_NUMBERED], sys.byteorder)

    async def start(self) -> None:
        # No waiting for a lock: this is asked on the loop, and not to know costs little.
        self._connection = sqlite3.connect(self._file, isolation_level=None, timeout=0)
        self._connection.execute("PRAGMA query_only = ON")
        self._connection.execute(_NUMBERS).fetchall()  # from now on the file is there, and stays
        self._descriptor = os.open(f"{self._file}-shm", os.O_RDONLY | os.O_CLOEXEC)
        self._shared = mmap.mmap(self._descriptor, COMMITTED, access=mmap.ACCESS_READ)

    async def stop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._shared is not None:
            self._shared.close()
            self._shared = None
            os.close(self._descriptor)


class _Heard(Changes):
    """PostgreSQL: told by the triggers, on the connection on which this process listens."""

    def __init__(self, listening: Listening) -> None:
        self._listening = listening
        self._numbers: Counter[str] = Counter()
        self._missed = 0  # how often we began to listen: what was before may have been missed
        listening.hear(CHANNEL, self._hear, self._miss)

    def number(self, subject: str) -> int | None:
        is_told = self._listening.is_connected
        return self._numbers[subject] + self._missed if is_told else None

    async def start(self) -> None:
        """Nothing: whoever listens starts and stops for everybody who is told."""

    async def stop(self) -> None:
        """Nothing, as above."""

    def _hear(self, subject: str) -> None:
        self._numbers[subject] += 1

    def _miss(self) -> None:
        self._missed += 1
