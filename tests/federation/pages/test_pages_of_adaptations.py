"""The story of an adaptation, through forms alone, between two instances.

A French model is adapted into Italian elsewhere; its source changes two sections, one of them core
and one that the Italians had rewritten; they are told, see three columns, and choose.
"""

from collections.abc import AsyncIterator

import pytest
from together.reader import Reader, reading
from together.street import House, Street, a_sheet

from actors.rules.sections import Section, Sheet
from actors.views import history, lineage

BRUNO = "bruno@example.org"


@pytest.fixture
async def beta(street: Street, alpha: House) -> House:
    """The Italian instance."""
    assert alpha.is_open
    (house,) = await street.open("beta")
    rete = await house.organisation("rete", "Rete Beta")
    await house.member(BRUNO, rete)
    return house


@pytest.fixture
async def bruno(beta: House, street: Street) -> AsyncIterator[Reader]:
    """Signed in at the Italian instance."""
    async with reading(beta, street) as browser:
        yield await browser.sign_in(BRUNO)


async def head_of(house: House, slug: str) -> Sheet:
    async with house.read() as session:
        model = await history.model_by_slug(session, slug)
        assert model is not None
        return history.sheet(await history.head(session, model))


def part(sheet: Sheet, key: str) -> Section:
    section = sheet.section(key)
    assert section is not None
    return section


async def adapt(alpha: House, bruno: Reader, street: Street, slug: str) -> str:
    """Find the French model by its address, adapt it, translate one section, rewrite the other."""
    await bruno.go("/directory")
    await bruno.press("Search", q=f"https://alpha.test/models/{slug}")
    assert bruno.heading == "Atelier de réparation (en)"
    assert "See the original on alpha.test" in bruno.text
    await bruno.follow("Adapt this model")
    assert "Share alike" in bruno.text
    await bruno.press("Start the adaptation", kind="variant", language="it")
    assert "Your adaptation is published." in bruno.text
    mine = bruno.path.split("/")[2]
    assert "Next step The principle: to translate" in bruno.text
    await bruno.follow("Open the whole form")
    rewritten = {
        "name__it": "Officina di riparazione",
        "s0__name__it": "Il principio",
        "s0__text__it": "Si ripara insieme.",
        "s0__kind__it": "fresh",
        "s1__text__it": "Una sala del comune, gratuita.",
        "s1__kind__it": "own",
    }
    await bruno.press("Publish the new version", **rewritten)
    assert bruno.faults == [
        "Error: You rewrote this section: please say why, for those who compare."
    ]
    await bruno.press("Publish the new version", s1__reason="Cost", s1__why="La sala è gratuita")
    assert bruno.path == f"/m/{mine}", bruno.text
    await street.settle()
    return mine


async def move_on(anna: Reader, slug: str) -> None:
    """The French change their core section and their costs."""
    await anna.go(f"/m/{slug}/edit")
    await anna.press(
        "Publish the new version",
        s0__text__fr="On répare ensemble, et on apprend.",
        s1__text__fr="Un local loué et des outils.",
    )
    assert anna.status == 200, anna.faults


async def test_an_adaptation_is_made_shown_at_its_source_and_merged(
    street: Street, alpha: House, beta: House, anna: Reader, bruno: Reader
) -> None:
    slug = str((await alpha.publish(await alpha.actor("coop"), a_sheet())).slug)
    mine = await adapt(alpha, bruno, street, slug)

    # What it says: a translation, a text of its own with its reason, and where it comes from.
    sheet = await head_of(beta, mine)
    assert part(sheet, "value").translated_from["it"] == part(sheet, "value").digests["fr"]
    assert "it" not in part(sheet, "costs").translated_from
    assert "Replication of the source. Its core sections are those of the source." in bruno.text
    assert "La sala è gratuita" in bruno.text

    # The source lists it, with its reason, and its owner is told.
    await anna.go(f"/m/{slug}")
    assert "Officina di riparazione" in anna.text
    assert "Les coûts: rewritten · Costs La sala è gratuita" in anna.text
    await anna.go("/notices")
    assert "has made an adaptation of one of your models." in anna.text

    # The source moves; the owner of the adaptation is told how that touches her.
    await move_on(anna, slug)
    await street.settle()
    await bruno.go("/notices")
    assert "2 sections changed, 1 of them core, 1 in conflict with yours." in bruno.text
    await bruno.press("Mark all as read")
    assert "All notices are marked as read." in bruno.text
    await bruno.go(f"/m/{mine}")
    assert "The source of this adaptation has changed." in bruno.text

    # Three columns; a conflict needs a choice, and nothing typed is lost without one.
    await bruno.follow("See and choose")
    assert bruno.heading == "What the source changed"
    assert ", et on apprend" in [one.text_content() for one in bruno.page.iter("ins")]
    assert "You changed it too" in bruno.text
    await bruno.press("Publish my choices", note="Aggiornato")
    assert bruno.faults == ["Error: Please choose what becomes of this section."]
    assert bruno.page.xpath("//input[@name='note']/@value") == ["Aggiornato"]
    await bruno.press(
        "Publish my choices",
        choice__costs="own",
        own__costs__it="Una sala del comune, o in affitto.",
    )
    assert bruno.path == f"/m/{mine}", bruno.text
    assert "Your choices are saved in a new version." in bruno.text

    merged = await head_of(beta, mine)
    assert part(merged, "value").texts["fr"] == "On répare ensemble, et on apprend."
    assert part(merged, "value").texts["it"] == "Si ripara insieme."
    assert part(merged, "costs").texts["it"] == "Una sala del comune, o in affitto."
    await bruno.go(f"/m/{mine}?text=it")
    assert "it may be out of date" in bruno.text  # the translation of the core awaits its review
    await bruno.go(f"/m/{mine}/merge")
    assert "Nothing new" in bruno.text
    async with beta.read() as session:
        model = await history.model_by_slug(session, mine)
        assert model is not None
        beside = await lineage.upstream(session, model)
    assert beside is not None
    assert beside.base.number == 2


async def test_writing_nothing_is_no_choice(
    street: Street, alpha: House, anna: Reader, bruno: Reader
) -> None:
    slug = str((await alpha.publish(await alpha.actor("coop"), a_sheet())).slug)
    mine = await adapt(alpha, bruno, street, slug)
    await move_on(anna, slug)
    await street.settle()
    await bruno.go(f"/m/{mine}/merge")
    empty = {f"own__costs__{tag}": "" for tag in ("it", "fr")}
    await bruno.press("Publish my choices", choice__costs="own", **empty)
    assert bruno.faults == ["Error: Please write the text that shall stand here."]


async def test_choices_survive_a_source_that_moves_again_meanwhile(
    street: Street, alpha: House, anna: Reader, bruno: Reader
) -> None:
    slug = str((await alpha.publish(await alpha.actor("coop"), a_sheet())).slug)
    mine = await adapt(alpha, bruno, street, slug)
    await move_on(anna, slug)
    await street.settle()
    await bruno.go(f"/m/{mine}/merge")
    form, address = bruno.html, bruno.address
    await anna.go(f"/m/{slug}/edit")
    await anna.press("Publish the new version", s1__text__fr="Un local prêté et des outils.")
    await street.settle()
    bruno.html, bruno.address = form, address
    await bruno.press("Publish my choices", choice__costs="ours")
    assert bruno.status == 422
    assert "Something changed while you were choosing." in bruno.text
    chosen = bruno.page.xpath("//input[@name='choice.costs' and @checked]/@value")
    assert chosen == ["ours"]
    assert "Un local prêté" in bruno.text
    await bruno.press("Publish my choices")
    assert bruno.path == f"/m/{mine}"


async def test_choices_survive_a_session_that_ends_meanwhile(
    street: Street, alpha: House, anna: Reader, bruno: Reader
) -> None:
    slug = str((await alpha.publish(await alpha.actor("coop"), a_sheet())).slug)
    mine = await adapt(alpha, bruno, street, slug)
    await move_on(anna, slug)
    await street.settle()
    await bruno.go(f"/m/{mine}/merge")
    form, address = bruno.html, bruno.address
    await bruno.press("Sign out")
    bruno.html, bruno.address = form, address
    await bruno.press(
        "Publish my choices", choice__costs="own", own__costs__it="Con cura.", note="Ci ho pensato"
    )
    assert bruno.status == 422
    assert "You are signed out, and nothing is lost." in bruno.text
    assert "Con cura." in bruno.text
    assert bruno.page.xpath("//input[@name='note']/@value") == ["Ci ho pensato"]


async def test_changing_the_core_makes_it_inspired_by_its_source(
    street: Street, alpha: House, bruno: Reader
) -> None:
    slug = str((await alpha.publish(await alpha.actor("coop"), a_sheet())).slug)
    mine = await adapt(alpha, bruno, street, slug)
    await bruno.go(f"/m/{mine}/edit")
    await bruno.press(
        "Publish the new version",
        s0__text__fr="On vend du neuf.",
        s0__reason="Audience",
    )
    assert "no longer counted among its replications" in bruno.text
    await bruno.press("Publish the new version", core="yes")
    assert "Inspired by the source. At least one core section differs" in bruno.text


async def test_a_licence_without_derivatives_explains_itself_and_offers_no_form(
    alpha: House, anna: Reader
) -> None:
    sheet = a_sheet()
    closed = Sheet(sheet.language, sheet.names, sheet.summaries, "CC-BY-ND-4.0", sheet.sections)
    slug = (await alpha.publish(await alpha.actor("coop"), closed)).slug
    await anna.go(f"/m/{slug}/fork")
    assert "This licence allows no derivatives" in anna.text
    assert "Start the adaptation" not in anna.text


async def test_an_odd_kind_or_language_is_said_beside_the_field(alpha: House, anna: Reader) -> None:
    slug = (await alpha.publish(await alpha.actor("coop"))).slug
    await anna.go(f"/m/{slug}/fork")
    await anna.press("Start the adaptation", kind="clone", language="?")
    assert anna.status == 422
    assert anna.faults == ["Error: Please fill this in."] * 2
