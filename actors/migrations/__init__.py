"""The schema's history (Alembic), and where a database stands in it.

SQLite is upgraded at start, because one process owns it; a PostgreSQL that many processes share is
upgraded by the operator's own command, and a server that finds an older one refuses to start.

Alembic is loaded where something is to be upgraded (`upgrading`): it takes 10 MB, and a server that
finds all in order needs nothing of it.
"""

from collections.abc import Callable
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from actors.database import Database, Session

_KNOWN: Final = "alembic_version"

_NUMBER: Final = 4
"""Digits with which the file of every step begins: its revision. Each follows the one before."""


class Standing(Enum):
    """How a database stands to this program."""

    EMPTY = "empty"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"


async def standing(database: Database) -> Standing:
    """Compare a database with what this program knows."""
    async with database.engine.connect() as connection:
        return await standing_on(connection)


async def standing_on(connection: AsyncConnection) -> Standing:
    """The same, on a connection that is open."""
    known = await connection.run_sync(_revision)
    if known is None:
        return Standing.EMPTY
    if known == _revisions()[-1]:
        return Standing.CURRENT
    return Standing.OLDER if known in _revisions() else Standing.NEWER


async def is_current(session: Session) -> bool:
    """Whether the database is, at this moment, as this program wants it; a cheap question."""
    known = await session.scalar(text("SELECT version_num FROM alembic_version"))
    return bool(known == _revisions()[-1])


@cache
def _revisions() -> list[str]:
    """The revisions that this program knows, the newest last."""
    steps = (Path(__file__).parent / "versions").glob("[0-9]*.py")
    return sorted(step.name[:_NUMBER] for step in steps)


def _unheard(_: str) -> None:
    """Nobody wants to know how far the program has come."""


async def upgrade(database: Database, *, passes: Callable[[str], None] = _unheard) -> None:
    """Bring a database to what this program needs; nothing happens when it is there already.

    All steps are one transaction on both engines: whoever dies on the way has changed nothing.

    Args:
        database: whatever its standing.
        passes: told `migrate.step.1` after the first step, and so on; see `actors.site.Site`.
    """
    async with database.engine.begin() as connection:
        await upgrade_on(connection, passes=passes)


async def upgrade_on(
    connection: AsyncConnection, *, passes: Callable[[str], None] = _unheard
) -> None:
    """The same, within the transaction of a connection."""
    from actors.migrations import upgrading  # noqa: PLC0415 - see above

    await connection.run_sync(upgrading.upgrade, passes)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_KNOWN):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found
