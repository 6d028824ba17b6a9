"""A clock that jumps, here or elsewhere: nothing is thrown away for it, nothing waits for ever."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from together.stranger import Stranger, moved_in
from together.street import House, Street, a_sheet

from actors.mail import clocks, hosts
from actors.rules.clocks import RIGHT, Judgement
from actors.tables.access import BrowserSession
from actors.tables.host import Host
from actors.tables.mail import Delivery, Received
from actors.verbs import signing_in
from actors.views import mail
from federation.app_keys import UPLOADS
from federation.workers.housekeeping import EVERY, Housekeeping

COOP = "https://alpha.test/actors/coop"


async def visits(house: House) -> int:
    async with house.read() as session:
        return int(await session.scalar(select(func.count()).select_from(BrowserSession)) or 0)


@pytest.fixture
async def keeping(alpha: House) -> Housekeeping:
    """The housekeeping of an instance where somebody is signed in."""
    coop = await alpha.actor("coop")
    member = await alpha.member("anna@example.org", coop)
    async with alpha.begin() as session:
        await signing_in.open_session(session, alpha.site, member)
    made = Housekeeping(alpha.database, alpha.site, alpha.app[UPLOADS])
    await made.work()
    return made


@pytest.mark.parametrize("by", [timedelta(days=365), timedelta(hours=-2), timedelta(hours=2)])
async def test_nothing_is_thrown_away_by_a_clock_that_was_just_set(
    street: Street, alpha: House, keeping: Housekeeping, by: timedelta
) -> None:
    street.clock.turn(seconds=by.total_seconds())
    await keeping.work()
    [told] = [one["seconds"] for one in street.events if one["event"] == "clock.jumped"]
    assert told == pytest.approx(by.total_seconds(), abs=60)
    for _ in range(3):
        street.clock.turn(minutes=15)
        await keeping.work()
    street.clock.turn(seconds=-by.total_seconds())
    await keeping.work()
    assert await visits(alpha) == 1


async def test_what_has_expired_goes_when_the_clock_is_trusted_again(
    street: Street, alpha: House, keeping: Housekeeping
) -> None:
    street.clock.turn(days=365)
    await keeping.work()
    for _ in range(5):
        street.clock.turn(seconds=EVERY.total_seconds() / 4)
        await keeping.work()
    assert await visits(alpha) == 0


async def test_mail_does_not_wait_a_year_for_a_clock_that_was_a_year_ahead(
    street: Street, alpha: House, mallory: Stranger, keeping: Housekeeping
) -> None:
    assert (await mallory.send(alpha, mallory.activity("Follow", COOP))).status == 202
    await street.settle()
    mallory.answers = 500
    model = await alpha.publish(await alpha.actor("coop"))
    street.clock.turn(days=365)
    await keeping.work()
    await street.settle()
    await alpha.revise(model, a_sheet(text="Autrement."))
    await street.settle()
    street.clock.turn(days=-365)
    mallory.answers = 202
    await keeping.work()
    street.clock.turn(seconds=hosts.LONGEST_DELAY.total_seconds())
    await street.settle()
    async with alpha.read() as session:
        assert (await mail.post_office(session)).waiting == 0


async def test_a_claim_of_a_clock_that_was_ahead_is_nobodys(
    street: Street, alpha: House, mallory: Stranger, keeping: Housekeeping
) -> None:
    assert (await mallory.send(alpha, mallory.activity("Follow", COOP))).status == 202
    later = street.clock() + timedelta(days=365)
    async with alpha.begin() as session:
        await session.execute(update(Received).values(claimed_until=later, due_at=later))
        await hosts.make_known(session, alpha.site, mallory.host)
        await session.execute(update(Host).values(due_at=later))
    street.clock.turn(hours=-2)
    await keeping.work()
    await street.settle()
    assert [one["type"] for one in mallory.told] == ["Accept"]
    async with alpha.read() as session:
        assert await session.scalar(select(func.count(Delivery.id))) == 0


@pytest.fixture
async def refusing(street: Street, alpha: House) -> AsyncIterator[list[Stranger]]:
    """Four servers that refuse each signature of an instance whose letters they are to have."""
    async with AsyncExitStack() as stack:
        hosts_of_theirs = ("first.test", "second.test", "third.test", "fourth.test")
        met = [await stack.enter_async_context(moved_in(street, one)) for one in hosts_of_theirs]
        for one in met:
            await one.send(alpha, one.activity("Follow", COOP))
        await street.settle()
        for one in met:
            one.reads = frozenset()
            one.clock_ahead = timedelta()
        yield met


async def whose(house: House) -> Judgement:
    async with house.read() as session:
        return await clocks.whose_is_wrong(session, house.site)


async def test_a_refused_signature_tells_whose_clock_is_wrong_and_by_how_much(
    street: Street, alpha: House, refusing: list[Stranger]
) -> None:
    refusing[0].clock_ahead = timedelta(hours=2)
    model = await alpha.publish(await alpha.actor("coop"))
    await street.settle()
    judged = await whose(alpha)
    assert (judged.ours, list(judged.theirs)) == (None, ["first.test"])
    assert judged.theirs["first.test"] == pytest.approx(7200, abs=5)
    assert {one["host"] for one in street.events if one["event"] == "clock.differs"} == {
        "first.test"
    }

    for one in refusing[1:]:
        one.clock_ahead = timedelta(minutes=-20)
    await alpha.revise(model, a_sheet(text="Autrement."))
    street.clock.turn(hours=7)
    await street.settle()
    judged = await whose(alpha)
    assert judged.ours == pytest.approx(1200, abs=5)
    assert (judged.by, list(judged.theirs)) == (3, ["first.test"])

    for one in refusing:
        one.clock_ahead = timedelta()
    street.clock.turn(hours=7)
    await street.settle()
    assert await whose(alpha) == RIGHT, "they refuse for something else"


async def test_what_a_clock_said_is_forgotten_after_a_day(
    street: Street, alpha: House, refusing: list[Stranger]
) -> None:
    refusing[0].clock_ahead = timedelta(hours=2)
    await alpha.publish(await alpha.actor("coop"))
    await street.settle()
    refusing[0].reads = refusing[1].reads
    street.clock.turn(days=1, seconds=1)
    assert await whose(alpha) == RIGHT
