"""Publishing: versions in order, addresses never given twice, whoever works at the same moment."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from together.peer import work_off
from together.street import a_sheet

from activitypub.canonical_json import parse
from activitypub.limits import DEFAULT
from actors.database import Database, Session
from actors.errors import Conflicting, Unwise
from actors.rules.sections import Adaptability, Role, Section, Sheet
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.verbs import following, forking, publishing
from actors.views import catalogue, history, timelines
from actors.views.paging import Page


async def test_what_was_just_published_does_not_count_as_changed(
    database: Database, site: Site, coop: Actor
) -> None:
    """Apps would show it as edited, because publishing takes some milliseconds."""
    passing = count()
    running = replace(site, now=lambda: site.now() + timedelta(milliseconds=next(passing)))
    async with database.begin() as session:
        model = await publishing.publish(session, running, coop, a_sheet())
    assert model.updated_at == model.published_at
    assert "updated" not in parse(model.document)


async def test_two_editors_at_once_make_versions_two_and_three(
    database: Database, site: Site, coop: Actor
) -> None:
    async with database.begin() as session:
        model = await publishing.publish(session, site, coop, a_sheet())

    async def edit(text: str) -> int:
        async with database.begin() as session:
            now = await session.get_one(Model, model.id)
            made = await publishing.revise(session, site, now, a_sheet(text=text))
            return made.number

    assert sorted(await asyncio.gather(edit("Eins."), edit("Zwei."))) == [2, 3]
    async with database.read() as session:
        now = await session.get_one(Model, model.id)
        assert [one.number for one in await history.revisions(session, now)] == [3, 2, 1]
        newest = parse((await history.head(session, now)).document)
        assert newest["wasRevisionOf"] == f"{model.iri}/versions/2"


async def test_the_same_text_typed_twice_at_once_is_one_version(
    database: Database, site: Site, coop: Actor
) -> None:
    async with database.begin() as session:
        model = await publishing.publish(session, site, coop, a_sheet())

    async def edit() -> int:
        async with database.begin() as session:
            now = await session.get_one(Model, model.id)
            return (await publishing.revise(session, site, now, a_sheet(text="Eins."))).number

    results = await asyncio.gather(edit(), edit(), return_exceptions=True)
    assert [one for one in results if isinstance(one, int)] == [2]
    assert sum(isinstance(one, Conflicting) for one in results) == 1


async def test_models_of_one_name_published_at_once_get_addresses_of_their_own(
    database: Database, site: Site, coop: Actor, network: Actor
) -> None:
    async def publish(organisation: Actor) -> str | None:
        async with database.begin() as session:
            return (await publishing.publish(session, site, organisation, a_sheet())).slug

    slugs = await asyncio.gather(*(publish(one) for one in (coop, network, coop)))
    assert sorted(str(one) for one in slugs) == [
        "atelier-de-reparation",
        "atelier-de-reparation-2",
        "atelier-de-reparation-3",
    ]


async def test_the_time_of_a_model_always_moves_forward(
    session: Session, site: Site, coop: Actor
) -> None:
    model = await publishing.publish(session, site, coop, a_sheet())
    times = [model.updated_at]
    for number in range(3):
        await publishing.revise(session, site, model, a_sheet(text=f"Texte {number}."))
        times.append(model.updated_at)
    assert times == sorted(set(times))
    told = parse(model.document)["updated"]
    assert told == "2026-03-02T09:00:03Z"


async def test_what_says_the_same_is_no_version(session: Session, site: Site, coop: Actor) -> None:
    model = await publishing.publish(session, site, coop, a_sheet())
    with pytest.raises(Conflicting):
        await publishing.revise(session, site, model, a_sheet(text="On répare ensemble.  \r\n"))
    assert model.number == 1


async def test_a_sheet_with_faults_publishes_nothing(
    session: Session, site: Site, coop: Actor
) -> None:
    with pytest.raises(Unwise):
        await publishing.publish(session, site, coop, replace(a_sheet(), sections=()))
    assert await catalogue.latest(session, 1) == []


def _long(characters: int) -> Sheet:
    texts = ["&<>" * (characters // 30)] * 10
    return replace(
        a_sheet(),
        sections=tuple(
            Section(
                key=f"s{number}",
                role=Role("Steps"),
                adaptability=Adaptability("Adaptable"),
                names={"fr": f"Partie {number}"},
                texts={"fr": text},
            )
            for number, text in enumerate(texts)
        ),
    )


async def test_no_document_is_larger_than_others_can_read(
    session: Session, site: Site, coop: Actor
) -> None:
    model = await publishing.publish(session, site, coop, _long(60_000))
    assert len((await history.head(session, model)).document) > 300_000
    with pytest.raises(Unwise) as refusal:
        async with session.begin_nested():
            await publishing.publish(session, site, coop, _long(200_000))
    assert "sections" in refusal.value.fields
    for text in (one.document for one in await history.revisions(session, model)):
        assert len(text) <= DEFAULT.body


async def test_what_coop_publishes_reaches_those_here_who_follow_it_or_the_network(
    session: Session, site: Site, coop: Actor, network: Actor
) -> None:
    await following.follow(session, site, network, coop)
    await work_off(session, site)
    model = await publishing.publish(session, site, coop, a_sheet())
    assert set(await work_off(session, site)) == {"Create"}
    [item] = await timelines.home(session, network, Page())
    assert (item.subject.id, item.boost) == (model.id, None)
    [passed_on] = await timelines.account(session, network, Page(), viewer=None)
    assert (passed_on.subject.id, passed_on.booster) == (model.id, network)


async def test_a_fork_takes_a_name_of_its_own(session: Session, site: Site, coop: Actor) -> None:
    model = await publishing.publish(session, site, coop, a_sheet())
    fork = await forking.fork(session, site, coop, model, kind="working-copy", language="fr")
    assert fork.slug == "atelier-de-reparation-2"
