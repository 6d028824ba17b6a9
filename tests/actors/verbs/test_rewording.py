"""Rewording and deleting remarks; whom they name; which conversation they belong to."""

from typing import Any

import pytest
from sqlalchemy import select
from together.clock import Clock
from together.peer import Peer, work_off
from together.street import a_sheet

from activitypub.addressing import PUBLIC, Visibility
from activitypub.canonical_json import Document, parse
from actors.database import Session
from actors.errors import Gone, NotAllowed, NotFound, Unwise
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.mail import Outgoing
from actors.tables.remark import Remark
from actors.verbs import forgetting, publishing, remarking, rewording
from actors.views import mail, notices, reception, timelines
from actors.views.paging import Page

COOP = "https://alpha.test/actors/coop"
ALPHA = "https://alpha.test"


async def _last(session: Session) -> Outgoing:
    found = await session.scalar(select(Outgoing).order_by(Outgoing.id.desc()).limit(1))
    assert found is not None
    return found


def _note(outgoing: Outgoing) -> Document:
    subject = parse(outgoing.document)["object"]
    assert isinstance(subject, dict)
    return subject


async def _theirs(session: Session, peer: Peer, **more: Any) -> Remark:
    note = peer.note(**({"cc": [COOP]} | more))
    await peer.say(session, peer.activity("Create", note))
    found = await session.scalar(select(Remark).where(Remark.iri == str(note["id"])))
    assert found is not None
    return found


async def test_a_remark_is_reworded_for_everybody_who_has_it(
    session: Session, site: Site, coop: Actor, peer: Peer, clock: Clock
) -> None:
    said = await remarking.remark(session, site, coop, text="Samdi", language="fr")
    await peer.say(session, peer.activity("Like", said.iri))
    first = said.content
    await rewording.reword(session, site, said, text="Samedi #Atelier", summary="Horaires")
    update = await _last(session)
    note = _note(update)
    assert (update.type, update.is_public) == ("Update", True)
    assert (update.recipients, update.followers_of) == ([peer.iri("ada")], [coop.id])
    assert (note["published"], note["updated"]) == ("2026-03-02T09:00:00Z", "2026-03-02T09:00:01Z")
    assert (note["summary"], note["sensitive"]) == ("Horaires", True)
    assert note["contentMap"] == {"fr": note["content"]}
    assert note["tag"] == [{"type": "Hashtag", "href": f"{ALPHA}/tags/atelier", "name": "#Atelier"}]
    [before] = await reception.wordings(session, said)
    assert (before.content, before.said_at) == (first, said.published_at)
    clock.turn(minutes=1)
    await rewording.reword(session, site, said, text="Dimanche")
    assert _note(await _last(session))["updated"] == "2026-03-02T09:01:00Z"
    assert await timelines.tagged(session, "atelier", Page()) == []


async def test_the_same_words_are_not_sent_again(session: Session, site: Site, coop: Actor) -> None:
    said = await remarking.remark(session, site, coop, text="Samedi", language="fr")
    before = (await _last(session)).id
    await rewording.reword(session, site, said, text="Samedi")
    assert (await _last(session)).id == before
    assert "updated" not in _note(await _last(session))


@pytest.mark.parametrize("visible", list(Visibility))
async def test_rewording_never_widens_who_may_see_it(
    session: Session, site: Site, coop: Actor, peer: Peer, visible: Visibility
) -> None:
    bob = await peer.known(session, "bob")
    said = await remarking.remark(session, site, coop, text="Bonjour", visible=visible)
    was = parse(said.document)
    await rewording.reword(session, site, said, text="Bonjour @bob@peer.test")
    note = parse(said.document)
    assert note["to"] == was["to"]
    is_open = visible in (Visibility.PUBLIC, Visibility.UNLISTED)
    assert (bob.iri in said.addressed) == is_open
    assert ("tag" in note) == is_open
    assert said.visibility == visible.name.lower()
    assert await timelines.may_see(session, said, coop, bob) == is_open


async def test_only_ones_own_living_remarks_are_reworded_or_deleted(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    theirs = await _theirs(session, peer)
    with pytest.raises(NotAllowed):
        await rewording.reword(session, site, theirs, text="Tout autre chose")
    with pytest.raises(NotAllowed):
        await forgetting.delete_remark(session, site, theirs)
    ours = await remarking.remark(session, site, coop, text="Bonjour")
    for nothing in ("", "  ", "x" * 5001):
        with pytest.raises(Unwise):
            await rewording.reword(session, site, ours, text=nothing)
    await forgetting.delete_remark(session, site, ours)
    with pytest.raises(Gone):
        await rewording.reword(session, site, ours, text="encore")
    with pytest.raises(Gone):
        await forgetting.delete_remark(session, site, ours)


async def test_a_deleted_remark_is_taken_back_wherever_it_went(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    theirs = await _theirs(session, peer)
    said = await remarking.remark(session, site, coop, text="Un secret #perdu", in_reply_to=theirs)
    await rewording.reword(session, site, said, text="Un autre secret #perdu")
    await forgetting.delete_remark(session, site, said)
    delete = await _last(session)
    stone = _note(delete)
    assert (delete.type, delete.is_public, delete.about) == ("Delete", True, said.iri)
    assert delete.recipients == [peer.iri("ada")]
    assert (stone["id"], stone["type"], stone["formerType"]) == (said.iri, "Tombstone", "Note")
    assert await timelines.status(session, said.id, coop) is None
    gone = await timelines.gone(session, said.id)
    assert gone is not None
    assert parse(gone.document)["type"] == "Tombstone"
    assert await reception.wordings(session, said) == []
    assert await timelines.tagged(session, "perdu", Page()) == []
    listed = await mail.outbox_page(session, coop, Page())
    assert [one.type for one in listed] == ["Delete"]
    kept = (await session.scalars(select(Remark).where(Remark.id == said.id))).one()
    assert (kept.content, kept.source) == ("", "")


async def test_it_is_not_said_of_a_private_remark_that_it_ever_was(
    session: Session, site: Site, coop: Actor
) -> None:
    said = await remarking.remark(
        session, site, coop, text="Entre nous", visible=Visibility.FOLLOWERS
    )
    await forgetting.delete_remark(session, site, said)
    delete = await _last(session)
    assert not delete.is_public
    assert parse(delete.document)["to"] == [coop.followers]
    assert await timelines.gone(session, said.id) is None


async def test_whoever_is_named_is_told_and_linked_and_others_stay_words(
    session: Session, site: Site, coop: Actor, network: Actor, peer: Peer
) -> None:
    ada = await peer.known(session)
    text = "Merci @ada@peer.test, @network et @nobody@peer.test !"
    said = await remarking.remark(session, site, coop, text=text)
    created = await _last(session)
    note = _note(created)
    assert note["tag"] == [
        {"type": "Mention", "href": ada.iri, "name": "@ada@peer.test"},
        {"type": "Mention", "href": network.iri, "name": "@network@alpha.test"},
    ]
    assert note["cc"] == [coop.followers, ada.iri, network.iri]
    assert created.recipients == [ada.iri, network.iri]
    assert "@nobody@peer.test" in said.content
    assert str(said.content).count("<a ") == 2
    await work_off(session, site)
    assert [one.notice.kind for one in await notices.of(session, network, Page())] == ["mention"]


async def test_a_word_to_one_alone_reaches_only_whom_it_names(
    session: Session, site: Site, coop: Actor, network: Actor, peer: Peer
) -> None:
    ada = await peer.known(session)
    said = await remarking.remark(
        session, site, coop, text="@ada@peer.test psst", visible=Visibility.DIRECT
    )
    created = await _last(session)
    note = _note(created)
    assert (note["to"], note["cc"]) == ([ada.iri], [])
    assert (created.followers_of, created.recipients) == ([], [ada.iri])
    assert not {"replies", "likes", "shares", "context"} & note.keys()
    for viewer, may in ((coop, True), (ada, True), (network, False), (None, False)):
        assert (await timelines.status(session, said.id, viewer) is not None) == may


async def test_what_one_may_not_see_one_cannot_answer(
    session: Session, site: Site, coop: Actor, network: Actor
) -> None:
    said = await remarking.remark(session, site, coop, text="Psst", visible=Visibility.DIRECT)
    with pytest.raises(NotFound):
        await remarking.remark(session, site, network, text="Quoi ?", in_reply_to=said)


async def test_a_remark_belongs_to_the_conversation_of_what_it_answers(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    model = await publishing.publish(session, site, coop, a_sheet())
    to_model = await remarking.remark(session, site, coop, text="un", in_reply_to=model)
    below = await remarking.remark(session, site, coop, text="deux", in_reply_to=to_model)
    for one in (to_model, below):
        assert parse(one.document)["context"] == f"{model.iri}/context"
    alone = await remarking.remark(session, site, coop, text="trois")
    said = parse(alone.document)
    assert [said[name] for name in ("context", "replies", "likes", "shares")] == [
        f"{alone.iri}/{name}" for name in ("context", "replies", "likes", "shares")
    ]
    theirs = await _theirs(session, peer, context="https://peer.test/contexts/1")
    answer = await remarking.remark(session, site, coop, text="quatre", in_reply_to=theirs)
    assert parse(answer.document)["context"] == "https://peer.test/contexts/1"
    silent = await _theirs(session, peer, path="/notes/2")
    answer = await remarking.remark(session, site, coop, text="cinq", in_reply_to=silent)
    assert "context" not in parse(answer.document)


async def test_a_request_that_is_repeated_says_it_once(
    session: Session, site: Site, coop: Actor, network: Actor, clock: Clock
) -> None:
    first = await remarking.remark(session, site, coop, text="Bonjour", request_key="k")
    again = await remarking.remark(session, site, coop, text="Bonjour", request_key="k")
    assert again.id == first.id
    other = await remarking.remark(session, site, network, text="Bonjour", request_key="k")
    clock.turn(hours=2)
    later = await remarking.remark(session, site, coop, text="Bonjour", request_key="k")
    assert len({first.id, other.id, later.id}) == 3


async def test_hashtags_of_others_are_found_where_everybody_may_see_them(
    session: Session, coop: Actor, peer: Peer
) -> None:
    tag = [{"type": "Hashtag", "name": "#Réparer", "href": "https://peer.test/tags/x"}]
    shown = await _theirs(session, peer, tag=tag)
    for number, to in enumerate(([COOP], [f"{peer.iri('ada')}/followers"]), start=2):
        await _theirs(session, peer, path=f"/notes/{number}", to=to, tag=tag)
    await _theirs(session, peer, path="/notes/9", to=[], cc=[PUBLIC, COOP], tag=tag)
    found = await timelines.tagged(session, "reparer", Page())
    assert [one.subject.iri for one in found] == [shown.iri]
    assert await reception.search_hashtags(session, "rep", 10) == ["reparer"]
    strange = [
        {"type": "Hashtag"},
        {"type": "Hashtag", "name": 3},
        {"type": "Hashtag", "name": "#"},
    ]
    await _theirs(session, peer, path="/notes/10", tag=strange)


async def test_a_poll_is_kept_and_counts_on(session: Session, coop: Actor, peer: Peer) -> None:
    def asked(*votes: int) -> list[Document]:
        return [
            {"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": number}}
            for name, number in zip(("Oui", "Non"), votes, strict=True)
        ]

    note = peer.note(cc=[COOP], oneOf=asked(1, 0)) | {"type": "Question"}
    await peer.say(session, peer.activity("Create", note))
    await peer.say(session, peer.activity("Update", note | {"oneOf": asked(5, 2)}))
    kept = (await session.scalars(select(Remark))).one()
    assert kept.poll is not None
    assert kept.poll["options"] == [["Oui", 5], ["Non", 2]]
    other = [one | {"name": "Peut-être"} for one in asked(9, 9)]
    await peer.say(session, peer.activity("Update", note | {"oneOf": other}))
    assert kept.poll["options"] == [["Oui", 5], ["Non", 2]]
    await peer.say(session, peer.activity("Update", note | {"type": "Note"}))
    assert kept.poll["options"] == [["Oui", 5], ["Non", 2]]


async def test_a_note_never_becomes_a_poll(
    session: Session, coop: Actor, peer: Peer, clock: Clock
) -> None:
    note = peer.note(cc=[COOP])
    await peer.say(session, peer.activity("Create", note))
    clock.turn(minutes=1)
    poll = {"type": "Question", "oneOf": [{"type": "Note", "name": "Oui"}]}
    later = {"updated": site_time(peer)}
    await peer.say(session, peer.activity("Update", note | poll | later))
    kept = (await session.scalars(select(Remark))).one()
    assert kept.poll is None


async def test_votes_in_polls_that_we_never_made_are_nothing(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    said = await remarking.remark(session, site, coop, text="Quand ?")
    for number in range(3):
        vote = peer.note(path=f"/votes/{number}", to=[COOP], inReplyTo=said.iri) | {"name": "Oui"}
        del vote["content"]
        await peer.say(session, peer.activity("Create", vote))
    assert await notices.of(session, coop, Page()) == []
    assert (await session.scalars(select(Remark))).all() == [said]


async def test_what_a_peer_reworded_is_kept_within_bounds(
    session: Session, coop: Actor, peer: Peer, clock: Clock
) -> None:
    note = peer.note(cc=[COOP])
    await peer.say(session, peer.activity("Create", note))
    kept = (await session.scalars(select(Remark))).one()
    for number in range(60):
        clock.turn(minutes=1)
        new = {"content": str(number), "updated": site_time(peer)}
        await peer.say(session, peer.activity("Update", note | new))
    assert kept.content == "59"
    assert len(await reception.wordings(session, kept)) == 50


def site_time(peer: Peer) -> str:
    """Now, as a peer writes it."""
    return peer.site.now().isoformat()
