"""Transactions: short, not nested, undone by any exception; one writer at a time on SQLite."""

import asyncio

import pytest
from sqlalchemy import func, select

from actors.database import Database, in_transaction, insert_once
from actors.errors import NotYet
from actors.site import Site
from actors.tables.host import Host


async def _names(database: Database) -> list[str]:
    async with database.read() as session:
        return list(await session.scalars(select(Host.name).order_by(Host.name)))


def _row(site: Site, name: str) -> dict[str, object]:
    return {"id": site.new_id(), "name": name, "failures": 0, "is_blocked": False}


async def test_what_is_committed_is_read_and_what_fails_is_undone(
    database: Database, site: Site
) -> None:
    async with database.begin() as session:
        assert await insert_once(session, Host, _row(site, "kept.test"))

    async def fail() -> None:
        async with database.begin() as session:
            await insert_once(session, Host, _row(site, "undone.test"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await _names(database) == ["kept.test"]


async def test_a_unique_constraint_says_who_came_first(database: Database, site: Site) -> None:
    async with database.begin() as session:
        assert await insert_once(session, Host, _row(site, "once.test"))
        assert not await insert_once(session, Host, _row(site, "once.test"))


async def test_two_rows_with_one_id_are_not_taken_for_one(database: Database, site: Site) -> None:
    async with database.begin() as session:
        first = _row(site, "first.test")
        await insert_once(session, Host, first)
        with pytest.raises(NotYet):
            await insert_once(session, Host, first | {"name": "second.test"})


async def test_transactions_do_not_nest(database: Database) -> None:
    async with database.begin():
        assert in_transaction()
        with pytest.raises(RuntimeError, match="do not nest"):
            async with database.read():
                pass
    assert not in_transaction()


async def test_a_task_started_inside_a_transaction_knows_it(database: Database) -> None:
    async def look() -> bool:
        return in_transaction()

    async with database.read():
        assert await asyncio.create_task(look())


async def test_twenty_writers_and_readers_do_not_lock_each_other_out(
    database: Database, site: Site
) -> None:
    async def write(number: int) -> None:
        async with database.begin() as session:
            await insert_once(session, Host, _row(site, f"host{number}.test"))

    async def read() -> int:
        async with database.read() as session:
            return int(await session.scalar(select(func.count(Host.id))) or 0)

    await asyncio.gather(*(write(number) for number in range(20)), *(read() for _ in range(20)))
    assert await read() == 20


async def test_ids_increase_even_when_the_clock_stands_still(site: Site) -> None:
    ids = [site.new_id() for _ in range(1000)]
    assert ids == sorted(set(ids))
    assert {len(str(one)) for one in ids} == {18}
