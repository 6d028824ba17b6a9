"""Translating on the pages: prepared piece by piece, published when ready, nothing overwritten."""

from dataclasses import replace

from together.reader import Reader, reading
from together.street import House, Street, a_sheet

from activitypub.multihash import digest_of
from actors.rules.permissions import Office
from actors.rules.sections import Adaptability, Role, Section, Sheet
from actors.tables.model import Model
from actors.verbs import forking
from actors.views import history
from federation.pages.directions import direction

PAGE = "/m/atelier-de-reparation"
IT = f"{PAGE}/translations/it"
VALUE, COSTS = "On répare ensemble.", "Un local et des outils."


async def now(house: House, slug: str = "atelier-de-reparation") -> Sheet:
    async with house.read() as session:
        model = await history.model_by_slug(session, slug)
        assert model is not None
        return history.sheet(await history.head(session, model))


async def change(house: House, model: Model, key: str, text: str) -> None:
    """The source says something else in one section, all else stays."""
    sheet = await now(house, str(model.slug))
    changed = (
        replace(one, texts={**one.texts, "fr": text}) if one.key == key else one
        for one in sheet.sections
    )
    await house.revise(model, sheet.with_sections(changed))


async def test_a_language_is_translated_piece_by_piece_and_published_when_ready(
    street: Street, alpha: House, anna: Reader
) -> None:
    coop = await alpha.actor("coop")
    model = await alpha.publish(coop)
    await anna.go(f"{PAGE}/translations")
    assert "The model is written in French. People translate it" in anna.text
    await anna.press("Begin", language="it")
    assert (anna.heading, anna.path) == ("Translate into Italian", IT)
    assert "0 of 2 sections" in anna.text
    await anna.press("Save everything", text__value="Si ripara.", name__value="Il principio")
    assert "Only your organisation sees it until it is published." in anna.text
    assert "1 of 2 sections · 1 piece prepared, not published yet" in anna.text
    assert "it" not in (await now(alpha)).languages
    await anna.follow("One at a time")
    await anna.press("Save, and go on", name__HEADING="Officina", text__HEADING="Si ripara qui.")
    assert [one.get("name") for one in anna.page.iter("textarea")] == ["text.costs"]

    # The source changes while she works: her piece is kept, and says so.
    await change(alpha, model, "value", "On répare ensemble, le samedi.")
    await anna.go(IT)
    assert "0 of 2 sections" in anna.text
    value = anna.page.get_element_by_id("at-value")
    assert [one.text for one in value.iter("ins")] == [", le samedi"]
    assert "The source has changed Prepared" in " ".join(value.text_content().split())
    await anna.press("Still right, no change needed (Le principe)")
    assert "1 of 2 sections" in anna.text
    await anna.press("Publish what is prepared", text__costs="Un locale e attrezzi.", note="Ecco.")
    assert "The new version is published." in anna.text
    sheet = await now(alpha)
    assert (sheet.names["it"], sheet.summaries["it"]) == ("Officina", "Si ripara qui.")
    value_now, costs = sheet.sections
    assert value_now.texts["it"] == "Si ripara."
    assert value_now.translated_from["it"] == digest_of("On répare ensemble, le samedi.")
    assert costs.translated_from["it"] == digest_of(COSTS)
    assert "2 of 2" in anna.text
    await anna.go(IT)
    assert "Nothing to do: everything is up to date in this language." in anna.text

    # Readers of Italian are told what is behind since when, with the source on request.
    street.clock.turn(days=3)
    await change(alpha, model, "costs", "Un local, des outils et du café.")
    await anna.go(f"{PAGE}?text=it")
    assert f"has changed since this was translated, on {street.clock():%B %-d, %Y}" in anna.text
    assert "See the original text (French)" in anna.text
    assert "Italian: 1 of 2 sections, 1 behind" in anna.text
    assert "has changed since" not in (await anna.go(f"{PAGE}?text=fr")).text


async def test_nobody_is_overwritten_unseen_and_only_editors_publish(
    street: Street, alpha: House, anna: Reader
) -> None:
    coop = await alpha.actor("coop")
    model = await alpha.publish(coop)
    await alpha.member("tom@example.org", coop, Office.TRANSLATOR)
    await alpha.member("rita@example.org", coop, Office.READER)
    async with reading(alpha, street) as tom:
        await tom.sign_in("tom@example.org")
        await tom.go(IT)
        await anna.go(IT)
        assert "An editor or steward of your organisation publishes" in tom.text
        await tom.press("Save everything", text__value="Di Tom.")
        await anna.press("Save everything", text__value="Di Anna.", text__costs="Costi.")
        assert anna.status == 422
        assert "Somebody else saved this while you were writing." in anna.text
        told = {one.strip() for one in anna.page.xpath("//*[@lang='it']/text()")}
        assert {"Di Tom.", "Di Anna."} <= told
        await anna.press("Save everything")
        assert anna.status == 200
        await tom.go(f"{IT}?show=all")
        fields = {one.get("name"): (one.text or "").strip() for one in tom.page.iter("textarea")}
        assert fields == {"text.HEADING": "", "text.value": "Di Anna.", "text.costs": "Costi."}
        await tom.press("Save everything", text__value="x" * 50_001)
        assert tom.faults == ["Error: This is 50,001 characters long; at most 50,000 are allowed."]
        tom.html = tom.html.replace('value="save"', 'value="publish"')
        await tom.press("Save everything", text__value="Di Anna.")
        assert "Only stewards and editors publish in this name." in tom.text
        await tom.press("Throw away what is prepared (Les coûts)", text__value="Di Anna.")
        assert "1 piece prepared" in tom.text
        await tom.go(f"{IT}?only=value")
        assert "Prepared Anna, March 2, 2026" in tom.text

        # Another Italian text is published through the form: both are shown before publishing.
        sheet = await now(alpha)
        first = sheet.sections[0]
        theirs = replace(first, texts={**first.texts, "it": "Dal modulo."})
        await alpha.revise(model, sheet.with_sections((theirs, *sheet.sections[1:])))
        await anna.go(IT)
        assert "Something else was published here" in anna.text
        await anna.press("Publish what is prepared")
        assert anna.status == 422
        assert "Something else was published meanwhile where this translation" in anna.text
        await anna.press("Mine shall stand (Le principe)")
        await anna.press("Publish what is prepared")
        assert (await now(alpha)).sections[0].texts["it"] == "Di Anna."

        # A section that goes takes nothing with it unseen; a session that ends loses nothing.
        await tom.go(IT)
        await tom.press("Save everything", text__costs="Spese.")
        await alpha.revise(model, (await now(alpha)).with_sections((first,)))
        await anna.go(IT)
        assert "This was prepared for a section that the model no longer has." in anna.text
        await anna.press("Publish what is prepared", name__HEADING="Officina")
        assert anna.status == 422
        await anna.press("Throw away what is prepared")
        await anna.go(f"{IT}?show=all")
        page, shown = anna.html, anna.address
        await anna.press("Sign out")
        anna.html, anna.address = page, shown
        await anna.press("Save everything", text__HEADING="Una frase.")
        assert "You are signed out, and nothing is lost." in anna.text
        assert "Una frase." in anna.text
        await tom.press("Sign out")
        await tom.sign_in("rita@example.org")
        assert (await tom.go(IT)).status == 403
        assert (await tom.go(f"{PAGE}/glossary")).status == 403
        assert (await tom.go(f"{PAGE}/translations/nonsense!")).status == 404
        assert (await tom.go(f"{PAGE}/translations")).status == 200
        assert "Begin" not in tom.text


async def test_a_fork_that_only_translated_takes_the_new_texts_and_translates_them_again(
    street: Street, alpha: House, anna: Reader
) -> None:
    other = await alpha.organisation("other", "Other")
    source = await alpha.publish(other)
    coop = await alpha.actor("coop")
    async with alpha.begin() as session:
        fork = await forking.fork(
            session, alpha.site, coop, source, kind="translation", language="it"
        )
    page = f"/m/{fork.slug}/translations/it"
    await anna.go(page)
    assert "0 of 2 sections" in anna.text
    await anna.press("Publish what is prepared", text__value="Si ripara.", text__costs="Spese.")
    assert "Translate the title first" in anna.text
    await anna.press("Publish what is prepared", name__HEADING="Officina")
    assert "The new version is published." in anna.text

    await change(alpha, source, "value", "On répare ensemble, le samedi.")
    await street.settle()
    await anna.go("/notices")
    assert "1 section changed, 1 of them core" in anna.text
    assert "conflict" not in anna.text
    assert "1 to translate again" in anna.text
    await anna.go(f"/m/{fork.slug}?text=it")
    assert "The source of this adaptation has changed its text (French) on" in anna.text
    await anna.go(page)
    assert "The source has changed 1 section that you translated." in anna.text
    await anna.press("Take the new texts")
    assert "What you translated waits for you." in anna.text
    assert "1 of 2 sections" in anna.text
    assert [one.text for one in anna.page.xpath("//section//ins")] == [", le samedi"]
    await anna.press("Publish what is prepared", text__value="Si ripara, il sabato.")
    sheet = await now(alpha, str(fork.slug))
    assert sheet.sections[0].texts["it"] == "Si ripara, il sabato."
    assert sheet.sections[0].translated_from["it"] == digest_of("On répare ensemble, le samedi.")
    assert anna.path == f"/m/{fork.slug}/workspace"
    await anna.go(f"/m/{fork.slug}/translations")
    assert "2 of 2" in anna.text


async def test_words_of_the_glossary_stand_beside_the_texts_and_go_into_the_sheet(
    alpha: House, anna: Reader
) -> None:
    carried = Section(
        "words",
        Role.GLOSSARY,
        Adaptability.OPTIONAL,
        {"fr": "Mots"},
        {"fr": "- **local**: sede (it)"},
    )
    sheet = a_sheet()
    await alpha.publish(await alpha.actor("coop"), sheet.with_sections((*sheet.sections, carried)))
    await anna.go("/glossary")
    assert "No word yet." in anna.text
    await anna.press_exactly("Add", term="outil", language="fr", into="it", equivalent="")
    assert "Please write how it is said, or a note that explains it." in anna.text
    await anna.press_exactly("Add", equivalent="attrezzo", note="Mai “arnese”.")
    assert "The glossary is saved." in anna.text
    await anna.press("Bring it in", table="réparer;fr;riparare\n")
    assert anna.status == 422
    await anna.press("Bring it in", table="mot;langue;dit;en;note\nensemble;fr;insieme;it;=1\n")
    await anna.go("/glossary.csv")
    assert "outil,fr,attrezzo,it" in anna.html
    assert "'=1" in anna.html
    await anna.go(IT)
    costs = anna.page.get_element_by_id("at-costs").find_class("terms")[0]
    assert " ".join(costs.text_content().split()) == (
        "Words of the glossary localsede outilattrezzo Mai “arnese”."
    )
    await anna.go(f"{PAGE}/glossary")
    assert "1 word stands in the glossary of the sheet only" in anna.text
    await anna.press_exactly("Add", term="outil", language="fr", into="en", equivalent="tool")
    await anna.press("Save", equivalent="implement")
    assert "implement" in anna.text
    await anna.press("Write it into the sheet, and publish")
    words = (await now(alpha)).section("words")
    assert words is not None
    assert words.texts["fr"] == "- **local**: sede (it)\n- **outil**: implement (en)"
    assert words.texts["en"] == "- **implement**: outil (fr)"
    assert words.translated_from["en"] == digest_of(words.texts["fr"])
    await anna.go(f"{PAGE}/glossary?into=en&page=99")
    assert anna.status == 200
    await anna.go(f"{PAGE}/glossary")
    await anna.press("Strike it out")
    assert "The word is struck out." in anna.text


async def test_texts_from_right_to_left_say_so_wherever_they_stand(
    alpha: House, anna: Reader
) -> None:
    sheet = a_sheet()
    arabic = replace(sheet, names={**sheet.names, "ar": "ورشة"})
    await alpha.publish(await alpha.actor("coop"), arabic)
    await anna.go(f"{PAGE}?text=ar")
    title = anna.page.find(".//h1")
    assert (title.get("lang"), title.get("dir")) == ("ar", "rtl")
    await anna.go(f"{PAGE}/translations/ar")
    fields = {one.get("dir") for one in anna.page.iter("textarea")}
    assert fields == {"rtl"}
    sources = anna.page.xpath("//div[@lang='fr']/@dir")
    assert sources == []
    assert [str(direction(tag)) != "" for tag in ("fa-IR", "ks-Deva", "az-Arab", "fr", "")] == [
        True,
        False,
        True,
        False,
        False,
    ]
