"""What somebody who is newly followed shows first is read, as far as it is theirs and public."""

from typing import Any

import pytest
from together.stranger import Stranger, moved_in
from together.street import House, Street

from actors.tables.actor import Actor
from actors.views import pins, profiles


@pytest.fixture
async def alpha(street: Street) -> House:
    """An instance with one organisation."""
    (house,) = await street.open("alpha")
    await house.organisation("coop")
    return house


async def followed(house: House, who: Stranger) -> None:
    await house.follow(await house.actor("coop"), who.iri)
    await house.street.settle()
    [follow] = [one for one in who.told if one["type"] == "Follow"]
    await who.send(house, who.activity("Accept", follow["id"]))
    await house.street.settle()


async def pinned(house: House, who: Stranger) -> list[str]:
    async with house.read() as session:
        actor = await profiles.by_iri(session, who.iri)
        assert isinstance(actor, Actor)
        return [one.subject.iri for one in await pins.of(session, actor)]


def features(who: Stranger, *items: Any, **more: Any) -> None:
    """The stranger has a list of pinned things."""
    address = f"{who.origin}/featured"
    who.documents["/users/mallory"] = (200, who.actor(featured=address))
    listed = {"type": "OrderedCollection", "orderedItems": list(items)}
    context = {"@context": "https://www.w3.org/ns/activitystreams", "id": address}
    who.documents["/featured"] = (200, context | listed | more)


async def test_public_things_of_their_own_are_shown_in_their_order(
    street: Street, alpha: House
) -> None:
    async with moved_in(street, "fan.test") as fan:
        notes = [fan.note(f"/notes/{number}") for number in range(7)]
        features(fan, notes[0], *(one["id"] for one in notes[1:]))
        await followed(alpha, fan)
        assert await pinned(alpha, fan) == [one["id"] for one in notes[:5]]


async def test_private_things_and_those_of_others_have_no_effect(
    street: Street, alpha: House
) -> None:
    coop = await alpha.actor("coop")
    async with moved_in(street, "fan.test") as fan, moved_in(street, "other.test") as other:
        private = fan.note("/notes/1", to=[coop.iri])
        neighbour = fan.note("/notes/2", attributedTo=f"{fan.origin}/users/neighbour")
        own = fan.note("/notes/3")
        things = (private, neighbour, other.note("/notes/1"), own)
        features(fan, *(one["id"] for one in things))
        await followed(alpha, fan)
        assert await pinned(alpha, fan) == [own["id"]]
        assert other.asked == []


async def test_a_list_elsewhere_is_not_read(street: Street, alpha: House) -> None:
    async with moved_in(street, "fan.test") as fan, moved_in(street, "other.test") as other:
        features(other, other.note()["id"])
        fan.documents["/users/mallory"] = (200, fan.actor(featured=f"{other.origin}/featured"))
        await followed(alpha, fan)
        assert (await pinned(alpha, fan), other.asked) == ([], [])
