"""Blocks: what ends, what no longer comes, and who may take them back."""

from typing import Any

import pytest
from sqlalchemy import select
from together.peer import Peer, read, work_off
from together.street import a_sheet

from activitypub.addressing import PUBLIC
from activitypub.canonical_json import parse
from activitypub.errors import NotAuthoritative
from activitypub.iris import Iri
from actors.database import Session
from actors.errors import Conflicting, NotAllowed, NotFound, Unwise
from actors.mail import outbox
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.block import Block
from actors.tables.follow import Follow
from actors.tables.mail import Delivery, Outgoing
from actors.verbs import blocking, following, publishing, remarking
from actors.views import blocks, notices, profiles, timelines
from actors.views.paging import Page

COOP = "https://alpha.test/actors/coop"


async def _said(session: Session) -> list[Any]:
    rows = await session.scalars(select(Outgoing).order_by(Outgoing.id))
    return [parse(row.document) for row in rows]


async def _kinds(session: Session, owner: Actor) -> list[str]:
    return [one.notice.kind for one in await notices.of(session, owner, Page())]


async def _friends(session: Session, site: Site, coop: Actor, peer: Peer) -> Actor:
    """Ada and coop follow each other."""
    ada = await peer.known(session)
    await peer.say(session, peer.activity("Follow", COOP))
    asked = await following.follow(session, site, coop, ada)
    await peer.say(session, peer.activity("Accept", asked.iri))
    return ada


async def test_a_block_ends_follows_both_ways_and_is_told_to_the_blocked_alone(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    ada = await _friends(session, site, coop, peer)
    await blocking.block(session, site, coop, ada)
    known = await profiles.relationship(session, coop, ada)
    assert (known.following, known.followed_by, known.between.blocking) == (False, False, True)
    told = (await _said(session))[-3:]
    assert {one["type"] for one in told[:2]} == {"Reject", "Undo"}
    assert told[-1]["type"] == "Block"
    assert (told[-1]["object"], told[-1]["to"]) == (ada.iri, [ada.iri])
    assert "followers" not in str(told[-1])


async def test_blocking_again_changes_nothing_and_oneself_cannot_be_blocked(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    ada = await peer.known(session)
    first = await blocking.block(session, site, coop, ada)
    assert await blocking.block(session, site, coop, ada) is first
    assert [one["type"] for one in await _said(session)].count("Block") == 1
    with pytest.raises(Conflicting):
        await blocking.block(session, site, coop, coop)


async def test_the_blocked_get_nothing_that_waited_or_comes_later(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    ada = await _friends(session, site, coop, peer)
    await publishing.publish(session, site, coop, a_sheet())
    await outbox.fan_out(session, site)
    await blocking.block(session, site, coop, ada)
    await remarking.remark(session, site, coop, text="Bonjour")
    while await outbox.fan_out(session, site):
        pass
    waiting = await session.execute(
        select(Outgoing.type)
        .join(Delivery, Delivery.outgoing_id == Outgoing.id)
        .where(Delivery.inbox == ada.inbox)
    )
    assert set(waiting.scalars()) <= {"Block", "Reject", "Undo"}


async def test_a_follow_by_the_blocked_is_rejected_and_not_remembered(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    ada = await peer.known(session)
    await blocking.block(session, site, coop, ada)
    await peer.say(session, peer.activity("Follow", COOP))
    assert await session.scalar(select(Follow)) is None
    assert [one["type"] for one in await _said(session)] == ["Block", "Reject"]
    assert await _kinds(session, coop) == []


async def test_what_the_blocked_say_to_us_or_do_with_ours_is_not_taken(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    ada = await peer.known(session)
    model = await publishing.publish(session, site, coop, a_sheet())
    await work_off(session, site)
    await blocking.block(session, site, coop, ada)
    await peer.say(session, peer.activity("Create", peer.note(inReplyTo=model.iri, to=[COOP])))
    await peer.say(session, peer.activity("Like", model.iri))
    await peer.say(session, peer.activity("Announce", model.iri))
    tallies = await timelines.tallies(session, model.iri)
    assert (tallies.replies, tallies.likes) == (0, 0)
    assert await _kinds(session, coop) == []


async def test_whom_we_block_we_do_not_follow_until_that_is_taken_back(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    ada = await peer.known(session)
    await blocking.block(session, site, coop, ada)
    with pytest.raises(NotAllowed):
        await following.follow(session, site, coop, ada)
    await blocking.unblock(session, site, coop, ada)
    undone = (await _said(session))[-1]
    assert (undone["type"], undone["object"]["type"]) == ("Undo", "Block")
    assert (await following.follow(session, site, coop, ada)).state == "pending"
    await blocking.unblock(session, site, coop, ada)
    assert [one["type"] for one in await _said(session)].count("Undo") == 1


async def test_a_block_by_a_remote_ends_what_was_between_us(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    ada = await _friends(session, site, coop, peer)
    await peer.say(session, peer.activity("Block", COOP))
    known = await profiles.relationship(session, coop, ada)
    assert (known.following, known.followed_by, known.between.blocked_by) == (False, False, True)
    with pytest.raises(NotAllowed):
        await following.follow(session, site, coop, ada)
    assert "block" not in await _kinds(session, coop)


async def test_only_the_blocker_takes_a_block_back(
    session: Session, coop: Actor, peer: Peer
) -> None:
    said = peer.activity("Block", COOP)
    await peer.say(session, said)
    await peer.say(session, peer.activity("Undo", said["id"], name="mallory"), name="mallory")
    assert await session.scalar(select(Block)) is not None
    forged = said | {"object": COOP}
    with pytest.raises(NotAuthoritative):
        await peer.say(session, peer.activity("Undo", forged, name="mallory"), name="mallory")
    await peer.say(session, peer.activity("Undo", said))
    assert await session.scalar(select(Block)) is None


async def test_an_undo_that_names_the_block_by_another_id_is_understood(
    session: Session, coop: Actor, peer: Peer
) -> None:
    await peer.say(session, peer.activity("Block", COOP))
    other = {"id": "https://peer.test/x", "type": "Block", "actor": peer.iri("ada"), "object": COOP}
    await peer.say(session, peer.activity("Undo", other))
    assert await session.scalar(select(Block)) is None


async def test_a_block_that_was_taken_back_before_it_came_has_no_effect(
    session: Session, coop: Actor, peer: Peer
) -> None:
    block = peer.activity("Block", COOP)
    await peer.say(session, peer.activity("Undo", block["id"]))
    await peer.say(session, block)
    assert (await session.scalars(select(Block))).all() == []


async def test_what_the_muted_pass_on_is_not_read_either(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    ada = await _friends(session, site, coop, peer)
    await peer.known(session, "bob")
    note = peer.note(name="bob", to=[PUBLIC], cc=[COOP])
    await peer.say(session, peer.activity("Create", note, name="bob"), name="bob")
    await peer.say(session, peer.activity("Announce", note["id"]))
    assert len(await timelines.news(session, coop, Page())) == 1
    await blocking.mute(session, site, coop, ada)
    assert await timelines.news(session, coop, Page()) == []
    assert await timelines.home(session, coop, Page()) == []


async def test_a_block_of_nobody_here_is_refused(session: Session, peer: Peer) -> None:
    with pytest.raises(NotFound):
        await peer.say(session, peer.activity("Block", "https://alpha.test/actors/nobody"))


async def test_two_of_ours_block_each_other_like_strangers(
    session: Session, site: Site, coop: Actor, network: Actor
) -> None:
    await following.follow(session, site, network, coop)
    await work_off(session, site)
    await blocking.block(session, site, coop, network)
    await work_off(session, site)
    known = await profiles.relationship(session, network, coop)
    assert (known.following, known.between.blocked_by) == (False, True)
    await blocking.unblock(session, site, coop, network)
    await work_off(session, site)
    assert await session.scalar(select(Block)) is None


async def test_the_muted_are_not_read_and_not_told(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    ada = await _friends(session, site, coop, peer)
    await peer.say(session, peer.activity("Create", peer.note()))
    before = len(await _said(session))
    await blocking.mute(session, site, coop, ada)
    assert await timelines.home(session, coop, Page()) == []
    assert await timelines.public(session, Page(), viewer=coop) == []
    kinds = await _kinds(session, coop)
    await peer.say(session, peer.activity("Create", peer.note(path="/notes/2", to=[COOP])))
    assert await _kinds(session, coop) == kinds
    assert len(await _said(session)) == before
    await blocking.unmute(session, coop, ada)
    assert len(await timelines.home(session, coop, Page())) == 1


async def test_an_organisation_blocks_a_host_with_all_below_it(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    ada = await _friends(session, site, coop, peer)
    await blocking.block_host(session, site, coop, "PEER.test.")
    known = await profiles.relationship(session, coop, ada)
    assert (known.following, known.followed_by, known.between.host_blocking) == (False, False, True)
    below = Peer(site, "https://below.peer.test:8443")
    await below.say(session, below.activity("Follow", COOP))
    assert await session.scalar(select(Follow)) is None
    assert await blocks.blocked_hosts(session, coop) == ["peer.test"]
    await blocking.unblock_host(session, coop, "peer.test")
    await below.say(session, below.activity("Follow", COOP))
    assert await session.scalar(select(Follow)) is not None


async def test_an_underscore_in_the_name_of_a_host_stands_for_itself(
    session: Session, site: Site, coop: Actor
) -> None:
    neighbour = Peer(site, "https://myxhost.test")
    await _friends(session, site, coop, neighbour)
    await neighbour.say(session, neighbour.activity("Create", neighbour.note()))
    await blocking.block_host(session, site, coop, "my_host.test")
    assert len(await timelines.home(session, coop, Page())) == 1
    assert len(await timelines.news(session, coop, Page())) == 1


async def test_an_instance_shuts_a_host_out_and_opens_again(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    ada = await _friends(session, site, coop, peer)
    await peer.say(session, peer.activity("Create", peer.note()))
    await publishing.publish(session, site, coop, a_sheet())
    await outbox.fan_out(session, site)
    ended = await blocking.shut(session, site, "peer.test", reason="spam")
    assert (ended.follows, ended.letters > 0) == (2, True)
    assert (await session.scalars(select(Delivery))).all() == []
    assert [one.author.id for one in await timelines.public(session, Page())] == [coop.id]
    assert await profiles.search_actors(session, "ada", 9) == []
    [row] = await blocks.shut_hosts(session)
    assert (row.name, row.reason, row.actors) == ("peer.test", "spam", 1)
    assert await blocking.reopen(session, "PEER.test") == "peer.test"
    assert ada.shut_at is None
    assert len(await timelines.public(session, Page())) == 2


async def test_a_third_party_cannot_bring_in_what_a_shut_host_said(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    await peer.known(session)
    friend = Peer(site, "https://friend.test")
    bob = await friend.known(session, "bob")
    asked = await following.follow(session, site, coop, bob)
    await friend.say(session, friend.activity("Accept", asked.iri, name="bob"), name="bob")
    await peer.say(session, peer.activity("Create", peer.note(to=[COOP])))
    await blocking.shut(session, site, "peer.test")
    note = "https://peer.test/notes/1"
    await friend.say(
        session,
        friend.activity("Announce", note, name="bob"),
        {Iri(note): read(peer.note()), peer.iri("ada"): read(peer.actor())},
        name="bob",
    )
    assert await timelines.home(session, coop, Page()) == []


@pytest.mark.parametrize("name", ["alpha.test", "test", "not a host", "ALPHA.test."])
async def test_neither_ourselves_nor_nonsense_can_be_shut_out(
    session: Session, site: Site, name: str
) -> None:
    with pytest.raises(Unwise):
        await blocking.shut(session, site, name)


async def test_what_was_not_blocked_cannot_be_opened(session: Session) -> None:
    with pytest.raises(NotFound):
        await blocking.reopen(session, "peer.test")
