"""Drafting: kept as they are, published once at their time, and told of when they cannot be."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from together.clock import Clock
from together.street import a_sheet, key_pems

from actors.database import Database
from actors.errors import Conflicting, Gone, Unwise
from actors.rules.permissions import Office
from actors.rules.sections import Sheet
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.draft import Draft
from actors.tables.member import Member
from actors.tables.model import Model
from actors.tables.notice import Notice
from actors.verbs import drafting, enrolling, forgetting, publishing
from actors.verbs.drafting import Writing
from actors.views import drafts, history
from federation.workers.planned import EVERY, Planning

NOTHING = Sheet("fr", {}, {}, "CC-BY-SA-4.0", ())


@dataclass
class Desk:
    """A member of an organisation who writes, on one database."""

    database: Database
    site: Site
    clock: Clock
    coop: Actor
    anna: Member

    async def save(self, writing: Writing, draft: Draft | None = None) -> Draft:
        async with self.database.begin() as session:
            return await drafting.save(session, self.site, self.coop, self.anna, writing, draft)

    async def schedule(self, draft: Draft, **ahead: float) -> None:
        async with self.database.begin() as session:
            at = self.site.now() + timedelta(**ahead)
            await drafting.schedule(session, self.site, draft, at, "Europe/Paris")

    async def left(self) -> list[Draft]:
        async with self.database.read() as session:
            return await drafts.of(session, self.coop)

    async def models(self) -> list[Model]:
        async with self.database.read() as session:
            return list(await session.scalars(select(Model)))

    async def notices(self) -> list[tuple[str, str]]:
        async with self.database.read() as session:
            rows = await session.scalars(select(Notice).order_by(Notice.id))
            return [(row.kind, row.about.get("reason", "")) for row in rows]


@pytest.fixture
async def desk(database: Database, site: Site, clock: Clock) -> Desk:
    async with database.begin() as session:
        await enrolling.found_instance(
            session, site, name="R", instance_keys=key_pems(0), network_keys=key_pems(1)
        )
        coop = await enrolling.add_organisation(
            session, site, handle="coop", name="La Coop", keys=key_pems(2)
        )
        anna = await enrolling.add_member(
            session,
            site,
            email="anna@example.org",
            name="Anna",
            password_hash="x",
            organisation=coop,
            office=Office.EDITOR,
        )
    return Desk(database, site, clock, coop, anna)


async def test_a_draft_keeps_what_no_model_may_say(desk: Desk) -> None:
    kept = await desk.save(Writing(NOTHING, note="later"))
    again = await desk.save(Writing(replace(NOTHING, names={"fr": "Atelier"})), kept)
    (left,) = await desk.left()
    assert (left.id, drafts.sheet(left).names) == (again.id, {"fr": "Atelier"})
    with pytest.raises(Unwise):
        await desk.schedule(left, hours=1)
    async with desk.database.begin() as session:
        await drafting.discard(session, left)
    with pytest.raises(Gone):
        await desk.save(Writing(NOTHING), left)


async def test_what_is_planned_is_published_once_whoever_looks(desk: Desk) -> None:
    draft = await desk.save(Writing(a_sheet("Atelier")))
    await desk.schedule(draft, hours=1)
    early, other = (Planning(desk.database, desk.site) for _ in range(2))
    assert await early.work() == 0
    desk.clock.turn(minutes=59)
    assert await early.work() == 0
    desk.clock.turn(minutes=1, seconds=EVERY.total_seconds())
    await asyncio.gather(early.work(), other.work())
    assert await early.work() == await Planning(desk.database, desk.site).work() == 0
    (model,) = await desk.models()
    async with desk.database.read() as session:
        assert (await history.head(session, model)).author_id == desk.anna.id
    assert await desk.left() == []
    assert await desk.notices() == [("published", "")]
    async with desk.database.begin() as session:
        with pytest.raises(Gone):
            await drafting.publish_due(session, desk.site, draft)


async def test_what_was_called_off_or_put_off_is_not_published(desk: Desk) -> None:
    draft = await desk.save(Writing(a_sheet("Atelier")))
    await desk.schedule(draft, hours=1)
    with pytest.raises(Unwise):
        await desk.save(Writing(NOTHING), draft)
    await desk.schedule(draft, hours=3)
    desk.clock.turn(hours=2)
    async with desk.database.begin() as session:
        assert await drafting.publish_due(session, desk.site, draft) is None
        await drafting.call_off(session, draft)
    desk.clock.turn(hours=2)
    assert await Planning(desk.database, desk.site).work() == 0
    assert await desk.models() == []


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(days=-1), timedelta(days=400)])
async def test_a_time_lies_ahead_and_within_a_year(desk: Desk, ahead: timedelta) -> None:
    draft = await desk.save(Writing(a_sheet()))
    with pytest.raises(Unwise) as refused:
        await desk.schedule(draft, seconds=ahead.total_seconds())
    assert "at" in refused.value.fields


async def test_a_version_whose_model_moved_on_stays_a_draft_and_says_why(desk: Desk) -> None:
    async with desk.database.begin() as session:
        model = await publishing.publish(session, desk.site, desk.coop, a_sheet("Atelier"))
    draft = await desk.save(Writing(a_sheet("Atelier", text="Mieux."), model=model, base=1))
    await desk.schedule(draft, hours=1)
    desk.clock.turn(minutes=1)
    async with desk.database.begin() as session:
        await publishing.revise(session, desk.site, model, a_sheet("Atelier", text="Autre."))
    desk.clock.turn(hours=2)
    assert await Planning(desk.database, desk.site).work() == 1
    (left,) = await desk.left()
    assert (left.publish_at, left.failure) == (
        None,
        "Another version was published since this draft was begun.",
    )
    assert await desk.notices() == [("unpublished", left.failure)]
    assert await Planning(desk.database, desk.site).work() == 0
    with pytest.raises(Conflicting):
        async with desk.database.begin() as session:
            await drafting.publish(session, desk.site, left)
    async with desk.database.begin() as session:
        await drafting.save(
            session,
            desk.site,
            desk.coop,
            desk.anna,
            Writing(drafts.sheet(left), model=model, base=2),
            left,
        )
        published = await drafting.publish(session, desk.site, left)
    assert published.id == model.id


async def test_drafts_end_with_the_model_and_the_organisation(desk: Desk) -> None:
    async with desk.database.begin() as session:
        model = await publishing.publish(session, desk.site, desk.coop, a_sheet("Atelier"))
    await desk.save(Writing(a_sheet("Atelier", text="Mieux."), model=model, base=1))
    await desk.save(Writing(NOTHING))
    async with desk.database.begin() as session:
        await forgetting.delete_model(session, desk.site, model)
    assert len(await desk.left()) == 1
    async with desk.database.begin() as session:
        await forgetting.close_organisation(session, desk.site, desk.coop)
    assert await desk.left() == []
