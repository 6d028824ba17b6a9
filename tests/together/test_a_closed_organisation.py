"""An organisation that ends: who is told, what answers afterwards, and what stays."""

from collections.abc import AsyncIterator

import pytest
from together.stranger import Stranger, moved_in
from together.street import House, Street

from actors.errors import Conflicting, Gone, NotAllowed
from actors.verbs import forgetting
from actors.views import profiles, timelines
from actors.views.paging import Page


@pytest.fixture
async def knows(street: Street) -> AsyncIterator[Stranger]:
    """Somebody elsewhere whom we know, and who follows nobody."""
    async with moved_in(street, "knows.test") as stranger:
        yield stranger


async def close(house: House, handle: str = "coop") -> None:
    organisation = await house.actor(handle)
    async with house.begin() as session:
        await forgetting.close_organisation(session, house.site, organisation)


async def test_every_host_that_we_know_is_told_once(
    street: Street, alpha: House, knows: Stranger
) -> None:
    coop = await alpha.actor("coop")
    await knows.send(alpha, knows.activity("Follow", coop.iri))
    await street.settle()
    await alpha.publish(coop)
    knows.told.clear()
    await close(alpha)
    await street.settle()
    [told] = knows.told
    assert (told["type"], told["actor"], told["object"]) == ("Delete", coop.iri, coop.iri)


async def test_everything_of_it_answers_that_it_is_gone(street: Street, alpha: House) -> None:
    coop = await alpha.actor("coop")
    model = await alpha.publish(coop)
    await close(alpha)
    headers = {"Accept": "application/activity+json"}
    collections = ("followers", "following", "outbox", "featured")
    for url in (
        coop.iri,
        model.iri,
        f"{model.iri}/versions/1",
        *(f"{coop.iri}/{name}" for name in collections),
        alpha.url("/.well-known/webfinger?resource=acct:coop@alpha.test"),
    ):
        async with street.session.get(url, headers=headers) as answer:
            assert answer.status == 410, url
    async with street.session.get(coop.iri, headers=headers) as answer:
        stone = await answer.json(content_type=None)
    assert (stone["type"], stone["formerType"], "name" in stone) == (
        "Tombstone",
        "Organization",
        False,
    )


async def test_nothing_can_be_sent_to_it_or_follow_it(alpha: House, knows: Stranger) -> None:
    coop = await alpha.actor("coop")
    await close(alpha)
    answer = await knows.send(alpha, knows.activity("Follow", coop.iri), path="/actors/coop/inbox")
    assert answer.status == 410


async def test_its_name_is_never_given_again_and_it_ends_once(alpha: House) -> None:
    await close(alpha)
    with pytest.raises(Conflicting):
        await alpha.organisation("COOP".lower())
    with pytest.raises(Gone):
        await close(alpha)


async def test_the_network_cannot_be_closed(alpha: House) -> None:
    with pytest.raises(NotAllowed):
        await close(alpha, alpha.network.handle)


async def test_our_own_kind_forgets_it(street: Street, alpha: House) -> None:
    (beta,) = await street.open("beta")
    reader = await beta.organisation("reader")
    await beta.follow(reader, "@coop@alpha.test")
    await street.settle()
    await alpha.publish(await alpha.actor("coop"))
    await street.settle()
    await close(alpha)
    await street.settle()
    async with beta.read() as session:
        assert await timelines.home(session, reader, Page()) == []
        assert await profiles.our_follows(session, reader) == []
