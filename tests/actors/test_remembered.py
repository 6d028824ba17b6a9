"""What was made of rows is believed until one of them is written, whoever writes it."""

import asyncio
from contextlib import suppress
from contextvars import Context

from sqlalchemy import text, update

from actors import remembered
from actors.database import Database
from actors.embedded.driver import Connection
from actors.remembered import MOST_OF_A_KIND, MOST_WRITTEN, NOTHING, Look
from actors.tables.actor import Actor

COOP, NETWORK, EARLY, BETWEEN = (("thing", number) for number in range(4))
"""Names of what is remembered."""


async def look(database: Database) -> Look:
    """As a page looks that is asked for now."""
    async with database.read() as session:
        return remembered.at(session)


async def rename(database: Database, actor: Actor, name: str) -> None:
    """Somebody calls herself something else."""
    async with database.begin() as session:
        await session.execute(update(Actor).where(Actor.id == actor.id).values(name=name))


async def test_nothing_is_believed_on_postgresql(remembering: Database) -> None:
    async with remembering.begin() as session:
        assert (remembered.at(session) is NOTHING) is not remembering.is_sqlite
    assert ((await look(remembering)) is NOTHING) is not remembering.is_sqlite


async def test_it_holds_until_one_of_its_rows_is_written(
    remembering: Database, coop: Actor, network: Actor
) -> None:
    if not remembering.is_sqlite:
        return
    for name, actor in ((COOP, coop), (NETWORK, network)):
        (await look(remembering)).keep(name, name, (actor.id,))
    await rename(remembering, network, "Autre")
    seen = await look(remembering)
    assert (seen.get(COOP), seen.get(NETWORK)) == (COOP, None)


async def test_what_was_read_before_somebody_wrote_is_not_kept_afterwards(
    remembering: Database, coop: Actor
) -> None:
    if not remembering.is_sqlite:
        return
    early = await look(remembering)
    async with remembering.begin() as session:
        await session.execute(update(Actor).values(name="Autre"))
        # It is not committed yet: who reads now reads what was there before.
        between = await asyncio.create_task(look(remembering), context=Context())
        between.keep(BETWEEN, "old", (coop.id,))
        assert between.get(BETWEEN) == "old"
    early.keep(EARLY, "old", (coop.id,))
    now = await look(remembering)
    assert (now.get(EARLY), now.get(BETWEEN)) == (None, None)


async def test_what_another_process_writes_is_seen_before_we_write_ourselves(
    remembering: Database, coop: Actor
) -> None:
    if not remembering.is_sqlite:
        return
    (await look(remembering)).keep(COOP, "old", (coop.id,))
    other = Database(str(remembering.engine.url.render_as_string(hide_password=False)))
    try:
        await rename(other, coop, "Autre")
        assert (await look(remembering)).get(COOP) is None
        # Also when we have begun to write in the meantime, and when we write right after it.
        (await look(remembering)).keep(COOP, "old", (coop.id,))
        await rename(other, coop, "Encore")
        async with remembering.begin() as session:
            await session.execute(text("UPDATE host SET name = name"))
        assert (await look(remembering)).get(COOP) is None
    finally:
        await other.close()


async def test_what_is_undone_costs_what_is_remembered_and_nothing_else(
    remembering: Database, coop: Actor, network: Actor
) -> None:
    if not remembering.is_sqlite:
        return
    with suppress(ZeroDivisionError):
        async with remembering.begin() as session:
            await session.execute(update(Actor).values(name="Non"))
            raise ZeroDivisionError
    await rename(remembering, network, "La Ruche")  # committed with what was undone
    (await look(remembering)).keep(COOP, "now", (coop.id,))
    await rename(remembering, network, "Autre")
    assert (await look(remembering)).get(COOP) == "now"


async def test_who_is_shut_out_may_be_missing_anywhere(
    remembering: Database, coop: Actor, network: Actor
) -> None:
    if not remembering.is_sqlite:
        return
    (await look(remembering)).keep(COOP, "old", (coop.id,))
    async with remembering.begin() as session:
        shut = update(Actor).where(Actor.id == network.id).values(shut_at=network.published_at)
        await session.execute(shut)
    assert (await look(remembering)).get(COOP) is None


async def test_so_much_is_remembered_and_no_more(remembering: Database) -> None:
    if not remembering.is_sqlite:
        return
    seen = await look(remembering)
    seen.keep(("other", 1), "other", (1,))
    for number in range(MOST_OF_A_KIND + 1):
        seen.keep(("thing", number), number, (number + 1,))
    assert len(remembering.memory) == MOST_OF_A_KIND + 1
    assert (seen.get(("thing", 0)), seen.get(("thing", 1))) == (None, 1)
    assert seen.get(("other", 1)) == "other"

    async with remembering.begin() as session:
        connection = (await (await session.connection()).get_raw_connection()).driver_connection
        assert isinstance(connection, Connection)
        connection.at_once(
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT ?) "
            "SELECT essaim_written(-x) FROM n",
            (MOST_WRITTEN + 1,),
        )
    assert len(remembering.memory) == 0
