"""Notices: as many as there is news, each told once, read by whom they are for."""

from together.peer import Peer, work_off
from together.street import a_sheet

from actors.database import Session
from actors.site import Site
from actors.tables.actor import Actor
from actors.verbs import forgetting, noticing, publishing
from actors.views import notices
from actors.views.paging import Page

COOP = "https://alpha.test/actors/coop"


async def test_unread_notices_are_counted_until_they_are_looked_at(
    session: Session, site: Site, coop: Actor, network: Actor, peer: Peer
) -> None:
    model = await publishing.publish(session, site, coop, a_sheet())
    await work_off(session, site)
    for kind, subject in (("Follow", COOP), ("Like", model.iri), ("Announce", model.iri)):
        await peer.say(session, peer.activity(kind, subject))
    note = peer.note(inReplyTo=model.iri, cc=[COOP])
    await peer.say(session, peer.activity("Create", note))
    items = await notices.of(session, coop, Page())
    assert [one.notice.kind for one in items] == ["reply", "boost", "like", "follow"]
    assert {one.sender.iri for one in items} == {peer.iri("ada")}
    assert await notices.unread(session, coop) == 4
    assert await notices.unread(session, network) == 0
    await noticing.mark_read(session, site, coop, items[1].notice.id)
    assert await notices.unread(session, coop) == 1
    await noticing.mark_read(session, site, network, items[0].notice.id)
    assert await notices.unread(session, coop) == 1


async def test_what_was_deleted_is_not_news_any_more(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    model = await publishing.publish(session, site, coop, a_sheet())
    note = peer.note(inReplyTo=model.iri, cc=[COOP])
    await peer.say(session, peer.activity("Like", model.iri))
    await peer.say(session, peer.activity("Create", note))
    await peer.say(session, peer.activity("Delete", note["id"]))
    assert [one.notice.kind for one in await notices.of(session, coop, Page())] == ["like"]
    await forgetting.delete_model(session, site, model)
    assert await notices.of(session, coop, Page()) == []


async def test_notices_come_in_pages_that_stay_where_they_are(
    session: Session, coop: Actor, peer: Peer
) -> None:
    for number in range(5):
        name = f"reader{number}"
        await peer.say(session, peer.activity("Follow", COOP, name=name), name=name)
    first = await notices.of(session, coop, Page(limit=2))
    await peer.say(session, peer.activity("Follow", COOP, name="late"), name="late")
    rest = await notices.of(session, coop, Page(limit=2, max_id=first[-1].notice.id))
    assert [one.sender.handle for one in (*first, *rest)] == [
        "reader4",
        "reader3",
        "reader2",
        "reader1",
    ]
    [newer] = await notices.of(session, coop, Page(min_id=first[0].notice.id))
    assert newer.sender.handle == "late"
