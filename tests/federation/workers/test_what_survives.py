"""What survives: a process that dies, a peer that is away, a bug, a slow neighbour."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import orjson
import pytest
from together.stranger import Stranger, moved_in
from together.street import House, Street, a_sheet

from actors.database import Session
from actors.errors import Unavailable
from actors.mail import inbox, outbox
from actors.views import history, mail, profiles
from actors.views.paging import Page
from federation.app_keys import DATABASE
from federation.workers.loop import Loop
from federation.workers.running import WORKERS

COOP = "https://alpha.test/actors/coop"


async def followers(alpha: House) -> list[str]:
    coop = await alpha.actor("coop")
    async with alpha.read() as session:
        return [one.actor.iri for one in await profiles.followers(session, coop, Page())]


async def test_what_was_answered_202_has_its_effect_once_after_a_crash(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    follow = mallory.activity("Follow", COOP)
    assert (await mallory.send(alpha, follow)).status == 202
    await alpha.stop()  # nothing was worked off, and nothing of this process is left

    await alpha.start()
    assert (await mallory.send(alpha, follow)).status == 202
    await street.settle()
    assert await followers(alpha) == [mallory.iri]
    assert len(mallory.told) == 1


async def test_what_was_claimed_by_a_worker_that_died_is_taken_up_again(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    await alpha.lookup.actor(mallory.iri)
    follow = mallory.activity("Follow", COOP)
    async with alpha.begin() as session:
        await inbox.put(
            session,
            alpha.site,
            activity_iri=str(follow["id"]),
            speaker=mallory.iri,
            vouched="REQUEST",
            document=orjson.dumps(follow),
        )
        assert len(await inbox.claim(session, alpha.site, 10)) == 1
    await alpha.stop()
    await alpha.start()
    await street.settle()
    assert await followers(alpha) == [], "another worker may still be at it"
    street.clock.turn(minutes=6)
    await street.settle()
    assert await followers(alpha) == [mallory.iri]
    assert len(mallory.told) == 1


async def test_mail_for_a_host_that_is_away_arrives_in_order_when_it_is_back(
    street: Street, alpha: House
) -> None:
    (beta,) = await street.open("beta")
    reader = await beta.organisation("lecteurs")
    await beta.follow(reader, "@coop@alpha.test")
    await street.settle()
    await beta.stop()

    model = await alpha.publish(await alpha.actor("coop"))
    for number in (2, 3):
        street.clock.turn(hours=1)
        await alpha.revise(model, a_sheet(text=f"Version {number}."))
    for _ in range(40):
        street.clock.turn(hours=6)
        await street.settle()
    del street.mail[:]
    await beta.start()
    street.clock.turn(hours=6)
    await street.settle()
    assert street.mail == ["alpha → beta Create", "alpha → beta Update"]
    async with alpha.read() as session:
        assert (await mail.post_office(session)).waiting == 0
    async with beta.read() as session:
        mirror = await history.model_by_iri(session, model.iri)
        assert mirror is not None
        numbers = [one.number for one in await history.revisions(session, mirror)]
    assert numbers == [3, 2, 1], "what no Update told of was read"


async def test_a_host_that_is_away_does_not_hold_the_others(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    async with moved_in(street, "good.test") as good:
        for one in (mallory, good):
            await one.send(alpha, one.activity("Follow", COOP))
        await street.settle()
        mallory.answers = 500
        await alpha.publish(await alpha.actor("coop"))
        await street.settle()
        assert [one["type"] for one in good.told] == ["Accept", "Create"]


async def test_an_inbox_that_is_gone_is_not_written_to_again(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    await mallory.send(alpha, mallory.activity("Follow", COOP))
    await street.settle()
    mallory.answers = 410
    await alpha.publish(await alpha.actor("coop"))
    await street.settle()
    assert await followers(alpha) == []
    async with alpha.read() as session:
        assert (await mail.post_office(session)).waiting == 0


async def test_what_a_peer_will_never_take_is_put_aside_with_its_words(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    await mallory.send(alpha, mallory.activity("Follow", COOP))
    await street.settle()
    mallory.answers = 403
    coop = await alpha.actor("coop")
    await alpha.publish(coop)
    await street.settle()
    async with alpha.read() as session:
        office = await mail.post_office(session)
    assert (office.waiting, office.parked) == (0, 1)
    mallory.answers = 202
    await alpha.publish(coop, a_sheet("Un autre"))
    await street.settle()
    assert [one["type"] for one in mallory.told[-1:]] == ["Create"], "and blocks nothing"


async def test_a_delivery_that_was_turned_away_is_signed_afresh(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    await mallory.send(alpha, mallory.activity("Follow", COOP))
    await street.settle()
    mallory.answers = 401
    await alpha.publish(await alpha.actor("coop"))
    await street.settle()
    told = len(mallory.told)
    mallory.answers = 202
    street.clock.turn(minutes=2)
    await street.settle()
    assert mallory.told[told:] == mallory.told[told - 1 : told]
    assert len(set(mallory.signatures[-2:])) == 2


async def test_what_cannot_be_had_now_is_asked_for_again_later(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    follower = await alpha.organisation("lecteurs")
    await alpha.follow(follower, mallory.iri)
    await street.settle()
    note = mallory.note("/notes/7")
    mallory.documents["/notes/7"] = (503, {})
    announce = mallory.activity("Announce", note["id"])
    mallory.documents[announce["id"].removeprefix(mallory.origin)] = (200, announce)
    accept = mallory.activity("Accept", mallory.told[-1])
    await mallory.send(alpha, accept)
    await mallory.send(alpha, announce)
    await street.settle()
    asked = mallory.asked.count("/notes/7")
    assert asked == 1
    await street.settle()
    assert mallory.asked.count("/notes/7") == asked, "not before its time"
    mallory.documents["/notes/7"] = (200, note)
    street.clock.turn(minutes=1)
    await street.settle()
    assert mallory.asked.count("/notes/7") == asked + 1
    async with alpha.read() as session:
        assert (await mail.post_office(session)).received_waiting == 0


async def test_what_will_never_be_had_is_settled_with_the_reason(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    await mallory.send(alpha, mallory.activity("Announce", f"{mallory.origin}/notes/none"))
    await street.settle()
    street.clock.turn(days=1)
    await street.settle()
    assert mallory.asked.count("/notes/none") <= 1
    async with alpha.read() as session:
        office = await mail.post_office(session)
    assert (office.received_waiting, office.received_parked) == (0, 0)


async def test_a_bug_is_tried_three_times_and_then_put_aside_without_blocking(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    activity = mallory.activity("Like", COOP)
    async with alpha.begin() as session:
        await inbox.put(
            session,
            alpha.site,
            activity_iri=str(activity["id"]),
            speaker=mallory.iri,
            vouched="A word that no version of this program has written",
            document=orjson.dumps(activity),
        )
    await mallory.send(alpha, mallory.activity("Follow", COOP))
    for _ in range(6):
        await street.settle()
        street.clock.turn(hours=1)
    assert await followers(alpha) == [mallory.iri]
    failures = [one for one in street.events if one["event"] == "inbox.failed"]
    assert len(failures) == 3
    async with alpha.read() as session:
        office = await mail.post_office(session)
    assert (office.received_waiting, office.received_parked) == (0, 1)


async def test_workers_that_run_in_the_background_answer_by_themselves(
    alpha: House, mallory: Stranger
) -> None:
    await alpha.app[WORKERS].start()
    await mallory.send(alpha, mallory.activity("Follow", COOP))
    async with asyncio.timeout(30):
        await mallory.heard.wait()
    await alpha.app[WORKERS].stop()
    assert [one["type"] for one in mallory.told] == ["Accept"]


async def test_a_loop_goes_on_after_a_bug_and_stops_when_told() -> None:
    done = asyncio.Event()
    rounds = iter((1, 0))

    async def work() -> int:
        left = next(rounds, None)
        if left is None:
            done.set()
            raise ZeroDivisionError
        return left

    loop = Loop("test", work)
    loop.start()
    loop.start()
    async with asyncio.timeout(30):
        while not done.is_set():
            loop.wake()
            await asyncio.sleep(0)
    await loop.stop()
    await loop.stop()


async def test_a_loop_whose_work_overhears_that_it_is_to_stop_ends_all_the_same() -> None:
    begun = asyncio.Event()

    async def work() -> int:
        begun.set()
        with suppress(asyncio.CancelledError):  # as `wait_for` does when both come at once
            await asyncio.Event().wait()
        return 1

    loop = Loop("test", work)
    for _ in ("once", "again"):
        begun.clear()
        loop.start()
        async with asyncio.timeout(30):
            await begun.wait()
            await loop.stop()


async def test_stopping_breaks_off_what_is_under_way(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    await mallory.send(alpha, mallory.activity("Follow", COOP))
    mallory.hold.set()
    working = asyncio.create_task(alpha.app[WORKERS].settle())
    async with asyncio.timeout(30):
        await mallory.heard.wait()
    working.cancel()
    await alpha.app[WORKERS].stop()
    mallory.hold.clear()
    assert alpha.app[DATABASE] is alpha.database
    await street.settle()
    assert [one["type"] for one in mallory.told] == ["Accept", "Accept"]


async def test_what_a_killed_process_had_claimed_is_free_when_it_starts_again(
    street: Street,
) -> None:
    alpha, beta = await street.open("alpha", "beta")
    await alpha.organisation("coop")
    reader = await beta.organisation("lecteurs")
    await beta.follow(reader, "@coop@alpha.test")
    async with beta.begin() as session:
        await outbox.fan_out(session, beta.site)
        claimed = await outbox.claim(session, beta.site, limit=10, per_host=4)
    assert len(claimed) == 1
    await beta.stop()
    await beta.start(with_workers=True)
    await beta.stop()
    await beta.start()
    await street.settle()
    assert street.mail[:1] == ["beta → alpha Follow"]


async def test_what_was_claimed_when_the_database_went_away_goes_as_soon_as_it_is_back(
    street: Street, alpha: House, mallory: Stranger, monkeypatch: pytest.MonkeyPatch
) -> None:
    await mallory.send(alpha, mallory.activity("Follow", COOP))
    await street.settle()
    await alpha.publish(await alpha.actor("coop"))
    del mallory.told[:]
    delivering = alpha.app[WORKERS].delivering
    beginning = alpha.database.begin

    @asynccontextmanager
    async def lost() -> AsyncIterator[Session]:
        async with beginning() as session:
            yield session
        raise Unavailable("the database is away: nobody knows how that commit ended")

    monkeypatch.setattr(alpha.database, "begin", lost)
    for _ in range(2):
        with pytest.raises(Unavailable):
            await delivering.work()
    assert mallory.told == []
    monkeypatch.setattr(alpha.database, "begin", beginning)
    await street.settle()
    assert [one["type"] for one in mallory.told] == ["Create"]
