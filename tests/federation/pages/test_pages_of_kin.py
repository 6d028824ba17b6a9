"""The pages of a lineage, through forms alone: what others made, taking it, and what is kept."""

from collections.abc import AsyncIterator

import pytest
from together.reader import Reader, reading
from together.street import House, Street, a_sheet

from actors.tables.model import Model
from actors.verbs import forking
from actors.views import history

BRUNO = "bruno@example.org"


@pytest.fixture
async def beta(street: Street, alpha: House) -> House:
    """An instance with two organisations that adapt the same model."""
    assert alpha.is_open
    (house,) = await street.open("beta")
    rete = await house.organisation("rete", "Rete Beta")
    await house.organisation("lega", "Lega Beta")
    await house.member(BRUNO, rete)
    return house


@pytest.fixture
async def bruno(beta: House, street: Street) -> AsyncIterator[Reader]:
    async with reading(beta, street) as browser:
        yield await browser.sign_in(BRUNO)


async def fork(house: House, handle: str, source: Model) -> Model:
    found = await house.lookup.resolve(source.iri)
    assert isinstance(found, Model)
    organisation = await house.actor(handle)
    async with house.begin() as session:
        made = await forking.fork(
            session,
            house.site,
            organisation,
            await session.get_one(Model, found.id),
            kind="variant",
            language="fr",
        )
    await house.street.settle()
    return made


async def test_a_member_sees_the_family_takes_from_it_and_keeps_its_sources(
    street: Street, alpha: House, beta: House, bruno: Reader
) -> None:
    source = await alpha.publish(await alpha.actor("coop"))
    own, other = await fork(beta, "rete", source), await fork(beta, "lega", source)
    await beta.revise(other, a_sheet(text="On répare le dimanche."))
    await street.settle()

    # Her look causes a walk; the table says what is known, before and after.
    await bruno.go(f"/m/{own.slug}/lineage")
    assert "The sites concerned are being asked now." in bruno.text
    assert "3 models on 2 sites." in bruno.text
    await street.settle()
    await bruno.go(f"/m/{own.slug}/lineage")
    assert "As known on" in bruno.text
    rows = [" ".join(row.text_content().split()) for row in bruno.page.iter("tr")][1:]
    assert [("both say so" in row, "read where it lives" in row) for row in rows] == [
        (False, True),
        (True, False),
        (True, False),
    ]
    assert "They can be asked again from March 2, 2026, 09:15 UTC on." in bruno.text
    street.clock.turn(minutes=20)
    await bruno.go(bruno.path)
    await bruno.press("Ask the sites again")
    assert "The sites concerned are being asked." in bruno.text

    # The other adaptation is compared with hers, beside her source, and taken from.
    await bruno.go(f"/m/{own.slug}")
    await bruno.follow("1 other adaptation of the same source")
    assert "On répare le dimanche" in bruno.text.replace("ensemblele", "le")
    await bruno.follow("Compare with yours, and take from it")
    assert bruno.heading == "What a relative changed"
    assert "another adaptation of your source" in bruno.text
    await bruno.press("Publish my choices", **{"choice.value": "theirs"})
    assert "Your choices are saved in a new version." in bruno.text
    async with beta.read() as session:
        model = await history.model_by_iri(session, own.iri)
        assert model is not None
        taken = history.sheet(await history.head(session, model)).section("value")
    assert taken is not None
    assert taken.texts["fr"] == "On répare le dimanche."

    # Her source's next version comes on top of that: "three others changed it too".
    await alpha.revise(source, a_sheet(text="On répare mieux."))
    await street.settle()
    await bruno.go(f"/m/{own.slug}/merge")
    assert "1 other adaptation changed this section too" in bruno.text
    assert "You changed it too" in bruno.text

    # What is no relative, or not there, is said in words.
    strange = await beta.publish(beta.network)
    await bruno.go(f"/m/{own.slug}/merge?from={strange.iri}")
    assert (bruno.status, "no relative" in bruno.text) == (404, True)
    await bruno.go(f"/m/{own.slug}/kept/77")
    assert bruno.status == 404
    await bruno.go(f"/m/{strange.slug}/siblings")
    assert "We know of nobody else who adapted the same source." in bruno.text
    await bruno.go(f"/m/{strange.slug}/kept")
    assert "This model was made from no other." in bruno.text
    await bruno.go(f"/m/{strange.slug}/lineage")
    assert "It comes from no other model" in bruno.text

    # The source is deleted. A reader without account still reads what was kept of it.
    await alpha.delete(source)
    await street.settle()
    async with reading(beta, street) as anybody:
        await anybody.go(f"/m/{own.slug}/lineage")
        assert "no longer there" in anybody.text
        await anybody.go(f"/m/{own.slug}/kept")
        assert "Its organisation deleted it on" in anybody.text
        assert "Its signature is good, by the key that its author had on" in anybody.text
        await anybody.follow("Version 1")
        assert "People mend things together." in anybody.text
        assert "The key was its author's when this copy came here" in anybody.text
