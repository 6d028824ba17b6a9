"""Superseding: of what was not sent yet about a thing, only the newest Update is sent."""

from datetime import timedelta

from together.clock import Clock
from together.strangers import Stranger

from actors.database import Session
from actors.mail import outbox
from actors.mail.outbox import Failure
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.mail import Outgoing

ABOUT = "https://alpha.test/models/pain"
HOLD = timedelta(days=30)


async def _post(
    session: Session, site: Site, speaker: Actor, kind: str, *to: Actor, about: str = ABOUT
) -> Outgoing:
    outgoing = await outbox.post(
        session,
        site,
        speaker,
        {"id": f"{site.origin}/activities/{site.new_id()}", "type": kind},
        about=about,
        recipients=[one.iri for one in to],
        is_public=True,
    )
    while await outbox.fan_out(session, site):
        pass
    return outgoing


async def _sent(session: Session, site: Site) -> list[str]:
    """What everybody gets, in order, each with its host."""
    found = []
    while parcels := await outbox.claim(session, site, limit=50, per_host=4):
        found += [f"{one.host} {one.activity_iri}" for one in parcels]
        await outbox.delivered(session, *parcels)
    return found


def _to(host: str, *posted: Outgoing) -> list[str]:
    return [f"{host} {one.activity_iri}" for one in posted]


async def test_a_thing_that_changes_fifty_times_costs_a_host_its_create_and_one_update(
    session: Session, site: Site, coop: Actor, stranger: Stranger
) -> None:
    ada = await stranger(session, "ada", "peer.test")
    create = await _post(session, site, coop, "Create", ada)
    *_, newest = [await _post(session, site, coop, "Update", ada) for _ in range(50)]
    delete = await _post(session, site, coop, "Delete", ada)
    assert await _sent(session, site) == _to("peer.test", create, newest, delete)


async def test_only_who_is_told_the_newer_one_misses_the_older(
    session: Session, site: Site, coop: Actor, stranger: Stranger
) -> None:
    ada = await stranger(session, "ada", "ada.test")
    bob = await stranger(session, "bob", "bob.test")
    first = await _post(session, site, coop, "Update", ada)
    both = await _post(session, site, coop, "Update", ada, bob)
    again = await _post(session, site, coop, "Update", bob)
    sent = await _sent(session, site)
    assert first.activity_iri not in str(sent)
    # The third is not for all that the second was for: whoever shares bob's inbox may need both.
    assert sorted(sent) == sorted(_to("ada.test", both) + _to("bob.test", both, again))


async def test_what_is_under_way_or_was_given_up_or_is_somebody_elses_stays(
    session: Session, site: Site, coop: Actor, network: Actor, stranger: Stranger, clock: Clock
) -> None:
    ada = await stranger(session, "ada", "peer.test")
    refused = await _post(session, site, coop, "Update", ada)
    (parcel,) = await outbox.claim(session, site, limit=1, per_host=1)
    await outbox.refused(session, parcel, reason="403")
    theirs = await _post(session, site, network, "Update", ada)
    await _post(session, site, coop, "Announce", ada)
    under_way = await _post(session, site, coop, "Update", ada, about="urn:other")
    parcels = await outbox.claim(session, site, limit=2, per_host=4)
    assert [one.activity_iri for one in parcels] == [theirs.activity_iri, under_way.activity_iri]
    newer = await _post(session, site, coop, "Update", ada, about="urn:other")
    newest = await _post(session, site, coop, "Update", ada)
    for one in parcels:
        await outbox.postponed(session, site, Failure(one, "401"), hold=HOLD)
    clock.turn(minutes=1)
    sent = await _sent(session, site)
    assert refused.activity_iri not in str(sent)
    assert len(sent) == 5
    assert {*_to("peer.test", theirs, under_way, newer, newest)} < {*sent}


async def test_every_update_of_an_actor_is_sent_because_one_vouches_for_the_next(
    session: Session, site: Site, coop: Actor, stranger: Stranger
) -> None:
    ada = await stranger(session, "ada", "peer.test")
    first = await _post(session, site, coop, "Update", ada, about=coop.iri)
    second = await _post(session, site, coop, "Update", ada, about=coop.iri)
    assert await _sent(session, site) == _to("peer.test", first, second)
