"""Outages: a database that is away, full or busy is no mistake of whoever asked it, nor of ours.

What the drivers raise then becomes one refusal, `Unavailable`, where a transaction ends: an edge
answers it with 503 and `Retry-After`, a worker tries again later. Everything else that a driver
raises (a constraint, a type, a statement that is wrong) is a mistake of this program and stays
what it is. Nothing is tried again here: only who began a transaction can begin it as a whole again.

Sources: the result codes of SQLite (https://www.sqlite.org/rescode.html), the SQLSTATE classes of
PostgreSQL (appendix A of its manual, 16), and what asyncpg 0.32 raises raw while it connects.
"""

import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoneFree

from actors.errors import Unavailable

AWAY: Final = "the database cannot be reached just now"
FULL: Final = "nothing can be written down just now"
BUSY: Final = "the database is busy: try again"

_OF_SQLITE: Final = {
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_NOMEM: BUSY,
    sqlite3.SQLITE_READONLY: FULL,
    sqlite3.SQLITE_IOERR: FULL,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_CANTOPEN: AWAY,
}
"""Primary result codes; the extended ones hold these in their lowest byte."""

_OF_POSTGRES: Final = {
    "08": AWAY,  # the connection broke
    "25006": AWAY,  # a read-only transaction: a standby, before or after a change of places
    "40": BUSY,  # deadlock, serialisation failure
    "53": BUSY,  # too many connections, out of memory
    "53100": FULL,  # the disk
    "55P03": BUSY,  # a lock that was waited for too long
    "57": AWAY,  # it is told to stop, starting, or a statement was cancelled
    "58": FULL,  # the system below it fails
}
"""SQLSTATE or its class; the longer one is looked at first."""

_UNDONE: Final = sqlite3.SQLITE_FULL
"""What `embedded.writers` raises without a code: SQLite has undone all of a group by itself."""


def check(error: Exception) -> None:
    """Say it in our words where it is an outage.

    Raises:
        Unavailable: it is one.
    """
    reason = reason_of(error)
    if reason is not None:
        raise Unavailable(reason) from error


def reason_of(error: BaseException) -> str | None:
    """What is the matter with the database, in words for strangers; None where it is not that."""
    match error:
        case DBAPIError():
            return _of_driver(error)
        case NoneFree():
            return BUSY
        case OSError():
            return AWAY
        case _:
            return _of_state(_raw_state(error))


def _of_driver(error: DBAPIError) -> str | None:
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", _UNDONE)
        return _OF_SQLITE.get(code & 0xFF)
    known = _of_state(getattr(error.orig, "sqlstate", None) or "")
    return known or (AWAY if error.connection_invalidated else None)


def _raw_state(error: BaseException) -> str:
    """The SQLSTATE of what asyncpg raises while it connects; on SQLite it is not even loaded."""
    is_raw = type(error).__module__.partition(".")[0] == "asyncpg"
    return str(getattr(error, "sqlstate", None) or "") if is_raw else ""


def _of_state(state: str) -> str | None:
    return _OF_POSTGRES.get(state) or _OF_POSTGRES.get(state[:2])
