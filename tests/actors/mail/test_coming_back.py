"""Coming back: who was away for long gets what is owed in order, a little at a time."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from together.clock import Clock
from together.strangers import Stranger

from actors.database import Session
from actors.mail import hosts, lanes, outbox
from actors.mail.outbox import Failure, Parcel
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.mail import Lane

AWAY = "away.test"
HOLD = timedelta(days=30)


async def _post(session: Session, site: Site, coop: Actor, count: int, *to: Actor) -> list[str]:
    posted = [
        await outbox.post(
            session,
            site,
            coop,
            {"id": f"{site.origin}/activities/{site.new_id()}", "type": "Create"},
            about=f"urn:{site.new_id()}",
            recipients=[one.iri for one in to],
            is_public=True,
        )
        for _ in range(count)
    ]
    while await outbox.fan_out(session, site):
        pass
    return [one.activity_iri for one in posted]


async def _claim(session: Session, site: Site) -> list[Parcel]:
    return await outbox.claim(session, site, limit=500, per_host=4)


async def _lose(session: Session, site: Site, clock: Clock, failures: int) -> None:
    for _ in range(failures):
        (probe,) = [one for one in await _claim(session, site) if one.host == AWAY][:1]
        down = Failure(probe, "no route", is_host_down=True)
        await outbox.postponed(session, site, down, hold=HOLD)
        clock.turn(seconds=hosts.LONGEST_DELAY.total_seconds() + 1)


async def test_who_was_away_gets_two_a_second_for_a_while_and_then_as_everybody(
    session: Session,
    site: Site,
    coop: Actor,
    stranger: Stranger,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert timedelta(minutes=1) == lanes.SPARED * lanes.PACE
    monkeypatch.setattr(lanes, "SPARED", 8)
    ada = await stranger(session, "ada", AWAY)
    owed = await _post(session, site, coop, 1, ada)
    await _lose(session, site, clock, hosts.ABSENCE)
    owed += await _post(session, site, coop, lanes.SPARED + 4, ada)
    began, got = site.now(), list[str]()
    well = await stranger(session, "bob", "well.test")
    others = await _post(session, site, coop, 4, well)
    while len(got) < lanes.SPARED + 1:
        parcels = await _claim(session, site)
        if got:
            assert len(parcels) <= 1, "one at a time"
        else:
            assert {one.activity_iri for one in parcels} >= {*others}, "the others do not wait"
        mine = [one for one in parcels if one.host == AWAY]
        await outbox.delivered(session, *parcels)
        got += [one.activity_iri for one in mine]
        clock.turn(seconds=0.25)
    assert site.now() - began >= lanes.SPARED * lanes.PACE
    clock.turn(seconds=1)
    rest = await _claim(session, site)
    assert [*got, *(one.activity_iri for one in rest)] == owed, "all of it, in order, once"
    assert len(rest) == 4


async def test_who_was_away_for_a_moment_is_not_spared_and_a_clock_set_back_stops_nobody(
    session: Session, site: Site, coop: Actor, stranger: Stranger, clock: Clock
) -> None:
    ada = await stranger(session, "ada", AWAY)
    await _post(session, site, coop, 9, ada)
    (first, *_) = await _claim(session, site)
    down = Failure(first, "no route", is_host_down=True)
    await outbox.postponed(session, site, down, hold=HOLD)
    await hosts.heard_from(session, AWAY)
    assert list(await session.scalars(select(Lane.spared))) == [0]
    await lanes.spare(session, [AWAY])
    clock.turn(minutes=3)  # until the claims have expired
    (parcel,) = await _claim(session, site)
    await outbox.delivered(session, parcel)
    assert await _claim(session, site) == []
    await session.execute(
        update(Lane).values(paced_until=site.now() + timedelta(hours=1), due_at=site.now())
    )
    assert len(await _claim(session, site)) == 1, "half a second, and no more"
