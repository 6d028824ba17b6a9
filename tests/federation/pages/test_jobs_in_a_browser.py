"""The three jobs that most people come for, walked on two instances that federate with each other.

Publish a first model; find one, read who does it, adapt and translate it; see what its source
changed, take one section, rewrite another and offer it back. Once in a browser that runs no script,
once with keys alone, in French; whoever walks counts what she does.
"""

from dataclasses import replace

import pytest
from playwright.async_api import Browser
from together.reader import reading
from together.street import House, Street
from together.tour import ANNA, BRUNO
from together.walker import Walker
from together.window import launched

from actors.rules.sections import Sheet
from actors.views import history
from actors.views.proposals import counts

pytestmark = pytest.mark.browser

MOST_TO_PUBLISH = 22
MOST_TO_ADAPT = 24
MOST_TO_MERGE = 12
"""What each job may ask for, signing in included for the first two."""

MINUTES_TO_PUBLISH, MINUTES_TO_ADAPT, MINUTES_TO_MERGE = 20, 15, 5
"""What each may take somebody who reads every word, as `Walker.minutes` computes it from counts."""

A_SECTION = 360
"""Characters of a section: some 60 words. The walk types less, and what is missing is counted."""

TEXTS = (
    "On jette ce qui se répare.",
    "Les gens du quartier.",
    "Chacun repart avec un geste appris.",
    "Trouver un local, puis ouvrir.",
    "Un local et 1500 euros.",
    "On répare ensemble.",
)
SLUG = "atelier-de-reparation"


@pytest.mark.parametrize("keys", [False, True], ids=["without-script", "with-keys-alone"])
async def test_the_three_jobs_are_done_within_their_limits(street: Street, keys: bool) -> None:
    alpha, beta = await street.open("alpha", "beta")
    rete = await beta.organisation("rete", "Rete Torino")
    await alpha.member(ANNA, await alpha.organisation("coop", "Coopérative des Lilas"))
    await beta.member(BRUNO, rete)
    await beta.follow(rete, "@coop@alpha.test")
    await street.settle()
    doors = ", ".join(f"MAP {one.host}:443 127.0.0.1:{one.port}" for one in (alpha, beta))
    async with launched(f"--host-resolver-rules={doors}") as browser:
        anna = await somebody(browser, alpha, keys=keys)
        await publishes(anna)
        await street.settle()
        await records(street, alpha)
        bruno = await somebody(browser, beta, keys=keys)
        await adapts(bruno)
        await changes(alpha)
        await street.settle()
        await merges(bruno)
        await street.settle()
    coop = await alpha.actor("coop")
    async with alpha.read() as session:
        assert (await counts(session, coop)).to_decide == 1
    faults = sorted({*anna.faults, *bruno.faults})
    assert faults == [], faults


async def somebody(browser: Browser, house: House, *, keys: bool) -> Walker:
    context = await browser.new_context(
        ignore_https_errors=True, locale="fr", java_script_enabled=keys
    )
    context.set_default_timeout(60_000)
    return Walker(await context.new_page(), house, keys=keys)


async def publishes(anna: Walker) -> None:
    """A first model: six sections, three rights, and where it is at home."""
    await anna.arrive("/")
    await anna.sign_in(ANNA)
    await anna.press("link", "Écrire un modèle")
    await anna.fill("name.fr", "Atelier de réparation")
    await anna.fill("summary.fr", "Un atelier où l'on apprend à réparer.")
    for place, text in enumerate(TEXTS):
        await anna.fill(f"s{place}.text.fr", text)
    await anna.choose("license", "Creative Commons Attribution 4.0")
    await anna.fill("resourceLicense", "CC0-1.0")
    await anna.fill("mark", "Demandez-nous.")
    await anna.unfold("Faits")
    await anna.fill("territory", "France")
    await anna.press("button", "Publier")
    await anna.says("Votre modèle est publié.")
    await anna.says("La suite, d’habitude")
    await anna.says("Coûts et financement")
    assert anna.count <= MOST_TO_PUBLISH
    anna.typed += sum(A_SECTION - len(text) for text in TEXTS)
    assert anna.minutes <= MINUTES_TO_PUBLISH


async def records(street: Street, alpha: House) -> None:
    """Anna says where she does it, which is told elsewhere."""
    async with reading(alpha, street) as anna:
        await anna.sign_in(ANNA)
        await anna.go(f"/m/{SLUG}/record")
        await anna.press(
            "Publish the record",
            name="Atelier des Lilas",
            summary="Chaque samedi.",
            territory="FR",
            stage="Running",
            since="2026-01-05",
        )
        assert anna.status == 200, anna.faults
    await street.settle()


async def adapts(bruno: Walker) -> None:
    """A model of another instance: found by need and country, its practice read, two sections."""
    await bruno.arrive("/")
    await bruno.sign_in(BRUNO)
    await bruno.press("link", "Découvrir")
    await bruno.fill("q", "réparer")
    await bruno.fill("territory", "France")
    await bruno.press("button", "Rechercher")
    await bruno.says("1 fiche de pratique : France".replace(" :", "\xa0:"))
    await bruno.press("link", "Atelier de réparation")
    await bruno.press("link", "Voir toutes les fiches")
    await bruno.says("Atelier des Lilas")
    await bruno.press("link", "Atelier de réparation")
    await bruno.press("link", "Adapter ce modèle")
    await bruno.choose("language", "Italien")
    await bruno.fill("name", "Officina di riparazione")
    await bruno.choose("country", "Italie")
    await bruno.press("button", "Commencer l’adaptation")
    await bruno.press("link", "Continuer avec cette section")
    await bruno.fill("text.problem", "Si butta ciò che si ripara.")
    await bruno.fill("text.beneficiaries", "La gente del quartiere.")
    await bruno.press("button", "Publier ce qui est préparé")
    await bruno.says("La nouvelle version est publiée.")
    assert bruno.count <= MOST_TO_ADAPT
    bruno.typed += 2 * A_SECTION
    assert bruno.minutes <= MINUTES_TO_ADAPT
    await has_titles(bruno.house)


async def has_titles(beta: House) -> None:
    """What was translated is called as such sections are called in its language."""
    sheet = await newest(beta, "officina-di-riparazione")
    assert [one.names["it"] for one in sheet.sections[:2]] == ["Il problema", "A chi serve"]
    assert [one.names.keys() for one in sheet.sections[2:]] == [{"fr"}] * 4


async def newest(house: House, slug: str) -> Sheet:
    async with house.read() as session:
        model = await history.model_by_slug(session, slug)
        assert model is not None
        return history.sheet(await history.head(session, model))


async def changes(alpha: House) -> None:
    """The source says two sections otherwise."""
    sheet = await newest(alpha, SLUG)
    said = {"steps": "Trouver un local et une assurance.", "costs": "Un local et 1800 euros."}
    sections = tuple(
        replace(one, texts={"fr": said[one.key]}) if one.key in said else one
        for one in sheet.sections
    )
    async with alpha.read() as session:
        model = await history.model_by_slug(session, SLUG)
        assert model is not None
    await alpha.revise(model, replace(sheet, sections=sections))


async def merges(bruno: Walker) -> None:
    """One section is taken, one written from both, and that one offered to the source."""
    await bruno.arrive("/")
    await bruno.press("link", "Mon espace")
    await bruno.says("Ce qui vous attend")
    await bruno.press("link", "Voir et choisir")
    await bruno.says("2 sections changées")
    await bruno.tick("choice.costs", "own")
    await bruno.fill("own.costs.fr", "Un local prêté et 1800 euros.")
    await bruno.choose("reason.costs", "Une leçon de la pratique")
    await bruno.press("button", "Publier mes choix")
    await bruno.says("Vos choix sont enregistrés")
    await bruno.press("link", "Proposer à votre source")
    await bruno.tick("take.costs")
    await bruno.fill("message", "Un local se prête souvent.")
    await bruno.press("button", "Envoyer la proposition")
    await bruno.says("Votre proposition est envoyée.")
    assert bruno.count <= MOST_TO_MERGE
    assert bruno.minutes <= MINUTES_TO_MERGE
