"""Journeys run on both engines; many of them need one instance, and a stranger."""

import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from together.databases import NewDatabase
from together.instance import Founded, Nursery, Server, found
from together.ledger import Ledger, kept
from together.stranger import Stranger, moved_in
from together.street import House, Street

ENGINES = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """SQLite and PostgreSQL."""
    return str(request.param)


@pytest.fixture
async def alpha(street: Street) -> House:
    """An instance with one organisation, `coop`."""
    (house,) = await street.open("alpha")
    await house.organisation("coop")
    return house


@pytest.fixture
async def mallory(street: Street) -> AsyncIterator[Stranger]:
    """Somebody on another server."""
    async with moved_in(street) as stranger:
        yield stranger


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    opened = Nursery()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def on_sqlite(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Founded:
    return found(nursery, tmp_path_factory.mktemp("founded"), "sqlite:///essaim.db")


@pytest.fixture
async def ledger() -> AsyncIterator[Ledger]:
    async with kept() as opened:
        yield opened


@pytest.fixture
def founded(
    engine: str,
    nursery: Nursery,
    tmp_path: Path,
    new_database: NewDatabase,
    request: pytest.FixtureRequest,
) -> Founded:
    """A fresh instance on the engine of the test."""
    if engine == "postgres":
        return found(nursery, tmp_path, new_database("founded"))
    first: Founded = request.getfixturevalue("on_sqlite")
    return replace(first, directory=shutil.copytree(first.directory, tmp_path / "home"))


@pytest.fixture
async def server(nursery: Nursery, ledger: Ledger, founded: Founded) -> AsyncIterator[Server]:
    """That instance, in a laboratory that may call the ledger's owner."""
    environ = {
        "ESSAIM_ENVIRONMENT": "lab",
        "ESSAIM_PRIVATE_DESTINATIONS": ledger.origin.removeprefix("http://"),
    }
    async with aiohttp.ClientSession() as session:
        opened = Server(nursery, founded, session, environ)
        yield opened
        await opened.kill()
