"""A model on other instances: it arrives whole, moves with its source, and goes with it."""

from dataclasses import replace

import pytest
from together.street import House, Street, a_sheet

from activitypub.canonical_json import parse
from actors.rules.sections import Adaptability, Role, Section, Sheet
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.verbs import forking, remarking
from actors.views import catalogue, history, notices, profiles, timelines
from actors.views.paging import Page


async def _mirror(house: House, model: Model) -> Model:
    async with house.read() as session:
        found = await history.model_by_iri(session, model.iri)
    assert found is not None
    return found


async def _sheet(house: House, model: Model) -> Sheet:
    async with house.read() as session:
        found = await history.model_by_iri(session, model.iri)
        assert found is not None
        return history.sheet(await history.head(session, found))


async def _fork(house: House, organisation: Actor, source: Model) -> Model:
    async with house.begin() as session:
        now = await session.get_one(Model, source.id)
        return await forking.fork(
            session, house.site, organisation, now, kind="variant", language="fr"
        )


async def test_who_follows_the_network_and_who_follows_the_author_both_have_it_once(
    street: Street,
) -> None:
    alpha, beta, gamma = await street.open("alpha", "beta", "gamma")
    coop = await alpha.organisation("coop")
    await beta.follow(beta.network, "@network@alpha.test")
    await gamma.follow(gamma.network, "@network@alpha.test")
    await gamma.follow(gamma.network, "@coop@alpha.test")
    await street.settle()
    model = await alpha.publish(coop)
    await street.settle()
    for house in (beta, gamma):
        async with house.read() as session:
            [item] = await timelines.home(session, house.network, Page())
            [entry] = await catalogue.search(session, q="reparation", page=Page())
        assert item.subject.id == entry.model.id
        assert (item.subject.iri, item.author.address) == (model.iri, "coop@alpha.test")
        assert await _sheet(house, model) == await _sheet(alpha, model)
    assert street.refusals() == []

    await alpha.revise(model, a_sheet(text="On répare mieux."))
    await street.settle()
    for house in (beta, gamma):
        mirror = await _mirror(house, model)
        assert mirror.number == 2
        async with house.read() as session:
            versions = await history.revisions(session, mirror)
        assert [one.number for one in versions] == [2, 1]
        assert [parse(one.document)["id"] for one in versions] == [one.iri for one in versions]

    await alpha.delete(model)
    await street.settle()
    for house in (beta, gamma):
        assert (await _mirror(house, model)).deleted_at is not None
        async with house.read() as session:
            assert await timelines.home(session, house.network, Page()) == []
            assert await catalogue.latest(session, 3) == []


@pytest.mark.parametrize("characters", [70_000, 230_000])
async def test_a_model_too_large_for_an_activity_arrives_whole(
    street: Street, characters: int
) -> None:
    alpha, beta = await street.open("alpha", "beta")
    await beta.follow(beta.network, "@network@alpha.test")
    await street.settle()
    line = "Un mot « après » l'autre, & <encore> un.\n\n"
    part = (line * (characters // 10 // len(line))).strip()
    sections = tuple(
        Section(
            key=f"part-{number}",
            role=Role("Steps"),
            adaptability=Adaptability("Adaptable"),
            names={"fr": f"Partie {number}"},
            texts={"fr": part},
        )
        for number in range(10)
    )
    large = replace(a_sheet(), sections=sections)
    model = await alpha.publish(alpha.network, large)
    await street.settle()
    assert await _sheet(beta, model) == await _sheet(alpha, model)
    assert (await _sheet(beta, model)).sections == sections
    assert street.refusals() == []
    again = replace(large, sections=sections[1:])
    await alpha.revise(model, again)
    await street.settle()
    assert (await _sheet(beta, model)).sections == sections[1:]


async def test_a_fork_made_while_its_source_moves_hears_of_the_move(street: Street) -> None:
    alpha, beta = await street.open("alpha", "beta")
    source = await alpha.publish(alpha.network)
    found = await beta.lookup.resolve(source.iri)
    assert isinstance(found, Model)
    from_beta = await _fork(beta, beta.network, found)
    await alpha.revise(source, a_sheet(text="On répare mieux."))
    await street.settle()
    async with beta.read() as session:
        told = [one.notice for one in await notices.of(session, beta.network, Page())]
    assert [(one.kind, one.about["changed"]) for one in told] == [("upstream", ["value"])]
    async with alpha.read() as session:
        forked = [one.notice.kind for one in await notices.of(session, alpha.network, Page())]
    assert forked == ["fork"]
    assert from_beta.is_ours


async def test_two_organisations_of_one_instance_are_to_each_other_as_if_they_were_not(
    street: Street,
) -> None:
    (alpha,) = await street.open("alpha")
    coop, repair = await alpha.organisation("coop"), await alpha.organisation("repair")
    await alpha.follow(repair, "@coop@alpha.test")
    await street.settle()
    model = await alpha.publish(coop)
    async with alpha.begin() as session:
        answer = await remarking.remark(
            session, alpha.site, repair, text="Bravo", in_reply_to=model
        )
    fork = await _fork(alpha, repair, model)
    await street.settle()
    await alpha.revise(model, a_sheet(text="On répare mieux."))
    await street.settle()
    async with alpha.read() as session:
        ours = [one.notice.kind for one in await notices.of(session, coop, Page())]
        theirs = [one.notice.kind for one in await notices.of(session, repair, Page())]
        news = [one.subject.iri for one in await timelines.news(session, repair, Page())]
        home = [one.subject.iri for one in await timelines.home(session, repair, Page())]
        counts = await profiles.counts(session, coop)
    assert ours == ["fork", "reply", "follow"]
    assert theirs == ["upstream", "followed"]
    assert news == [model.iri]
    assert home == [fork.iri, answer.iri, model.iri]
    assert counts.followers == 1
    assert fork.is_ours
    assert street.mail == []
    assert street.refusals() == []
