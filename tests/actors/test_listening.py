"""What one process tells the others on the same PostgreSQL, and what it does when it is cut off."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from actors.database import Database
from actors.listening import Listening

CHANNEL = "essaim_test"
PATIENCE = 60


class Ear:
    """One process: what it hears, and how often it was connected."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self.complaints: list[Exception] = []
        self.words: asyncio.Queue[str] = asyncio.Queue()
        self.connected: asyncio.Queue[None] = asyncio.Queue()
        self.listening = Listening(self.database, self.complaints.append)
        self.listening.hear(CHANNEL, self.words.put_nowait, lambda: self.connected.put_nowait(None))

    async def is_connected(self) -> None:
        await asyncio.wait_for(self.connected.get(), PATIENCE)

    async def word(self) -> str:
        return await asyncio.wait_for(self.words.get(), PATIENCE)


@asynccontextmanager
async def ears(url: str, count: int) -> AsyncIterator[list[Ear]]:
    opened = [Ear(url) for _ in range(count)]
    try:
        for one in opened:
            await one.listening.start()
        yield opened
    finally:
        for one in opened:
            await one.listening.stop()
            await one.database.close()


@pytest.mark.postgres
async def test_others_hear_what_one_tells_and_it_does_not_hear_itself(
    postgres: Callable[[], str],
) -> None:
    async with ears(postgres(), 3) as (first, second, third):
        for one in (first, second, third):
            await one.is_connected()
        first.listening.tell(CHANNEL, "received")
        assert await second.word() == await third.word() == "received"
        second.listening.tell(CHANNEL, "outgoing")
        assert await first.word() == "outgoing"
        assert first.words.empty()


@pytest.mark.postgres
async def test_who_was_cut_off_is_told_that_words_may_have_been_missed(
    postgres: Callable[[], str],
) -> None:
    async with ears(postgres(), 2) as (first, second):
        await first.is_connected()
        await second.is_connected()
        async with first.database.begin() as session:
            await session.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    " AND query NOT LIKE '%pg_terminate%'"
                )
            )
        await first.is_connected()
        await second.is_connected()
        second.listening.tell(CHANNEL, "received")
        assert await first.word() == "received"


@pytest.mark.postgres
async def test_who_ends_says_first_what_was_to_be_said(postgres: Callable[[], str]) -> None:
    url = postgres()
    async with ears(url, 1) as (first,):
        await first.is_connected()
        async with ears(url, 1) as (brief,):
            brief.listening.tell(CHANNEL, "received")
        assert await first.word() == "received"


async def test_where_nobody_answers_it_complains_and_ends_when_it_is_told_to() -> None:
    ear = Ear("postgresql://nobody@127.0.0.1:1/nothing")
    complained = asyncio.Event()
    ear.listening = Listening(ear.database, lambda _: complained.set())
    await ear.listening.start()
    await asyncio.wait_for(complained.wait(), PATIENCE)
    assert not ear.listening.is_connected
    await ear.listening.stop()
    await ear.database.close()
