"""What is dear is counted over all processes of an instance, and nobody can read of whom."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from together.clock import Clock

from actors.database import Database
from actors.safe import Safe, new_secret
from actors.site import Site
from actors.tables.attempt import Attempt
from actors.verbs import trying
from federation.rates import Limit, TooMany
from federation.tries import Tries

FEW = Limit("few", 9, timedelta(minutes=15))
MANY = Limit("many", 1000, timedelta(minutes=5))
PLACE = "203.0.113.5"


@pytest.fixture
async def processes(database_url: str) -> AsyncIterator[list[Database]]:
    """Two, with the same secret, on one database."""
    secret = new_secret()
    opened = [Database(database_url, safe=Safe([secret])) for _ in range(2)]
    yield opened
    for one in opened:
        await one.close()


async def tried(tries: Tries) -> bool:
    waits = "0"
    try:
        await tries.take((FEW, PLACE), (MANY, ""))
    except TooMany as refusal:
        waits = refusal.headers["Retry-After"]
    assert 0 <= int(waits) <= 15 * 60
    return waits == "0"


async def rows(database: Database) -> list[Attempt]:
    async with database.read() as session:
        return list(await session.scalars(select(Attempt).order_by(Attempt.what)))


async def test_all_processes_together_let_so_many_try_and_no_more(
    processes: list[Database], site: Site, clock: Clock
) -> None:
    tries = [Tries(one, site) for one in processes]
    done = await asyncio.gather(*(tried(tries[number % 2]) for number in range(16)))
    assert done.count(True) == 9
    assert [one.times for one in await rows(processes[0])] == [9, 9], "refused is not counted"
    assert all(PLACE not in one.who and len(one.who) == 64 for one in await rows(processes[0]))

    await tries[1].give_back((FEW, PLACE), (MANY, ""))
    assert await tried(tries[0])
    assert not await tried(tries[1])

    clock.turn(minutes=15)
    assert await tried(tries[1]), "the next window"
    async with processes[0].begin() as session:
        assert await trying.forget_past(session, site) == 2
    assert [one.times for one in await rows(processes[1])] == [1, 1]
