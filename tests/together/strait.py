"""The only way from an instance to its PostgreSQL: it can be shut, silenced or broken by a test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

COMMIT = b"COMMIT"


@dataclass
class Strait:
    """Passes bytes on, both ways.

    Attributes:
        directory: where the instance looks for the socket.
        is_shut: connections are closed as soon as they are made.
        is_silent: what comes from either side is swallowed; nobody is told.
        commits_left: after so many more answers to a COMMIT the next one is swallowed and its
            connection broken: it was done, and nobody hears of it; None is never.
        bytes_left: after so many more bytes from the instance its connection breaks; None is never.
        made: connections in all.
    """

    directory: Path
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
        self, near: asyncio.StreamReader, writer: asyncio.StreamWriter, socket: Path
    ) -> None:
        self.made += 1
        try:
            if self.is_shut:
                return
            far, far_writer = await asyncio.open_unix_connection(str(socket))
            passage = _Passage(self, writer, far_writer)
            self._ends |= {writer, far_writer}
            try:
                await asyncio.gather(passage.there(near), passage.back(far))
            finally:
                self._ends -= {writer, far_writer}
                far_writer.transport.abort()
        except OSError:
            pass  # the database is away
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


@asynccontextmanager
async def opened(directory: Path, socket: Path) -> AsyncIterator[Strait]:
    """A strait at the same file name in another directory; `socket` is the server's own."""
    strait = Strait(directory)
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(strait.carry(reader, writer, socket))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_unix_server(connected, str(directory / socket.name))
    try:
        yield strait
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)
