"""A real Fedify, both ways: it finds us, verifies us and understands us, and we it.

Fedify signs its first request to an unknown host by RFC 9421, and would knock again as in
draft-cavage if that were refused. This default of its is kept, so what it sends here is RFC 9421,
and nothing is ever refused.
"""

from typing import Any

import pytest
from peers.fedify_process import Fedify
from sqlalchemy import select
from together.street import House, Street, a_sheet

from activitypub import canonical_json
from activitypub.signatures.claims import Scheme
from actors.mail import hosts
from actors.tables.actor import Actor
from actors.tables.host import Host
from actors.tables.remark import Remark
from actors.verbs import following
from actors.views import history, notices, profiles, timelines
from actors.views.paging import Page

pytestmark = pytest.mark.peer


async def followed_by(house: House, handle: str) -> list[str]:
    """The addresses of an organisation's followers."""
    actor = await house.actor(handle)
    async with house.read() as session:
        return [row.actor.address for row in await profiles.followers(session, actor, Page())]


async def follows_of(house: House, follower: Actor) -> list[tuple[str, str]]:
    """Whom an organisation follows, and how far that is."""
    async with house.read() as session:
        rows = await profiles.our_follows(session, follower)
    return [(whom.address, follow.state) for follow, whom in rows]


async def home(house: House, reader: Actor) -> list[str]:
    """What an organisation finds on its home timeline."""
    async with house.read() as session:
        items = await timelines.home(session, reader, Page())
    return [one.subject.content for one in items if isinstance(one.subject, Remark)]


async def document_at(house: House, address: str) -> dict[str, Any]:
    """What peers read at an address."""
    headers = {"Accept": "application/activity+json"}
    async with house.street.session.get(address, headers=headers) as answer:
        return canonical_json.parse(await answer.read())


async def test_fedify_finds_an_organisation_and_follows_it(
    street: Street, alpha: House, fedify: Fedify
) -> None:
    coop = await alpha.organisation("coop", "La Coop")

    found = await fedify.ask("lookUp", whom="@coop@alpha.test")
    assert (found["type"], found["id"], found["name"]) == ("Organization", coop.iri, "La Coop")
    assert found == await fedify.ask("lookUp", whom=coop.url)
    await fedify.ask("follow", whom="@coop@alpha.test")
    await street.settle()

    assert street.refusals() == []
    assert street.mail == ["fedify → alpha Follow"]
    assert await followed_by(alpha, "coop") == ["ada@fedify.test"]
    [accept] = await fedify.heard("Accept")
    assert accept["actor"] == accept["signer"] == coop.iri
    assert accept["proves"]
    assert await fedify.ask("following") == [coop.iri]

    await fedify.ask("unfollow", whom=coop.iri)
    await street.settle()

    assert await followed_by(alpha, "coop") == []
    assert street.refusals() == []


async def test_fedify_reads_and_believes_a_model_through_its_life(
    street: Street, alpha: House, fedify: Fedify
) -> None:
    coop = await alpha.organisation("coop")
    await fedify.ask("follow", whom=coop.iri)

    model = await alpha.publish(coop, a_sheet("Atelier", text="On **répare**."))
    await street.settle()

    [create] = await fedify.heard("Create")
    assert (create["actor"], create["signer"], create["proves"]) == (coop.iri, coop.iri, True)
    article = create["object"]
    assert (article["type"], article["id"], article["url"]) == ("Article", model.iri, model.url)
    assert (article["name"], article["author"]) == ("Atelier", coop.iri)
    assert article["summary"] == "Réparer au lieu de jeter."
    assert "<p>On <strong>répare</strong>.</p>" in article["content"]
    assert set(article["languages"]) == {"fr", "en"}

    await alpha.revise(model, a_sheet("Atelier", text="On répare et on partage."))
    await street.settle()

    [update] = await fedify.heard("Update")
    assert update["proves"]
    assert "On répare et on partage." in update["object"]["content"]
    looked_up = await fedify.ask("lookUp", whom=model.iri)
    assert looked_up["content"] == update["object"]["content"]

    await alpha.delete(model)
    await street.settle()

    [delete] = await fedify.heard("Delete")
    assert (delete["signer"], delete["proves"]) == (coop.iri, True)
    assert delete["object"]["type"] == "Tombstone"
    assert delete["object"]["id"] == model.iri
    assert (await document_at(alpha, model.iri))["type"] == "Tombstone"


async def test_fedify_believes_our_proofs_and_no_bent_ones(alpha: House, fedify: Fedify) -> None:
    coop = await alpha.organisation("coop")
    model = await alpha.publish(coop)
    async with alpha.read() as session:
        version = await history.head(session, model)

    for address in (model.iri, version.iri):
        document = await document_at(alpha, address)
        assert await fedify.ask("proves", document=document)
        assert not await fedify.ask("proves", document=document | {"name": "Une autre"})
        without = {name: value for name, value in document.items() if name != "proof"}
        assert not await fedify.ask("proves", document=without)


async def test_what_fedify_says_arrives_changes_and_goes(
    street: Street, alpha: House, fedify: Fedify
) -> None:
    coop = await alpha.organisation("coop")

    await alpha.follow(coop, fedify.handle)
    await street.settle()

    [follow] = await fedify.heard("Follow")
    assert (follow["signer"], follow["proves"]) == (coop.iri, True)
    assert await fedify.ask("followers") == [coop.iri]
    assert await follows_of(alpha, coop) == [("ada@fedify.test", "accepted")]

    note = await fedify.ask("say", text="<p>Bonjour</p>")
    await street.settle()
    assert await home(alpha, coop) == ["<p>Bonjour</p>"]

    await fedify.ask("reword", note=note, text="<p>Bonsoir</p>")
    await street.settle()
    assert await home(alpha, coop) == ["<p>Bonsoir</p>"]

    await fedify.ask("erase", note=note)
    await street.settle()
    assert await home(alpha, coop) == []
    assert street.refusals() == []

    async with alpha.begin() as session:
        [(ours, _)] = await profiles.our_follows(session, coop)
        await following.unfollow(session, alpha.site, ours)
    await street.settle()

    [undo] = await fedify.heard("Undo")
    assert (undo["signer"], undo["object"]["type"]) == (coop.iri, "Follow")
    assert await fedify.ask("followers") == []


async def test_fedify_likes_a_model_and_passes_it_on(
    street: Street, alpha: House, fedify: Fedify
) -> None:
    coop = await alpha.organisation("coop")
    model = await alpha.publish(coop)
    async with alpha.read() as session:
        before = await timelines.tallies(session, model.iri)

    await fedify.ask("like", whose=coop.iri, what=model.iri)
    await fedify.ask("announce", whose=coop.iri, what=model.iri)
    await street.settle()

    assert street.mail == ["fedify → alpha Like", "fedify → alpha Announce"]
    async with alpha.read() as session:
        after = await timelines.tallies(session, model.iri)
        told = [one.notice.kind for one in await notices.of(session, coop, Page())]
    assert (after.likes - before.likes, after.boosts - before.boosts) == (1, 1)
    assert sorted(told) == ["boost", "like"]


async def test_fedify_believes_what_we_sign_by_rfc_9421(
    street: Street, alpha: House, fedify: Fedify
) -> None:
    coop = await alpha.organisation("coop")
    await fedify.ask("follow", whom=coop.iri)
    async with alpha.begin() as session:
        await hosts.reads(session, alpha.site, "fedify.test", Scheme.RFC9421)

    await alpha.publish(coop)
    await street.settle()

    [create] = await fedify.heard("Create")
    assert (create["actor"], create["signer"], create["proves"]) == (coop.iri, coop.iri, True)
    async with alpha.read() as session:
        known = await session.scalar(select(Host).where(Host.name == "fedify.test"))
    assert known is not None
    assert known.reads_rfc9421, "it did not have to be asked in another way"
