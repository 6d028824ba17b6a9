"""A host that is blocked: nothing of it comes, by whatever way, and nothing goes to it."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import select
from together.linked_data import signed
from together.stranger import Stranger, moved_in
from together.street import House, Street

from actors.tables.actor import Actor
from actors.tables.journal import Heard
from actors.tables.remark import Remark
from actors.verbs import blocking
from actors.views import mail, notices, profiles, timelines
from actors.views.paging import Page
from federation.errors import Unsafe


@pytest.fixture
async def evil(street: Street) -> AsyncIterator[Stranger]:
    """The server that will be blocked."""
    async with moved_in(street) as stranger:
        yield stranger


async def shut(house: House, name: str = "evil.test") -> None:
    async with house.begin() as session:
        await blocking.shut(session, house.site, name)


async def followers(house: House) -> int:
    coop = await house.actor("coop")
    async with house.read() as session:
        return (await profiles.counts(session, coop)).followers


async def test_nothing_of_it_is_taken_and_it_is_asked_nothing(
    street: Street, alpha: House, evil: Stranger
) -> None:
    coop = await alpha.actor("coop")
    await shut(alpha)
    answer = await evil.send(alpha, evil.activity("Follow", coop.iri))
    await street.settle()
    assert answer.status == 202
    assert (await followers(alpha), evil.asked, evil.told) == (0, [], [])


async def test_hosts_below_it_are_blocked_too(street: Street, alpha: House) -> None:
    coop = await alpha.actor("coop")
    await shut(alpha, "EVIL.test.")
    async with moved_in(street, "deep.below.evil.test") as below:
        answer = await below.send(alpha, below.activity("Follow", coop.iri))
        await street.settle()
        assert (answer.status, await followers(alpha), below.asked) == (202, 0, [])
    async with moved_in(street, "notevil.test") as neighbour:
        await neighbour.send(alpha, neighbour.activity("Follow", coop.iri))
        await street.settle()
        assert await followers(alpha) == 1


async def test_what_was_on_its_way_is_not_sent(
    street: Street, alpha: House, evil: Stranger
) -> None:
    coop = await alpha.actor("coop")
    await evil.send(alpha, evil.activity("Follow", coop.iri))
    await street.settle()
    evil.told.clear()
    evil.answers = 503
    await alpha.publish(coop)
    await street.settle()
    evil.told.clear()
    await shut(alpha)
    evil.answers = 202
    street.clock.turn(days=1)
    await alpha.publish(coop)
    await street.settle()
    assert (evil.told, await followers(alpha)) == ([], 0)
    async with alpha.read() as session:
        assert (await mail.post_office(session)).waiting == 0


async def test_what_came_before_the_block_and_waits_has_no_effect(
    street: Street, alpha: House, evil: Stranger
) -> None:
    coop = await alpha.actor("coop")
    await evil.send(alpha, evil.activity("Create", evil.note(to=[coop.iri])))
    await shut(alpha)
    await street.settle()
    async with alpha.read() as session:
        assert await notices.of(session, coop, Page()) == []


async def test_a_third_party_that_passes_it_on_makes_us_ask_nothing(
    street: Street, alpha: House, evil: Stranger
) -> None:
    coop = await alpha.actor("coop")
    note = evil.note()
    async with moved_in(street, "friend.test") as friend:
        await alpha.follow(coop, friend.iri)
        await street.settle()
        [follow] = [one for one in friend.told if one["type"] == "Follow"]
        await friend.send(alpha, friend.activity("Accept", follow["id"]))
        await street.settle()
        await shut(alpha)
        evil.asked.clear()
        await friend.send(alpha, friend.activity("Announce", note["id"]))
        await street.settle()
    assert evil.asked == []
    async with alpha.read() as session:
        assert await timelines.home(session, coop, Page()) == []


async def test_what_is_remembered_of_it_is_not_passed_on_either_and_no_call_is_tried(
    street: Street, alpha: House, evil: Stranger
) -> None:
    coop = await alpha.actor("coop")
    async with moved_in(street, "friend.test") as friend:
        await alpha.follow(coop, friend.iri)
        await street.settle()
        [follow] = [one for one in friend.told if one["type"] == "Follow"]
        await friend.send(alpha, friend.activity("Accept", follow["id"]))
        note = await alpha.lookup.resolve(evil.note("/notes/known")["id"])
        assert isinstance(note, Remark)
        await street.settle()
        await shut(alpha)
        before = street.refusals()
        for address in (note.iri, f"{evil.origin}/notes/unknown", "https://a.evil.test/notes/1"):
            await friend.send(alpha, friend.activity("Announce", address))
        await street.settle()
    assert street.refusals() == before
    async with alpha.read() as session:
        assert await timelines.home(session, coop, Page()) == []
        said = select(Heard.disposition).where(Heard.disposition.not_in(("accepted",)))
        assert set(await session.scalars(said)) <= {"ignored:blocked"}


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.test/users/mallory",
        "https://EVIL.test/users/mallory",
        "https://evil.test:443/users/mallory",
        "@mallory@evil.test",
        "@mallory@EVIL.TEST",
    ],
)
async def test_nobody_can_look_there_however_it_is_written(
    alpha: House, evil: Stranger, address: str
) -> None:
    await shut(alpha)
    with pytest.raises(Unsafe) as refused:
        await alpha.lookup.resolve(address)
    assert (refused.value.code, evil.asked) == ("blocked", [])


async def test_after_the_block_is_taken_back_they_can_follow_again(
    street: Street, alpha: House, evil: Stranger
) -> None:
    coop = await alpha.actor("coop")
    await evil.send(alpha, evil.activity("Follow", coop.iri))
    await street.settle()
    await shut(alpha)
    async with alpha.begin() as session:
        await blocking.reopen(session, "evil.test")
    await evil.send(alpha, evil.activity("Follow", coop.iri))
    await street.settle()
    assert await followers(alpha) == 1


async def test_with_a_list_of_hosts_all_others_are_refused_and_not_called(
    street: Street, alpha: House, evil: Stranger
) -> None:
    await alpha.stop()
    only = replace(alpha.settings.federation, only_hosts=("friend.test",))
    alpha.settings = replace(alpha.settings, federation=only)
    await alpha.start()
    coop = await alpha.actor("coop")
    answer = await evil.send(alpha, evil.activity("Follow", coop.iri))
    assert (answer.status, evil.asked) == (403, [])
    with pytest.raises(Unsafe) as refused:
        await alpha.lookup.resolve("@mallory@evil.test")
    assert (refused.value.code, street.refusals()) == ("not-listed", ["not-listed"])
    async with moved_in(street, "friend.test") as friend:
        await friend.send(alpha, friend.activity("Follow", coop.iri))
        await street.settle()
        assert [one["type"] for one in friend.told] == ["Accept"]
    found = await alpha.lookup.resolve("@coop@alpha.test")
    assert isinstance(found, Actor)


async def test_with_a_list_of_hosts_nothing_of_others_is_taken_from_a_listed_one(
    street: Street, alpha: House, evil: Stranger
) -> None:
    coop = await alpha.actor("coop")
    await evil.send(alpha, evil.activity("Follow", coop.iri))  # its key is known from now on
    await street.settle()
    await alpha.stop()
    only = replace(alpha.settings.federation, only_hosts=("friend.test",))
    alpha.settings = replace(alpha.settings, federation=only)
    await alpha.start()
    note = evil.note(cc=[coop.iri])
    bare = {name: value for name, value in note.items() if name != "@context"}
    create = signed(
        evil.activity("Create", bare, to=note["to"], cc=note["cc"]), evil.key, evil.key_id
    )
    async with moved_in(street, "friend.test") as friend:
        assert (await friend.send(alpha, create)).status == 403
    assert street.refusals() == ["not-listed"]
