"""The directory: words with accents and signs, languages, territories, families, pages."""

from dataclasses import replace
from typing import Any

import pytest
from together.clock import Clock
from together.peer import Peer
from together.street import a_sheet

from actors.database import Session
from actors.site import Site
from actors.tables.actor import Actor
from actors.verbs import enrolling, forgetting, publishing
from actors.views import catalogue, profiles
from actors.views.paging import Page

NUTS = "http://data.europa.eu/nuts/code/"


async def _publish(
    session: Session, site: Site, organisation: Actor, title: str, **facts: Any
) -> None:
    text = facts.pop("text", "Rien de plus.")
    await publishing.publish(
        session, site, organisation, replace(a_sheet(title, text=text), facts=facts)
    )


async def _found(session: Session, **wanted: Any) -> list[str]:
    page = wanted.pop("page", Page())
    return [one.model.name for one in await catalogue.search(session, **wanted, page=page)]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("télécoop", True),
        ("TELECOOP", True),
        ("telecoop operateur", True),
        ("opérateur  TÉLÉCOOP", True),
        ("coöp", False),  # the middle of a word
        ("télé", True),
        ("éfficace", False),
        ("straße", True),
        ("STRASSE", True),
        ("telecoop xyz", False),
        ("100%", True),
        ("50%", False),
        ("%", False),
        ("a_b", True),
        ("aXb", False),
        ("_", False),
        ("c\\d", True),
        ("\\", False),
        ("'; DROP TABLE model; --", False),
        ("", True),
    ],
)
async def test_words_are_found_whatever_their_case_and_accents(
    session: Session, site: Site, coop: Actor, q: str, *, found: bool
) -> None:
    text = "Dans la Straße, 100% libre, a_b, c\\d."
    await _publish(session, site, coop, "Opérateur TéléCoop", text=text)
    assert bool(await _found(session, q=q)) == found


async def test_a_sign_of_the_database_finds_only_itself(
    session: Session, site: Site, coop: Actor
) -> None:
    await _publish(session, site, coop, "Plain")
    for sign in ("%", "_", "\\", "pla%", "pl_in", "%ain"):
        assert await _found(session, q=sign) == [], sign


async def test_facets_narrow_the_list(session: Session, site: Site, coop: Actor) -> None:
    await _publish(session, site, coop, "Paris", territory=[f"{NUTS}FR101"], family="ess:hosting")
    await _publish(
        session, site, coop, "Turin", territory=[f"{NUTS}ITC11"], family="ess:family-hosting"
    )
    await _publish(
        session, site, coop, "Beide", territory=[f"{NUTS}FR", f"{NUTS}DE"], family="ess:networks"
    )
    assert await _found(session, territory="FR") == ["Beide", "Paris"]
    assert await _found(session, territory="fr101") == ["Paris"]
    assert await _found(session, territory=f"{NUTS}IT") == ["Turin"]
    assert await _found(session, territory="R1") == []
    assert await _found(session, territory="%") == []
    assert await _found(session, family="hosting") == ["Turin", "Paris"]
    assert await _found(session, family="host") == []
    assert await _found(session, language="en") == ["Beide", "Turin", "Paris"]
    assert await _found(session, language="FR", q="paris") == ["Paris"]
    assert await _found(session, language="f") == []
    assert await _found(session, language="it") == []
    assert await catalogue.families(session) == [("hosting", 2), ("networks", 1)]


async def test_what_peers_sent_is_found_with_whose_it_is(session: Session, peer: Peer) -> None:
    await peer.publish(session, peer.model(a_sheet("Chez Ada")))
    [entry] = await catalogue.search(session, q="ada", page=Page())
    assert entry.author.address == "ada@peer.test"


async def test_pages_of_the_directory_are_stable(session: Session, site: Site, coop: Actor) -> None:
    for number in range(4):
        await _publish(session, site, coop, f"Modèle {number}")
    first = await catalogue.search(session, q="modele", page=Page(limit=2))
    await _publish(session, site, coop, "Modèle neuf")
    rest = Page(limit=2, max_id=first[-1].model.id)
    assert await _found(session, q="modele", page=rest) == ["Modèle 1", "Modèle 0"]
    newer = Page(min_id=first[0].model.id)
    assert await _found(session, q="modele", page=newer) == ["Modèle neuf"]


async def test_what_changed_last_stands_first(
    session: Session, site: Site, coop: Actor, clock: Clock
) -> None:
    old = await publishing.publish(session, site, coop, a_sheet("Vieux"))
    clock.turn(minutes=1)
    new = await publishing.publish(session, site, coop, a_sheet("Neuf"))
    assert [one.model.name for one in await catalogue.latest(session, 2)] == ["Neuf", "Vieux"]
    clock.turn(minutes=1)
    await publishing.revise(session, site, old, a_sheet("Vieux, mais mieux"))
    assert [one.model.id for one in await catalogue.latest(session, 1)] == [old.id]
    await forgetting.delete_model(session, site, old)
    assert [one.model.id for one in await catalogue.latest(session, 2)] == [new.id]
    assert await _found(session, q="vieux") == []
    assert [one.id for one in await catalogue.of_actor(session, coop.id, Page())] == [new.id]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("école", True),
        ("Ecole", True),
        ("ÉCOLE", True),
        ("@ada", True),
        ("ada@peer.test", True),
        ("AD", True),
        ("%", False),
        ("x_a", False),
        ("eve", False),
    ],
)
async def test_somebody_is_found_whatever_the_case_and_the_accents(
    session: Session, peer: Peer, text: str, *, found: bool
) -> None:
    follow = peer.activity("Follow", "https://alpha.test/actors/coop")
    await peer.known(session)
    await peer.say(session, follow)
    renamed = peer.actor() | {"name": "École d'Ada"}
    await peer.say(session, peer.activity("Update", renamed))
    names = [one.handle for one in await profiles.search_actors(session, text, 5)]
    assert ("ada" in names) == found


async def test_an_organisation_of_ours_is_found_by_its_new_name(
    session: Session, site: Site, coop: Actor
) -> None:
    await enrolling.update_organisation(session, site, coop, name="Électrons", summary="", facts={})
    assert [one.id for one in await profiles.search_actors(session, "electron", 5)] == [coop.id]
    assert await profiles.search_actors(session, "La Coop", 5) == []
