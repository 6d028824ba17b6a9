"""Relays: whom we asked, what they bring, what goes to them, and who only says that it is one."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select
from together.linked_data import signed
from together.stranger import Document, Stranger, moved_in
from together.street import House, Street, a_sheet

from activitypub.addressing import PUBLIC, Visibility
from activitypub.iris import Iri
from actors.errors import Conflicting, NotFound
from actors.mail import relays
from actors.tables.remark import Boost, Remark
from actors.tables.timeline import TimelineEntry
from actors.verbs import relaying, remarking
from actors.views import timelines
from actors.views.paging import Page


@pytest.fixture
async def alpha(street: Street) -> House:
    (house,) = await street.open("alpha")
    return house


@pytest.fixture
async def relay(street: Street) -> AsyncIterator[Stranger]:
    async with moved_in(street, "relay.test") as stranger:
        stranger.documents["/users/mallory"] = (200, stranger.actor(type="Application"))
        yield stranger


@pytest.fixture
async def vera(street: Street) -> AsyncIterator[Stranger]:
    async with moved_in(street, "vera.test") as stranger:
        yield stranger


async def join(house: House, relay: Stranger, *, custom: str = "mastodon") -> Document:
    """Ask; what came to the relay."""
    if custom == "mastodon":
        address, actor = Iri(f"{relay.iri}/inbox"), None
    else:
        address, actor = relay.iri, await house.lookup.actor(relay.iri)
    async with house.begin() as session:
        await relaying.join(session, house.site, address, actor)
    await house.street.settle()
    return relay.told[-1]


async def accepted(house: House, relay: Stranger, *, custom: str = "mastodon") -> None:
    follow = await join(house, relay, custom=custom)
    await relay.send(house, relay.activity("Accept", follow["id"]))
    await house.street.settle()
    relay.told.clear()


async def state(house: House) -> str:
    async with house.read() as session:
        (row,) = await relays.everyone(session)
        return row.state


async def notes(house: House) -> list[str]:
    async with house.read() as session:
        return [one.subject.iri for one in await timelines.public(session, Page())]


def bare(note: Document) -> Document:
    return {name: value for name, value in note.items() if name != "@context"}


async def test_a_relay_of_mastodons_custom_is_asked_at_its_inbox(
    alpha: House, relay: Stranger
) -> None:
    follow = await join(alpha, relay)
    assert (follow["type"], follow["actor"], follow["object"]) == (
        "Follow",
        alpha.url("/actor"),
        PUBLIC,
    )
    assert await state(alpha) == "pending"
    await relay.send(alpha, relay.activity("Accept", bare(follow)))
    await alpha.street.settle()
    assert await state(alpha) == "accepted"
    await relay.send(alpha, relay.activity("Reject", follow["id"]))
    await alpha.street.settle()
    assert await state(alpha) == "rejected"


async def test_a_litepub_relay_follows_back(alpha: House, relay: Stranger) -> None:
    follow = await join(alpha, relay, custom="litepub")
    assert follow["object"] == relay.iri
    back = relay.activity("Follow", alpha.url("/actor"))
    await relay.send(alpha, back)
    await alpha.street.settle()
    assert relay.told[-1]["type"] == "Accept"
    assert relay.told[-1]["object"]["id"] == back["id"]


async def test_nobody_else_may_follow_the_instance_or_answer_for_the_relay(
    alpha: House, relay: Stranger, vera: Stranger
) -> None:
    follow = await join(alpha, relay)
    await vera.send(alpha, vera.activity("Accept", follow["id"]))
    await vera.send(alpha, vera.activity("Follow", alpha.url("/actor")))
    await alpha.street.settle()
    assert await state(alpha) == "pending"
    assert vera.told == []


async def test_what_a_relay_announces_is_read_at_its_owners_and_on_no_home_timeline(
    alpha: House, relay: Stranger, vera: Stranger
) -> None:
    await alpha.organisation("coop")
    await accepted(alpha, relay)
    await relay.send(alpha, relay.activity("Announce", vera.note()["id"]))
    await alpha.street.settle()
    assert await notes(alpha) == [f"{vera.origin}/notes/1"]
    async with alpha.read() as session:
        assert (await session.scalars(select(TimelineEntry))).all() == []
        assert (await session.scalars(select(Boost))).all() == []


@pytest.mark.parametrize("when", ["never asked", "not answered", "refused", "left"])
async def test_a_relay_that_is_none_of_ours_brings_nothing(
    alpha: House, relay: Stranger, vera: Stranger, when: str
) -> None:
    if when != "never asked":
        follow = await join(alpha, relay)
        if when == "refused":
            await relay.send(alpha, relay.activity("Reject", follow["id"]))
        if when == "left":
            await relay.send(alpha, relay.activity("Accept", follow["id"]))
            await alpha.street.settle()
            async with alpha.begin() as session:
                await relaying.leave(session, alpha.site, f"{relay.iri}/inbox")
    note = vera.note()
    for one in (
        relay.activity("Announce", note["id"]),
        signed(vera.activity("Create", bare(note)), vera.key, vera.key_id),
        vera.activity("Create", bare(note)) | {"id": f"{vera.origin}/activities/odd"},
    ):
        await relay.send(alpha, one)
    await alpha.street.settle()
    assert await notes(alpha) == []
    assert "/notes/1" not in vera.asked


@pytest.mark.parametrize("is_signed", [True, False])
async def test_what_a_relay_forwards_is_believed_or_read_at_its_owners(
    alpha: House, relay: Stranger, vera: Stranger, is_signed: bool
) -> None:
    await accepted(alpha, relay)
    create = vera.activity("Create", bare(vera.note()))
    if is_signed:
        create = signed(create, vera.key, vera.key_id)
    assert (await relay.send(alpha, create)).status == 202
    await alpha.street.settle()
    assert await notes(alpha) == [f"{vera.origin}/notes/1"]
    assert ("/notes/1" in vera.asked) is not is_signed


@pytest.mark.parametrize("to", [["{vera}/followers"], []])
async def test_what_is_not_for_everybody_is_not_taken_from_a_relay(
    alpha: House, relay: Stranger, vera: Stranger, to: list[str]
) -> None:
    await accepted(alpha, relay)
    note = vera.note(to=[one.format(vera=vera.iri) for one in to])
    await relay.send(alpha, relay.activity("Announce", note["id"]))
    await relay.send(alpha, vera.activity("Create", bare(note)))
    await alpha.street.settle()
    async with alpha.read() as session:
        assert (await session.scalars(select(Remark))).all() == []


@pytest.mark.parametrize(
    ("custom", "types"),
    [("mastodon", ["Create", "Update", "Delete"]), ("litepub", ["Announce"])],
)
async def test_a_relay_is_sent_what_is_for_everybody_by_its_custom(
    alpha: House, relay: Stranger, custom: str, types: list[str]
) -> None:
    coop = await alpha.organisation("coop")
    await accepted(alpha, relay, custom=custom)
    model = await alpha.publish(coop)
    await alpha.street.settle()
    async with alpha.begin() as session:
        for visible in (Visibility.UNLISTED, Visibility.FOLLOWERS):
            await remarking.remark(session, alpha.site, coop, text="Entre nous", visible=visible)
    await alpha.street.settle()
    await alpha.revise(model, a_sheet("Autre atelier"))
    await alpha.street.settle()
    await alpha.delete(model)
    await alpha.street.settle()
    assert [one["type"] for one in relay.told] == types
    assert all("proof" in one for one in relay.told)
    if custom == "litepub":
        assert relay.told[0]["actor"] == alpha.url("/actor")
        assert relay.told[0]["object"] == model.iri


async def test_leaving_says_so_and_ends_it(alpha: House, relay: Stranger) -> None:
    follow = await join(alpha, relay)
    await relay.send(alpha, relay.activity("Accept", follow["id"]))
    await alpha.street.settle()
    address = f"{relay.iri}/inbox"
    async with alpha.begin() as session:
        with pytest.raises(Conflicting):
            await relaying.join(session, alpha.site, Iri(address), None)
        await relaying.leave(session, alpha.site, address)
    await alpha.street.settle()
    undo = relay.told[-1]
    assert (undo["type"], undo["object"]["id"], undo["object"]["object"]) == (
        "Undo",
        follow["id"],
        PUBLIC,
    )
    async with alpha.begin() as session:
        assert await relays.everyone(session) == []
        with pytest.raises(NotFound):
            await relaying.leave(session, alpha.site, address)
