"""Connections: the three kinds of engine that one file is opened with, and their pragmas."""

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import URL, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from actors.embedded import driver

BUSY_TIMEOUT = 15_000
"""Milliseconds that a writer waits for another process (the command line beside a running
server)."""

PRAGMAS: tuple[str, ...] = (
    "journal_mode=WAL",
    "synchronous=FULL",  # a commit that we have answered survives a power cut
    "foreign_keys=ON",
    "secure_delete=ON",  # a key that was destroyed is not left in a free page
)


def reading(url: URL, size: int) -> AsyncEngine:
    """For questions, up to so many at a time; one that takes long is asked in a thread.

    Whoever comes is given the connection that was used last: each keeps pages of its own in memory,
    up to 2 MB, and one that is warm answers sooner than eight that are half so.
    """
    engine = _engine(url, driver.Ordinary, pool_size=size, max_overflow=0, pool_use_lifo=True)

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: driver.Connection, _: ConnectionPoolEntry) -> None:
        connection.watch()

    return engine


def writing(url: URL, watch: Callable[[driver.Connection], None]) -> AsyncEngine:
    """For members of a group, one at a time; who begins for them waits for others by itself.

    Args:
        url: of the file.
        watch: is given each connection before anything is written with it.
    """
    engine = _engine(
        url, driver.Member, busy=0, pool_size=1, max_overflow=0, pool_reset_on_return=None
    )

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: driver.Connection, _: ConnectionPoolEntry) -> None:
        watch(connection)

    return engine


def migrating(url: URL) -> AsyncEngine:
    """For whoever brings a transaction of their own, and takes time."""
    engine = _engine(url, driver.Writing)

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: driver.Connection, _: ConnectionPoolEntry) -> None:
        connection.is_patient = True

    return engine


def _read_json(text: str) -> Any:
    """What stands in a column of JSON: of an actor or a remark, mostly nothing."""
    return [] if text == "[]" else json.loads(text)


def _engine(
    url: URL, dialect: type[driver.Ordinary], *, busy: int = BUSY_TIMEOUT, **options: Any
) -> AsyncEngine:
    engine = create_async_engine(
        url.set(drivername=f"sqlite+{dialect.driver}"), json_deserializer=_read_json, **options
    )

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: driver.Connection, _: ConnectionPoolEntry) -> None:
        for pragma in (*PRAGMAS, f"busy_timeout={busy}"):
            connection.execute(f"PRAGMA {pragma}")

    return engine
