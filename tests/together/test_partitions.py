"""Two instances that cannot reach each other for ten days, and agree afterwards.

Both go on with everything: they publish, revise, fork, follow, answer, like and delete. What passed
between them stands in no order then, and some of it comes twice.
"""

import os
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import delete, insert, select
from together.strait import Strait, to_port
from together.street import House, Street, a_sheet

from actors.database import Session
from actors.tables.actor import Actor
from actors.tables.follow import Follow
from actors.tables.lineage import Lineage
from actors.tables.mail import Delivery, Outgoing
from actors.tables.model import Model
from actors.tables.remark import Like, Remark
from actors.tables.revision import Revision
from actors.verbs import following, forgetting, forking, liking, remarking
from actors.views import history, profiles

DAYS = 10

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"])
"""For what asks no more of the engine than the first of these journeys, which is made on both."""


@dataclass
class Side:
    """An instance with two organisations, and what leads to it.

    Attributes:
        gate: everybody else's way to it.
        us: who publishes; somebody on the other side follows from the beginning.
        new: who follows and is followed only while nobody can hear of it.
    """

    house: House
    gate: Strait
    us: Actor
    new: Actor

    async def remembered(self, iri: str) -> Model:
        async with self.house.read() as session:
            found = await history.model_by_iri(session, iri)
        assert found is not None
        return found

    async def known(self, iri: str, session: Session) -> Actor:
        found = await profiles.by_iri(session, iri)
        assert found is not None
        return found


@pytest.fixture
async def sides(street: Street) -> AsyncIterator[tuple[Side, Side]]:
    async with AsyncExitStack() as stack:
        made = []
        for house in await street.open("alpha", "beta"):
            door = street.door(f"gate-{house.name}")
            street.names.ports[house.host] = door
            gate = await stack.enter_async_context(to_port(door, house.port))
            us = await house.organisation("coop")
            made.append(Side(house, gate, us, await house.organisation("nouvelle")))
        alpha, beta = made
        await alpha.house.follow(alpha.us, f"@coop@{beta.house.host}")
        await beta.house.follow(beta.us, f"@coop@{alpha.house.host}")
        for here, there in ((alpha, beta), (beta, alpha)):
            await here.house.lookup.resolve(f"@nouvelle@{there.house.host}")
        await street.settle()
        yield alpha, beta


def part(*gates: Strait) -> None:
    """Nobody comes through any more."""
    for gate in gates:
        gate.is_shut = True
        gate.break_all()


async def ten_days(street: Street, alpha: Side, beta: Side) -> None:
    """Each side does something every day, and tries to tell the other."""
    began = {}
    for side in (alpha, beta):
        began[side.house.name] = [
            await side.house.publish(side.us, a_sheet(f"Ancien {number}")) for number in range(3)
        ]
    await street.settle()
    part(alpha.gate, beta.gate)
    for day in range(DAYS):
        street.clock.turn(days=1)
        for here, there in ((alpha, beta), (beta, alpha)):
            old, doomed, _ = began[here.house.name]
            theirs = await here.remembered(began[there.house.name][2].iri)
            await here.house.revise(old, a_sheet("Ancien 0", text=f"Jour {day}."))
            await _once(day, here, there, doomed, theirs)
        await street.settle()


async def _once(day: int, here: Side, there: Side, doomed: Model, theirs: Model) -> None:
    """What happens on one day only."""
    house = here.house
    if day == 1:
        fresh = await house.publish(here.us, a_sheet("Neuf"))
        await house.revise(fresh, a_sheet("Neuf", text="Revu."))
    if day == 2:
        async with house.begin() as session:
            other = await here.known(there.new.iri, session)
            await following.follow(session, house.site, here.new, other)
            other = await here.known(there.us.iri, session)
            await following.follow(session, house.site, here.new, other)
    if day == 3:
        async with house.begin() as session:
            source = await session.get_one(Model, theirs.id)
            await forking.fork(session, house.site, here.us, source, kind="variant", language="fr")
    if day == 4:
        await house.delete(doomed)
    if day in (5, 6):
        async with house.begin() as session:
            source = await session.get_one(Model, theirs.id)
            text = f"Le {day}e jour."
            await remarking.remark(session, house.site, here.us, text=text, in_reply_to=source)
            if day == 5:
                await liking.like(session, house.site, here.us, source)
    if day == 7:
        async with house.begin() as session:
            mine = await session.scalar(
                select(Remark).where(Remark.actor_id == here.us.id).limit(1)
            )
            assert mine is not None
            await forgetting.delete_remark(session, house.site, mine)


async def join(street: Street, *gates: Strait) -> None:
    """Everybody comes through again; a day later all is told."""
    for gate in gates:
        gate.is_shut = False
    for _ in range(3):
        street.clock.turn(hours=8)
        await street.settle()


async def twice_and_in_any_order(house: House, chance: random.Random) -> None:
    """What waits to be sent loses its order, and what was sent already is sent again."""
    async with house.begin() as session:
        waiting = (await session.scalars(select(Delivery))).all()
        for one in waiting:
            one.about = f"{one.about}#{one.id}"
        inboxes = sorted({(one.host, one.inbox) for one in waiting})
        rows = (await session.scalars(select(Outgoing.id).where(Outgoing.is_public))).all()
        now = house.site.now()
        values = [
            {
                "outgoing_id": one.outgoing_id,
                "about": str(chance.random()),
                "host": one.host,
                "inbox": one.inbox,
                "state": "waiting",
                "reason": "",
                "tries": 0,
                "made_at": now,
                "due_at": now,
            }
            for one in waiting
        ]
        told = {(one.outgoing_id, one.inbox) for one in waiting}
        values += [
            values[0] | {"outgoing_id": row, "host": host, "inbox": inbox, "about": f"{row}"}
            for row in rows
            for host, inbox in inboxes
            if (row, inbox) not in told
        ]
        chance.shuffle(values)
        await session.execute(delete(Delivery))
        await session.execute(insert(Delivery), values)


async def agree(alpha: Side, beta: Side) -> None:
    """Each knows of the other what the other knows of itself."""
    for home in (alpha.house, beta.house):
        for what in (_models, _lineage, _follows, _remarks, _likes):
            async with alpha.house.read() as session:
                first = await what(session, home)
            async with beta.house.read() as session:
                second = await what(session, home)
            assert first == second, what.__doc__


async def _models(session: Session, home: House) -> Any:
    """The models of one instance: newest version and its text; None when deleted."""
    rows = await session.scalars(select(Model).where(Model.iri.startswith(home.origin)))
    found = {}
    for one in rows:
        head = await session.scalar(select(Revision).where(Revision.id == one.head_id))
        is_gone = one.deleted_at is not None or head is None
        found[one.iri] = None if is_gone or head is None else (head.iri, head.sheet, one.names)
    return found


async def _lineage(session: Session, home: House) -> Any:
    """Forks on one instance: of what, from which version on."""
    rows = await session.execute(
        select(Model.iri, Lineage.upstream_iri, Lineage.base_iri, Lineage.kind)
        .join(Lineage, Lineage.model_id == Model.id)
        .where(Model.iri.startswith(home.origin))
    )
    return sorted(tuple(row) for row in rows)


async def _follows(session: Session, home: House) -> Any:
    """Who of one instance follows whom elsewhere."""
    rows = await session.scalars(select(Follow))
    found = []
    for one in rows:
        follower = await session.get_one(Actor, one.follower_id)
        followee = await session.get_one(Actor, one.followee_id)
        if follower.iri.startswith(home.origin) and follower.host != followee.host:
            found.append((follower.iri, followee.iri, one.state))
    return sorted(found)


async def _remarks(session: Session, home: House) -> Any:
    """What was said on one instance in answer to the other."""
    rows = await session.execute(
        select(Remark.iri, Remark.content, Remark.in_reply_to).where(
            Remark.iri.startswith(home.origin), Remark.deleted_at.is_(None)
        )
    )
    return sorted(tuple(row) for row in rows)


async def _likes(session: Session, home: House) -> Any:
    """What was liked on one instance."""
    rows = await session.execute(select(Like.iri, Like.object_iri))
    return sorted(tuple(row) for row in rows if row.iri.startswith(home.origin))


async def test_they_agree_after_ten_days_apart(street: Street, sides: tuple[Side, Side]) -> None:
    alpha, beta = sides
    await ten_days(street, alpha, beta)
    await join(street, alpha.gate, beta.gate)
    await agree(alpha, beta)


@on_sqlite
@pytest.mark.parametrize("seed", [1, 2] if os.environ.get("CRASHES") == "all" else [1])
async def test_they_agree_when_all_of_it_comes_in_any_order_and_twice(
    street: Street, sides: tuple[Side, Side], seed: int
) -> None:
    alpha, beta = sides
    await ten_days(street, alpha, beta)
    for side in sides:
        await twice_and_in_any_order(side.house, random.Random(seed))  # noqa: S311 - no secret
    await join(street, alpha.gate, beta.gate)
    await agree(alpha, beta)


@on_sqlite
async def test_they_agree_when_only_one_could_be_reached(
    street: Street, sides: tuple[Side, Side]
) -> None:
    alpha, beta = sides
    await ten_days(street, alpha, beta)
    await join(street, alpha.gate)
    await join(street, beta.gate)
    await agree(alpha, beta)


@on_sqlite
async def test_a_peer_that_was_away_for_thirty_days_gets_the_newest_and_reads_every_version(
    street: Street, sides: tuple[Side, Side]
) -> None:
    alpha, beta = sides
    model = await alpha.house.publish(alpha.us)
    await street.settle()
    part(alpha.gate, beta.gate)
    for day in range(0, 30, 3):
        await alpha.house.revise(model, a_sheet(text=f"Jour {day}."))
        await street.settle()
        street.clock.turn(days=3)
    beta.gate.is_shut = False
    street.mail.clear()
    await street.settle()  # nobody comes through to alpha: beta does not read for itself
    assert street.mail == ["alpha → beta Update"], "the newest says what the others said"
    alpha.gate.is_shut = False
    street.clock.turn(hours=1)
    await street.settle()
    async with beta.house.read() as session:
        known = await history.model_by_iri(session, model.iri)
        assert known is not None
        numbers = [one.number for one in await history.revisions(session, known)]
        head = await history.head(session, known)
    assert sorted(numbers) == list(range(1, 12))
    assert head.number == 11
