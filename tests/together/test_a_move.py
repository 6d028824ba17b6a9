"""Moves, in and out: who goes along, who does not, and that nobody is moved by others."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from together.stranger import Stranger, moved_in
from together.street import House, Street, a_sheet

from actors.errors import Conflicting, NotAllowed
from actors.tables.actor import Actor
from actors.verbs import blocking, moving, remarking
from actors.views import notices, profiles
from actors.views.paging import Page


@pytest.fixture
async def old(street: Street) -> AsyncIterator[Stranger]:
    """The server from which somebody moves."""
    async with moved_in(street, "old.test") as stranger:
        yield stranger


@pytest.fixture
async def new(street: Street, old: Stranger) -> AsyncIterator[Stranger]:
    """The server to which she moves; its account says so."""
    async with moved_in(street, "new.test") as stranger:
        shows(stranger, alsoKnownAs=[old.iri])
        yield stranger


def shows(stranger: Stranger, **changes: Any) -> None:
    """Change the account of a stranger."""
    stranger.documents["/users/mallory"] = (200, stranger.actor(**changes))


async def followed(house: House, whom: Stranger) -> None:
    """The organisation follows her, and she agreed."""
    await house.follow(await house.actor("coop"), whom.iri)
    await house.street.settle()
    [follow] = [one for one in whom.told if one["type"] == "Follow"]
    await whom.send(house, whom.activity("Accept", follow["id"]))
    await house.street.settle()


async def moves(house: House, who: Stranger, to: str, **changes: Any) -> None:
    await who.send(house, who.activity("Move", who.iri, target=to) | changes)
    await house.street.settle()


async def follows(house: House) -> dict[str, str]:
    """Whom the organisation follows, and how far that is."""
    coop = await house.actor("coop")
    async with house.read() as session:
        return {
            actor.host: follow.state for follow, actor in await profiles.our_follows(session, coop)
        }


async def test_who_follows_goes_along_once_and_is_told(
    alpha: House, old: Stranger, new: Stranger
) -> None:
    await followed(alpha, old)
    await moves(alpha, old, new.iri)
    assert await follows(alpha) == {"new.test": "pending"}
    assert [one["type"] for one in new.told] == ["Follow"]
    assert [one["type"] for one in old.told] == ["Follow", "Undo"]
    coop = await alpha.actor("coop")
    async with alpha.read() as session:
        told = [one.notice for one in await notices.of(session, coop, Page())]
    assert [one.about for one in told if one.kind == "move"] == [{"to": "mallory@new.test"}]
    await moves(alpha, old, new.iri)
    assert [one["type"] for one in new.told] == ["Follow"]


async def test_a_move_to_an_account_that_does_not_agree_moves_nobody(
    alpha: House, old: Stranger, new: Stranger
) -> None:
    await followed(alpha, old)
    shows(new)
    await moves(alpha, old, new.iri)
    assert (await follows(alpha), new.told) == ({"old.test": "accepted"}, [])


async def test_what_was_remembered_of_the_new_account_is_not_believed_but_read_anew(
    alpha: House, old: Stranger, new: Stranger
) -> None:
    await alpha.lookup.resolve(new.iri)
    shows(new)
    await followed(alpha, old)
    await moves(alpha, old, new.iri)
    assert await follows(alpha) == {"old.test": "accepted"}


async def test_nobody_moves_somebody_else(street: Street, alpha: House, new: Stranger) -> None:
    async with moved_in(street, "vera.test") as vera:
        await followed(alpha, vera)
        shows(new, alsoKnownAs=[vera.iri])
        await moves(alpha, new, new.iri, object=vera.iri)
        assert await follows(alpha) == {"vera.test": "accepted"}


async def test_nobody_moves_onto_one_of_ours_that_does_not_say_so(
    alpha: House, old: Stranger
) -> None:
    await alpha.organisation("other")
    other = await alpha.actor("other")
    await followed(alpha, old)
    await moves(alpha, old, other.iri)
    assert await follows(alpha) == {"old.test": "accepted"}
    async with alpha.begin() as session:
        await moving.add_alias(session, alpha.site, other, old.iri)
    await moves(alpha, old, other.iri)
    assert await follows(alpha) == {"alpha.test": "accepted"}


async def test_a_circle_of_moves_leads_nobody_around(
    alpha: House, old: Stranger, new: Stranger
) -> None:
    await followed(alpha, old)
    shows(old, alsoKnownAs=[new.iri], movedTo=new.iri)
    await moves(alpha, old, new.iri)
    shows(new, alsoKnownAs=[old.iri], movedTo=old.iri)
    await moves(alpha, new, old.iri)
    assert await follows(alpha) == {"new.test": "pending"}


async def test_ten_moves_in_a_minute_are_one(
    street: Street, alpha: House, old: Stranger, new: Stranger
) -> None:
    await followed(alpha, old)
    await moves(alpha, old, new.iri)
    async with moved_in(street, "third.test") as third:
        shows(third, alsoKnownAs=[old.iri])
        await followed_again(alpha, old)
        for _ in range(9):
            await moves(alpha, old, third.iri)
        assert third.told == []
        street.clock.turn(days=8)
        await moves(alpha, old, third.iri)
        assert third.told == []  # nobody here follows the old account any more


async def followed_again(house: House, whom: Stranger) -> None:
    """Who has moved cannot be followed where she was."""
    found = await house.lookup.resolve(whom.iri)
    assert isinstance(found, Actor)
    with pytest.raises(NotAllowed):
        await house.follow(await house.actor("coop"), whom.iri)


async def test_nobody_goes_along_to_a_blocked_account_or_host(
    alpha: House, old: Stranger, new: Stranger
) -> None:
    await followed(alpha, old)
    coop, them = await alpha.actor("coop"), await alpha.lookup.resolve(new.iri)
    assert isinstance(them, Actor)
    async with alpha.begin() as session:
        await blocking.block(session, alpha.site, coop, them)
    await moves(alpha, old, new.iri)
    assert await follows(alpha) == {"old.test": "accepted"}
    async with alpha.begin() as session:
        await blocking.shut(session, alpha.site, "new.test")
    new.asked.clear()
    alpha.street.clock.turn(days=8)
    await moves(alpha, old, new.iri)
    assert (await follows(alpha), new.asked) == ({"old.test": "accepted"}, [])


async def test_a_move_of_somebody_whom_nobody_follows_costs_no_request(
    alpha: House, old: Stranger, new: Stranger
) -> None:
    await moves(alpha, old, new.iri)
    assert new.asked == []


async def test_an_organisation_moves_and_takes_its_followers_along(
    street: Street, alpha: House, new: Stranger
) -> None:
    (beta,) = await street.open("beta")
    reader = await beta.organisation("reader")
    await beta.follow(reader, "@coop@alpha.test")
    await street.settle()
    coop = await alpha.actor("coop")
    await new.send(alpha, new.activity("Follow", coop.iri))
    await street.settle()
    shows(new, alsoKnownAs=[coop.iri])
    target: Any = await alpha.lookup.newest(new.iri)
    async with alpha.begin() as session:
        await moving.move(session, alpha.site, coop, target)
    await street.settle()
    update, move = new.told[-3:-1] if new.told[-1]["type"] == "Follow" else new.told[-2:]
    assert (update["type"], update["object"]["movedTo"]) == ("Update", new.iri)
    assert (move["type"], move["actor"], move["object"]) == ("Move", coop.iri, coop.iri)
    assert (move["target"], move["to"]) == (new.iri, [coop.followers])
    async with beta.read() as session:
        [(follow, whom)] = await profiles.our_follows(session, reader)
    assert (whom.host, follow.state) == ("new.test", "pending")


async def test_who_has_moved_publishes_nothing_here_until_she_stays(
    alpha: House, new: Stranger
) -> None:
    coop = await alpha.actor("coop")
    shows(new, alsoKnownAs=[coop.iri])
    target: Any = await alpha.lookup.newest(new.iri)
    async with alpha.begin() as session:
        await moving.move(session, alpha.site, coop, target)
    coop = await alpha.actor("coop")
    with pytest.raises(NotAllowed):
        await alpha.publish(coop, a_sheet())
    with pytest.raises(NotAllowed):
        async with alpha.begin() as session:
            await remarking.remark(session, alpha.site, coop, text="Bonjour")
    with pytest.raises(Conflicting):
        async with alpha.begin() as session:
            await moving.move(session, alpha.site, coop, target)
    async with alpha.begin() as session:
        await moving.stay(session, alpha.site, coop)
    await alpha.publish(await alpha.actor("coop"), a_sheet())
    with pytest.raises(Conflicting):
        async with alpha.begin() as session:
            await moving.move(session, alpha.site, coop, target)


async def test_an_organisation_does_not_move_where_it_is_not_known(
    alpha: House, new: Stranger
) -> None:
    coop, network = await alpha.actor("coop"), alpha.network
    target: Any = await alpha.lookup.newest(new.iri)
    for who in (coop, network):
        with pytest.raises(NotAllowed):
            async with alpha.begin() as session:
                await moving.move(session, alpha.site, who, target)
    assert (await alpha.actor("coop")).moved_to is None


async def test_who_comes_back_takes_them_along_again(
    street: Street, alpha: House, old: Stranger, new: Stranger
) -> None:
    await followed(alpha, old)
    shows(old, alsoKnownAs=[new.iri], movedTo=new.iri)
    await moves(alpha, old, new.iri)
    await new.send(alpha, new.activity("Accept", new.told[-1]["id"]))
    await street.settle()
    street.clock.turn(days=8)
    shows(old, alsoKnownAs=[new.iri])
    shows(new, alsoKnownAs=[old.iri], movedTo=old.iri)
    await moves(alpha, new, old.iri)
    assert await follows(alpha) == {"old.test": "pending"}


async def test_who_stays_after_all_and_says_so_can_be_followed_where_she_was(
    street: Street, alpha: House, old: Stranger, new: Stranger
) -> None:
    await followed(alpha, old)
    await moves(alpha, old, new.iri)
    await followed_again(alpha, old)
    await old.send(alpha, old.activity("Update", old.actor()))
    await street.settle()
    await alpha.follow(await alpha.actor("coop"), old.iri)
    assert (await follows(alpha))["old.test"] == "pending"


async def test_whoever_dies_between_two_followers_has_moved_neither(
    street: Street, alpha: House, old: Stranger, new: Stranger
) -> None:
    await followed(alpha, old)
    await alpha.organisation("amap")
    await alpha.follow(await alpha.actor("amap"), old.iri)
    await street.settle()
    passed: list[str] = []

    def die(point: str) -> None:
        passed.append(point)
        if passed.count("move.2") == 1 and point == "move.2":
            raise RuntimeError("the process is killed here")

    object.__setattr__(alpha.site, "passes", die)
    await moves(alpha, old, new.iri)
    assert [one for one in passed if one.startswith("move.")] == ["move.1", "move.2"]
    assert (await follows(alpha), new.told) == ({"old.test": "accepted"}, [])
    street.clock.turn(hours=2)
    await street.settle()
    assert await follows(alpha) == {"new.test": "pending"}
    assert [one["type"] for one in new.told] == ["Follow", "Follow"]
