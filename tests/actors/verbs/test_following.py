"""Follows: only the followee accepts, only the follower takes back, and everybody is told once."""

from typing import Any

import pytest
from together.peer import Peer, work_off
from together.street import a_sheet

from activitypub.canonical_json import Document
from activitypub.errors import NotAuthoritative
from actors.database import Session
from actors.errors import NotFound
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.follow import Follow
from actors.verbs import following
from actors.views import mail, notices, profiles, timelines
from actors.views.paging import Page

COOP = "https://alpha.test/actors/coop"


async def _state(session: Session, us: Actor, them: Actor) -> str | None:
    follow = (await profiles.relationship(session, us, them)).follow
    return follow.state if follow else None


async def _kinds(session: Session, owner: Actor) -> list[str]:
    return [one.notice.kind for one in await notices.of(session, owner, Page())]


@pytest.fixture
async def asked(session: Session, site: Site, coop: Actor, peer: Peer) -> Follow:
    """Our request to follow ada, not yet answered."""
    return await following.follow(session, site, coop, await peer.known(session))


def _embedded(asked: Follow, peer: Peer, **changes: Any) -> Document:
    return {
        "id": asked.iri,
        "type": "Follow",
        "actor": COOP,
        "object": peer.iri("ada"),
    } | changes


async def test_an_accept_by_id_alone_is_understood(
    session: Session, coop: Actor, peer: Peer, asked: Follow
) -> None:
    await peer.say(session, peer.activity("Accept", asked.iri))
    assert asked.state == "accepted"
    assert await _kinds(session, coop) == ["followed"]


async def test_an_accept_that_embeds_the_follow_under_another_id_is_understood(
    session: Session, peer: Peer, asked: Follow
) -> None:
    other = _embedded(asked, peer, id="https://peer.test/activities/of-my-own")
    await peer.say(session, peer.activity("Accept", other))
    assert asked.state == "accepted"


async def test_an_accept_counts_for_what_we_asked_and_not_for_what_it_embeds(
    session: Session, network: Actor, coop: Actor, peer: Peer, asked: Follow
) -> None:
    swapped = _embedded(asked, peer, actor=network.iri, object=peer.iri("bob"))
    await peer.say(session, peer.activity("Accept", swapped))
    ada, bob = await peer.known(session), await peer.known(session, "bob")
    assert await _state(session, coop, ada) == "accepted"
    assert await _state(session, network, ada) is None
    assert await _state(session, coop, bob) is None


async def test_an_accept_twice_is_told_once(
    session: Session, coop: Actor, peer: Peer, asked: Follow
) -> None:
    for _ in range(2):
        await peer.say(session, peer.activity("Accept", asked.iri))
    assert await _kinds(session, coop) == ["followed"]


@pytest.mark.parametrize("kind", ["Accept", "Reject"])
async def test_a_third_party_cannot_answer_our_request(
    session: Session, site: Site, coop: Actor, peer: Peer, asked: Follow, kind: str
) -> None:
    elsewhere = Peer(site, "https://evil.test")
    for other, name in ((elsewhere, "ada"), (peer, "bob")):
        for answered in (asked.iri, _embedded(asked, peer)):
            with pytest.raises(NotFound):
                await other.say(session, other.activity(kind, answered, name=name), name=name)
    assert asked.state == "pending"
    assert await _kinds(session, coop) == []


async def test_an_answer_to_what_nobody_asked_has_no_effect(
    session: Session, coop: Actor, peer: Peer
) -> None:
    never = {"id": f"{COOP}#never", "type": "Follow", "actor": COOP, "object": peer.iri("ada")}
    for answered in (never, never["id"], COOP, peer.iri("ada")):
        with pytest.raises(NotFound):
            await peer.say(session, peer.activity("Accept", answered))
    assert await _state(session, coop, await peer.known(session)) is None


async def test_an_answer_after_we_took_the_request_back_has_no_effect(
    session: Session, site: Site, coop: Actor, peer: Peer, asked: Follow
) -> None:
    iri = asked.iri
    await following.unfollow(session, site, asked)
    with pytest.raises(NotFound):
        await peer.say(session, peer.activity("Accept", iri))
    assert await _state(session, coop, await peer.known(session)) is None


async def test_a_rejected_request_may_be_made_again(
    session: Session, site: Site, coop: Actor, peer: Peer, asked: Follow
) -> None:
    first = asked.iri
    await peer.say(session, peer.activity("Reject", first))
    assert asked.state == "rejected"
    again = await following.follow(session, site, coop, await peer.known(session))
    assert again.state == "pending"
    assert again.iri != first
    await peer.say(session, peer.activity("Accept", again.iri))
    assert again.state == "accepted"


async def test_a_repeated_follow_is_answered_again_and_told_once(
    session: Session, coop: Actor, peer: Peer
) -> None:
    for _ in range(3):
        await peer.say(session, peer.activity("Follow", COOP))
    ada = await peer.known(session)
    assert (await profiles.relationship(session, coop, ada)).followed_by
    assert await _kinds(session, coop) == ["follow"]
    assert (await profiles.counts(session, coop)).followers == 1


async def test_who_approves_followers_is_asked(session: Session, coop: Actor, peer: Peer) -> None:
    coop.approves_followers = True
    session.add(coop)
    await session.flush()
    await peer.say(session, peer.activity("Follow", COOP))
    ada = await peer.known(session)
    assert await _state(session, ada, coop) == "pending"
    assert not (await profiles.relationship(session, coop, ada)).followed_by
    assert (await profiles.counts(session, coop)).followers == 0


@pytest.mark.parametrize(
    "whom",
    ["https://alpha.test/actor", "https://alpha.test/actors/nobody", "https://peer.test/users/bob"],
)
async def test_only_an_organisation_of_ours_can_be_followed_here(
    session: Session, peer: Peer, whom: str
) -> None:
    await peer.known(session, "bob")
    with pytest.raises(NotFound):
        await peer.say(session, peer.activity("Follow", whom))


@pytest.mark.parametrize("by", ["id", "embedded", "embedded without id", "embedded, another id"])
async def test_a_follow_is_taken_back_however_it_is_named(
    session: Session, coop: Actor, peer: Peer, by: str
) -> None:
    follow = peer.activity("Follow", COOP)
    await peer.say(session, follow)
    named: Any = {
        "id": follow["id"],
        "embedded": follow,
        "embedded without id": {"type": "Follow", "actor": peer.iri("ada"), "object": COOP},
        "embedded, another id": follow | {"id": "https://peer.test/follows/ada/coop"},
    }[by]
    await peer.say(session, peer.activity("Undo", named))
    assert await _state(session, await peer.known(session), coop) is None


async def test_a_neighbour_cannot_take_a_follow_back(
    session: Session, coop: Actor, peer: Peer
) -> None:
    follow = peer.activity("Follow", COOP)
    await peer.say(session, follow)
    await peer.say(session, peer.activity("Undo", follow["id"], name="bob"), name="bob")
    with pytest.raises(NotAuthoritative):
        await peer.say(session, peer.activity("Undo", follow, name="bob"), name="bob")
    mine = follow | {"actor": peer.iri("bob")}
    await peer.say(session, peer.activity("Undo", mine, name="bob"), name="bob")
    assert await _state(session, await peer.known(session), coop) == "accepted"


async def test_an_undo_that_overtakes_its_follow_binds(
    session: Session, coop: Actor, peer: Peer
) -> None:
    follow = peer.activity("Follow", COOP)
    await peer.say(session, peer.activity("Undo", follow))
    await peer.say(session, follow)
    assert await _state(session, await peer.known(session), coop) is None
    assert await _kinds(session, coop) == []
    await peer.say(session, peer.activity("Follow", COOP))
    assert await _state(session, await peer.known(session), coop) == "accepted"


async def test_a_neighbours_undo_does_not_bind_a_follow_to_come(
    session: Session, coop: Actor, peer: Peer
) -> None:
    follow = peer.activity("Follow", COOP)
    await peer.say(session, peer.activity("Undo", follow["id"], name="bob"), name="bob")
    await peer.say(session, follow)
    assert await _state(session, await peer.known(session), coop) == "accepted"


async def test_follows_and_undos_in_any_order_count_as_a_recount_does(
    session: Session, coop: Actor, peer: Peer
) -> None:
    last = peer.activity("Follow", COOP)
    for _ in range(3):
        await peer.say(session, last)
        await peer.say(session, peer.activity("Undo", last))
        last = peer.activity("Follow", COOP)
    await peer.say(session, last)
    counts = await profiles.counts(session, coop)
    assert counts.followers == len(await profiles.followers(session, coop, Page())) == 1


async def test_a_follow_between_two_of_ours_is_asked_told_and_answered(
    session: Session, site: Site, network: Actor, coop: Actor
) -> None:
    row = await following.follow(session, site, coop, network)
    assert row.state == "pending"
    assert await work_off(session, site) == ["Follow", "Accept"]
    assert row.state == "accepted"
    assert await _kinds(session, network) == ["follow"]
    assert await _kinds(session, coop) == ["followed"]
    assert (await mail.post_office(session)).waiting == 0


async def test_a_follow_between_two_of_ours_that_is_asked_twice_is_told_once(
    session: Session, site: Site, network: Actor, coop: Actor
) -> None:
    await following.follow(session, site, coop, network)
    row = await following.follow(session, site, coop, network)
    await work_off(session, site)
    assert row.state == "accepted"
    assert await _kinds(session, network) == ["follow"]
    assert await _kinds(session, coop) == ["followed"]


async def test_a_follow_between_two_of_ours_is_taken_back(
    session: Session, site: Site, network: Actor, coop: Actor
) -> None:
    row = await following.follow(session, site, coop, network)
    await work_off(session, site)
    await following.unfollow(session, site, row)
    assert await work_off(session, site) == ["Undo"]
    assert await _state(session, coop, network) is None
    again = await following.follow(session, site, coop, network)
    await following.unfollow(session, site, again)
    await following.follow(session, site, coop, network)
    await work_off(session, site)
    assert await _state(session, coop, network) == "accepted"
    assert (await profiles.counts(session, network)).followers == 1


async def test_who_no_longer_follows_no_longer_finds_what_was_for_followers(
    session: Session, coop: Actor, peer: Peer, site: Site, asked: Follow
) -> None:
    await peer.say(session, peer.activity("Accept", asked.iri))
    ada = await peer.known(session)
    for number, to in enumerate((f"{ada.iri}/followers", "as:Public")):
        note = peer.note(path=f"/notes/{number}", to=[to])
        await peer.say(session, peer.activity("Create", note))
    await peer.publish(session, peer.model(a_sheet()))
    assert len(await timelines.home(session, coop, Page())) == 3
    await following.unfollow(session, site, asked)
    assert await timelines.home(session, coop, Page()) == []


async def test_whom_we_were_told_not_to_follow_is_not_shown_to_us(
    session: Session, coop: Actor, peer: Peer, asked: Follow
) -> None:
    await peer.say(session, peer.activity("Accept", asked.iri))
    ada = await peer.known(session)
    note = peer.note(to=[f"{ada.iri}/followers"])
    await peer.say(session, peer.activity("Create", note))
    [item] = await timelines.home(session, coop, Page())
    await peer.say(session, peer.activity("Reject", asked.iri))
    assert await timelines.home(session, coop, Page()) == []
    assert await timelines.status(session, item.id, coop) is None
