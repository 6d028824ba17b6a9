"""Figures about queues are found through indexes: beside millions of rows they cost little."""

import os
import re
import time

import pytest
from sqlalchemy import insert, text
from sqlalchemy.dialects import postgresql, sqlite
from together.strangers import maker

from actors.database import Database, Session
from actors.mail import by_hand
from actors.site import Site
from actors.tables.mail import Delivery, Outgoing, Received
from actors.views import post_office, queues
from actors.views.post_office import Which

ROWS = int(os.environ.get("ROWS", "2000"))
"""How many of each; ROWS=1000000 measures what the figures cost then, and prints it."""

PART = 10_000


async def fill(database: Database, site: Site) -> None:
    """Activities of which one in a hundred waits, and deliveries of which nearly all do."""
    now = site.now()
    async with database.begin() as session:
        actor = await maker(site)(session, "ada", "peer.test")
        first, owner = site.new_id(), actor.id
    for start in range(0, ROWS, PART):
        numbers = range(start, min(start + PART, ROWS))
        async with database.begin() as session:
            await session.execute(
                insert(Received),
                [
                    {
                        "id": first + n,
                        "activity_iri": f"https://peer.test/{n}",
                        "speaker": "https://peer.test/ada",
                        "vouched": "REQUEST",
                        "document": b"",
                        "state": "done" if n % 100 else "waiting",
                        "reason": "",
                        "tries": 0,
                        "received_at": now,
                        "due_at": now,
                    }
                    for n in numbers
                ],
            )
            await session.execute(
                insert(Outgoing),
                [
                    {
                        "id": first + n,
                        "activity_iri": f"https://alpha.test/{n}",
                        "actor_id": owner,
                        "type": "Create",
                        "about": "a",
                        "document": b"{}",
                        "followers_of": [],
                        "recipients": [],
                        "is_public": True,
                        "made_at": now,
                        "fanned_at": now,
                    }
                    for n in numbers
                ],
            )
            await session.execute(
                insert(Delivery),
                [
                    {
                        "outgoing_id": first + n,
                        "about": "a",
                        "host": f"h{n % 300:03}.test",
                        "inbox": f"https://h{n % 300:03}.test/inbox",
                        "state": "waiting" if n % 100 else "parked",
                        "reason": "",
                        "tries": 0,
                        "made_at": now,
                        "due_at": now,
                    }
                    for n in numbers
                ],
            )


async def plans(session: Session, *, is_sqlite: bool) -> list[str]:
    """How the engine answers each of the questions."""
    dialect = sqlite.dialect() if is_sqlite else postgresql.dialect()  # type: ignore[no-untyped-call]
    asked = [
        *queues._due(Received, "waiting", Received.received_at),
        *queues._due(Received, "parked", Received.received_at),
        *queues._unfanned(),
        *queues._deliveries("waiting"),
        *queues._deliveries("parked"),
    ]
    found = []
    for question in asked:
        sql = str(question.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
        explain = "EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN "
        rows = await session.execute(text(explain + sql.replace(":", r"\:")))
        found.append("\n".join(str(row[-1]) for row in rows))
    return found


async def test_no_question_reads_a_whole_table(database: Database, site: Site) -> None:
    await fill(database, site)
    async with database.read() as session:
        if not database.is_sqlite:
            # Of a few thousand rows PostgreSQL would read all: that an index serves is what counts.
            await session.execute(text("SET LOCAL enable_seqscan = off"))
        for plan in await plans(session, is_sqlite=database.is_sqlite):
            assert not re.search(r"Seq Scan|TEMP B-TREE|SCAN received$", plan, re.M), plan


async def test_they_are_right(database: Database, site: Site) -> None:
    await fill(database, site)
    parked = ROWS // 100
    async with database.read() as session:
        began = time.process_time(), time.monotonic()
        standing = {(one.name, one.state): one for one in await queues.standing(session)}
        if "ROWS" in os.environ:
            print(ROWS, time.process_time() - began[0], time.monotonic() - began[1])  # noqa: T201
        assert standing["received", "waiting"].rows == parked
        assert standing["delivery", "waiting"].rows == ROWS - parked
        assert standing["delivery", "parked"].rows == parked
        assert standing["delivery", "waiting"].oldest_at == site.now()
        assert standing["outgoing", "waiting"].rows == 0
        assert standing["outgoing", "waiting"].oldest_at is None
        began = time.process_time(), time.monotonic()
        page = await post_office.hosts(session, Which.ALL)
        if "ROWS" in os.environ:
            print("page", time.process_time() - began[0], time.monotonic() - began[1])  # noqa: T201
        assert len(page) == post_office.PAGE
        given_up = await post_office.hosts(session, Which.GIVEN_UP)
        assert [one.name for one in given_up] == ["h000.test", "h100.test", "h200.test"]
    assert await by_hand.drop(database, None) == parked
    number = await by_hand.give_up(database, "h001.test")
    async with database.read() as session:
        [one] = await post_office.hosts(session, Which.GIVEN_UP)
    assert (one.parked, one.waiting, one.reason) == (number, 0, by_hand.GIVEN_UP)


@pytest.mark.parametrize("most", [10])
async def test_counting_ends(
    database: Database, site: Site, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    await fill(database, site)
    monkeypatch.setattr(queues, "MOST_COUNTED", most)
    async with database.read() as session:
        standing = {(one.name, one.state): one.rows for one in await queues.standing(session)}
    assert standing["delivery", "waiting"] == most
