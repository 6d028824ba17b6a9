"""Sessions: what one that writes into SQLite knows of its connection."""

from sqlalchemy import Dialect
from sqlalchemy.ext.asyncio import AsyncSession

from actors.embedded.driver import Connection

AtHand = tuple[Connection, Dialect]
"""The driver's connection, and how SQLAlchemy speaks to it."""

AT_HAND = "at hand"
"""Under this name it stands in the `info` of the session, while a transaction is open."""


READS = "reads"
"""Under this name stands, in a session that only reads SQLite, what is `AT_HAND` in one that
writes; None before it is asked for."""


async def reading(session: AsyncSession) -> AtHand | None:
    """What a session that only reads has at hand; None for any other session."""
    if READS not in session.info:
        return None
    found: AtHand | None = session.info[READS]
    if found is None:
        found = session.info[READS] = await driven_by(session)
    return found


async def flush(session: AsyncSession) -> None:
    """Write what waits to be written, if there is any: to ask costs less than to flush."""
    if not session.sync_session._is_clean():  # noqa: SLF001 - the public way builds three sets
        await session.flush()


async def driven_by(session: AsyncSession) -> AtHand:
    """The driver's connection to SQLite that a session uses."""
    connection = await session.connection()
    raw = (await connection.get_raw_connection()).driver_connection
    if not isinstance(raw, Connection):
        raise TypeError("that is no connection to SQLite")
    return raw, connection.dialect
