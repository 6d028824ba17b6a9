"""The database: short transactions, one writer on SQLite, the same code on PostgreSQL.

Verbs take a session and never commit; edges and workers open a transaction with `begin()`, views
are asked inside `read()`. While either is open, `in_transaction()` is true and the HTTP client
refuses to dial: no network call ever waits inside a transaction.

SQLite: WAL, `synchronous=FULL` (a commit that we have answered survives a power cut), `BEGIN
IMMEDIATE` behind one in-process lock, so that a writer never meets "database is locked" half-way
(GoToSocial #2774); readers do not wait.
PostgreSQL: ordinary READ COMMITTED transactions; what must happen once is a unique constraint, not
a lock.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import event, make_url, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from actors import outages
from actors.errors import NotYet, Unavailable
from actors.safe import Safe
from actors.tables.base import Base

Unusable = DBAPIError
"""The database cannot be opened, or is none: for operators, who are told so in a sentence."""

Session = AsyncSession
"""What verbs and views are given: one open transaction."""

BUSY_TIMEOUT = 7_000
"""Milliseconds a SQLite writer waits for another process (the command line beside a running
server), and before that for the other writers of this one: whoever asked is answered, with a
refusal if need be, within 15 seconds."""

READERS = 8
"""Connections for reading: more than the pages and queues of one process ask for at once."""

CONNECT_SECONDS = 5
"""How long PostgreSQL may take to let us in, and a request may wait for a free connection."""

STATEMENT_SECONDS = 30
"""How long PostgreSQL may take for one statement. A network that swallows everything ends here too,
in a refusal instead of a silence; migrations have no such end."""

_open: ContextVar[bool] = ContextVar("essaim_in_transaction", default=False)

_work: ContextVar[str] = ContextVar("essaim_work", default="")

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
}


_SAFE = "safe"


def safe_of(session: Session) -> Safe:
    """What our private keys are locked in.

    Raises:
        RuntimeError: the database was opened without it: a mistake in this program.
    """
    safe = session.info.get(_SAFE)
    if not isinstance(safe, Safe):
        raise RuntimeError("this database was opened without its safe")  # noqa: TRY004 - no type
    return safe


def in_transaction() -> bool:
    """True while this task, or the one that started it, holds a transaction."""
    return _open.get()


@contextmanager
def working_as(name: str) -> Iterator[None]:
    """Every write transaction inside passes `<name>.stored` and `<name>.committed`; see `Site`."""
    token = _work.set(name)
    try:
        yield
    finally:
        _work.reset(token)


def _unheard(_: str) -> None:
    """Nobody wants to know how far the program has come."""


class Database:
    """One database, opened once by a process."""

    def __init__(
        self,
        url: str,
        *,
        safe: Safe | None = None,
        passes: Callable[[str], None] = _unheard,
    ) -> None:
        """Open lazily: nothing is dialled before the first transaction.

        Args:
            url: `sqlite:///relative.db`, `sqlite:////absolute.db` or `postgresql://user@host/name`.
            safe: what private keys are locked in; may be given later, before the first of them is
                touched.
            passes: see `actors.site.Site`.
        """
        self.safe = safe
        self._passes = passes
        parsed = make_url(url)
        parsed = parsed.set(drivername=_DRIVERS.get(parsed.drivername, parsed.drivername))
        self.is_sqlite = parsed.drivername.startswith("sqlite")
        self._lock = asyncio.Lock()
        if self.is_sqlite:
            self._writer = create_async_engine(parsed, pool_size=1, max_overflow=0)
            self._reader = create_async_engine(parsed, pool_size=READERS, max_overflow=0)
            _prepare_sqlite(self._writer, "BEGIN IMMEDIATE")
            _prepare_sqlite(self._reader, "BEGIN")
        else:
            self._writer = self._reader = create_async_engine(
                parsed,
                pool_size=READERS,
                max_overflow=READERS,
                pool_pre_ping=True,
                pool_timeout=CONNECT_SECONDS,
                connect_args={"timeout": CONNECT_SECONDS, "command_timeout": STATEMENT_SECONDS},
            )
        self._patient = (
            self._writer if self.is_sqlite else create_async_engine(parsed, poolclass=NullPool)
        )

    @property
    def engine(self) -> AsyncEngine:
        """For migrations, which bring their own transactions and take as long as they take."""
        return self._patient

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Session]:
        """A write transaction: committed at the end, undone by any exception.

        Raises:
            RuntimeError: a transaction is open already in this task; transactions do not nest.
            Unavailable: the database is away, full or busy. Where that became known only while it
                committed, nobody knows whether it did: whatever must happen once has a constraint.
        """
        async with AsyncExitStack() as stack:
            if self.is_sqlite:
                await self._turn()
                stack.callback(self._lock.release)
            yield await stack.enter_async_context(self._transaction(self._writer))
            if work := _work.get():
                self._passes(f"{work}.stored")
        if work:
            self._passes(f"{work}.committed")

    async def _turn(self) -> None:
        """Wait until nobody else writes; not for as long as each of them waits in turn."""
        try:
            async with asyncio.timeout(BUSY_TIMEOUT / 1000):
                await self._lock.acquire()
        except TimeoutError as error:
            raise Unavailable(outages.BUSY) from error

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Session]:
        """A consistent look at the database, for views."""
        async with self._transaction(self._reader) as session:
            yield session

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Session]:
        """A look at the database of one moment, however many questions are asked."""
        async with self._transaction(self._reader) as session:
            if not self.is_sqlite:
                await session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            yield session

    async def close(self) -> None:
        """Give every connection back."""
        await self._writer.dispose()
        await self._reader.dispose()

    @asynccontextmanager
    async def _transaction(self, engine: AsyncEngine) -> AsyncIterator[Session]:
        if _open.get():
            raise RuntimeError("a transaction is open already: transactions do not nest")
        token = _open.set(True)
        try:
            info = {_SAFE: self.safe}
            with outages.told():
                async with (
                    AsyncSession(engine, expire_on_commit=False, info=info) as session,
                    session.begin(),
                ):
                    yield session
        finally:
            _open.reset(token)


async def insert_once(session: Session, table: type[Base], values: Mapping[str, Any]) -> bool:
    """Insert a row unless a unique constraint already knows it.

    Returns:
        True when the row is new. Both engines decide by the constraint itself, so two processes
        cannot both be told that they came first.

    Raises:
        NotYet: another process gave the same id to another row in the same millisecond. Nothing is
            known of this row then: taking it for a duplicate would lose it.
    """
    own_id = table.__table__.c.id
    connection = await session.connection()
    if connection.dialect.name == "sqlite":
        lite = sqlite.insert(table).values(**values).on_conflict_do_nothing()
        made = await session.scalar(lite.returning(own_id))
    else:
        statement = postgresql.insert(table).values(**values).on_conflict_do_nothing()
        made = await session.scalar(statement.returning(own_id))
    if made is not None:
        return True
    if await session.scalar(select(own_id).where(own_id == values["id"])) is not None:
        raise NotYet("two rows were given one id at the same moment: try again")
    return False


def _prepare_sqlite(engine: AsyncEngine, begin: str) -> None:
    """Pragmas on every connection, and our own BEGIN instead of the driver's late one."""

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",  # a key that was destroyed is not left in a free page
            f"busy_timeout={BUSY_TIMEOUT}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)
