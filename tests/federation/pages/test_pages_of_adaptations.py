"""The story of an adaptation, through forms alone, between two instances.

A French model is adapted into Italian elsewhere; its source changes two sections, one of them core
and one that the Italians had rewritten; they are told, see three columns, and choose.
"""

from collections.abc import AsyncIterator

import pytest
from together.reader import Reader, reading
from together.street import House, Street, a_sheet

from actors.rules.sections import Adaptability, Role, Section, Sheet
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
    assert "The principle Core Les coûts You changed it too" in bruno.text
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


async def test_choices_are_kept_begun_anew_undone_and_looked_at_before_they_are_published(
    street: Street, alpha: House, beta: House, anna: Reader, bruno: Reader
) -> None:
    slug = str((await alpha.publish(await alpha.actor("coop"), a_sheet())).slug)
    mine = await adapt(alpha, bruno, street, slug)
    await anna.go(f"/m/{slug}/edit")
    await anna.press(
        "Publish the new version",
        name__en="Repair workshop",
        s0__text__fr="On répare ensemble, et on apprend.",
        s1__text__fr="Un local loué et des outils.",
    )
    await street.settle()
    merge = f"/m/{mine}/merge"

    # A title is a row like a section; nothing is published by keeping.
    await bruno.go(merge)
    assert "Title (English)" in bruno.text
    await bruno.press("Keep this choice: Les coûts", choice__costs="own")
    assert "Your choices are kept. Only your organisation sees them." in bruno.text
    await bruno.press("Start from the source’s text: Les coûts")
    typed = bruno.page.xpath("//textarea[@name='own.costs.fr']")[0]
    assert typed.text_content().strip() == "Un local loué et des outils."
    await bruno.press("Keep my choices for later", own__costs__it="**Una sala** in affitto.")
    assert bruno.page.xpath("//details[@class='own-look']//strong")[0].text == "Una sala"
    await bruno.press("Keep my choices for later", **{"choice.@name.en": "ours"})

    # The source moves again: what was chosen is still there, and marked where it matters.
    await anna.go(f"/m/{slug}/edit")
    await anna.press("Publish the new version", s1__text__fr="Un local prêté et des outils.")
    await street.settle()
    await bruno.go(merge)
    assert "1 choice of yours was made before something changed again." in bruno.text
    assert bruno.text.count("Changed again since you chose: please check") == 1
    kept = bruno.page.xpath("//input[@type='radio' and @checked]/@name")
    assert kept == ["choice.@name.en", "choice.value", "choice.costs"]
    await bruno.press("Undo it: Title (English)")
    assert "That choice is undone." in bruno.text
    chosen = bruno.page.xpath("//input[@name='choice.@name.en' and @checked]/@value")
    assert chosen == ["theirs"]

    # A last look: words marked, what it is to its source; then it is published.
    await bruno.press("See the result", note="Insieme")
    assert bruno.heading == "What your choices give"
    assert "It stays a replication of its source" in bruno.text
    assert ", et on apprend" in [one.text_content() for one in bruno.page.iter("ins")]
    assert (await head_of(beta, mine)).names["en"] == "Atelier de réparation (en)"
    await bruno.press("Publish this version")
    assert "Your choices are saved in a new version." in bruno.text
    sheet = await head_of(beta, mine)
    assert sheet.names["en"] == "Repair workshop"
    assert part(sheet, "costs").texts["it"] == "**Una sala** in affitto."

    # Its history says why; beside its source, what differs is marked; a version can be cited.
    await bruno.go(f"/m/{mine}/versions")
    assert "Insieme" in bruno.text
    assert "Changed: Title (English)" in bruno.text
    await bruno.follow("Compare with the one before")
    assert bruno.heading == "From version 2 to version 3"
    await bruno.go(f"/m/{mine}")
    await bruno.follow("Compare with the source")
    assert bruno.heading == "Two models compared"
    assert "1 section says the same in both" not in bruno.text
    await bruno.go(f"/m/{mine}/compare?from=1&to=3&text=it")
    assert bruno.page.xpath("//div[@class='two' and @lang]/@lang") == ["it", "it"]
    await bruno.go(f"/m/{mine}/versions/1")
    assert f"Adapted from https://alpha.test/models/{slug}/versions/3" in bruno.text
    await bruno.go(f"/m/{mine}/versions/1/cite?format=csl")
    assert '"version": "1"' in bruno.html
    await bruno.go(f"/m/{mine}/compare?to=1")
    assert bruno.status == 404

    # Back to an earlier version: what changes is shown, and why is asked.
    await bruno.go(f"/m/{mine}/versions/2/restore")
    assert "What version 2 said is published again, as a new version." in bruno.text
    await bruno.press("Publish it again", note=" ")
    assert bruno.faults == ["Error: Say why, for those who follow the model."]
    await bruno.press("Publish it again", note="Troppo caro")
    assert "is published again, as the newest version." in bruno.text
    await bruno.go(f"/m/{mine}/versions")
    assert "says again what version 2 said" in bruno.text
    assert (await head_of(beta, mine)).names["en"] == "Atelier de réparation (en)"


async def test_an_adaptation_begins_with_its_name_its_place_and_a_licence_that_fits(
    alpha: House, beta: House, bruno: Reader, street: Street
) -> None:
    sheet = a_sheet()
    rights = Section(
        "r", Role.RIGHTS, Adaptability.OPTIONAL, {"fr": "Droits"}, {"fr": "Citez-nous."}
    )
    odd = Sheet(sheet.language, sheet.names, {}, "LicenseRef-Ours", (*sheet.sections, rights))
    slug = str((await alpha.publish(await alpha.actor("coop"), odd)).slug)
    await bruno.go(f"/directory?q=https://alpha.test/models/{slug}")
    await bruno.follow("Adapt this model")
    assert "What the source says about its rights Citez-nous." in bruno.text
    wanted = {"kind": "variant", "language": "it", "name": "Officina Lenta", "form": "QRZJ"}
    await bruno.press("Start the adaptation", **wanted, country="XX")
    assert bruno.faults == [
        "Error: Please read what this licence asks, and tick this box.",
        "Error: Please choose one from the list.",
    ]
    await bruno.press("Start the adaptation", country="IT", understood="yes", license="CC0-1.0")
    assert bruno.status == 422
    await bruno.press("Start the adaptation", license="LicenseRef-Ours")
    assert bruno.path == "/m/officina-lenta/workspace", bruno.text
    made = await head_of(beta, "officina-lenta")
    assert made.facts["territory"] == ["http://data.europa.eu/nuts/code/IT"]
    assert str(made.facts["legalFormIn"]).count("QRZJ") == 1
    assert "3 of 8 points are done." in bruno.text
    await bruno.go("/m/officina-lenta/edit")
    await bruno.press("Save as a draft", s0__text__it="Insieme.", s0__kind__it="fresh")
    await bruno.go("/m/officina-lenta/workspace")
    assert "You have a draft that is not published yet" in bruno.text
    assert "The principle Core translated" in bruno.text
    await bruno.go(f"/m/{slug}/workspace")
    assert bruno.status == 404
