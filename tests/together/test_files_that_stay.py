"""What a model shows outlives where it lay: adaptations and mirrors keep copies of their own."""

import hashlib
from dataclasses import replace

from together.pictures import kept
from together.program import Program, a_program, must_fit
from together.reader import reading
from together.street import House, Street, a_sheet

from activitypub.canonical_json import Json
from actors.documents import archive
from actors.documents import media as documents
from actors.rules import illustrations
from actors.rules.pictures import Room
from actors.rules.sections import Sheet
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.verbs import forgetting, forking, illustrating
from actors.views import history
from actors.views import media as views
from federation.app_keys import ARCHIVIST, UPLOADS

WORDS = "Trois vélos devant l'atelier"


async def illustrated(house: House, owner: Actor) -> tuple[Model, Sheet]:
    """A model that shows a picture and a document."""
    picture = documents.to_document(house.site.origin, await kept(house, owner, WORDS))
    report = await kept(house, owner, "Les statuts", is_picture=False)
    items = illustrations.Illustrations(
        picture, (documents.to_document(house.site.origin, report),)
    )
    sheet = illustrations.on(a_sheet("Atelier vélo"), items)
    return await house.publish(owner, sheet), sheet


async def forked(house: House, owner: Actor, iri: str) -> Model:
    """An adaptation of what is mirrored already."""
    async with house.begin() as session:
        source = await history.model_by_iri(session, iri)
        assert source is not None
        return await forking.fork(session, house.site, owner, source, kind="variant", language="fr")


async def test_a_picture_of_an_adaptation_survives_its_source_on_the_page_and_in_the_archive(
    street: Street,
) -> None:
    alpha, beta, gamma = await street.open("alpha", "beta", "gamma")
    coop, program = await alpha.organisation("coop"), await a_program(beta, "rete")
    model, sheet = await illustrated(alpha, coop)
    copy = await beta.lookup.resolve(model.iri)
    assert isinstance(copy, Model)
    await street.settle()

    # The mirror shows its own copy, with its words, its credit and where it is from.
    shown = await shows(program, copy)
    fork = await forked(beta, program.actor, model.iri)
    assert await shows(program, fork) == shown
    await street.settle()

    # The source vanishes, with its account, its server's files, and the mirror here.
    async with alpha.begin() as session:
        await forgetting.close_organisation(session, alpha.site, coop)
    await street.settle()
    async with street.session.get(alpha.url(shown[0])) as answer:
        assert answer.status == 404
    assert await shows(program, fork) == shown
    async with reading(beta, street) as browser:
        await browser.go(f"/m/{fork.slug}")
        (image,) = browser.page.xpath("//figure//img")
        assert (image.get("src"), image.get("alt")) == (f"{beta.url(shown[0])}/small", WORDS)
        assert "Léa, CC BY 4.0 · copy kept here, from alpha.test" in browser.text
        assert "Les statuts PDF" in browser.text

    # The archive holds them, and brings them back elsewhere.
    packed = await beta.app[ARCHIVIST].make(fork.id)
    contents = archive.read(packed)
    assert len(contents.files) == 2
    done = await gamma.app[ARCHIVIST].restore(packed)
    async with gamma.read() as session:
        urls = [one.url for one in documents.shown(facts_of(sheet))]
        brought = await views.copies(session, urls)
    assert {one.digest for one in brought.values()} == {
        hashlib.sha256(data).hexdigest() for data in contents.files.values()
    }
    assert done.model.iri == fork.iri

    # The last that shows them goes, and so do they.
    await beta.delete(fork)
    async with street.session.get(beta.url(shown[0])) as answer:
        assert answer.status == 404
    assert street.refusals() == []


def facts_of(sheet: Sheet) -> list[Json]:
    return [dict(one) for one in illustrations.of(sheet).items]


async def shows(program: Program, model: Model) -> list[str]:
    """Where the copies of what it shows are; each answers."""
    told = (await program.get(f"/models/{model.id}")).told(200)
    must_fit(told, "Model")
    said = [told["image"], *told["attachments"]]
    assert [one["description"] for one in said] == [WORDS, "Les statuts"]
    assert {one["credit"] for one in said} == {"Léa, CC BY 4.0"}
    for one in said:
        async with program.house.street.session.get(program.house.url(one["copy"])) as answer:
            assert answer.status == 200
            data = await answer.read()
            assert documents.multihash(hashlib.sha256(data).hexdigest()) == one["digest"]
    return [one["copy"] for one in said]


async def test_what_is_not_what_was_announced_or_has_no_room_is_not_kept_and_harms_nothing(
    street: Street,
) -> None:
    alpha, beta = await street.open("alpha", "beta")
    coop, rete = await alpha.organisation("coop"), await beta.organisation("rete")
    model, sheet = await illustrated(alpha, coop)
    beta.app[UPLOADS].room = Room(for_one=10**9, for_others=0)
    await beta.lookup.resolve(model.iri)
    await street.settle()
    urls = [str(one["url"]) for one in illustrations.of(sheet).items]
    async with beta.read() as session:
        assert await views.copies(session, urls) == {}

    # There is no room for mirrors; the adaptation has that of its own organisation.
    street.clock.turn(minutes=11)
    await forked(beta, rete, model.iri)
    await street.settle()
    async with beta.read() as session:
        assert set(await views.copies(session, urls)) == set(urls)
        assert (await views.kept(session, rete)).files == 2

    # Other bytes than the sheet says, and an address that leads nowhere.
    other = illustrations.of(sheet).items
    wrong = replace(
        illustrations.of(sheet),
        image={**other[0], "url": f"{alpha.origin}/media/{'0' * 64}.jpg"},
        attachments=({**other[1], "digest": documents.multihash("0" * 64)},),
    )
    false = await alpha.organisation("false")
    liar = await alpha.publish(false, a_sheet("Autre"))
    report = await kept(alpha, false, "Faux", is_picture=False)
    said = {**wrong.attachments[0], "url": documents.address(alpha.site.origin, report)}
    async with alpha.begin() as session:
        row = await history.model_by_iri(session, liar.iri)
        assert row is not None
        await illustrating.illustrate(session, alpha.site, row, replace(wrong, attachments=(said,)))
    beta.app[UPLOADS].room = Room(for_one=10**9, for_others=10**9)
    await beta.lookup.resolve(liar.iri)
    await street.settle()
    async with beta.read() as session:
        gone = [str(wrong.image and wrong.image["url"]), str(said["url"])]
        assert await views.copies(session, gone) == {}
