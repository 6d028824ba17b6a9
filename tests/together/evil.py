"""A peer that speaks bytes, not HTTP: whatever the test wants it to say, at whatever pace."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from activitypub import iris
from activitypub.iris import Iri
from federation.settings import Federation, Instance, PrivateDestination, Settings

Speech = Callable[["Listener", asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Listener:
    """What came in so far.

    Attributes:
        port: on 127.0.0.1.
        calls: connections that were made, in all.
        open: connections that are open now.
        most: the most that were open at the same time.
        requests: the bytes of each request, without its body.
    """

    port: int
    requests: list[bytes]
    calls: int = 0
    open: int = 0
    most: int = 0

    def url(self, path: str = "/", host: str = "evil.localhost") -> Iri:
        return iris.parse(f"http://{host}:{self.port}{path}")


@asynccontextmanager
async def listening(speech: Speech) -> AsyncIterator[Listener]:
    """Accept connections, read each request, and answer it with `speech`."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        listener.calls += 1
        listener.open += 1
        listener.most = max(listener.most, listener.open)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                listener.requests.append(await reader.readuntil(b"\r\n\r\n"))
                await speech(listener, writer)
                await writer.drain()
        finally:
            listener.open -= 1
            writer.close()

    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    listener = Listener(server.sockets[0].getsockname()[1], [])
    try:
        yield listener
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def saying(*pieces: bytes) -> Speech:
    """Say these bytes, and hang up."""

    async def speech(_: Listener, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()

    return speech


async def silence(_: Listener, __: asyncio.StreamWriter) -> None:
    """Say nothing, and stay."""
    await asyncio.Event().wait()


def settings_for(*ports: int, **federation: Any) -> Settings:
    """Settings under which 127.0.0.1 may be called at these ports only."""
    allowed = tuple(PrivateDestination.parse(f"127.0.0.1:{port}") for port in ports)
    return Settings(
        directory=Path("/nowhere"),
        instance=Instance(origin=iris.parse("https://home.example"), listen="127.0.0.1:7999"),
        federation=replace(Federation(private_destinations=allowed), **federation),
    )
