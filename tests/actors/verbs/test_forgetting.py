"""Forgetting: what was deleted never comes back, and only its owner deletes it."""

from typing import Any

import pytest
from together.peer import Peer, work_off
from together.street import a_sheet

from activitypub.canonical_json import parse
from activitypub.errors import NotAuthoritative
from actors.database import Session
from actors.errors import Gone, NotAllowed
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.verbs import following, forgetting, forking, publishing
from actors.views import catalogue, history, lineage, notices, profiles, timelines
from actors.views.paging import Page

COOP = "https://alpha.test/actors/coop"


async def test_a_delete_before_its_create_binds(session: Session, peer: Peer) -> None:
    published = peer.model(a_sheet())
    await peer.say(session, peer.activity("Delete", published.iri))
    await peer.publish(session, published)
    await peer.publish(session, peer.model(a_sheet("Nouveau"), number=2), kind="Update")
    assert await history.model_by_iri(session, published.iri) is None


async def test_a_delete_of_a_note_before_its_create_binds(
    session: Session, coop: Actor, peer: Peer
) -> None:
    note = peer.note(cc=[COOP])
    await peer.say(session, peer.activity("Delete", {"id": note["id"], "type": "Tombstone"}))
    for kind in ("Create", "Update"):
        await peer.say(session, peer.activity(kind, note))
    assert await timelines.by_iri(session, str(note["id"]), coop) is None
    assert await notices.unread(session, coop) == 0


async def test_a_neighbours_delete_before_the_create_binds_nobody(
    session: Session, coop: Actor, peer: Peer
) -> None:
    published, note = peer.model(a_sheet()), peer.note(cc=[COOP])
    for iri in (published.iri, note["id"]):
        await peer.say(session, peer.activity("Delete", iri, name="bob"), name="bob")
    await peer.publish(session, published)
    await peer.say(session, peer.activity("Create", note))
    assert await history.model_by_iri(session, published.iri) is not None
    assert await timelines.by_iri(session, str(note["id"]), None) is not None


async def test_a_neighbours_delete_does_not_stand_in_the_way_of_the_owners(
    session: Session, coop: Actor, peer: Peer
) -> None:
    note = peer.note(cc=[COOP])
    await peer.say(session, peer.activity("Delete", note["id"], name="bob"), name="bob")
    await peer.say(session, peer.activity("Delete", note["id"]))
    await peer.say(session, peer.activity("Create", note))
    assert await timelines.by_iri(session, str(note["id"]), None) is None


@pytest.mark.parametrize("shape", ["iri", "tombstone", "object"])
async def test_a_neighbour_cannot_delete_what_is_there(
    session: Session, coop: Actor, peer: Peer, shape: str
) -> None:
    published, note = peer.model(a_sheet()), peer.note(cc=[COOP])
    await peer.publish(session, published)
    await peer.say(session, peer.activity("Create", note))
    for thing in (published.article, note):
        named: Any = {
            "iri": thing["id"],
            "tombstone": {"id": thing["id"], "type": "Tombstone"},
            "object": thing | {"attributedTo": peer.iri("bob")},
        }[shape]
        with pytest.raises(NotAuthoritative) as refused:
            await peer.say(session, peer.activity("Delete", named, name="bob"), name="bob")
        assert refused.value.code == "not-owner"
    assert [one.subject.iri for one in await timelines.public(session, Page())] == [
        note["id"],
        published.iri,
    ]


async def test_nobody_deletes_what_is_ours_or_another_actor(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    model = await publishing.publish(session, site, coop, a_sheet())
    await peer.known(session, "bob")
    for iri in (model.iri, COOP, peer.iri("bob")):
        with pytest.raises(NotAuthoritative):
            await peer.say(session, peer.activity("Delete", iri))
    bob = await profiles.by_iri(session, peer.iri("bob"))
    assert bob is not None
    assert bob.gone_at is None
    assert model.deleted_at is None


async def test_a_deleted_model_leaves_every_list_and_never_comes_back(
    session: Session, coop: Actor, peer: Peer, site: Site
) -> None:
    published = peer.model(a_sheet())
    follow = await following.follow(session, site, coop, await peer.known(session))
    await peer.say(session, peer.activity("Accept", follow.iri))
    await peer.publish(session, published)
    assert len(await timelines.home(session, coop, Page())) == 1
    await peer.say(session, peer.activity("Delete", published.iri))
    await peer.publish(session, published)
    await peer.publish(session, peer.model(a_sheet("Nouveau"), number=2), kind="Update")
    ada = await peer.known(session)
    assert await timelines.home(session, coop, Page()) == []
    assert await timelines.public(session, Page()) == []
    assert await timelines.account(session, ada, Page(), viewer=None) == []
    assert await catalogue.search(session, q="", page=Page()) == []
    assert await catalogue.latest(session, 5) == []
    assert await timelines.by_iri(session, published.iri, None) is None
    assert (await profiles.counts(session, ada)).models == 0


async def test_a_deleted_model_of_ours_answers_with_a_tombstone_and_keeps_its_name_taken(
    session: Session, site: Site, coop: Actor
) -> None:
    model = await publishing.publish(session, site, coop, a_sheet())
    await forgetting.delete_model(session, site, model)
    stone = parse(model.document)
    assert (stone["id"], stone["type"], stone["formerType"]) == (model.iri, "Tombstone", "Article")
    assert "proof" in stone
    again = await publishing.publish(session, site, coop, a_sheet())
    assert (model.slug, again.slug) == ("atelier-de-reparation", "atelier-de-reparation-2")
    with pytest.raises(Gone):
        await forgetting.delete_model(session, site, model)
    with pytest.raises(Gone):
        await publishing.revise(session, site, model, a_sheet("Autre"))
    with pytest.raises(Gone):
        await forking.fork(session, site, coop, model, kind="variant", language="it")


async def test_only_what_is_ours_is_deleted_here(session: Session, site: Site, peer: Peer) -> None:
    published = peer.model(a_sheet())
    await peer.publish(session, published)
    model = await history.model_by_iri(session, published.iri)
    assert model is not None
    with pytest.raises(NotAllowed):
        await forgetting.delete_model(session, site, model)


async def test_a_fork_of_a_deleted_source_still_merges_what_it_was_told(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    source = peer.model(a_sheet())
    await peer.publish(session, source)
    mirror = await history.model_by_iri(session, source.iri)
    assert mirror is not None
    fork = await forking.fork(session, site, coop, mirror, kind="variant", language="fr")
    moved = peer.model(a_sheet(text="On répare mieux."), number=2)
    await peer.publish(session, moved, kind="Update")
    await peer.say(session, peer.activity("Delete", source.iri))
    beside = await lineage.upstream(session, fork)
    assert beside is not None
    assert beside.moved
    merged = await forking.merge(session, site, fork, {})
    section = history.sheet(merged).section("value")
    assert section is not None
    assert section.texts["fr"] == "On répare mieux."
    assert merged.merged_iri == moved.version_iri
    assert await lineage.relation(session, fork) is not None
    await publishing.revise(session, site, fork, a_sheet("Autrement"))


async def test_a_deleted_source_of_ours_keeps_the_versions_its_forks_rest_on(
    session: Session, site: Site, coop: Actor, network: Actor
) -> None:
    source = await publishing.publish(session, site, coop, a_sheet())
    fork = await forking.fork(session, site, network, source, kind="variant", language="fr")
    await work_off(session, site)
    await publishing.revise(session, site, source, a_sheet(text="On répare mieux."))
    await work_off(session, site)
    await forgetting.delete_model(session, site, source)
    await work_off(session, site)
    merged = await forking.merge(session, site, fork, {})
    assert merged.number == 2


async def test_who_has_gone_takes_everything_along(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    model = await publishing.publish(session, site, coop, a_sheet())
    before = await timelines.tallies(session, model.iri)
    await peer.publish(session, peer.model(a_sheet("Le leur")))
    await peer.say(session, peer.activity("Create", peer.note(cc=[COOP])))
    for kind, subject in (("Follow", COOP), ("Like", model.iri), ("Announce", model.iri)):
        await peer.say(session, peer.activity(kind, subject))
    await peer.say(session, peer.activity("Delete", peer.iri("ada")))
    ada = await profiles.by_iri(session, peer.iri("ada"))
    assert ada is not None
    assert ada.gone_at is not None
    assert [one.subject.iri for one in await timelines.public(session, Page())] == [model.iri]
    assert await timelines.account(session, ada, Page(), viewer=None) == []
    assert await profiles.followers(session, coop, Page()) == []
    assert await profiles.by_address(session, "ada", "peer.test") is None
    assert await profiles.search_actors(session, "ada", 5) == []
    assert await timelines.tallies(session, model.iri) == before


async def _deleted(session: Session, model: Model) -> bool:
    await session.refresh(model)
    return model.deleted_at is not None


async def test_a_delete_between_two_of_ours_is_heard_and_harmless(
    session: Session, site: Site, coop: Actor, network: Actor
) -> None:
    await following.follow(session, site, network, coop)
    await work_off(session, site)
    model = await publishing.publish(session, site, coop, a_sheet())
    await work_off(session, site)
    assert len(await timelines.home(session, network, Page())) == 1
    await forgetting.delete_model(session, site, model)
    assert await work_off(session, site) == ["Delete"]
    assert await _deleted(session, model)
    assert await timelines.home(session, network, Page()) == []
