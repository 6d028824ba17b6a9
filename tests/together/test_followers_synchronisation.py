"""FEP-8fcf: servers that disagree on who follows whom notice it, and mend it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import delete, select
from together.stranger import Stranger, moved_in, with_header
from together.street import House, Street

from activitypub.addressing import Visibility
from activitypub.iris import Iri
from activitypub.signatures.claims import Scheme
from activitypub.synchronisation import HEADER, digest
from actors.tables.actor import Actor
from actors.tables.errand import Errand
from actors.tables.follow import Follow
from actors.tables.timeline import TimelineEntry
from actors.verbs import remarking

FEP = {"type": "Link", "href": "https://w3id.org/fep/8fcf"}


@pytest.fixture
async def mallory(street: Street) -> AsyncIterator[Stranger]:
    async with moved_in(street) as stranger:
        yield stranger


async def say(house: House, organisation: Actor, visible: Visibility) -> None:
    async with house.begin() as session:
        await remarking.remark(
            session, house.site, organisation, text="Entre nous", visible=visible
        )
    await house.street.settle()


async def follows(house: House, *, state: str = "accepted") -> set[tuple[str, str]]:
    """Who follows whom, by id, as this house remembers it."""
    async with house.read() as session:
        rows = (await session.scalars(select(Follow).where(Follow.state == state))).all()
        return {
            (
                (await session.get_one(Actor, row.follower_id)).handle,
                (await session.get_one(Actor, row.followee_id)).handle,
            )
            for row in rows
        }


async def forget_follows(house: House) -> None:
    """As after the restoration of an older back-up."""
    async with house.begin() as session:
        await session.execute(delete(Follow))
        await session.execute(delete(TimelineEntry))


async def met(street: Street) -> tuple[House, House, Actor]:
    """`lecteurs` of beta follows `coop` of alpha."""
    alpha, beta = await street.open("alpha", "beta")
    coop = await alpha.organisation("coop")
    reader = await beta.organisation("lecteurs")
    await beta.organisation("voisins")
    await beta.follow(reader, "@coop@alpha.test")
    await street.settle()
    return alpha, beta, coop


async def test_a_follow_that_its_followee_has_forgotten_is_asked_for_once_more_and_then_ends(
    street: Street,
) -> None:
    alpha, beta, coop = await met(street)
    voisins = await beta.actor("voisins")
    await beta.follow(voisins, "@coop@alpha.test")
    await street.settle()
    everybody = {("lecteurs", "coop"), ("voisins", "coop")}
    for expected in (everybody, {("lecteurs", "coop")}):
        async with alpha.begin() as session:
            gone = select(Actor.id).where(Actor.handle == "voisins")
            await session.execute(delete(Follow).where(Follow.follower_id.in_(gone)))
        await say(alpha, coop, Visibility.FOLLOWERS)
        assert await follows(beta) == expected
        assert await follows(alpha) == expected
        street.clock.turn(minutes=11)


async def test_a_follow_that_its_follower_has_forgotten_is_taken_back(street: Street) -> None:
    alpha, beta, coop = await met(street)
    await forget_follows(beta)
    await say(alpha, coop, Visibility.FOLLOWERS)
    assert await follows(alpha) == set()


async def test_a_follow_whose_accept_was_lost_begins_to_count(street: Street) -> None:
    alpha, beta, coop = await met(street)
    async with beta.begin() as session:
        (row,) = await session.scalars(select(Follow))
        row.state = "pending"
    await say(alpha, coop, Visibility.FOLLOWERS)
    assert await follows(beta) == {("lecteurs", "coop")}


@pytest.mark.parametrize("visible", [Visibility.PUBLIC, Visibility.UNLISTED])
async def test_nothing_is_announced_with_what_is_not_for_followers_only(
    street: Street, visible: Visibility
) -> None:
    alpha, beta, coop = await met(street)
    await forget_follows(beta)
    await say(alpha, coop, visible)
    assert await follows(alpha) == {("lecteurs", "coop")}


async def test_the_header_is_signed_and_goes_to_those_who_understand_it(
    street: Street, mallory: Stranger
) -> None:
    (alpha,) = await street.open("alpha")
    coop = await alpha.organisation("coop")
    generator = {"type": "Application", "name": "Other", "implements": [FEP]}
    for known in (False, True):
        if known:
            mallory.documents["/users/mallory"] = (200, mallory.actor(generator=generator))
            await mallory.send(
                alpha, mallory.activity("Update", mallory.actor(generator=generator))
            )
        await mallory.send(alpha, mallory.activity("Follow", coop.iri))
        await street.settle()
        mallory.requests.clear()
        await say(alpha, coop, Visibility.FOLLOWERS)
        (request,) = [one for one in mallory.requests if one.method == "POST"]
        said = request.header(HEADER)
        assert (said is not None) is known
        if said is not None:
            assert digest([mallory.iri]) in said
            assert HEADER in str(request.header("signature"))


async def test_each_server_is_shown_its_own_followers_only(
    street: Street, mallory: Stranger
) -> None:
    alpha, beta, coop = await met(street)
    url = Iri(f"{coop.iri}/followers_synchronization")
    async with street.session.get(url) as answer:
        assert answer.status == 401
    found = await beta.lookup.fresh(url)
    assert found.document["orderedItems"] == [beta.url("/actors/lecteurs")]
    await mallory.send(alpha, mallory.activity("Follow", coop.iri))
    await street.settle()
    found = await beta.lookup.fresh(url)
    assert found.document["totalItems"] == 1


def header(mallory: Stranger, ids: list[str], **changes: str) -> str:
    said = {
        "collectionId": f"{mallory.iri}/followers",
        "digest": digest(ids),
        "url": f"{mallory.origin}/followers_synchronization",
    } | changes
    return ", ".join(f'{name}="{value}"' for name, value in said.items())


async def announce(alpha: House, mallory: Stranger, said: str, *, is_signed: bool = True) -> None:
    """Send something with the header, as Mastodon does."""
    activity = mallory.activity("Like", "https://elsewhere.test/1")
    if is_signed:
        await mallory.send(alpha, activity, more=((HEADER, said),))
    else:
        await mallory.send(alpha, activity, bend=with_header(HEADER, said))
    await alpha.street.settle()


async def followed(street: Street, mallory: Stranger) -> House:
    """`coop` of alpha follows mallory."""
    (alpha,) = await street.open("alpha")
    coop = await alpha.organisation("coop")
    await alpha.follow(coop, mallory.iri)
    await street.settle()
    follow = mallory.told[-1]
    await mallory.send(alpha, mallory.activity("Accept", follow["id"]))
    await street.settle()
    assert await follows(alpha) == {("coop", "mallory")}
    return alpha


def listed(mallory: Stranger, ids: list[str], **changes: Any) -> None:
    mallory.documents["/followers_synchronization"] = (
        200,
        {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": f"{mallory.origin}/followers_synchronization",
            "type": "OrderedCollection",
            "orderedItems": ids,
        }
        | changes,
    )


async def test_a_list_of_another_program_is_followed(street: Street, mallory: Stranger) -> None:
    alpha = await followed(street, mallory)
    listed(mallory, [])
    await announce(alpha, mallory, header(mallory, []))
    assert await follows(alpha) == set()


async def test_when_both_count_alike_nothing_is_asked(street: Street, mallory: Stranger) -> None:
    alpha = await followed(street, mallory)
    await announce(alpha, mallory, header(mallory, [alpha.url("/actors/coop")]))
    assert "/followers_synchronization" not in mallory.asked
    async with alpha.read() as session:
        assert (await session.scalars(select(Errand))).all() == []


@pytest.mark.parametrize(
    "fault",
    ["another's list", "another's followers", "another host", "odd digest", "odd", "unsigned"],
)
async def test_a_header_about_anything_else_is_ignored(
    street: Street, mallory: Stranger, fault: str
) -> None:
    alpha = await followed(street, mallory)
    listed(mallory, [])
    said = {
        "another's list": header(mallory, [], collectionId=f"{mallory.origin}/users/x/followers"),
        "another's followers": header(
            mallory, [], collectionId=alpha.url("/actors/coop/followers")
        ),
        "another host": header(mallory, [], url="https://other.test/followers_synchronization"),
        "odd digest": header(mallory, [], digest="zero"),
        "odd": "everybody",
        "unsigned": header(mallory, []),
    }[fault]
    await announce(alpha, mallory, said, is_signed=fault != "unsigned")
    assert await follows(alpha) == {("coop", "mallory")}
    assert "/followers_synchronization" not in mallory.asked


@pytest.mark.parametrize("fault", ["digest", "missing", "error", "pages", "others", "moved"])
async def test_a_list_that_cannot_be_trusted_changes_nothing(
    street: Street, mallory: Stranger, fault: str
) -> None:
    """Nobody is removed on a failed or odd fetch."""
    alpha = await followed(street, mallory)
    listed(mallory, [])
    path = "/followers_synchronization"
    said = header(mallory, [])
    match fault:
        case "digest":
            said = header(mallory, [alpha.url("/actors/nobody")])
        case "missing":
            mallory.documents[path] = (404, {})
        case "error":
            mallory.documents[path] = (503, {})
        case "pages":
            listed(mallory, [], first=f"{mallory.origin}/page")
        case "others":
            listed(mallory, ["https://other.test/a"])
        case _:
            listed(mallory, [], id=f"{mallory.origin}/elsewhere")
    await announce(alpha, mallory, said)
    assert path in mallory.asked
    assert await follows(alpha) == {("coop", "mallory")}


async def test_a_list_is_read_at_most_every_ten_minutes(street: Street, mallory: Stranger) -> None:
    alpha = await followed(street, mallory)
    mallory.documents["/followers_synchronization"] = (404, {})
    for _ in range(4):
        await announce(alpha, mallory, header(mallory, []))
    assert mallory.asked.count("/followers_synchronization") == 1
    street.clock.turn(minutes=11)
    await announce(alpha, mallory, header(mallory, []))
    assert mallory.asked.count("/followers_synchronization") == 2


async def test_it_works_by_rfc_9421_as_well(street: Street, mallory: Stranger) -> None:
    alpha = await followed(street, mallory)
    listed(mallory, [])
    activity = mallory.activity("Like", "https://elsewhere.test/1")
    await mallory.send(
        alpha, activity, more=((HEADER, header(mallory, [])),), scheme=Scheme.RFC9421
    )
    await street.settle()
    assert await follows(alpha) == set()
