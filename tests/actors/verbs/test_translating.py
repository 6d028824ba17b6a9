"""Translating: pieces of several translators at once, on both engines; what is gone is gone."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import select
from together.street import a_sheet

from activitypub.multihash import digest_of
from actors.database import Database
from actors.errors import Conflicting, NotAllowed, NotFound, Unwise
from actors.rules import glossaries
from actors.rules.glossaries import Entry
from actors.rules.sections import Sheet
from actors.rules.translations import standing
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.translation import Term, Translation
from actors.verbs import defining, forgetting, publishing, translating
from actors.verbs.translating import Saying
from actors.views import history
from actors.views import translations as views


async def published(
    database: Database, site: Site, coop: Actor, sheet: Sheet | None = None
) -> Model:
    async with database.begin() as session:
        return await publishing.publish(session, site, coop, sheet or a_sheet())


async def test_two_translators_who_save_at_once_lose_nothing(
    database: Database, site: Site, coop: Actor
) -> None:
    model = await published(database, site, coop)

    async def save(key: str, text: str) -> tuple[str, ...]:
        async with database.begin() as session:
            said = [Saying(key, "", text, seen="")]
            return await translating.save(session, site, model, "it", said)

    crossed = await asyncio.gather(
        save("value", "Di Anna."), save("value", "Di Tom."), save("costs", "Spese.")
    )
    assert sorted(crossed) == [(), (), ("value",)]
    async with database.read() as session:
        pieces = await views.pieces(session, model, "it")
        assert await views.prepared(session, model) == {"it": 2}
    assert pieces["value"].text in ("Di Anna.", "Di Tom.")
    assert pieces["costs"].source == digest_of("Un local et des outils.")

    async def publish() -> bool:
        try:
            async with database.begin() as session:
                await translating.publish(session, site, model, "it")
        except NotFound:
            return False
        return True

    assert sorted(await asyncio.gather(publish(), publish())) == [False, True]
    async with database.read() as session:
        now = await session.get_one(Model, model.id)
        assert now.number == 2
        assert await views.pieces(session, model, "it") == {}


async def test_what_cannot_be_kept_changes_nothing(
    database: Database, site: Site, coop: Actor
) -> None:
    model = await published(database, site, coop)
    wrong = [Saying("costs", "", "Bene."), Saying("value", "", "x" * 50_001)]
    async with database.begin() as session:
        with pytest.raises(Unwise) as refused:
            await translating.save(session, site, model, "it", wrong)
    assert set(refused.value.fields) == {"value"}
    async with database.begin() as session:
        with pytest.raises(NotFound):
            translating.language_of("no language")
        with pytest.raises(NotFound):
            await translating.publish(session, site, model, "it")
        with pytest.raises(Unwise):
            await translating.confirm(session, site, model, "it", ["value"])
        assert await views.pieces(session, model, "it") == {}


async def test_a_piece_that_says_what_is_published_already_is_none(
    database: Database, site: Site, coop: Actor
) -> None:
    model = await published(database, site, coop)
    was = standing("The principle", "People mend things together.")
    async with database.begin() as session:
        changed = Saying("value", "The principle", "Folks mend.", seen=was)
        assert await translating.save(session, site, model, "en", [changed]) == ()
        assert "value" in await views.pieces(session, model, "en")
        back = Saying("value", "The principle", "People mend things together.")
        await translating.save(session, site, model, "en", [back])
        assert await views.pieces(session, model, "en") == {}
        await translating.confirm(session, site, model, "en", ["value"])
        assert await views.pieces(session, model, "en") == {}


async def test_what_is_prepared_goes_with_the_model_and_its_organisation(
    database: Database, site: Site, coop: Actor
) -> None:
    model = await published(database, site, coop)
    other = await published(database, site, coop, a_sheet("Autre"))
    words = [Entry("fr", "outil", "it", "attrezzo")]
    async with database.begin() as session:
        await translating.save(session, site, model, "it", [Saying("value", "", "Ecco.")])
        await defining.define(session, site, coop, words, model=model)
        await defining.define(session, site, coop, words, model=other)
        await defining.define(session, site, coop, words)
        await forgetting.delete_model(session, site, model)
        assert list(await session.scalars(select(Translation))) == []
        assert len(list(await session.scalars(select(Term)))) == 2
        await forgetting.close_organisation(session, site, coop)
        assert list(await session.scalars(select(Term))) == []


async def test_only_who_owns_a_model_translates_it(
    database: Database, site: Site, coop: Actor
) -> None:
    model = await published(database, site, coop)
    async with database.begin() as session:
        row = await session.get_one(Model, model.id)
        row.is_ours = False
        with pytest.raises(NotAllowed):
            await translating.save(session, site, row, "it", [Saying("value", "", "x")])
        row.is_ours = True


async def test_a_glossary_is_bounded_and_says_each_thing_once(
    database: Database, site: Site, coop: Actor
) -> None:
    model = await published(database, site, coop)
    many = [Entry("fr", f"mot {n}", "it", "parola") for n in range(glossaries.MOST_ENTRIES)]
    async with database.begin() as session:
        assert await defining.define(session, site, coop, many) == len(many)
        assert await defining.define(session, site, coop, many[:2]) == 0
        assert await defining.define(session, site, coop, [Entry("fr", "MOT 1", "it", "x")]) == 1
    async with database.begin() as session:
        with pytest.raises(Unwise, match="at most 1000"):
            await defining.define(session, site, coop, [Entry("fr", "encore", "it", "ancora")])
    async with database.begin() as session:
        with pytest.raises(NotFound):
            await defining.write_down(session, site, model)
        with pytest.raises(NotFound):
            await defining.forget(session, coop, 1)
        await defining.define(
            session, site, coop, [Entry("fr", "outil", "en", "tool")], model=model
        )
        made = await defining.write_down(session, site, model, name="Glossaire")
        sheet = history.sheet(made)
        assert sheet.sections[-1].texts["en"] == "- **tool**: outil (fr)"
        with pytest.raises(Conflicting):
            await defining.write_down(session, site, model)


async def test_only_so_many_languages_are_listed_and_versions_looked_through(
    database: Database, site: Site, coop: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = a_sheet()
    tags = [f"x{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(70)]
    many = replace(sheet, names={**sheet.names, **dict.fromkeys(tags, "M")})
    assert len(views.overview(many)) == views.MOST_LANGUAGES
    model = await published(database, site, coop)
    monkeypatch.setattr(views, "MOST_VERSIONS", 2)
    first = sheet.sections[0]
    for text in ("On répare.", "On répare mieux."):
        async with database.begin() as session:
            now = history.sheet(await history.head(session, await session.get_one(Model, model.id)))
            one = replace(now.sections[0], texts={**now.sections[0].texts, "fr": text})
            row = await session.get_one(Model, model.id)
            await publishing.revise(session, site, row, now.with_sections((one, now.sections[1])))
    async with database.read() as session:
        row = await session.get_one(Model, model.id)
        (why,) = (await views.work(session, row, "en")).behind.values()
        assert (why.before, why.changed_at, why.now) == (None, None, "On répare mieux.")
    monkeypatch.setattr(views, "MOST_VERSIONS", 3)
    async with database.read() as session:
        (why,) = (await views.work(session, row, "en")).behind.values()
        assert why.before == first.texts["fr"]
        assert why.changed_at is not None
