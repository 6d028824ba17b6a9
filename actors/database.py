"""The database: short transactions, one writer on SQLite, the same code on PostgreSQL.

Verbs take a session and never commit; edges and workers open a transaction with `begin()`, views
are asked inside `read()`. While either is open, `in_transaction()` is true and the HTTP client
refuses to dial: no network call ever waits inside a transaction.

SQLite: WAL, `synchronous=FULL` (a commit that we have answered survives a power cut), one writer at
a time behind a lock of this process, so that it never meets "database is locked" half-way
(GoToSocial #2774); readers do not wait. Writers that come while the disk is busy share the next
commit (`embedded.writers`): each is a savepoint of its own, so that one's failure undoes nothing of
the others', and none is told that it succeeded before the common commit is on the disk.
PostgreSQL: ordinary READ COMMITTED transactions; what must happen once is a unique constraint, not
a lock.
"""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from contextvars import ContextVar, Token
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Table, insert, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm.attributes import instance_dict, instance_state, manager_of_class
from sqlalchemy.pool import NullPool

from actors import outages
from actors.embedded import connections, sessions, soundness
from actors.embedded.writers import Writers
from actors.errors import NotYet
from actors.plain import Plain, defaults
from actors.remembered import LOOK, Memory
from actors.safe import Safe
from actors.tables.base import Base

Unusable = DBAPIError
"""The database cannot be opened, or is none: for operators, who are told so in a sentence."""

Session = sessions.Session
"""What verbs and views are given: one open transaction."""

MET = "two rows were given one id at the same moment: try again"
"""What is said when processes draw the same id; see `actors.site.time_ordered_ids`."""

READERS = 8
"""Connections for reading: more than the pages and queues of one process ask for at once."""

CONNECT_SECONDS = 5
"""How long PostgreSQL may take to let us in, and a request may wait for a free connection."""

STATEMENT_SECONDS = 30
"""How long PostgreSQL may take for one statement. A network that swallows everything ends here too,
in a refusal instead of a silence; migrations have no such end."""

_open: ContextVar[bool] = ContextVar("essaim_in_transaction", default=False)

_work: ContextVar[str] = ContextVar("essaim_work", default="")

_POSTGRESQL = {"postgres": "postgresql+asyncpg", "postgresql": "postgresql+asyncpg"}

_ONE_ID = re.compile(r'unique constraint "pk_|UNIQUE constraint failed: \w+\.id\b')

Row = TypeVar("Row", bound=Base)

_SAFE = "safe"
_HOLDER = "holder"
_QUEUES = "queues"
_NEWS = "news"


def new_holder() -> int:
    """Under what a process claims rows: never given twice, and known to nobody before."""
    return secrets.randbits(62)


def is_sqlite(session: Session) -> bool:
    """Whether this is a session with SQLite."""
    known = session.info
    # To ask SQLAlchemy costs as much as a row does.
    return (
        sessions.AT_HAND in known
        or sessions.READS in known
        or session.get_bind().dialect.name == "sqlite"
    )


def holder_of(session: Session) -> int:
    """Under what this process claims rows; see `actors.mail.claims`."""
    return int(session.info[_HOLDER])


def waits_in(session: Session, queue: type[Base]) -> None:
    """What this transaction writes into a queue is to be taken up as soon as it is committed."""
    session.info.setdefault(_QUEUES, set()).add(queue.__tablename__)


def tells(session: Session, word: str) -> None:
    """What this transaction has done is to be told to whoever looks on, as soon as it is committed.

    A word names what happened and to what (`said:17`); see `actors.rules.news`.
    """
    session.info.setdefault(_NEWS, set()).add(word)


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


def _untimed(kind: str, seconds: float) -> None:
    """Nobody wants to know how long it took."""


def _unasked(_: frozenset[str]) -> None:
    """Nobody works on the queues in this process."""


class Database:
    """One database, opened once by a process.

    Attributes:
        holder: under what this process claims rows.
        memory: what was made of rows.
        on_waiting: called after a commit that has put something into queues, with their names.
        on_news: called after a commit that has something to tell, with the words (`tells`).
    """

    def __init__(
        self,
        url: str,
        *,
        safe: Safe | None = None,
        passes: Callable[[str], None] = _unheard,
        timed: Callable[[str, float], None] = _untimed,
    ) -> None:
        """Open lazily: nothing is dialled before the first transaction.

        Args:
            url: `sqlite:///relative.db`, `sqlite:////absolute.db` or `postgresql://user@host/name`.
            safe: what private keys are locked in; may be given later, before the first of them is
                touched.
            passes: see `actors.site.Site`.
            timed: told of every transaction that ended well: `read` or `write`, and how many
                seconds it took, the wait for its turn included.
        """
        self.safe = safe
        self.holder = new_holder()
        self.memory = Memory()
        self.on_waiting: Callable[[frozenset[str]], None] = _unasked
        self.on_news: Callable[[frozenset[str]], None] = _unasked
        self._passes = passes
        self._timed = timed
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._reader = connections.reading(parsed, READERS)
            self._engine = connections.migrating(parsed)
            self._writers = Writers(parsed, self.memory)
        else:
            driver = _POSTGRESQL.get(parsed.drivername, parsed.drivername)
            parsed = parsed.set(drivername=driver)
            self._reader = create_async_engine(
                parsed,
                pool_size=READERS,
                max_overflow=READERS,
                pool_pre_ping=True,
                pool_timeout=CONNECT_SECONDS,
                connect_args={"timeout": CONNECT_SECONDS, "command_timeout": STATEMENT_SECONDS},
            )
            self._engine = create_async_engine(parsed, poolclass=NullPool)

    async def fault(self) -> str | None:
        """What is wrong with the file, read whole; None when nothing is, and on PostgreSQL.

        Raises:
            Unusable: it cannot even be opened.
        """
        return await soundness.fault(self._engine) if self.is_sqlite else None

    def size(self) -> int:
        """Bytes of the file of a SQLite database; 0 on PostgreSQL, or where there is none yet."""
        name = self._engine.url.database if self.is_sqlite else None
        return Path(name).stat().st_size if name and Path(name).exists() else 0

    @property
    def engine(self) -> AsyncEngine:
        """For migrations, which bring their own transactions and take as long as they take."""
        return self._engine

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Session]:
        """A write transaction: committed at the end, undone by any exception.

        Raises:
            RuntimeError: a transaction is open already in this task; transactions do not nest.
            NotYet: another process gave the id of a new row to another one in the same millisecond.
            Unavailable: the database is away, full or busy; nothing of it has happened then, except
                that after a connection to PostgreSQL that was lost while it committed nobody knows:
                whatever must happen once has a constraint.
        """
        work = _work.get()
        began = asyncio.get_running_loop().time()
        token = _enter()
        try:
            async with self._writing() as session:
                about = session.info
                about[_SAFE], about[_HOLDER] = self.safe, self.holder
                yield session
                if work:
                    self._passes(f"{work}.stored")
                queues, news = about.get(_QUEUES), about.get(_NEWS)
        except Exception as error:
            _check_ids_apart(error)
            outages.check(error)
            raise
        finally:
            _open.reset(token)
        self._timed("write", asyncio.get_running_loop().time() - began)
        if work:
            self._passes(f"{work}.committed")
        if queues:
            self.on_waiting(frozenset(queues))
        if news:
            self.on_news(frozenset(news))

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Session]:
        """A consistent look at the database, for views."""
        began = asyncio.get_running_loop().time()
        async with self._reading() as session:
            yield session
        self._timed("read", asyncio.get_running_loop().time() - began)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Session]:
        """A look at the database of one moment, however many questions are asked."""
        async with self._reading() as session:
            if not self.is_sqlite:
                await session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            yield session

    async def remember(self, commits: Callable[[], int | None]) -> None:
        """Begin to remember what is made of rows; see `actors.remembered`.

        Args:
            commits: the number of all commits, whoever made them; None when nobody can say.
        """
        if self.is_sqlite:
            await self._writers.open()
            self.memory.begin(commits)

    async def close(self) -> None:
        """Give every connection back."""
        if self.is_sqlite:
            await self._writers.close()
        await self._engine.dispose()
        await self._reader.dispose()

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[Session]:
        token = _enter()
        look = self.memory.look()
        try:
            async with _beginning(self._reader) as session:
                about = session.info
                about[_SAFE], about[_HOLDER] = self.safe, self.holder
                if self.is_sqlite:
                    about[sessions.READS] = None
                about[LOOK] = look
                yield session
        except Exception as error:
            outages.check(error)
            raise
        finally:
            _open.reset(token)

    def _writing(self) -> AbstractAsyncContextManager[Session]:
        return self._writers.turn() if self.is_sqlite else _beginning(self._reader)


def _enter() -> Token[bool]:
    """From here on a transaction is open.

    Raises:
        RuntimeError: one is already.
    """
    if _open.get():
        raise RuntimeError("a transaction is open already: transactions do not nest")
    return _open.set(True)


@asynccontextmanager
async def _beginning(engine: AsyncEngine) -> AsyncIterator[Session]:
    async with Session(engine) as session, session.begin():
        yield session


async def insert_once(session: Session, table: type[Base], values: Mapping[str, Any]) -> bool:
    """Insert a row unless a unique constraint already knows it.

    Returns:
        True when the row is new. Both engines decide by the constraint itself, so two processes
        cannot both be told that they came first.

    Raises:
        NotYet: another process gave the same id to another row in the same millisecond. Nothing is
            known of this row then: taking it for a duplicate would lose it.
    """
    once = _once(table, is_sqlite(session), tuple(values))
    if await once.rows(session, dict(values)):
        return True
    if await session.get(table, values["id"]) is not None:
        raise NotYet(MET)
    return False


def _check_ids_apart(error: Exception) -> None:
    """Whoever drew the id of somebody else's new row is told to try again.

    Raises:
        NotYet: that is what happened.
    """
    if isinstance(error, IntegrityError) and _ONE_ID.search(str(error.orig)):
        raise NotYet(MET) from error


@cache
def _once(table: type[Base], is_for_sqlite: bool, names: tuple[str, ...]) -> Plain:  # noqa: FBT001
    """The statement of `insert_once`: to make one costs more than to run it."""
    once = sqlite.insert if is_for_sqlite else postgresql.insert
    plain = columns(table)
    return Plain(once(plain).on_conflict_do_nothing().returning(plain.c.id), names)


def columns(table: type[Base]) -> Table:
    """A table as the database has it: for statements that are run for every activity."""
    plain = table.__table__
    assert isinstance(plain, Table)  # noqa: S101 - for the type checker: nobody maps anything else
    return plain


async def insert_new(session: Session, table: type[Row], values: Mapping[str, Any]) -> Row:
    """Insert a row that is new for certain: what `session.add` does, at a fifth of the price."""
    whole = {**defaults(columns(table)), **values}
    await new(table, tuple(whole)).rows(session, whole)
    return as_read(session, table, list(whole.values()))


def as_read(session: Session, table: type[Row], values: Sequence[Any]) -> Row:
    """The row whose columns were read by a plain statement, as the session would give it.

    Args:
        session: the transaction in which they were read.
        table: whose row it is.
        values: in the order of `columns(table)`, the key first.
    """
    key = (table, (values[0],), None)  # as `sqlalchemy.orm.util.identity_key` makes it
    inner = session.sync_session
    known: Row | None = inner.identity_map.get(key)
    if known is not None:
        return known
    row = manager_of_class(table).new_instance()
    instance_dict(row).update(zip(_names(table), values, strict=True))
    # What `sqlalchemy.orm.loading` does with a row; `add` would look for what hangs on it first.
    state = instance_state(row)
    state.key, state.session_id = key, inner.hash_key
    inner.identity_map.add(state)
    return row


@cache
def _names(table: type[Base]) -> tuple[str, ...]:
    """The columns of a table, in their order."""
    return tuple(columns(table).columns.keys())


@cache
def new(table: type[Base], names: tuple[str, ...]) -> Plain:
    """The statement that inserts a row with these columns."""
    return Plain(insert(columns(table)), names)
