"""A model moves on while nobody tells who knows it: once she hears again, she has it all."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from together.street import House, Street, a_sheet

from actors.mail import lanes, outbox
from actors.tables.actor import Actor
from actors.tables.errand import Errand
from actors.tables.follow import Follow
from actors.tables.mail import Delivery
from actors.tables.model import Model
from actors.verbs import following
from actors.views import history, profiles
from federation.workers.running import WORKERS

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"])
"""For what asks no more of the engine than the first of these journeys, which is made on both."""


async def _unfollow(house: House) -> None:
    async with house.begin() as session:
        for row, _ in await profiles.our_follows(session, house.network):
            await following.unfollow(session, house.site, row)


async def _known(house: House, model: Model) -> tuple[int, list[int]]:
    """At which version an instance has a model, and which versions it knows."""
    async with house.read() as session:
        found = await history.model_by_iri(session, model.iri)
        assert found is not None
        return found.number, sorted(one.number for one in await history.revisions(session, found))


async def _follows(house: House, there: House) -> Mapping[str, str]:
    """What an instance knows of who follows whom of one of them."""
    async with house.read() as session:
        rows = (await session.scalars(select(Follow))).all()
        ends = [
            (
                await session.get_one(Actor, row.follower_id),
                await session.get_one(Actor, row.followee_id),
            )
            for row in rows
        ]
    return {
        f"{one.iri} {other.iri}": row.state
        for row, (one, other) in zip(rows, ends, strict=True)
        if there.host in (other.host,)
    }


async def test_who_follows_a_network_again_has_every_version_of_what_it_passed_on(
    street: Street,
) -> None:
    alpha, beta = await street.open("alpha", "beta")
    coop = await alpha.organisation("coop")
    await beta.follow(beta.network, "@network@alpha.test")
    await street.settle()
    model = await alpha.publish(coop)
    gone = await alpha.publish(coop, a_sheet("Four"))
    await street.settle()
    await _unfollow(beta)
    await street.settle()
    for number in range(3):
        street.clock.turn(hours=1)
        await alpha.revise(model, a_sheet(text=f"Version {number}"))
    await alpha.delete(gone)
    await street.settle()
    assert await _known(beta, model) == (1, [1])

    await beta.follow(beta.network, "@network@alpha.test")
    await street.settle()
    street.clock.turn(days=1)
    await street.settle()
    assert await _known(beta, model) == (4, [1, 2, 3, 4])
    async with beta.read() as session:
        buried = await history.model_by_iri(session, gone.iri)
    assert buried is not None
    assert buried.deleted_at is not None


@on_sqlite
async def test_who_knew_a_model_before_it_was_passed_on_has_it_as_it_is(street: Street) -> None:
    alpha, beta = await street.open("alpha", "beta")
    coop = await alpha.organisation("coop")
    model = await alpha.publish(coop)
    await beta.lookup.resolve(model.iri)
    street.clock.turn(hours=1)
    await alpha.revise(model, a_sheet(text="Plus tard."))
    await street.settle()
    assert await _known(beta, model) == (1, [1])
    await beta.follow(beta.network, "@network@alpha.test")
    await street.settle()
    assert await _known(beta, model) == (2, [1, 2])


@on_sqlite
async def test_a_pasted_address_brings_the_versions_in_between_too(street: Street) -> None:
    alpha, beta = await street.open("alpha", "beta")
    coop = await alpha.organisation("coop")
    model = await alpha.publish(coop)
    await beta.lookup.resolve(model.iri)
    for number in range(3):
        street.clock.turn(hours=1)
        await alpha.revise(model, a_sheet(text=f"Version {number}"))
    await beta.lookup.resolve(model.iri)
    await street.settle()
    assert await _known(beta, model) == (4, [1, 2, 3, 4])


@on_sqlite
async def test_an_end_of_following_never_ends_the_next_one(street: Street) -> None:
    alpha, beta = await street.open("alpha", "beta")
    coop = await alpha.organisation("coop")
    await beta.follow(beta.network, "@coop@alpha.test")
    await street.settle()
    await _unfollow(beta)
    async with beta.begin() as session:
        await outbox.fan_out(session, beta.site)
        later = beta.site.now() + timedelta(hours=1)
        await session.execute(update(Delivery).values(due_at=later))  # it was turned away for now
        await lanes.reopen(session)
    await beta.follow(beta.network, "@coop@alpha.test")
    await street.settle()
    street.clock.turn(hours=2)
    await street.settle()
    assert await _follows(alpha, alpha) == await _follows(beta, alpha) != {}
    model = await alpha.publish(coop)
    await street.settle()
    assert await _known(beta, model) == (1, [1])


@on_sqlite
async def test_an_author_who_goes_away_after_telling_is_asked_for_a_month(street: Street) -> None:
    alpha, beta = await street.open("alpha", "beta")
    coop = await alpha.organisation("coop")
    await beta.follow(beta.network, "@network@alpha.test")
    model = await alpha.publish(coop)
    await street.settle()
    await alpha.revise(model, a_sheet(text="Plus tard."))
    while await alpha.app[WORKERS].delivering.work():
        pass
    await alpha.stop()  # what beta was told names a version that nobody can read now
    for _ in range(20):
        await street.settle()
        street.clock.turn(hours=6)
    assert await _known(beta, model) == (1, [1])
    await alpha.start()
    await street.settle()
    assert await _known(beta, model) == (2, [1, 2])


async def _with_a_gap(street: Street) -> tuple[House, House, Model]:
    """Somebody knows versions 1 and 3 of a model whose author cannot be reached any more."""
    alpha, beta = await street.open("alpha", "beta")
    coop = await alpha.organisation("coop")
    await beta.follow(beta.network, "@coop@alpha.test")
    model = await alpha.publish(coop)
    await street.settle()
    await beta.stop()
    for text in ("Plus tard.", "Encore plus tard."):
        await alpha.revise(model, a_sheet(text=text))
        await street.settle()
    await beta.start()
    street.clock.turn(days=1)
    while await alpha.app[WORKERS].delivering.work():
        pass
    while await beta.app[WORKERS].receiving.work():
        pass
    await alpha.stop()
    assert await _known(beta, model) == (3, [1, 3])
    return alpha, beta, model


@on_sqlite
async def test_a_version_that_cannot_be_read_is_asked_for_until_its_author_is_back(
    street: Street,
) -> None:
    alpha, beta, model = await _with_a_gap(street)
    for _ in range(20):
        await street.settle()
        street.clock.turn(hours=6)
    await alpha.start()
    await street.settle()
    assert await _known(beta, model) == (3, [1, 2, 3])


@on_sqlite
async def test_a_gap_that_stayed_is_filled_with_the_next_version(street: Street) -> None:
    alpha, beta, model = await _with_a_gap(street)
    async with beta.begin() as session:
        await session.execute(delete(Errand))  # it was tried for a month, and given up
    await alpha.start()
    await alpha.revise(model, a_sheet(text="Enfin."))
    await street.settle()
    assert await _known(beta, model) == (4, [1, 2, 3, 4])
