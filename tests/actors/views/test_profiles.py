"""Profiles: who somebody is, and how many."""

import pytest
from together.peer import Peer, work_off
from together.street import a_sheet

from activitypub.addressing import Visibility
from actors.database import Session
from actors.site import Site
from actors.tables.actor import Actor
from actors.verbs import following, publishing, remarking
from actors.views import profiles
from actors.views.paging import Page

COOP = "https://alpha.test/actors/coop"


async def test_somebody_is_found_by_name_in_any_case(session: Session, coop: Actor) -> None:
    for name in ("coop", "COOP", "Coop"):
        found = await profiles.by_handle(session, name)
        assert found is not None
        assert found.id == coop.id
        again = await profiles.by_address(session, name, "ALPHA.test")
        assert again is not None
        assert again.id == coop.id
    assert await profiles.by_handle(session, "coo%") is None


async def test_a_neighbour_who_takes_a_name_does_not_displace_its_owner(
    session: Session, peer: Peer
) -> None:
    ada = await peer.known(session)
    bob = await peer.known(session, "bob")
    impostor = peer.actor("bob") | {"preferredUsername": "ada", "name": "Ada"}
    await peer.say(session, peer.activity("Update", impostor, name="bob"), name="bob")
    assert bob.handle == "ada"
    found = await profiles.by_address(session, "ada", "peer.test")
    assert found is not None
    assert found.id == ada.id


async def test_a_profile_counts_what_everybody_may_see(
    session: Session, site: Site, coop: Actor, network: Actor, peer: Peer
) -> None:
    await following.follow(session, site, network, coop)
    await following.follow(session, site, coop, await peer.known(session))
    await work_off(session, site)
    await peer.say(session, peer.activity("Follow", COOP))
    await publishing.publish(session, site, coop, a_sheet())
    for visible in Visibility:
        await remarking.remark(session, site, coop, text="Bonjour", visible=visible)
    counts = await profiles.counts(session, coop)
    assert (counts.followers, counts.following, counts.models, counts.remarks) == (2, 0, 1, 2)
    assert counts.last_at == site.now()


async def test_followers_are_listed_in_pages(session: Session, coop: Actor, peer: Peer) -> None:
    for number in range(5):
        name = f"reader{number}"
        await peer.say(session, peer.activity("Follow", COOP, name=name), name=name)
    first = await profiles.followers(session, coop, Page(limit=2))
    await peer.say(session, peer.activity("Follow", COOP, name="new"), name="new")
    rest = await profiles.followers(session, coop, Page(limit=2, max_id=first[-1].id))
    assert [one.actor.handle for one in (*first, *rest)] == [
        "reader4",
        "reader3",
        "reader2",
        "reader1",
    ]


async def test_a_relationship_is_what_both_sides_said(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    ada = await peer.known(session)

    async def now() -> tuple[bool, bool, bool]:
        row = await profiles.relationship(session, coop, ada)
        return row.following, row.requested, row.followed_by

    assert await now() == (False, False, False)
    follow = await following.follow(session, site, coop, ada)
    assert await now() == (False, True, False)
    await peer.say(session, peer.activity("Accept", follow.iri))
    assert await now() == (True, False, False)
    await peer.say(session, peer.activity("Follow", COOP))
    assert await now() == (True, False, True)
    await peer.say(session, peer.activity("Reject", follow.iri))
    assert await now() == (False, False, True)


@pytest.mark.parametrize("text", ["", "@", "instance.actor"])
async def test_the_servers_own_actor_is_not_found(session: Session, coop: Actor, text: str) -> None:
    assert coop.is_ours
    assert "Application" not in {one.type for one in await profiles.search_actors(session, text, 9)}
