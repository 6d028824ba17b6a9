"""Writers: one after the other, and what waits for the disk together."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from actors.embedded import connections, sessions
from actors.embedded.connections import BUSY_TIMEOUT
from actors.embedded.driver import Connection
from actors.embedded.sessions import Session
from actors.remembered import LOOK, Memory

BUSY_PAUSE = 0.01
"""Seconds between two tries to begin while another process writes."""


class _Group:
    """Transactions that are committed together.

    Attributes:
        is_plain: none of them was undone.
    """

    def __init__(self) -> None:
        self.is_plain = True
        self._members: list[asyncio.Future[None]] = []

    async def committed(self) -> None:
        """Wait until they are.

        Raises:
            Unusable: they could not be, and nothing of them has happened.
        """
        member = asyncio.get_running_loop().create_future()
        self._members.append(member)
        await member

    def tell(self, error: Exception | None = None) -> None:
        """They are, or could not be: whoever waits still is told, once."""
        for member in self._members:
            if member.done():  # cancelled
                continue
            if error is None:
                member.set_result(None)
            else:
                member.set_exception(error)
        self._members.clear()


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

    All use one session, one after the other: to make one costs as much as ten statements. Nothing
    stays in it from one to the next, and one in which something failed is not used again.
    """

    def __init__(self, url: URL, memory: Memory) -> None:
        """Nobody writes yet.

        Args:
            url: of the file.
            memory: is told of all that is written.
        """
        self._memory = memory
        self._engine = connections.writing(url, memory.watch)
        self._turn = asyncio.Lock()
        self._session: Session | None = None
        self._at_hand: sessions.AtHand | None = None
        self._group: _Group | None = None
        self._committing: set[asyncio.Task[None]] = set()
        self._patience = _Patience()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Session]:
        """What is written inside is durable when this ends; nothing of it is, when it fails."""
        async with self._turn:
            session, (raw, dialect) = await self._ready()
            group = await self._joined(raw)
            session.info[sessions.AT_HAND] = raw, dialect
            session.info[LOOK] = self._memory.turn()
            try:
                raw.at_once("SAVEPOINT member")
                yield session
                await sessions.flush(session)
                raw.at_once("RELEASE member")
            except BaseException as error:
                group.is_plain = False
                await self._undo(raw)
                if isinstance(error, sqlite3.Error):
                    raise _translated(error) from error
                raise
            finally:
                session.info.clear()
            session.expunge_all()
        await group.committed()

    async def open(self) -> None:
        """Open the connection now, and not with the first who writes."""
        async with self._turn:
            await self._ready()

    async def close(self) -> None:
        """Wait for the last commit, and close the connection."""
        if self._committing:
            await asyncio.wait(self._committing)
        await self._forget()
        await self._engine.dispose()

    async def _ready(self) -> tuple[Session, sessions.AtHand]:
        if self._session is None or self._at_hand is None:
            session = Session(self._engine)
            self._at_hand = await sessions.driven_by(session)
            self._session = session
        return self._session, self._at_hand

    async def _undo(self, raw: Connection) -> None:
        """Undo what came since the savepoint, unless SQLite has undone everything by itself."""
        try:
            if raw.in_transaction:
                raw.at_once("ROLLBACK TO member")
                raw.at_once("RELEASE member")
        except sqlite3.Error:
            raw.rollback()  # all of the group is undone then, and its members are told
        finally:
            await self._forget()

    async def _forget(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _joined(self, raw: Connection) -> _Group:
        group = self._group
        if group is not None and raw.in_transaction:
            return group
        if group is not None:  # SQLite has undone all of it by itself: the disk was full
            group.tell(_translated(sqlite3.OperationalError("the transaction was broken off")))
        await _begin(raw, self._patience)
        self._memory.begun(raw.total_changes)
        group = self._group = _Group()
        task = asyncio.create_task(self._commit(group, raw), name="commit")
        self._committing.add(task)
        task.add_done_callback(self._committing.discard)
        return group

    async def _commit(self, group: _Group, raw: Connection) -> None:
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
                self._memory.ended(raw.total_changes, is_plain=False)
                group.tell(_translated(error))
            else:
                self._memory.ended(raw.total_changes, is_plain=group.is_plain)
                group.tell()


async def _begin(raw: Connection, patience: _Patience) -> None:
    """Begin to write, as soon as no other process does.

    Raises:
        Unusable: it did not let go in time.
    """
    clock = asyncio.get_running_loop().time
    while True:
        try:
            raw.at_once("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not is_busy or patience.is_at_an_end(clock()):
                raise _translated(error) from error
            await asyncio.sleep(BUSY_PAUSE)
        else:
            patience.is_new()
            return


def _translated(error: sqlite3.Error) -> Exception:
    """The error as SQLAlchemy raises it, whoever noticed it."""
    return DBAPIError.instance("COMMIT", None, error, sqlite3.Error)
