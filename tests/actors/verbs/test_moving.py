"""What two members do to one organisation at the same moment."""

import asyncio

from actors.database import Database
from actors.site import Site
from actors.tables.actor import Actor
from actors.verbs import moving


async def test_of_addresses_that_are_added_at_once_none_is_lost(
    database: Database, site: Site, coop: Actor
) -> None:
    named = [f"https://old.test/users/{number}" for number in range(4)]

    async def add(address: str) -> None:
        async with database.begin() as session:
            seen = await session.get_one(Actor, coop.id)
            await moving.add_alias(session, site, seen, address)

    await asyncio.gather(*(add(one) for one in named))
    async with database.read() as session:
        assert sorted((await session.get_one(Actor, coop.id)).aliases) == named
