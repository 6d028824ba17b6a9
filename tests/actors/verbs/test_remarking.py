"""Remarks, likes and boosts: who is told, and who may see what."""

from datetime import timedelta
from typing import Any

import pytest
from together.clock import Clock
from together.peer import Peer, read, work_off
from together.street import a_sheet

from activitypub.addressing import PUBLIC, Visibility
from activitypub.canonical_json import Document
from activitypub.errors import NotAuthoritative
from activitypub.iris import Iri
from actors.database import Session
from actors.errors import Unwise
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.follow import Follow
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.verbs import following, publishing, remarking
from actors.views import notices, profiles, timelines
from actors.views.paging import Page

COOP = "https://alpha.test/actors/coop"


async def _kinds(session: Session, owner: Actor) -> list[str]:
    return [one.notice.kind for one in await notices.of(session, owner, Page())]


async def _remark(session: Session, document: Document) -> Remark | None:
    item = await timelines.by_iri(session, str(document["id"]), None)
    return item.subject if item and isinstance(item.subject, Remark) else None


@pytest.fixture
async def model(session: Session, site: Site, coop: Actor) -> Model:
    """A model of coop's, with all mail about it worked off."""
    made = await publishing.publish(session, site, coop, a_sheet())
    await work_off(session, site)
    return made


async def _follow(session: Session, site: Site, us: Actor, them: Actor) -> None:
    row = Follow(
        id=site.new_id(),
        iri=f"https://alpha.test/activities/{site.new_id()}",
        follower_id=us.id,
        followee_id=them.id,
        state="accepted",
        made_at=site.now(),
    )
    session.add(row)
    await session.flush()


async def test_what_concerns_nobody_here_is_forgotten(session: Session, peer: Peer) -> None:
    note = peer.note()
    await peer.say(session, peer.activity("Create", note))
    assert await _remark(session, note) is None


async def test_an_answer_to_a_model_is_kept_and_told(
    session: Session, coop: Actor, peer: Peer, model: Model
) -> None:
    note = peer.note(inReplyTo=model.iri)
    await peer.say(session, peer.activity("Create", note))
    [told] = await notices.of(session, coop, Page())
    assert told.notice.kind == "reply"
    assert told.notice.about == {"model": str(model.id)}
    assert told.remark is not None
    assert told.remark.content == "<p>Bonjour</p>"


@pytest.mark.parametrize("to", ["nobody", "followers", "somebody else", "misspelt"])
async def test_an_answer_that_was_not_meant_for_us_is_neither_told_nor_shown(
    session: Session, coop: Actor, peer: Peer, model: Model, to: str
) -> None:
    bob = await peer.known(session, "bob")
    audience: dict[str, list[str]] = {
        "nobody": [],
        "followers": [f"{peer.iri('ada')}/followers"],
        "somebody else": [bob.iri],
        "misspelt": ["https://www.w3.org/ns/activitystreams#public", f"{PUBLIC}/"],
    }
    note = peer.note(inReplyTo=model.iri, to=audience[to])
    await peer.say(session, peer.activity("Create", note))
    assert await _kinds(session, coop) == []
    item = await timelines.by_iri(session, model.iri, coop)
    assert item is not None
    for viewer in (None, coop):
        assert await timelines.by_iri(session, str(note["id"]), viewer) is None
        assert await timelines.thread(session, item, viewer) == ([], [])
    assert (await timelines.tallies(session, model.iri)).replies == 0


async def test_a_private_answer_to_us_is_told_to_us_and_shown_to_us_alone(
    session: Session, coop: Actor, network: Actor, peer: Peer, model: Model
) -> None:
    note = peer.note(inReplyTo=model.iri, to=[COOP])
    await peer.say(session, peer.activity("Create", note))
    assert await _kinds(session, coop) == ["reply"]
    item = await timelines.by_iri(session, model.iri, None)
    assert item is not None
    shown = {
        who: [one.subject.iri for one in (await timelines.thread(session, item, viewer))[1]]
        for who, viewer in (("nobody", None), ("coop", coop), ("network", network))
    }
    assert shown == {"nobody": [], "coop": [note["id"]], "network": []}


async def test_who_is_mentioned_without_being_addressed_is_not_told(
    session: Session, coop: Actor, peer: Peer, model: Model
) -> None:
    for number, to in enumerate(([], [PUBLIC], [f"{peer.iri('ada')}/followers"])):
        note = peer.note(path=f"/notes/{number}", to=to, tag=[{"type": "Mention", "href": COOP}])
        await peer.say(session, peer.activity("Create", note))
    assert await _kinds(session, coop) == []


async def test_who_is_addressed_is_told_once_however_often(
    session: Session, coop: Actor, peer: Peer
) -> None:
    note = peer.note(to=[COOP, PUBLIC], cc=[COOP], tag=[{"type": "Mention", "href": COOP}] * 3)
    await peer.say(session, peer.activity("Create", note))
    await peer.say(session, peer.activity("Create", note))
    assert await _kinds(session, coop) == ["mention"]


async def test_a_second_create_changes_nothing(
    session: Session, coop: Actor, peer: Peer, clock: Clock
) -> None:
    note = peer.note(cc=[COOP])
    await peer.say(session, peer.activity("Create", note))
    clock.turn(hours=2)
    later = (peer.site.now() + timedelta(hours=-1)).isoformat()
    for changes in ({"published": later}, {"updated": peer.site.now().isoformat()}):
        again = peer.note(content="Tout autre chose", cc=[COOP]) | changes
        await peer.say(session, peer.activity("Create", again))
    kept = await _remark(session, note)
    assert kept is not None
    assert kept.content == "<p>Bonjour</p>"


async def test_updates_out_of_order_keep_the_newest_wording(
    session: Session, coop: Actor, peer: Peer
) -> None:
    start = peer.site.now() - timedelta(hours=1)
    note = peer.note(cc=[COOP], published=start.isoformat())
    await peer.say(session, peer.activity("Create", note))

    async def update(minutes: int, content: str) -> None:
        at = (start + timedelta(minutes=minutes)).isoformat()
        await peer.say(session, peer.activity("Update", note | {"content": content, "updated": at}))

    await update(20, "zwei")
    await update(10, "eins")
    await update(20, "zwei, anders")
    kept = await _remark(session, note)
    assert kept is not None
    assert kept.content == "zwei"
    await update(30, "drei")
    assert kept.content == "drei"


async def test_an_update_changes_the_words_and_never_the_audience(
    session: Session, coop: Actor, peer: Peer, clock: Clock
) -> None:
    note = peer.note(to=[COOP])
    await peer.say(session, peer.activity("Create", note))
    clock.turn(minutes=5)
    at = (peer.site.now() - timedelta(minutes=1)).isoformat()
    wider = note | {"to": [PUBLIC], "inReplyTo": "https://alpha.test/models/x", "updated": at}
    await peer.say(session, peer.activity("Update", wider | {"content": "neu"}))
    assert await timelines.by_iri(session, str(note["id"]), None) is None
    assert await timelines.public(session, Page()) == []
    item = await timelines.by_iri(session, str(note["id"]), coop)
    assert item is not None
    assert isinstance(item.subject, Remark)
    assert (item.subject.content, item.subject.in_reply_to) == ("neu", None)


async def test_an_update_that_overtakes_its_create_counts_as_it(
    session: Session, coop: Actor, peer: Peer
) -> None:
    note = peer.note(cc=[COOP])
    newer = note | {"content": "<p>mieux</p>", "updated": peer.site.now().isoformat()}
    await peer.say(session, peer.activity("Update", newer))
    await peer.say(session, peer.activity("Create", note))
    kept = await _remark(session, note)
    assert kept is not None
    assert kept.content == "<p>mieux</p>"
    assert await _kinds(session, coop) == ["mention"]


async def test_an_update_of_an_old_note_that_we_never_had_is_forgotten(
    session: Session, coop: Actor, peer: Peer
) -> None:
    old = peer.note(cc=[COOP], published=(peer.site.now() - timedelta(days=2)).isoformat())
    await peer.say(session, peer.activity("Update", old))
    assert await _remark(session, old) is None


async def test_a_neighbour_can_neither_reword_nor_replace_a_note(
    session: Session, coop: Actor, peer: Peer
) -> None:
    note = peer.note(cc=[COOP])
    await peer.say(session, peer.activity("Create", note))
    later = (peer.site.now() + timedelta(minutes=5)).isoformat()
    for attributed in (peer.iri("bob"), None):
        forged = note | {"content": "forgé", "updated": later, "attributedTo": attributed}
        await peer.say(session, peer.activity("Create", forged, name="bob"), name="bob")
        with pytest.raises(NotAuthoritative) as refused:
            await peer.say(session, peer.activity("Update", forged, name="bob"), name="bob")
        assert refused.value.code == "not-owner"
    with pytest.raises(NotAuthoritative):
        await peer.say(session, peer.activity("Update", note, name="bob"), name="bob")
    kept = await _remark(session, note)
    assert kept is not None
    assert kept.content == "<p>Bonjour</p>"
    assert await _kinds(session, coop) == ["mention"]


async def test_times_out_of_this_world_are_no_fault(
    session: Session, coop: Actor, peer: Peer, site: Site
) -> None:
    moments = (
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00Z",
        "not a time",
    )
    for number, moment in enumerate(moments):
        note = peer.note(path=f"/notes/{number}", cc=[COOP], published=moment, updated=moment)
        await peer.say(session, peer.activity("Create", note))
        kept = await _remark(session, note)
        assert kept is not None
        assert kept.published_at <= site.now()


async def test_a_like_and_a_boost_are_told_once_and_taken_back(
    session: Session, coop: Actor, peer: Peer, model: Model
) -> None:
    like, boost = peer.activity("Like", model.iri), peer.activity("Announce", model.iri)
    before = await timelines.tallies(session, model.iri)  # our network has passed it on
    for one in (like, boost, peer.activity("Like", model.iri)):
        await peer.say(session, one)
    assert sorted(await _kinds(session, coop)) == ["boost", "like"]
    tallies = await timelines.tallies(session, model.iri)
    assert (tallies.likes, tallies.boosts - before.boosts) == (1, 1)
    await peer.say(session, peer.activity("Undo", like["id"], name="bob"), name="bob")
    assert (await timelines.tallies(session, model.iri)).likes == 1
    await peer.say(session, peer.activity("Undo", like))
    await peer.say(session, peer.activity("Undo", boost["id"]))
    assert await timelines.tallies(session, model.iri) == before


@pytest.mark.parametrize("kind", ["Like", "Announce"])
async def test_an_undo_that_overtakes_what_it_undoes_binds(
    session: Session, coop: Actor, peer: Peer, model: Model, kind: str
) -> None:
    before = await timelines.tallies(session, model.iri)
    activity = peer.activity(kind, model.iri)
    await peer.say(session, peer.activity("Undo", activity))
    await peer.say(session, activity)
    assert await timelines.tallies(session, model.iri) == before
    assert await _kinds(session, coop) == []


@pytest.mark.parametrize("kind", ["Like", "Announce"])
@pytest.mark.parametrize("visible", [Visibility.FOLLOWERS, Visibility.DIRECT])
async def test_what_is_private_cannot_be_liked_or_passed_on(
    session: Session, site: Site, coop: Actor, peer: Peer, kind: str, visible: Visibility
) -> None:
    said = await remarking.remark(session, site, coop, text="Entre nous", visible=visible)
    await peer.say(session, peer.activity(kind, said.iri))
    assert await _kinds(session, coop) == []
    tallies = await timelines.tallies(session, said.iri)
    assert (tallies.likes, tallies.boosts) == (0, 0)


async def test_what_was_passed_on_is_believed_from_its_own_origin_only(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    victim = Peer(site, "https://victim.test")
    forged = victim.note(content="forgé")
    await _follow(session, site, coop, await peer.known(session))
    heard = peer.heard(peer.activity("Announce", forged))
    assert heard.activity.object == forged["id"]


async def test_a_boost_reaches_those_who_follow_the_booster_and_undoing_it_withdraws_it(
    session: Session, site: Site, coop: Actor, network: Actor, peer: Peer, model: Model
) -> None:
    ada = await peer.known(session)
    await _follow(session, site, network, ada)
    boost = peer.activity("Announce", model.iri)
    await peer.say(session, boost)
    [item] = await timelines.news(session, network, Page())
    assert item.booster is not None
    assert (item.booster.iri, item.author.iri) == (ada.iri, COOP)
    await peer.say(session, peer.activity("Undo", boost))
    assert await timelines.news(session, network, Page()) == []


async def test_our_own_remark_is_told_and_shown_to_those_it_is_for(
    session: Session, site: Site, coop: Actor, network: Actor, model: Model
) -> None:
    for us, them in ((network, coop), (coop, network)):
        await following.follow(session, site, us, them)
    await work_off(session, site)
    said = await remarking.remark(
        session, site, network, text="*Bravo*", in_reply_to=model, visible=Visibility.FOLLOWERS
    )
    await work_off(session, site)
    assert (await _kinds(session, coop))[0] == "reply"
    assert said.content == "<p><em>Bravo</em></p>\n"
    assert [one.id for one in await timelines.news(session, coop, Page())] == [said.id]
    assert await timelines.status(session, said.id, coop) is not None
    assert await timelines.status(session, said.id, None) is None
    assert (await profiles.counts(session, network)).remarks == 0


@pytest.mark.parametrize("text", ["", "  \n", "x" * (remarking.LONGEST_REMARK + 1)])
async def test_a_remark_says_something_of_a_bearable_length(
    session: Session, site: Site, coop: Actor, text: str
) -> None:
    with pytest.raises(Unwise) as refusal:
        await remarking.remark(session, site, coop, text=text)
    assert list(refusal.value.fields) == ["text"]
    assert await timelines.public(session, Page()) == []


@pytest.mark.parametrize(
    "thing",
    [
        {"type": "Note", "id": "https://peer.test/n", "content": None, "to": None, "tag": "x"},
        {"type": "Question", "id": "https://peer.test/n", "oneOf": [1], "to": COOP},
        {"type": "Note", "id": "https://peer.test/n", "inReplyTo": "https://peer.test/n"},
        {"type": "Note", "id": "https://peer.test/n", "cc": COOP, "contentMap": {"x": "<script>"}},
        {"type": "Note", "id": "https://peer.test/n", "cc": COOP, "url": [{"href": 1}, "data:x"]},
    ],
)
async def test_a_strange_note_is_never_a_fault(
    session: Session, coop: Actor, peer: Peer, thing: dict[str, Any]
) -> None:
    await peer.say(session, peer.activity("Create", thing))
    item = await timelines.by_iri(session, "https://peer.test/n", coop)
    if item is not None:
        assert isinstance(item.subject, Remark)
        assert "<script" not in item.subject.content


async def test_a_like_that_was_said_twice_is_taken_back_by_either_id(
    session: Session, peer: Peer, model: Model
) -> None:
    first, again = peer.activity("Like", model.iri), peer.activity("Like", model.iri)
    for one in (first, again):
        await peer.say(session, one)
    await peer.say(session, peer.activity("Undo", again))
    assert (await timelines.tallies(session, model.iri)).likes == 0


async def test_what_is_passed_on_sets_nobody_back_to_what_was_known_before(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    before = read(peer.actor("ada") | {"name": "Ada before"})
    ada, bob = await peer.known(session), await peer.known(session, "bob")
    await _follow(session, site, coop, bob)
    note = peer.note()
    gathered = {Iri(str(note["id"])): read(note), peer.iri("ada"): before}
    await peer.say(session, peer.activity("Update", peer.actor("ada") | {"name": "Ada now"}))
    announce = peer.activity("Announce", note["id"], name="bob")
    await peer.say(session, announce, gathered, name="bob")
    assert await _remark(session, note) is not None
    await session.refresh(ada)
    assert ada.name == "Ada now"
