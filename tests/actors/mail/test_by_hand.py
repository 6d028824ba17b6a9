"""By hand: what an operator decides about a great deal of mail, in parts."""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select
from together.clock import Clock
from together.strangers import maker

from actors.database import Database
from actors.mail import by_hand, hosts, outbox
from actors.mail.hosts import Trouble
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.mail import Delivery, Lane, Outgoing

AWAY, WELL = "away.test", "well.test"
MANY = 5


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done in parts of 500 is done in parts of two, to the same end."""
    monkeypatch.setattr(by_hand, "PART", 2)
    monkeypatch.setattr(by_hand, "HOSTS", 1)


async def mail_for(
    database: Database, site: Site, coop: Actor, host: str, *, state: str, due_in: int = 0
) -> None:
    """Some deliveries to a host, each of another activity."""
    now = site.now()
    async with database.begin() as session:
        them = await maker(site)(session, f"ada{site.new_id()}", host)
        for number in range(MANY):
            posted = await outbox.post(
                session,
                site,
                coop,
                {"id": f"{site.origin}/activities/{site.new_id()}", "type": "Create"},
                about=f"urn:{host}:{state}:{number}",
                is_public=False,
            )
            posted.fanned_at = now
            row = {"outgoing_id": posted.id, "about": posted.about, "host": host}
            row |= {"inbox": them.inbox, "state": state, "reason": "403", "tries": 1}
            row |= {"made_at": now, "due_at": now + timedelta(minutes=due_in)}
            await session.execute(insert(Delivery), [row])


async def claimed(database: Database, site: Site) -> dict[str, int]:
    """Everything that can be sent now, by host."""
    found: dict[str, int] = {}
    async with database.begin() as session:
        for one in await outbox.claim(session, site, limit=100, per_host=100):
            found[one.host] = found.get(one.host, 0) + 1
    return found


async def test_everything_is_tried_again_in_parts_and_counted_once(
    database: Database, site: Site, coop: Actor, clock: Clock
) -> None:
    for host in (AWAY, WELL):
        await mail_for(database, site, coop, host, state="waiting", due_in=60)
        await mail_for(database, site, coop, host, state="parked")
    async with database.begin() as session:
        session.add_all(Lane(host=host, due_at=site.now() + timedelta(days=1)) for host in (AWAY,))
        await hosts.failed(session, site, {AWAY: Trouble("it hangs")})
    assert await claimed(database, site) == {}
    clock.turn(seconds=1)
    assert await by_hand.try_again(database, site, AWAY) == 2 * MANY
    assert await claimed(database, site) == {AWAY: 1}, "one probe, now"
    assert await by_hand.try_again(database, site, WELL) == 2 * MANY
    assert await claimed(database, site) == {WELL: 2 * MANY}
    async with database.read() as session:
        ages = await session.scalars(select(Delivery.made_at).where(Delivery.host == AWAY))
        assert sum(made_at == site.now() for made_at in ages) == MANY, "held as long as new mail"
        assert await session.scalar(select(func.count(Outgoing.id))) == 4 * MANY


async def test_what_waits_already_is_counted_beside_what_was_given_up(
    database: Database, site: Site, coop: Actor
) -> None:
    for host in (AWAY, WELL):
        await mail_for(database, site, coop, host, state="parked")
    assert await by_hand.try_again(database, site, None) == 2 * MANY
    assert await by_hand.give_up(database, AWAY) == MANY
    assert await by_hand.try_again(database, site, None) == 2 * MANY
    assert await claimed(database, site) == {AWAY: MANY, WELL: MANY}


async def test_what_is_dropped_is_what_was_given_up_and_nothing_else(
    database: Database, site: Site, coop: Actor
) -> None:
    await mail_for(database, site, coop, AWAY, state="waiting")
    await mail_for(database, site, coop, WELL, state="parked")
    assert await by_hand.drop(database, AWAY) == 0
    assert await by_hand.give_up(database, AWAY) == MANY
    assert await by_hand.drop(database, AWAY) == MANY
    async with database.read() as session:
        left = await session.scalars(select(Delivery.host).distinct())
        assert list(left) == [WELL]
