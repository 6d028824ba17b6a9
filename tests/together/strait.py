"""The only way from one program to another: it can be shut, silenced or broken by a test."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

COMMIT = b"COMMIT"

Dial = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]
"""Opens a connection to the other side."""


@dataclass
class Strait:
    """Passes bytes on, both ways.

    Attributes:
        is_shut: connections are closed as soon as they are made.
        is_silent: what comes from either side is swallowed; nobody is told.
        commits_left: after so many more answers to a COMMIT the next one is swallowed and its
            connection broken: it was done, and nobody hears of it; None is never.
        bytes_left: after so many more bytes from who called its connection breaks; None is never.
        made: connections in all.
    """

    is_shut: bool = False
    is_silent: bool = False
    commits_left: int | None = None
    bytes_left: int | None = None
    made: int = 0
    _ends: set[asyncio.StreamWriter] = field(default_factory=set)

    def break_all(self) -> None:
        """Reset every connection that there is."""
        for end in list(self._ends):
            end.transport.abort()

    async def carry(
        self, near: asyncio.StreamReader, writer: asyncio.StreamWriter, dial: Dial
    ) -> None:
        """Join a connection that was made to one to the other side."""
        self.made += 1
        try:
            if self.is_shut:
                return
            far, far_writer = await dial()
            passage = _Passage(self, writer, far_writer)
            self._ends |= {writer, far_writer}
            try:
                await asyncio.gather(passage.there(near), passage.back(far))
            finally:
                self._ends -= {writer, far_writer}
                far_writer.transport.abort()
        except OSError:
            pass  # nobody is at the other side
        finally:
            writer.transport.abort()


@dataclass
class _Passage:
    """One connection."""

    strait: Strait
    near: asyncio.StreamWriter
    far: asyncio.StreamWriter
    has_lost: bool = False

    async def there(self, near: asyncio.StreamReader) -> None:
        strait = self.strait
        while data := await near.read(65_536):
            if strait.is_silent:
                continue
            if strait.bytes_left is not None:
                data = data[: strait.bytes_left]
                strait.bytes_left -= len(data)
            if COMMIT in data and strait.commits_left is not None:
                self.has_lost = strait.commits_left == 0
                strait.commits_left = None if self.has_lost else strait.commits_left - 1
            self.far.write(data)
            await self.far.drain()
            if strait.bytes_left == 0:
                break
        self.end()

    async def back(self, far: asyncio.StreamReader) -> None:
        while data := await far.read(65_536):
            if self.has_lost:
                break
            if not self.strait.is_silent:
                self.near.write(data)
                await self.near.drain()
        self.end()

    def end(self) -> None:
        self.near.transport.abort()
        self.far.transport.abort()


class _Tasks:
    """The connections of one strait."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def taking(
        self, strait: Strait, dial: Dial
    ) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]:
        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.ensure_future(strait.carry(reader, writer, dial))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        return connected

    @asynccontextmanager
    async def until_closed(self, server: asyncio.Server) -> AsyncIterator[None]:
        try:
            yield
        finally:
            server.close()
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def to_socket(directory: Path, socket: Path) -> AsyncIterator[Strait]:
    """From a socket of the same name in another directory to this one."""
    strait, tasks = Strait(), _Tasks()
    dial = partial(asyncio.open_unix_connection, str(socket))
    door = str(directory / socket.name)
    server = await asyncio.start_unix_server(tasks.taking(strait, dial), door)
    async with tasks.until_closed(server):
        yield strait


@asynccontextmanager
async def to_port(near: int, far: int) -> AsyncIterator[Strait]:
    """From one port of 127.0.0.1 to another."""
    strait, tasks = Strait(), _Tasks()
    dial = partial(asyncio.open_connection, "127.0.0.1", far)
    server = await asyncio.start_server(tasks.taking(strait, dial), "127.0.0.1", near)
    async with tasks.until_closed(server):
        yield strait
