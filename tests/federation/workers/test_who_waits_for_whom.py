"""Who waits for whom: hosts that take a request and hang cost the others nothing."""

import asyncio
import subprocess
import sys

import pytest
from together.stranger import Stranger, moved_in
from together.street import House, Street

from actors.mail import lanes
from federation.settings import Federation
from federation.transport.descriptors import RESERVED
from federation.workers import flights as flights_module
from federation.workers.flights import BUNDLE, SLOW, Flights
from federation.workers.running import WORKERS

COOP = "https://alpha.test/actors/coop"


async def test_a_healthy_host_has_its_mail_while_another_one_hangs(
    street: Street, alpha: House, mallory: Stranger
) -> None:
    async with moved_in(street, "good.test") as good:
        for one in (mallory, good):
            await one.send(alpha, one.activity("Follow", COOP))
        await street.settle()
        mallory.heard.clear()
        mallory.hold.set()
        coop = await alpha.actor("coop")
        await alpha.publish(coop)
        working = asyncio.create_task(alpha.app[WORKERS].settle())
        async with asyncio.timeout(30):
            await mallory.heard.wait()
            for _ in range(3):
                good.heard.clear()
                await alpha.publish(coop)
                await good.heard.wait()
        assert not working.done(), "mallory hangs still"
        working.cancel()
        await alpha.app[WORKERS].stop()
        mallory.hold.clear()


async def test_whoever_has_no_answer_leaves_its_place_to_the_next() -> None:
    flights: Flights[int] = Flights(places=2, waiting_room=4)
    answer, healthy = asyncio.Event(), asyncio.Event()

    async def hang(number: int) -> int:
        flights.sent()
        await answer.wait()
        return number

    async def reach(number: int) -> int:
        flights.sent()
        healthy.set()
        return number

    flights.begin(hang(1), hang(2), hang(3), reach(4))
    async with asyncio.timeout(30):
        while not healthy.is_set():
            await flights.news(is_more=False)
        while not flights.back:
            await flights.news(is_more=False)
    assert flights.back == [4]
    flights.take(1)
    answer.set()
    async with asyncio.timeout(30):
        while len(flights):
            await flights.news(is_more=False)
    assert sorted(flights.back) == [1, 2, 3]


async def test_the_waiting_room_is_bounded() -> None:
    flights: Flights[int] = Flights(places=1, waiting_room=1)
    begun: list[int] = []

    async def hang(number: int) -> int:
        flights.sent()
        begun.append(number)
        await asyncio.Event().wait()
        return number

    flights.begin(*(hang(number) for number in range(5)))
    async with asyncio.timeout(30):
        while len(begun) < 2:
            await flights.news(is_more=True)
    assert flights.room == 0
    await flights.stop()
    assert (len(begun), len(flights)) == (2, 0)


async def test_a_full_waiting_room_gives_a_place_to_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(flights_module, "ENOUGH", SLOW)
    flights: Flights[str] = Flights(places=2, waiting_room=2)

    async def hang(number: int) -> str:
        try:
            with flights.patience():
                flights.sent()
                await asyncio.Event().wait()
        except TimeoutError:
            return f"{number} broken off"
        return "never"

    async def reach() -> str:
        with flights.patience():
            flights.sent()
        return "well"

    back: list[str] = []
    flights.begin(*(hang(number) for number in range(7)), reach())
    async with asyncio.timeout(30):
        while "well" not in back:
            await flights.news(is_more=True)
            back += flights.back
            flights.take(len(flights.back))
    before = back[: back.index("well")]
    assert before == [f"{number} broken off" for number in range(len(before))], "who waits longest"
    assert 4 <= len(before) < 7, "and not all who hang"
    await flights.stop()


async def test_what_is_prepared_holds_its_place_however_long_that_takes() -> None:
    flights: Flights[int] = Flights(places=1, waiting_room=10)
    ready = asyncio.Event()
    begun: list[int] = []

    async def prepare(number: int) -> int:
        begun.append(number)
        await ready.wait()
        return number

    flights.begin(prepare(1), prepare(2))
    await flights.news(is_more=False)
    assert begun == [1]
    ready.set()
    async with asyncio.timeout(30):
        while len(flights):
            await flights.news(is_more=False)
    assert flights.back == [1, 2]


async def test_a_bundle_is_news_at_once() -> None:
    flights: Flights[int] = Flights(places=BUNDLE, waiting_room=0)

    async def reach(number: int) -> int:
        return number

    flights.begin(*(reach(number) for number in range(BUNDLE)))
    await flights.news(is_more=False)
    assert len(flights.back) == BUNDLE


async def test_what_came_back_is_settled_when_a_worker_stops_and_the_rest_is_free(
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
    async with alpha.read() as session:
        assert await lanes.next_due(session) == street.clock()
    await street.settle()
    assert {one["type"] for one in mallory.told} == {"Accept"}


def test_who_may_wait_is_bounded_by_what_the_system_lets_be_open() -> None:
    asked = (
        "import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (700, 700));"
        "from federation.settings import Federation as F;"
        "from federation.transport.descriptors import waiting_room as w;"
        "print(w(F(waiting_room=0)), w(F(waiting_room=10)), w(F()))"
    )
    said = subprocess.run(
        [sys.executable, "-c", asked], check=True, capture_output=True, text=True
    ).stdout
    assert said.split() == ["0", "10", str(700 - RESERVED - Federation().delivery_concurrency)]
