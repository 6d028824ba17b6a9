"""Soundness: is every page of a SQLite file what it should be?

SQLite itself notices a damaged page only when it reads it, which may be weeks after the disk lost
it. `PRAGMA quick_check` reads all of them: some 300 MB a second, so that a start can afford it for
a small file, and `essaim check` for any.
"""

import sqlite3
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

_DAMAGE: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


async def fault(engine: AsyncEngine) -> str | None:
    """What is wrong with the file, in SQLite's words; None when nothing is.

    Raises:
        Unusable: it cannot even be opened.
    """
    try:
        async with engine.connect() as connection:
            said = await connection.scalar(text("PRAGMA quick_check(1)"))
    except DBAPIError as error:
        if is_damage(error):
            return str(error.orig)
        raise
    return None if said == "ok" else str(said)


def is_damage(error: BaseException) -> bool:
    """Whether a file is no database any more, or only in part."""
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", 0)
    return code & 0xFF in _DAMAGE
