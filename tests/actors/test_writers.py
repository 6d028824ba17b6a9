"""SQLite beside an event loop: writers share a commit, and nobody holds the loop."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from actors import migrations
from actors.database import Database, Unusable, insert_once
from actors.errors import Unavailable
from actors.site import Site
from actors.tables.host import Host

COUNTING = text(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :last)"
    " SELECT count(*) FROM n"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "essaim.db"


@pytest.fixture
async def shared(file: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite:///{file}")
    await migrations.upgrade(database)
    yield database
    await database.close()


async def _write(database: Database, site: Site, name: str) -> None:
    async with database.begin() as session:
        await insert_once(session, Host, {"id": site.new_id(), "name": name, "failures": 0})


def _names(file: Path) -> set[str]:
    """What another process finds in the file."""
    connection = sqlite3.connect(file)
    try:
        return {name for (name,) in connection.execute("SELECT name FROM host")}
    finally:
        connection.close()


async def test_whoever_is_told_that_it_is_written_finds_it_in_the_file(
    shared: Database, site: Site, file: Path
) -> None:
    async def write(name: str) -> None:
        await _write(shared, site, name)
        assert name in _names(file)

    await asyncio.gather(*(write(f"host{number}.test") for number in range(30)))


async def test_many_who_write_at_once_share_a_few_commits(
    shared: Database, site: Site, file: Path
) -> None:
    frames: list[int] = []
    watching = sqlite3.connect(file)

    async def write(number: int) -> None:
        await _write(shared, site, f"host{number}.test")
        (version,) = watching.execute("PRAGMA data_version").fetchone()  # one more per commit
        frames.append(version)

    try:
        await asyncio.gather(*(write(number) for number in range(100)))
    finally:
        watching.close()
    assert len(_names(file)) == 100
    assert len(set(frames)) <= 3


async def test_one_that_fails_undoes_nothing_of_the_others(
    shared: Database, site: Site, file: Path
) -> None:
    async def fail(name: str) -> None:
        async with shared.begin() as session:
            await insert_once(session, Host, {"id": site.new_id(), "name": name, "failures": 0})
            raise ZeroDivisionError

    ended = await asyncio.gather(
        _write(shared, site, "before.test"),
        fail("undone.test"),
        _write(shared, site, "after.test"),
        fail("undone-too.test"),
        return_exceptions=True,
    )
    assert [type(one) for one in ended] == [
        type(None),
        ZeroDivisionError,
        type(None),
        ZeroDivisionError,
    ]
    assert _names(file) == {"before.test", "after.test"}


async def test_a_broken_rule_of_one_undoes_nothing_of_the_others(
    shared: Database, site: Site, file: Path
) -> None:
    async def twice() -> None:
        async with shared.begin() as session:
            session.add(Host(id=site.new_id(), name="one.test"))
            session.add(Host(id=site.new_id(), name="one.test"))

    ended = await asyncio.gather(
        _write(shared, site, "before.test"),
        twice(),
        _write(shared, site, "after.test"),
        return_exceptions=True,
    )
    assert [isinstance(one, Unusable) for one in ended] == [False, True, False]
    assert _names(file) == {"before.test", "after.test"}


async def test_whoever_is_broken_off_holds_up_nobody(
    shared: Database, site: Site, file: Path
) -> None:
    writers = [asyncio.create_task(_write(shared, site, f"{n}.test")) for n in range(20)]
    await asyncio.sleep(0)
    for one in writers[:10]:
        one.cancel()
    await asyncio.gather(*writers, return_exceptions=True)
    assert {f"{n}.test" for n in range(10, 20)} <= _names(file)
    await _write(shared, site, "last.test")
    assert "last.test" in _names(file)


async def test_a_full_disk_is_told_to_everybody_whose_words_are_lost(
    shared: Database, site: Site, file: Path
) -> None:
    await _write(shared, site, "first.test")

    async def write_much(name: str) -> None:
        async with shared.begin() as session:
            await insert_once(session, Host, {"id": site.new_id(), "name": name, "failures": 0})
            await session.execute(text("CREATE TABLE IF NOT EXISTS load (bytes BLOB)"))
            await session.execute(text("INSERT INTO load VALUES (zeroblob(200000))"))

    async with shared.begin() as session:
        pages = int(await session.scalar(text("PRAGMA page_count")) or 0)
        await session.execute(text(f"PRAGMA max_page_count = {pages + 20}"))
    ended = await asyncio.gather(
        *(write_much(f"{n}.test") for n in range(5)), return_exceptions=True
    )
    assert all(isinstance(one, Unavailable) for one in ended)
    assert _names(file) == {"first.test"}
    async with shared.begin() as session:
        await session.execute(text("PRAGMA max_page_count = 1000000"))
    await write_much("room.test")
    assert _names(file) == {"first.test", "room.test"}


async def test_who_writes_waits_for_another_process_and_readers_do_not(
    shared: Database, site: Site, file: Path
) -> None:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        writing = asyncio.create_task(_write(shared, site, "patient.test"))
        async with shared.read() as session:
            assert await session.scalar(select(func.count(Host.id))) == 0
        assert not writing.done()
    finally:
        other.execute("ROLLBACK")
        other.close()
    await writing
    assert _names(file) == {"patient.test"}


async def test_a_long_question_lets_others_go_on(shared: Database) -> None:
    steps = 0

    async def count() -> None:
        nonlocal steps
        while True:
            steps += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    async with shared.read() as session:
        await session.scalar(select(func.count(Host.id)))
        steps = 0
        assert await session.scalar(COUNTING, {"last": 400_000}) == 400_000
    counting.cancel()
    assert steps > 1


async def test_a_long_question_that_nobody_waits_for_ends(shared: Database) -> None:
    async def ask_for_ever() -> None:
        async with shared.read() as session:
            await session.scalar(COUNTING, {"last": 2**62})

    asking = asyncio.create_task(ask_for_ever())
    await asyncio.sleep(0.05)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    async with shared.read() as session:
        assert await session.scalar(select(func.count(Host.id))) == 0
