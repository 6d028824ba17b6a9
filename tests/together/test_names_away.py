"""Name servers that fail: bounded, told, tried again, and nobody else's mail waits for them."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
from aiohttp.abc import ResolveResult
from together.stranger import Stranger, moved_in
from together.street import House, Street
from together.zone import Zone, answering

from actors.views import mail
from federation.transport import names
from federation.transport.listed_names import ListedResolver
from federation.transport.names import PatientResolver

COOP = "https://alpha.test/actors/coop"

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"])


@pytest.fixture
async def zone(street: Street, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Zone]:
    """Who is asked for the names of a street."""
    monkeypatch.setattr(names, "ASK_AGAIN_SECONDS", 0.1)
    async with answering() as opened:
        monkeypatch.setattr(street, "names", _Streets(street, opened))
        yield opened


class _Streets(PatientResolver):
    """The ports of a street, under the addresses that a name server tells."""

    def __init__(self, street: Street, zone: Zone) -> None:
        super().__init__(ListedResolver([zone.server]))
        self.ports = street.names.ports

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await super().resolve(host, port, family)
        return [{**one, "port": self.ports[host]} for one in found]

    def forget(self) -> None:
        """As if the minute were over for which a missing name is remembered."""
        self._missing.clear()


async def waiting(house: House) -> int:
    async with house.read() as session:
        return (await mail.post_office(session)).waiting


@on_sqlite
@pytest.mark.parametrize("trouble", ["silent", "broken", "missing"])
async def test_a_name_that_cannot_be_looked_up_holds_up_nobody_and_is_found_again(
    street: Street,
    zone: Zone,
    alpha: House,
    mallory: Stranger,
    trouble: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("evil.test", "good.test", "alpha.test"):
        zone.has(name, "127.0.0.1")
    async with moved_in(street, "good.test") as good:
        for one in (mallory, good):
            assert (await one.send(alpha, one.activity("Follow", COOP))).status == 202
        await street.settle()
        await alpha.stop()  # whatever connection there was is closed
        await alpha.start()
        match trouble:
            case "silent":
                monkeypatch.setattr(names, "LOOK_UP_SECONDS", 1.0)
                zone.silent.add("evil.test")
            case "broken":
                zone.broken.add("evil.test")
            case _:
                del zone.names["evil.test"]
        coop = await alpha.actor("coop")
        async with asyncio.timeout(60):
            await alpha.publish(coop)
            await street.settle()
        assert [one["type"] for one in good.told] == ["Accept", "Create"]
        assert [one["type"] for one in mallory.told] == ["Accept"]
        assert await waiting(alpha) == 1
        zone.silent.clear()
        zone.broken.clear()
        zone.has("evil.test", "127.0.0.1")
        assert isinstance(street.names, _Streets)
        street.names.forget()
        street.clock.turn(minutes=1)
        await street.settle()
        assert [one["type"] for one in mallory.told] == ["Accept", "Create"]
        assert await waiting(alpha) == 0
