"""The outbox: one row for each inbox, in order about one thing, tried until it is hopeless."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from together.clock import Clock
from together.strangers import Stranger

from actors.database import Session
from actors.mail import hosts, lanes, outbox
from actors.mail.outbox import Failure
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.follow import Follow
from actors.tables.mail import Delivery, Outgoing, Received

HOLD = timedelta(days=30)


async def _follows(session: Session, site: Site, follower: Actor, followee: Actor) -> None:
    session.add(
        Follow(
            id=site.new_id(),
            iri=f"{follower.iri}#follow",
            follower_id=follower.id,
            followee_id=followee.id,
            state="accepted",
            made_at=site.now(),
        )
    )
    await session.flush()


async def _post(
    session: Session, site: Site, coop: Actor, about: str, *recipients: Actor, kind: str = "Update"
) -> Outgoing:
    number = site.new_id()
    return await outbox.post(
        session,
        site,
        coop,
        {"id": f"{site.origin}/activities/{number}", "type": kind, "object": about},
        about=about,
        followers_of=[coop],
        recipients=[one.iri for one in recipients],
        is_public=True,
    )


async def _claim(session: Session, site: Site, *, per_host: int = 4) -> list[outbox.Parcel]:
    while await outbox.fan_out(session, site):
        pass
    return await outbox.claim(session, site, limit=50, per_host=per_host)


async def _deliveries(session: Session) -> int:
    return int(await session.scalar(select(func.count(Delivery.id))) or 0)


async def test_followers_that_share_an_inbox_get_one_letter(
    session: Session, site: Site, coop: Actor, stranger: Stranger
) -> None:
    for name in ("ada", "bob", "eve"):
        await _follows(session, site, await stranger(session, name, "big.test"), coop)
    alone = await stranger(session, "zoe", "small.test", shared=False)
    await _follows(session, site, alone, coop)
    await _post(session, site, coop, "urn:x:1", alone)
    parcels = await _claim(session, site)
    assert sorted(one.inbox for one in parcels) == [
        "https://big.test/inbox",
        "https://small.test/users/zoe/inbox",
    ]


async def test_an_organisation_of_this_instance_gets_it_without_leaving_the_house(
    session: Session, site: Site, coop: Actor, network: Actor
) -> None:
    await _follows(session, site, network, coop)
    posted = await _post(session, site, coop, "urn:x:1")
    assert await _claim(session, site) == []
    received = (await session.scalars(select(Received))).one()
    assert (received.activity_iri, received.vouched) == (posted.activity_iri, "OURS")


async def test_what_is_in_flight_is_not_claimed_again_until_its_claim_expires(
    session: Session, site: Site, coop: Actor, stranger: Stranger, clock: Clock
) -> None:
    await _post(session, site, coop, "urn:x:1", await stranger(session, "ada", "peer.test"))
    assert len(await _claim(session, site)) == 1
    assert await _claim(session, site) == []
    clock.turn(seconds=lanes.CLAIM.total_seconds() + 1)
    assert len(await _claim(session, site)) == 1


async def test_an_update_never_overtakes_its_create_but_other_things_do(
    session: Session, site: Site, coop: Actor, stranger: Stranger, clock: Clock
) -> None:
    ada = await stranger(session, "ada", "peer.test")
    first = await _post(session, site, coop, "urn:model:1", ada, kind="Create")
    second = await _post(session, site, coop, "urn:model:1", ada)
    other = await _post(session, site, coop, "urn:model:2", ada)
    parcels = await _claim(session, site)
    assert [one.activity_iri for one in parcels] == [first.activity_iri, other.activity_iri]
    await outbox.postponed(session, site, Failure(parcels[0], "500"), hold=HOLD)
    await outbox.delivered(session, parcels[1])
    assert await _claim(session, site) == []
    clock.turn(minutes=1)
    (again,) = await _claim(session, site)
    assert again.activity_iri == first.activity_iri
    await outbox.delivered(session, again)
    (last,) = await _claim(session, site)
    assert last.activity_iri == second.activity_iri


async def test_a_host_gets_so_many_at_once_and_no_more(
    session: Session, site: Site, coop: Actor, stranger: Stranger
) -> None:
    ada = await stranger(session, "ada", "busy.test")
    for number in range(10):
        await _post(session, site, coop, f"urn:model:{number}", ada)
    assert len(await _claim(session, site, per_host=4)) == 4
    assert await _claim(session, site, per_host=4) == []


async def test_a_dead_host_waits_alone_and_comes_back_at_once_when_it_is_heard_from(
    session: Session, site: Site, coop: Actor, stranger: Stranger, clock: Clock
) -> None:
    dead = await stranger(session, "ada", "dead.test")
    well = await stranger(session, "bob", "well.test")
    for number in range(3):
        await _post(session, site, coop, f"urn:model:{number}", dead, well)
    for parcel in await _claim(session, site):
        if parcel.host == "well.test":
            await outbox.delivered(session, parcel)
        else:
            down = Failure(parcel, "timeout", is_host_down=True)
            await outbox.postponed(session, site, down, hold=HOLD)
    assert await _claim(session, site) == []
    clock.turn(seconds=hosts.FIRST_DELAY.total_seconds() + 1)
    (probe,) = await _claim(session, site)
    assert probe.host == "dead.test"
    await outbox.delivered(session, probe)
    assert len(await _claim(session, site)) == 2


async def test_retry_after_is_honoured(
    session: Session, site: Site, coop: Actor, stranger: Stranger, clock: Clock
) -> None:
    await _post(session, site, coop, "urn:x:1", await stranger(session, "ada", "peer.test"))
    (parcel,) = await _claim(session, site)
    wait = timedelta(hours=2)
    await outbox.postponed(session, site, Failure(parcel, "429", wait), hold=HOLD)
    clock.turn(minutes=119)
    assert await _claim(session, site) == []
    clock.turn(minutes=2)
    assert len(await _claim(session, site)) == 1


async def test_after_thirty_days_a_letter_is_parked_with_its_reason(
    session: Session, site: Site, coop: Actor, stranger: Stranger, clock: Clock
) -> None:
    await _post(session, site, coop, "urn:x:1", await stranger(session, "ada", "gone.test"))
    tries = 0
    while parcels := await _claim(session, site):
        tries += 1
        down = Failure(parcels[0], "no route", is_host_down=True)
        await outbox.postponed(session, site, down, hold=HOLD)
        clock.turn(seconds=hosts.LONGEST_DELAY.total_seconds() + 1)
    row = (await session.scalars(select(Delivery))).one()
    assert row.state == outbox.PARKED
    assert row.reason == "given up after 30 days: no route"
    assert tries > 100


async def test_a_refused_letter_is_parked_and_blocks_nothing(
    session: Session, site: Site, coop: Actor, stranger: Stranger
) -> None:
    ada = await stranger(session, "ada", "strict.test")
    await _post(session, site, coop, "urn:model:1", ada, kind="Create")
    later = await _post(session, site, coop, "urn:model:1", ada)
    (parcel,) = await _claim(session, site)
    await outbox.refused(session, parcel, reason="400 Bad Request")
    assert [one.activity_iri for one in await _claim(session, site)] == [later.activity_iri]


async def test_an_inbox_that_is_gone_loses_its_follows(
    session: Session, site: Site, coop: Actor, stranger: Stranger
) -> None:
    await _follows(session, site, await stranger(session, "ada", "closed.test"), coop)
    await _post(session, site, coop, "urn:x:1")
    (parcel,) = await _claim(session, site)
    await outbox.inbox_gone(session, parcel)
    assert await _deliveries(session) == 0
    await _post(session, site, coop, "urn:x:2")
    assert await _claim(session, site) == []


async def test_the_next_due_time_is_that_of_the_host_that_waits(
    session: Session, site: Site, coop: Actor, stranger: Stranger
) -> None:
    assert await outbox.next_due(session) is None
    await _post(session, site, coop, "urn:x:1", await stranger(session, "ada", "peer.test"))
    assert await outbox.next_due(session) == site.now()
    (parcel,) = await _claim(session, site)
    down = Failure(parcel, "timeout", is_host_down=True)
    await outbox.postponed(session, site, down, hold=HOLD)
    assert await outbox.next_due(session) == site.now() + hosts.FIRST_DELAY


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 30), (2, 60), (3, 120), (8, 3840), (20, 21_600), (500, 21_600)]
)
def test_the_pause_doubles_up_to_six_hours(failures: int, seconds: int) -> None:
    assert hosts.delay(failures) == timedelta(seconds=seconds)
