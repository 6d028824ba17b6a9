"""The schema's history (Alembic), and where a database stands in it.

SQLite is upgraded at start, because one process owns it; a PostgreSQL that many processes share is
upgraded by the operator's own command, and a server that finds an older one refuses to start.
"""

from collections.abc import Callable
from enum import Enum
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from actors.database import Database, Session

HERE = Path(__file__).parent


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
    script = ScriptDirectory.from_config(_config())
    known = await connection.run_sync(_revision)
    if known is None:
        return Standing.EMPTY
    if known == script.get_current_head():
        return Standing.CURRENT
    older = {one.revision for one in script.walk_revisions()}
    return Standing.OLDER if known in older else Standing.NEWER


async def is_current(session: Session) -> bool:
    """Whether the database is, at this moment, as this program wants it; a cheap question."""
    known = await session.scalar(text("SELECT version_num FROM alembic_version"))
    return bool(known == _newest())


@cache
def _newest() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


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
    await connection.run_sync(_upgrade, passes)


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection, passes: Callable[[str], None]) -> None:
    config = _config()
    config.attributes["connection"] = connection
    config.attributes["passes"] = passes
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    return config
