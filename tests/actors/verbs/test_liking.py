"""Liking and passing on: what goes out, who is told, what is counted."""

from typing import Any

import pytest
from sqlalchemy import select
from together.peer import Peer, work_off
from together.street import a_sheet

from activitypub.addressing import PUBLIC, Visibility
from activitypub.canonical_json import Document, parse
from actors.database import Session
from actors.errors import NotAllowed, NotFound
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.mail import Outgoing
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.verbs import forgetting, liking, publishing, remarking
from actors.views import mail, notices, reception, timelines
from actors.views.paging import Page
from actors.views.reception import Standing

COOP = "https://alpha.test/actors/coop"


async def _said(session: Session, actor: Actor) -> list[Outgoing]:
    rows = await session.scalars(
        select(Outgoing).where(Outgoing.actor_id == actor.id).order_by(Outgoing.id)
    )
    return list(rows)


async def _theirs(session: Session, peer: Peer, **more: Any) -> Remark:
    note = peer.note(**({"cc": [COOP]} | more))
    await peer.say(session, peer.activity("Create", note))
    found = await session.scalar(select(Remark).where(Remark.iri == str(note["id"])))
    assert found is not None
    return found


async def _standing(session: Session, us: Actor, thing: Model | Remark) -> Standing:
    return await reception.standing(session, us, thing.iri)


async def test_a_like_is_told_to_the_author_alone_and_taken_back(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    note = await _theirs(session, peer)
    for _ in range(2):
        await liking.like(session, site, coop, note)
    assert await _standing(session, coop, note) == Standing(liked=True)
    assert (await timelines.tallies(session, note.iri)).likes == 1
    for _ in range(2):
        await liking.unlike(session, site, coop, note)
    assert await _standing(session, coop, note) == Standing()
    like, undo = await _said(session, coop)
    ada = peer.iri("ada")
    for one in (like, undo):
        assert (one.recipients, one.followers_of, one.is_public) == ([ada], [], False)
        assert parse(one.document)["to"] == [ada]
    assert parse(like.document)["object"] == note.iri
    assert parse(undo.document)["object"] == {
        "id": like.activity_iri,
        "type": "Like",
        "actor": coop.iri,
        "object": note.iri,
    }


async def test_a_boost_is_told_to_everybody_and_leaves_the_outbox_when_it_is_taken_back(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    note = await _theirs(session, peer)
    boost = await liking.boost(session, site, coop, note)
    assert await liking.boost(session, site, coop, note) == boost
    assert await _standing(session, coop, note) == Standing(boosted=True)
    [announce] = await _said(session, coop)
    document = parse(announce.document)
    ada = peer.iri("ada")
    assert (document["object"], document["to"]) == (note.iri, [PUBLIC])
    assert document["cc"] == [coop.followers, ada]
    assert (announce.recipients, announce.followers_of) == ([ada], [coop.id])
    assert await mail.activity(session, boost.iri) is not None
    for _ in range(2):
        await liking.unboost(session, site, coop, note)
    assert await mail.activity(session, boost.iri) is None
    assert await mail.outbox_page(session, coop, Page()) == []
    _, undo = await _said(session, coop)
    undone = parse(undo.document)["object"]
    assert isinstance(undone, dict)
    assert undone["id"] == boost.iri
    assert (await timelines.tallies(session, note.iri)).boosts == 0


async def test_a_neighbour_is_told_once_and_its_followers_find_it(
    session: Session, site: Site, coop: Actor, network: Actor
) -> None:
    model = await publishing.publish(session, site, coop, a_sheet())
    said = await remarking.remark(session, site, coop, text="Bonjour")
    await work_off(session, site)
    await liking.like(session, site, network, model)
    await liking.boost(session, site, network, said)
    await work_off(session, site)
    told = [one.notice.kind for one in await notices.of(session, coop, Page())]
    assert sorted(told) == ["boost", "like"]
    await liking.unboost(session, site, network, said)
    await work_off(session, site)
    assert (await timelines.tallies(session, said.iri)).boosts == 0


async def test_a_boost_that_was_taken_back_at_once_is_not_heard_afterwards(
    session: Session, site: Site, coop: Actor, network: Actor
) -> None:
    said = await remarking.remark(session, site, coop, text="Bonjour")
    await liking.boost(session, site, network, said)
    await liking.unboost(session, site, network, said)
    await work_off(session, site)
    assert (await timelines.tallies(session, said.iri)).boosts == 0


@pytest.mark.parametrize("visible", [Visibility.FOLLOWERS, Visibility.DIRECT])
async def test_what_one_may_not_see_does_not_exist_and_what_is_private_is_not_passed_on(
    session: Session, site: Site, coop: Actor, network: Actor, visible: Visibility
) -> None:
    said = await remarking.remark(session, site, coop, text="Entre nous", visible=visible)
    for verb in (liking.like, liking.boost, liking.unlike, liking.unboost):
        with pytest.raises(NotFound):
            await verb(session, site, network, said)
    with pytest.raises(NotAllowed):
        await liking.boost(session, site, coop, said)
    assert [one.type for one in await _said(session, network)] == []


async def test_whoever_may_see_what_is_private_may_like_it(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    private = await _theirs(session, peer, to=[COOP], cc=[])
    await liking.like(session, site, coop, private)
    [like] = await _said(session, coop)
    assert like.recipients == [peer.iri("ada")]
    answer = await remarking.remark(
        session, site, coop, text="Merci", in_reply_to=private, visible=Visibility.DIRECT
    )
    await peer.say(session, peer.activity("Like", answer.iri))
    await peer.say(session, peer.activity("Like", answer.iri, name="bob"), name="bob")
    assert (await timelines.tallies(session, answer.iri)).likes == 1


async def test_likes_and_undos_in_any_order_count_as_a_recount_does(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    model = await publishing.publish(session, site, coop, a_sheet())
    likes: list[Document] = []
    for step in "LLULLUULU":
        if step == "L":
            likes.append(peer.activity("Like", model.iri))
            await peer.say(session, likes[-1])
        else:
            await peer.say(session, peer.activity("Undo", likes[-1]))
        tallies = await timelines.tallies(session, model.iri)
        listed = await reception.likers(session, model.iri, Page())
        assert tallies.likes == len(listed) <= 1


async def test_what_was_deleted_is_neither_liked_nor_counted(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    said = await remarking.remark(session, site, coop, text="Bonjour")
    await peer.say(session, peer.activity("Like", said.iri))
    await peer.say(session, peer.activity("Announce", said.iri))
    await forgetting.delete_remark(session, site, said)
    tallies = await timelines.tallies(session, said.iri)
    assert (tallies.likes, tallies.boosts) == (0, 0)
    with pytest.raises(NotFound):
        await liking.like(session, site, coop, said)


async def test_a_page_is_told_the_same_numbers_as_an_app(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    said = await remarking.remark(session, site, coop, text="Bonjour")
    await peer.say(session, peer.activity("Like", said.iri))
    await peer.say(session, peer.activity("Create", peer.note(inReplyTo=said.iri)))
    await liking.boost(session, site, coop, said)
    found = await reception.receptions(session, coop, [said])
    assert found[said.iri].tallies == await timelines.tallies(session, said.iri)
    assert found[said.iri].ours == Standing(boosted=True)
    assert await reception.shares(session, said.iri) != []
