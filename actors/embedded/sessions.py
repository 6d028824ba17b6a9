"""Sessions: one open transaction, and what one on SQLite knows of its connection."""

from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from actors.embedded.driver import Connection

AtHand = tuple[Connection, Dialect]
"""The driver's connection, and how SQLAlchemy speaks to it."""

AT_HAND = "at hand"
"""Under this name it stands in the `info` of the session, while a transaction is open."""


READS = "reads"
"""Under this name stands, in a session that only reads SQLite, what is `AT_HAND` in one that
writes; None before it is asked for."""


class Session(AsyncSession):
    """One open transaction, as verbs and views are given it."""

    # SQLAlchemy's own is asked through three objects, and each activity asks a dozen times.
    info: dict[Any, Any] = {}  # noqa: RUF012 - each has its own, below

    def __init__(self, bind: AsyncEngine | AsyncConnection) -> None:
        """What was read stays readable when the transaction has ended."""
        super().__init__(bind, expire_on_commit=False)
        self.info = {}


async def reading(session: AsyncSession) -> AtHand | None:
    """What a session that only reads has at hand; None for any other session."""
    if READS not in session.info:
        return None
    found: AtHand | None = session.info[READS]
    if found is None:
        found = session.info[READS] = await driven_by(session)
    return found


async def flush(session: AsyncSession) -> None:
    """Write what waits to be written, if anything does: to ask costs less than to flush."""
    inner = session.sync_session
    # The public ways to ask build three sets.
    if inner._new or inner._deleted or inner.identity_map._modified:  # noqa: SLF001
        await session.flush()


async def driven_by(session: AsyncSession) -> AtHand:
    """The driver's connection to SQLite that a session uses."""
    connection = await session.connection()
    raw = (await connection.get_raw_connection()).driver_connection
    if not isinstance(raw, Connection):
        raise TypeError("that is no connection to SQLite")
    return raw, connection.dialect
