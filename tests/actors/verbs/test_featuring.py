"""Pins: ours are told, theirs are believed of their own things only."""

from typing import Any

import pytest
from sqlalchemy import select
from together.peer import Peer
from together.street import a_sheet

from activitypub.addressing import Visibility
from activitypub.canonical_json import parse
from actors.database import Session
from actors.errors import NotAllowed, Unwise
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.mail import Outgoing
from actors.verbs import featuring, forgetting, publishing, remarking
from actors.views import pins

COOP = "https://alpha.test/actors/coop"


async def _said(session: Session) -> list[Any]:
    rows = await session.scalars(select(Outgoing).order_by(Outgoing.id))
    return [parse(row.document) for row in rows]


async def _featuring_peer(session: Session, peer: Peer) -> Actor:
    """Ada with a collection of her own, of whom we know one note."""
    ada = await peer.known(session)
    ada.featured = f"{peer.iri('ada')}/featured"
    await peer.say(session, peer.activity("Create", peer.note(to=[COOP, "as:Public"])))
    return ada


async def test_what_is_pinned_is_told_and_stands_in_featured(
    session: Session, site: Site, coop: Actor
) -> None:
    first = await publishing.publish(session, site, coop, a_sheet())
    second = await publishing.publish(session, site, coop, a_sheet("Atelier de couture"))
    assert await pins.featured(session, coop) == [second.iri, first.iri]
    await featuring.pin(session, site, coop, first)
    await featuring.pin(session, site, coop, first)
    assert await pins.featured(session, coop) == [first.iri]
    told = [one for one in await _said(session) if one["type"] == "Add"]
    assert [(one["object"], one["target"]) for one in told] == [(first.iri, coop.featured)]
    await featuring.unpin(session, site, coop, first)
    await featuring.unpin(session, site, coop, first)
    told = [one for one in await _said(session) if one["type"] == "Remove"]
    assert [one["object"] for one in told] == [first.iri]


async def test_only_public_things_of_ones_own_are_pinned_and_only_five(
    session: Session, site: Site, coop: Actor, network: Actor
) -> None:
    model = await publishing.publish(session, site, network, a_sheet())
    with pytest.raises(NotAllowed):
        await featuring.pin(session, site, coop, model)
    private = await remarking.remark(
        session, site, coop, text="Entre nous", visible=Visibility.FOLLOWERS
    )
    with pytest.raises(NotAllowed):
        await featuring.pin(session, site, coop, private)
    remarks = [await remarking.remark(session, site, coop, text="Bonjour") for _ in range(6)]
    for one in remarks[:5]:
        await featuring.pin(session, site, coop, one)
    with pytest.raises(Unwise):
        await featuring.pin(session, site, coop, remarks[5])


async def test_what_is_deleted_is_pinned_no_longer(
    session: Session, site: Site, coop: Actor
) -> None:
    model = await publishing.publish(session, site, coop, a_sheet())
    await featuring.pin(session, site, coop, model)
    await forgetting.delete_model(session, site, model)
    assert await pins.featured(session, coop) == []


async def test_somebody_pins_and_unpins_a_note_of_her_own(session: Session, peer: Peer) -> None:
    ada = await _featuring_peer(session, peer)
    note, target = "https://peer.test/notes/1", ada.featured
    for _ in range(2):
        await peer.say(session, peer.activity("Add", note, target=target))
    assert [one.subject.iri for one in await pins.of(session, ada)] == [note]
    await peer.say(session, peer.activity("Remove", note, target=target))
    assert await pins.of(session, ada) == []


@pytest.mark.parametrize("target", ["https://peer.test/users/bob/featured", f"{COOP}/featured"])
async def test_nobody_adds_to_a_collection_of_somebody_else(
    session: Session, site: Site, coop: Actor, peer: Peer, target: str
) -> None:
    ada = await _featuring_peer(session, peer)
    model = await publishing.publish(session, site, coop, a_sheet())
    for thing in ("https://peer.test/notes/1", model.iri):
        await peer.say(session, peer.activity("Add", thing, target=target))
    assert (await pins.of(session, ada), await pins.of(session, coop)) == ([], [])


async def test_nobody_pins_what_others_said_or_what_is_private(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    ada = await _featuring_peer(session, peer)
    model = await publishing.publish(session, site, coop, a_sheet())
    private = peer.note(path="/notes/2", to=[COOP])
    await peer.say(session, peer.activity("Create", private))
    for thing in (model.iri, private["id"]):
        await peer.say(session, peer.activity("Add", thing, target=ada.featured))
    assert await pins.of(session, ada) == []


async def test_nobody_unpins_for_others(session: Session, site: Site, peer: Peer) -> None:
    ada = await _featuring_peer(session, peer)
    note = "https://peer.test/notes/1"
    await peer.say(session, peer.activity("Add", note, target=ada.featured))
    forged = peer.activity("Remove", note, name="bob", target=ada.featured)
    await peer.say(session, forged, name="bob")
    assert len(await pins.of(session, ada)) == 1
