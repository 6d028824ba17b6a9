"""Outages: a database that is held, full, crowded or in a deadlock refuses, and works again."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update

from actors import outages
from actors.database import Database, insert_once
from actors.embedded.connections import BUSY_TIMEOUT
from actors.errors import Unavailable
from actors.site import Site
from actors.tables.host import Host


def a_row(site: Site, name: str) -> dict[str, object]:
    return {"id": site.new_id(), "name": name, "failures": 0, "is_blocked": False}


async def names(database: Database) -> list[str]:
    async with database.read() as session:
        return list(await session.scalars(select(Host.name).order_by(Host.name)))


async def write(database: Database, site: Site, name: str) -> None:
    async with database.begin() as session:
        assert await insert_once(session, Host, a_row(site, name))


@pytest.fixture
def file(blank: Path, tmp_path: Path) -> Path:
    """An empty SQLite database."""
    copied = tmp_path / "essaim.db"
    copied.write_bytes(blank.read_bytes())
    return copied


@pytest.fixture
async def lite(file: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """That database, opened by somebody who waits a fifth of a second for others."""
    assert BUSY_TIMEOUT <= 15_000, "milliseconds that somebody waits for an answer"
    monkeypatch.setattr("actors.embedded.writers.BUSY_TIMEOUT", 200)
    opened = Database(f"sqlite:///{file}")
    yield opened
    await opened.close()


async def test_a_file_that_another_process_holds_is_refused_in_time_and_read_meanwhile(
    lite: Database, file: Path, site: Site
) -> None:
    await write(lite, site, "before.test")
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    loop = asyncio.get_running_loop()
    began = loop.time()
    tries = [write(lite, site, f"{number}.test") for number in range(40)]
    ended = await asyncio.gather(*tries, return_exceptions=True)
    assert {(type(one), str(one)) for one in ended} == {(Unavailable, outages.BUSY)}
    assert loop.time() - began < 40 * 0.2, "they do not wait for each other's patience"
    assert await names(lite) == ["before.test"]
    other.execute("COMMIT")
    other.close()
    await write(lite, site, "after.test")
    assert await names(lite) == ["after.test", "before.test"]


async def test_a_full_disk_refuses_changes_nothing_by_half_and_ends(
    lite: Database, site: Site
) -> None:
    await write(lite, site, "before.test")

    async def room(pages: int) -> None:
        async with lite.begin() as session:
            await session.execute(text(f"PRAGMA max_page_count={pages}"))

    async def fill() -> None:
        async with lite.begin() as session:
            await insert_once(session, Host, a_row(site, "half.test"))
            for number in range(2000):
                await insert_once(session, Host, a_row(site, f"{number:050}.test"))

    await room(1)
    with pytest.raises(Unavailable, match=outages.FULL):
        await fill()
    assert await names(lite) == ["before.test"]
    await room(1_000_000)
    await fill()
    assert len(await names(lite)) == 2002


@pytest.mark.postgres
async def test_one_of_two_that_wait_for_each_other_is_refused_and_the_other_is_not(
    postgres: Callable[[], str], site: Site
) -> None:
    database = Database(postgres())
    for name in ("a.test", "b.test"):
        await write(database, site, name)
    met = asyncio.Barrier(2)

    async def cross(first: str, second: str) -> None:
        async with database.begin() as session:
            for name in (first, second):
                await session.execute(
                    update(Host).where(Host.name == name).values(failures=Host.failures + 1)
                )
                if name == first:
                    await met.wait()

    tries = (cross("a.test", "b.test"), cross("b.test", "a.test"))
    ended = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(map(str, ended)) == sorted(["None", outages.BUSY])
    async with database.read() as session:
        assert await session.scalar(select(func.sum(Host.failures))) == 2, "one, and whole"
    await database.close()


@pytest.mark.postgres
async def test_more_connections_than_there_may_be_are_refused_until_one_is_free(
    postgres: Callable[[], str], site: Site
) -> None:
    url = postgres()
    owner = Database(url)
    async with owner.engine.begin() as connection:
        await connection.execute(text("DROP ROLE IF EXISTS narrow"))
        await connection.execute(text("CREATE ROLE narrow LOGIN CONNECTION LIMIT 1"))
        await connection.execute(text("GRANT ALL ON ALL TABLES IN SCHEMA public TO narrow"))
    first, second = (Database(url.replace("postgres:@", "narrow:@")) for _ in range(2))
    await write(first, site, "first.test")
    with pytest.raises(Unavailable, match=outages.BUSY):
        await write(second, site, "second.test")
    await first.close()
    await write(second, site, "second.test")
    assert await names(owner) == ["first.test", "second.test"]
    for one in (second, owner):
        await one.close()


async def test_a_mistake_of_ours_is_no_outage(database: Database, site: Site) -> None:
    with pytest.raises(Exception, match="nowhere") as caught:
        async with database.begin() as session:
            await session.execute(text("SELECT * FROM nowhere"))
    assert not isinstance(caught.value, Unavailable)
    await write(database, site, "after.test")
