"""Waiting: turns at one host, and deadlines that one look keeps for all."""

import asyncio

import pytest

from federation.transport.deadlines import Deadlines
from federation.transport.turns import Turns


async def test_turns_are_given_in_order_and_nothing_is_kept_of_them() -> None:
    turns: Turns[str] = Turns(1)
    went: list[int] = []

    async def go(number: int) -> None:
        if not turns.take("one"):
            await turns.wait("one")
        went.append(number)
        await asyncio.sleep(0)
        turns.give_back("one")

    everybody = [asyncio.create_task(go(number)) for number in range(5)]
    await asyncio.sleep(0)
    everybody[2].cancel()
    done = await asyncio.gather(*everybody, return_exceptions=True)
    assert went == [0, 1, 3, 4]
    assert isinstance(done[2], asyncio.CancelledError)
    assert len(turns) == 0
    assert turns.take("one")


async def test_a_turn_that_is_given_to_somebody_who_leaves_goes_to_the_next() -> None:
    turns: Turns[str] = Turns(1)
    assert turns.take("one")
    leaving, next_one = (asyncio.create_task(turns.wait("one")) for _ in range(2))
    await asyncio.sleep(0)
    turns.give_back("one")
    leaving.cancel()
    async with asyncio.timeout(30):
        await next_one
    turns.give_back("one")
    assert len(turns) == 0


async def test_a_deadline_ends_what_is_late_and_only_that() -> None:
    deadlines = Deadlines()

    async def wait(until: float) -> str:
        try:
            with deadlines.until(until):
                await asyncio.Event().wait()
        except TimeoutError:
            await asyncio.sleep(0)  # whoever is out of time is not cancelled
            return "late"
        return "never"

    late, waiting = asyncio.create_task(wait(1.0)), asyncio.create_task(wait(3.0))
    await asyncio.sleep(0)
    deadlines.look(2.0)
    assert await late == "late"
    assert len(deadlines) == 1
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert len(deadlines) == 0
