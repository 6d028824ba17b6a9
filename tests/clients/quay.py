"""A quay: a street at which programs dock that find nothing but `localhost`.

Apps that others wrote run in processes of their own, and know no resolver and no authority of ours.
A laboratory may be at `http://localhost:PORT`, which every program finds; the houses stand there,
told apart by their ports, and find one another in the same way. Their clock is the real one, since
programs reckon with what they are told.
"""

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from aiohttp import web
from aiohttp.abc import ResolveResult
from together.clock import Clock
from together.street import House, Names, Street, lived_in

from activitypub.iris import Iri
from federation import application
from federation.settings import Settings


class RealClock(Clock):
    """A clock that nobody can turn: other programs reckon by the same one."""

    def __call__(self) -> datetime:
        """The time."""
        return application.utc_now()


class PortsOnly(Names):
    """Every house is at 127.0.0.1, at the port that its name says."""

    async def resolve(
        self, host: str, port: int = 0, family: int = socket.AF_INET
    ) -> list[ResolveResult]:
        """Where a house is."""
        self.ports[host] = port
        return await super().resolve(host, port, family)


class Berth(House):
    """An instance at `http://localhost:PORT`."""

    @property
    def host(self) -> str:
        """As it stands in handles: `localhost:8001`."""
        return f"localhost:{self.port}"

    async def open_door(self, runner: web.AppRunner, port: int) -> web.SockSite:
        """Let others in at one port, without TLS."""
        door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(("127.0.0.1", port))
        site = web.SockSite(runner, door)
        await site.start()
        return site


class Quay(Street):
    """A street of berths."""

    def __init__(self, directory: Path, new_database: Callable[[str], str]) -> None:
        super().__init__(directory, new_database, a_house=Berth)
        self.clock = RealClock()
        self.names = PortsOnly()
        self._taken: dict[str, int] = {}

    def door(self, host: str) -> int:
        """The port of a house; the name is only what a street would call it."""
        self._taken[host] = self._ports[len(self._taken)]
        return self._taken[host]

    def _settings(self, name: str, port: int) -> Settings:
        on_a_street = super()._settings(name, port)
        origin = Iri(f"http://localhost:{port}")
        return replace(on_a_street, instance=replace(on_a_street.instance, origin=origin))


@asynccontextmanager
async def quay(directory: Path, new_database: Callable[[str], str]) -> AsyncIterator[Quay]:
    """A quay for one test."""
    async with lived_in(Quay(directory, new_database)) as opened:
        yield opened
