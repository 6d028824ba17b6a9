"""What is found: in every language, by every facet, and nothing that is private."""

from dataclasses import replace
from typing import Any

from sqlalchemy import text
from together.clock import Clock
from together.peer import Peer
from together.street import a_sheet

from activitypub.canonical_json import Json
from actors.database import Session
from actors.rules.sections import Sheet
from actors.rules.wishes import Wish
from actors.site import Site
from actors.tables.actor import Actor
from actors.verbs import enrolling, forgetting, listing, publishing
from actors.views import findings

NUTS = "http://data.europa.eu/nuts/code/"


def _sheet(title: str, language: str = "fr", text: str = "Rien.", **facts: Any) -> Sheet:
    made = a_sheet(title, text=text)
    sections = tuple(
        replace(one, names={language: "Partie"}, texts={language: text}) for one in made.sections
    )
    return replace(
        made,
        language=language,
        names={language: title},
        summaries={},
        sections=sections,
        facts=facts,
    )


def _for_followers(document: dict[str, Any]) -> dict[str, Any]:
    return document | {"to": [f"{document['attributedTo']}/followers"], "cc": []}


async def _names(session: Session, *, viewer: Actor | None = None, **wish: str) -> list[str]:
    found = await findings.find(session, Wish(**wish), viewer)
    return [one.model.name for one in await findings.models(session, found.hits)]


async def test_words_are_found_in_every_form_and_in_every_language(
    session: Session, site: Site, coop: Actor
) -> None:
    for sheet in (
        _sheet("Ciclofficina popolare", "it", "Si riparano biciclette insieme."),
        _sheet("Offene Werkstatt", "de", "Wir machen Reparaturen mit Nachbarn."),
        _sheet("Épicerie des voisins", "fr", "Les coopérateurs ont réparé les étagères."),
        _sheet("Straße und Kälte", "de", "Hilfe für Obdachlose im Winter."),
    ):
        await publishing.publish(session, site, coop, sheet)
    # the same language, another form
    assert await _names(session, q="réparer etageres") == ["Épicerie des voisins"]
    assert await _names(session, q="STRASSE") == ["Straße und Kälte"]
    assert await _names(session, q="epic") == ["Épicerie des voisins"]
    # a French word finds what an Italian and a German one say, and what says the word comes first
    assert await _names(session, q="vélo") == ["Ciclofficina popolare"]
    assert await _names(session, q="les sans-abri") == ["Straße und Kälte"]
    assert (await _names(session, q="réparation"))[0] == "Épicerie des voisins"
    assert set(await _names(session, q="réparation")) >= {"Offene Werkstatt"}
    # what stands in the title comes before what stands in the text
    await publishing.publish(session, site, coop, _sheet("Voisins d'abord", "fr"))
    await publishing.publish(session, site, coop, _sheet("Autre", "fr", "Avec les voisins."))
    assert await _names(session, q="voisins") == [
        "Voisins d'abord",
        "Épicerie des voisins",
        "Autre",
    ]
    for nothing in ("%", "_", "\"' OR", "zzz) OR (a", "'; DROP TABLE model; --", "voisins\\"):
        found = await _names(session, q=nothing)
        assert found == [] or nothing == "voisins\\", nothing


async def test_facets_count_and_narrow(session: Session, site: Site, coop: Actor) -> None:
    facts: dict[str, Json] = {"essStatus": "ess:EssByLegalForm", "areaServed": [f"{NUTS}FR101"]}
    await enrolling.update_organisation(
        session, site, coop, name="La Coop", summary="", facts=facts
    )
    await publishing.publish(
        session,
        site,
        coop,
        _sheet(
            "Paris",
            family="ess:family-hosting",
            themes=["ess:theme-repair"],
            territory=[f"{NUTS}FR101"],
            maturity="ess:Proven",
            legalFormIn=["https://rdf.gleif.org/EntityLegalForm/ELF-BEWI"],
        ),
    )
    await publishing.publish(
        session,
        site,
        coop,
        _sheet(
            "Torino",
            "it",
            territory=[f"{NUTS}ITC11", f"{NUTS}FR"],
            legalFormIn=["https://rdf.gleif.org/EntityLegalForm/ELF-QRZJ"],
        ),
    )
    await publishing.publish(session, site, coop, _sheet("Ovunque", "it"))

    found = await findings.find(session, Wish())
    assert (len(found.hits), found.has_more) == (3, False)
    assert dict(found.facets["territory"]) == {"FR": 2, "IT": 1}
    assert found.facets["language"] == [("it", 2), ("fr", 1)]
    assert found.facets["family"] == [("hosting", 1)]
    assert found.facets["theme"] == [("repair", 1)]
    assert found.facets["maturity"] == [("Proven", 1)]
    assert found.facets["status"] == [("EssByLegalForm", 3)]
    assert found.facets["licence"] == [("CC-BY-SA-4.0", 3)]
    assert await _names(session, territory="FR") == ["Torino", "Paris"]
    assert await _names(session, territory=f"{NUTS}fr10") == ["Paris"]
    assert await _names(session, theme="repair", family="ess:family-hosting") == ["Paris"]
    assert await _names(session, maturity="proven", licence="cc-by-sa-4.0") == ["Paris"]
    assert await _names(session, q="réparation", territory="FR") == ["Paris"]
    assert await _names(session, by=str(coop.id), status="EssByLegalForm", language="fr") == [
        "Paris"
    ]
    inside = await findings.find(session, Wish(territory="FR"))
    assert inside.facets["territory"] == [("FR1", 1)]
    # what fits: in it, around it, or anywhere; a form of the same kind, or any
    assert await _names(session, near="FR101") == ["Ovunque", "Torino", "Paris"]
    assert await _names(session, near="ITC1") == ["Ovunque", "Torino"]
    assert await _names(session, near="DE") == ["Ovunque"]
    assert await _names(session, form="ess:legalform-fr-scic") == ["Ovunque", "Torino"]
    assert await _names(session, form="association") == ["Ovunque", "Paris"]
    assert await _names(session, near="FR101", form="W3WH") == ["Ovunque", "Paris"]

    # an organisation is found by what it says of itself, and what it says stands on its models
    organisations = await findings.find(session, Wish(kind="organisation", q="coop"))
    assert [one.id for one in await findings.actors(session, organisations.hits)] == [coop.id]
    assert organisations.facets["territory"] == [("FR", 1)]
    await enrolling.update_organisation(session, site, coop, name="La Coop", summary="", facts={})
    assert await _names(session, status="EssByLegalForm") == []


async def test_an_index_follows_every_change_and_shows_nothing_private(
    session: Session, site: Site, coop: Actor, peer: Peer, clock: Clock
) -> None:
    old = await publishing.publish(session, site, coop, _sheet("Ancien", text="moulin"))
    clock.turn(minutes=1)
    await publishing.revise(session, site, old, _sheet("Nouveau", text="pressoir"))
    assert await _names(session, q="moulin") == []
    assert await _names(session, q="pressoir") == ["Nouveau"]
    await forgetting.delete_model(session, site, old)
    assert await _names(session, q="pressoir") == []

    await peer.publish(session, peer.model(a_sheet("Chez Ada")))
    assert await _names(session, q="ada") == ["Chez Ada"]
    ada = (await session.execute(text("SELECT id FROM actor WHERE handle = 'ada'"))).scalar_one()
    about_ada = {"ada": ada}
    for column, value in (("shut_at", "updated_at"), ("shut_at", "NULL")):
        await session.execute(
            text(f"UPDATE actor SET {column} = {value} WHERE id = :ada"),  # noqa: S608 - ours
            about_ada,
        )
        assert await _names(session, q="ada") == ([] if value != "NULL" else ["Chez Ada"])
    shy = peer.actor() | {"indexable": False}
    await peer.say(session, peer.activity("Update", shy))
    assert await _names(session, q="ada") == []
    await peer.say(session, peer.activity("Update", peer.actor() | {"indexable": True}))
    assert await _names(session, q="ada") == ["Chez Ada"]

    secret = peer.model(a_sheet("Entre nous"), slug="prive", bend=_for_followers)
    await peer.publish(session, secret)
    assert await _names(session, q="entre nous") == []

    # made anew, everything is found again; by rows of an older edition it is found meanwhile
    await session.execute(text("DELETE FROM listing"))
    assert await _names(session, q="ada") == []
    progress = listing.Progress()
    while not progress.is_done:
        progress = await listing.catch_up(session, progress)
    assert await _names(session, q="ada") == ["Chez Ada"]
    await listing.forget_all(session)
    assert await _names(session, q="ada") == ["Chez Ada"]
