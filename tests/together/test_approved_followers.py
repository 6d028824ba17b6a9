"""Followers that an organisation approves itself: what they get before, after and instead."""

from collections.abc import AsyncIterator

import pytest
from together.stranger import Stranger, moved_in
from together.street import House, Street

from activitypub.addressing import Visibility
from actors.verbs import enrolling, following, remarking
from actors.views import notices, profiles, timelines
from actors.views.paging import Page


@pytest.fixture
async def alpha(street: Street) -> House:
    """An instance with one organisation, which decides who follows it."""
    (house,) = await street.open("alpha")
    coop = await house.organisation("coop")
    async with house.begin() as session:
        await enrolling.set_approval(session, house.site, coop, by_hand=True)
    return house


@pytest.fixture
async def fan(street: Street) -> AsyncIterator[Stranger]:
    """Somebody elsewhere."""
    async with moved_in(street, "fan.test") as stranger:
        yield stranger


async def asks(house: House, who: Stranger) -> None:
    coop = await house.actor("coop")
    await who.send(house, who.activity("Follow", coop.iri))
    await house.street.settle()


async def answers(house: House, *, is_yes: bool) -> None:
    coop = await house.actor("coop")
    async with house.begin() as session:
        [row] = await profiles.requests(session, coop, Page())
        follow = await profiles.follow_of(session, row.actor, coop)
        assert follow is not None
        await (following.admit if is_yes else following.dismiss)(session, house.site, follow)
    await house.street.settle()


async def tells_followers(house: House) -> None:
    coop = await house.actor("coop")
    async with house.begin() as session:
        await remarking.remark(
            session, house.site, coop, text="Entre nous", visible=Visibility.FOLLOWERS
        )
    await house.street.settle()


async def test_who_waits_gets_nothing_and_who_is_accepted_everything(
    alpha: House, fan: Stranger
) -> None:
    await asks(alpha, fan)
    await tells_followers(alpha)
    assert fan.told == []
    coop = await alpha.actor("coop")
    async with alpha.read() as session:
        assert [one.notice.kind for one in await notices.of(session, coop, Page())] == ["request"]
        assert (await profiles.counts(session, coop)).followers == 0
    await answers(alpha, is_yes=True)
    await tells_followers(alpha)
    assert [one["type"] for one in fan.told] == ["Accept", "Create"]
    await asks(alpha, fan)
    assert [one["type"] for one in fan.told][2:] == ["Accept"]


async def test_who_is_refused_is_told_and_may_ask_again(alpha: House, fan: Stranger) -> None:
    await asks(alpha, fan)
    await answers(alpha, is_yes=False)
    await tells_followers(alpha)
    assert [one["type"] for one in fan.told] == ["Reject"]
    await asks(alpha, fan)
    await answers(alpha, is_yes=True)
    assert [one["type"] for one in fan.told] == ["Reject", "Accept"]


async def test_whoever_waits_is_accepted_when_everybody_may_follow(
    alpha: House, fan: Stranger
) -> None:
    await asks(alpha, fan)
    coop = await alpha.actor("coop")
    async with alpha.begin() as session:
        await enrolling.set_approval(session, alpha.site, coop, by_hand=False)
        await following.admit_all(session, alpha.site, coop)
    await alpha.street.settle()
    assert "Accept" in [one["type"] for one in fan.told]
    assert not (await alpha.actor("coop")).approves_followers


async def test_our_own_request_gives_us_nothing_until_it_is_accepted(
    street: Street, alpha: House
) -> None:
    (beta,) = await street.open("beta")
    reader = await beta.organisation("reader")
    await beta.follow(reader, "@coop@alpha.test")
    await street.settle()
    await tells_followers(alpha)
    async with beta.read() as session:
        assert await timelines.home(session, reader, Page()) == []
        [(follow, _)] = await profiles.our_follows(session, reader)
    assert follow.state == "pending"
    await answers(alpha, is_yes=True)
    await tells_followers(alpha)
    async with beta.read() as session:
        assert len(await timelines.home(session, reader, Page())) == 1


async def test_a_neighbour_waits_like_a_stranger(street: Street, alpha: House) -> None:
    near = await alpha.organisation("near")
    await alpha.follow(near, "@coop@alpha.test")
    await street.settle()
    async with alpha.read() as session:
        [(follow, _)] = await profiles.our_follows(session, near)
    assert follow.state == "pending"
    await answers(alpha, is_yes=True)
    async with alpha.read() as session:
        [(follow, _)] = await profiles.our_follows(session, near)
    assert follow.state == "accepted"
