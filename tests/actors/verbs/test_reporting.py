"""Reporting: what the stewards are told, by whom, and what of it they are not."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from together.clock import Clock
from together.peer import Peer
from together.street import a_sheet, key_pems

from activitypub.addressing import Visibility
from actors.database import Session
from actors.errors import Conflicting, NotAllowed, NotFound, Unwise
from actors.mail import outbox
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.mail import Delivery, Outgoing
from actors.tables.notice import Notice
from actors.tables.report import Report
from actors.verbs import enrolling, publishing, remarking, reporting
from actors.views import notices, profiles, reports
from actors.views.paging import Page

COOP = "https://alpha.test/actors/coop"
EVIL = "<script>alert(1)</script> & \u202eturned"


@pytest.fixture
def peer(site: Site) -> Peer:
    """Another host."""
    return Peer(site)


async def open_reports(session: Session) -> list[Report]:
    return [one.report for one in await reports.of(session, Page())]


def flag(peer: Peer, *objects: str, **more: Any) -> dict[str, Any]:
    return peer.activity("Flag", list(objects), **more)


async def flags_sent(session: Session) -> list[Outgoing]:
    return list(await session.scalars(select(Outgoing).where(Outgoing.type == "Flag")))


async def test_a_flag_is_shown_to_the_stewards_with_the_words_of_what_it_names(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    said = await remarking.remark(session, site, coop, text="Un **mot**")
    model = await publishing.publish(session, site, coop, a_sheet())
    await peer.known(session)
    await peer.say(session, flag(peer, COOP, said.iri, model.iri, content=EVIL))
    [row] = await open_reports(session)
    assert (row.host, row.about_id, row.times) == ("peer.test", coop.id, 1)
    assert row.comment == "<script>alert(1)</script> & turned"
    assert {one["iri"]: one["words"] for one in row.things} == {
        said.iri: "Un mot",
        model.iri: model.name,
    }
    network = await profiles.network(session)
    [told] = await notices.of(session, network, Page())
    assert (told.notice.kind, told.sender.host) == ("report", "peer.test")
    assert await notices.of(session, network, Page(), for_stewards=False) == []
    assert (await notices.unread(session, network, for_stewards=False)) == 0
    assert await notices.of(session, coop, Page()) == []


async def test_a_flag_reveals_nothing_that_nobody_of_its_host_may_see(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    await peer.known(session)
    circles = (Visibility.FOLLOWERS, Visibility.DIRECT)
    private = [
        await remarking.remark(session, site, coop, text=f"Secret {one}", visible=one)
        for one in circles
    ]
    await peer.say(session, flag(peer, COOP, *(one.iri for one in private)))
    [row] = await open_reports(session)
    assert row.things == []
    with pytest.raises(NotFound):  # nor does it say that they are there
        await peer.say(session, flag(peer, private[0].iri))
    await peer.say(session, peer.activity("Follow", COOP))
    await peer.say(session, flag(peer, *(one.iri for one in private)))
    [row] = await open_reports(session)
    assert [one["iri"] for one in row.things] == [private[0].iri]


async def test_a_flood_of_one_host_is_one_report_and_one_notice(
    session: Session, coop: Actor, peer: Peer
) -> None:
    await peer.known(session)
    for number in range(20):
        words = "x" * 2_000 + str(number)
        await peer.say(session, flag(peer, COOP, content=words))
    [row] = await open_reports(session)
    assert (row.times, len(row.comment)) == (20, reporting.LONGEST_COMMENT)
    assert await session.scalar(select(func.count(Notice.id))) == 1
    other = Peer(peer.ours, "https://other.test")
    await other.known(session)
    await other.say(session, flag(other, COOP))
    assert len(await open_reports(session)) == 2


async def test_one_host_has_only_so_many_open_reports(
    session: Session, site: Site, coop: Actor, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reporting, "MOST_OPEN", 1)
    await enrolling.add_organisation(session, site, handle="two", name="Two", keys=key_pems(3))
    await peer.known(session)
    await peer.say(session, flag(peer, COOP))
    with pytest.raises(NotAllowed) as refused:
        await peer.say(session, flag(peer, "https://alpha.test/actors/two"))
    assert refused.value.code == "limited"
    await peer.say(session, flag(peer, COOP))
    [row] = await open_reports(session)
    assert row.times == 2


async def test_what_is_nothing_of_ours_is_no_report(session: Session, peer: Peer) -> None:
    await peer.known(session)
    for named in ("https://third.test/users/a", "https://alpha.test/actor"):
        with pytest.raises(NotFound):
            await peer.say(session, flag(peer, named))
    assert await open_reports(session) == []


async def test_a_member_reports_and_the_other_site_hears_it_from_the_instance_only(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    ada = await peer.known(session)
    row = await reporting.report(
        session, site, coop, ada, comment="Du spam", category="spam", forwards=True
    )
    [sent] = await flags_sent(session)
    assert (row.is_forwarded, row.iri, sent.is_public) == (True, sent.activity_iri, False)
    assert b"coop" not in sent.document
    assert b'"actor":"https://alpha.test/actor"' in sent.document
    while await outbox.fan_out(session, site):
        pass
    assert await session.scalar(select(func.count(Delivery.id))) == 1
    network = await profiles.network(session)
    [told] = await notices.of(session, network, Page())
    assert (told.notice.kind, told.sender.id) == ("report", coop.id)


async def test_a_report_stays_here_unless_it_is_to_be_forwarded(
    session: Session, site: Site, coop: Actor, peer: Peer
) -> None:
    ada = await peer.known(session)
    await reporting.report(session, site, coop, ada)
    network = await profiles.network(session)
    await reporting.report(session, site, coop, network, forwards=True)
    assert await flags_sent(session) == []
    assert len(await open_reports(session)) == 2


async def test_what_cannot_be_reported_is_said(
    session: Session, site: Site, coop: Actor, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await peer.known(session)
    own = await remarking.remark(session, site, coop, text="Mot")
    with pytest.raises(Conflicting):
        await reporting.report(session, site, coop, coop)
    with pytest.raises(Unwise):
        await reporting.report(session, site, coop, ada, [own])
    with pytest.raises(Unwise):
        await reporting.report(session, site, coop, ada, comment="x" * 5_001)
    with pytest.raises(Unwise):
        await reporting.report(session, site, coop, ada, category="sport")
    monkeypatch.setattr(reporting, "MOST_OF_ONE", 1)
    await reporting.report(session, site, coop, ada)
    with pytest.raises(NotAllowed):
        await reporting.report(session, site, coop, ada)


async def test_who_reported_here_is_told_what_was_done_and_old_reports_go(
    session: Session, site: Site, clock: Clock, coop: Actor, peer: Peer
) -> None:
    ada = await peer.known(session)
    row = await reporting.report(session, site, coop, ada)
    with pytest.raises(Unwise):
        await reporting.close(session, site, row.id, answer=" ")
    await reporting.close(session, site, row.id, answer="Site bloqué.")
    with pytest.raises(Conflicting):
        await reporting.close(session, site, row.id, answer="Encore")
    with pytest.raises(NotFound):
        await reporting.close(session, site, 1, answer="Rien")
    [told] = await notices.of(session, coop, Page())
    assert (told.notice.kind, told.notice.about["answer"]) == ("report-closed", "Site bloqué.")
    assert await open_reports(session) == []
    assert len(await reports.of(session, Page(), is_closed=True)) == 1
    clock.turn(days=184)
    await reporting.forget_old(session, site)
    assert await reports.of(session, Page(), is_closed=True) == []
    assert timedelta(days=184) > reporting.KEPT
