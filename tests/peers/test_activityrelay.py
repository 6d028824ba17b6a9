"""Two of our instances and a relay that others wrote: what one publishes arrives at the other."""

from collections.abc import AsyncIterator

import pytest
from peers.relay_process import ActivityRelay, moved_in
from sqlalchemy import select
from together.street import House, Street, a_sheet

from activitypub.iris import Iri
from actors.mail import relays
from actors.tables.actor import Actor
from actors.tables.mail import Delivery
from actors.tables.model import Model
from actors.tables.timeline import TimelineEntry
from actors.verbs import relaying, remarking
from actors.views import timelines
from actors.views.paging import Page

pytestmark = pytest.mark.peer


@pytest.fixture
async def beta(street: Street, alpha: House) -> House:
    """A second house, at the same real time as alpha."""
    assert alpha.is_open
    (house,) = await street.open("beta")
    return house


@pytest.fixture
async def relay(street: Street, beta: House) -> AsyncIterator[ActivityRelay]:
    """A relay that both can call, and that can call both."""
    assert beta.is_open
    async with moved_in(street) as running:
        yield running


async def join(house: House, address: str, *, is_actor: bool) -> None:
    actor = await house.lookup.actor(Iri(address)) if is_actor else None
    async with house.begin() as session:
        await relaying.join(session, house.site, Iri(address), actor)


async def states(house: House) -> list[tuple[str, str | None]]:
    async with house.read() as session:
        return [(one.state, one.actor_iri) for one in await relays.everyone(session)]


async def known(house: House, iri: str) -> Model | None:
    async with house.read() as session:
        return await session.scalar(
            select(Model).where(Model.iri == iri, Model.deleted_at.is_(None))
        )


@pytest.mark.parametrize("custom", ["mastodon", "litepub"])
async def test_a_model_published_on_alpha_arrives_at_beta_through_the_relay(
    alpha: House, beta: House, relay: ActivityRelay, custom: str
) -> None:
    address = relay.inbox if custom == "mastodon" else relay.actor
    for house in (alpha, beta):
        await join(house, address, is_actor=custom == "litepub")
    await relay.settle()
    assert await states(alpha) == await states(beta) == [("accepted", relay.actor)], relay.said()

    coop = await alpha.organisation("coop")
    model = await alpha.publish(coop)
    async with alpha.begin() as session:
        await remarking.remark(session, alpha.site, coop, text="Bonjour à tous")
    await relay.settle()

    assert await known(beta, model.iri) is not None, relay.said()
    async with beta.read() as session:
        federated = await timelines.public(session, Page())
        at_home = (await session.scalars(select(TimelineEntry))).all()
        authors = set(await session.scalars(select(Actor.iri).where(Actor.host == "alpha.test")))
    assert len(federated) == 2
    assert at_home == []
    assert coop.iri in authors
    for house in (alpha, beta):
        async with house.read() as session:
            assert (await session.scalars(select(Delivery))).all() == []


async def test_a_relay_of_mastodons_custom_forwards_changes_and_deletions_with_their_proof(
    alpha: House, beta: House, relay: ActivityRelay
) -> None:
    for house in (alpha, beta):
        await join(house, relay.inbox, is_actor=False)
    await relay.settle()
    model = await alpha.publish(await alpha.organisation("coop"))
    await relay.settle()

    await alpha.revise(model, a_sheet("Atelier du quartier"))
    await relay.settle()
    found = await known(beta, model.iri)
    assert found is not None, relay.said()
    assert (found.number, found.name) == (2, "Atelier du quartier")

    await alpha.delete(model)
    await relay.settle()
    assert await known(beta, model.iri) is None


async def test_who_has_left_a_relay_hears_nothing_more(
    alpha: House, beta: House, relay: ActivityRelay
) -> None:
    for house in (alpha, beta):
        await join(house, relay.inbox, is_actor=False)
    await relay.settle()
    async with beta.begin() as session:
        await relaying.leave(session, beta.site, relay.inbox)
    await relay.settle()
    model = await alpha.publish(await alpha.organisation("coop"))
    await relay.settle()
    assert await states(beta) == []
    assert await known(beta, model.iri) is None
