"""Who works, who died, and what a process that only slept can no longer settle."""

import pytest

from actors.database import Database, new_holder
from actors.errors import NotYet
from actors.mail import attendance, claims, inbox
from actors.mail.attendance import Watch
from actors.site import Site
from actors.tables.mail import Received

PERIOD = attendance.BEAT_EVERY.total_seconds()


async def told(database: Database, site: Site, *numbers: int, speaker: str = "mallory") -> None:
    async with database.begin() as session:
        for number in numbers:
            await inbox.put(
                session,
                site,
                activity_iri=f"https://{speaker}.test/activities/{number}",
                speaker=f"https://{speaker}.test/users/{speaker}",
                vouched="REQUEST",
                document=b"{}",
            )


async def claimed(database: Database, site: Site, limit: int = 10) -> list[int]:
    async with database.begin() as session:
        return [one.id for one in await inbox.claim(session, site, limit)]


async def test_what_a_sleeper_had_in_hand_is_settled_by_whoever_has_it_now(
    database: Database, database_url: str, site: Site
) -> None:
    sleeper = Database(database_url)
    try:
        async with sleeper.begin() as session:
            await attendance.begin(session, site, "machine:1")
        await told(database, site, 1)
        (letter,) = await claimed(sleeper, site)
        assert await claimed(database, site) == []

        async with database.begin() as session:
            (counts,) = (await attendance.others(session)).items()
            assert await attendance.bury(session, *counts)
        assert await claimed(database, site) == [letter]
        with pytest.raises(NotYet):
            async with sleeper.begin() as session:
                await inbox.settle(session, letter, state=inbox.DONE)
        async with sleeper.begin() as session:
            await inbox.postpone(session, letter, reason="late", until=site.now())
            assert not await attendance.beat(session)
        async with database.begin() as session:
            await inbox.settle(session, letter, state=inbox.DONE)
            row = await session.get_one(Received, letter)
            assert (row.state, row.tries) == (inbox.DONE, 0)
        with pytest.raises(NotYet):
            async with sleeper.begin() as session:
                await inbox.settle(session, letter, state=inbox.DONE)
    finally:
        await sleeper.close()


async def test_who_counts_on_is_not_buried_and_who_leaves_leaves_nothing(
    database: Database, database_url: str, site: Site
) -> None:
    other = Database(database_url)
    try:
        async with other.begin() as session:
            await attendance.begin(session, site, "machine:1")
        await told(database, site, 1)
        (letter,) = await claimed(other, site)
        async with database.begin() as session:
            (counts,) = (await attendance.others(session)).items()
        async with other.begin() as session:
            assert await attendance.beat(session)
        async with database.begin() as session:
            assert not await attendance.bury(session, *counts)
        assert await claimed(database, site) == []
        async with other.begin() as session:
            await attendance.leave(session)
        async with database.begin() as session:
            assert await attendance.others(session) == {}
        assert await claimed(database, site) == [letter]
    finally:
        await other.close()


async def test_one_process_at_a_time_has_what_one_speaker_says(
    database: Database, database_url: str, site: Site
) -> None:
    other = Database(database_url)
    try:
        await told(database, site, 1, 2, 3)
        await told(database, site, 1, speaker="nils")
        (first,) = await claimed(other, site, limit=1)
        (of_nils,) = await claimed(database, site)
        assert await claimed(other, site) != [], "but whoever has the first may take the next"
        async with other.begin() as session:
            await claims.release(session, other.holder)
        assert len({first, of_nils, *await claimed(database, site)}) == 4
    finally:
        await other.close()


def test_a_watch_judges_only_what_it_has_seen() -> None:
    watch = Watch()
    now = 0.0
    while now < attendance.DEAD_AFTER.total_seconds():
        assert watch.dead({1: 7, 2: int(now)}, now) == {}
        now += PERIOD
    assert watch.dead({1: 7, 2: int(now)}, now) == {1: 7}

    now += 1000  # we slept, or the database was away: everybody begins anew
    assert watch.dead({1: 7, 2: 8}, now) == {}
    assert watch.dead({1: 7, 2: 8}, now + PERIOD) == {}


async def test_a_number_of_a_process_is_drawn_anew_each_time() -> None:
    assert len({new_holder() for _ in range(100)}) == 100
