"""Pens: signing many requests without keeping the event loop from everything else.

An RSA signature takes a millisecond. Where this process may use several cores, threads sign beside
the loop (the operation holds no lock of the interpreter's); on one core that would only cost more,
so the loop signs, a few requests in each of its rounds: whatever else is ready comes between.
"""

import asyncio
import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from activitypub import wire
from federation.transport.signing import Knocking

A_ROUND: Final = 4
"""Signatures in one round of the loop, so that nothing waits longer than some 4 ms; a round in
which only one is made costs as much again as a third of that signature."""

MOST_THREADS: Final = 4
"""Threads that sign: one process of Python makes no more requests than so many can sign."""


class Pen:
    """Signs at the moment when it is its turn, so that a signature is as fresh as its sending.

    Args:
        cores: how many this process may use; by default as many as the system lets it.
        signed: told whenever something is signed, in the task that has it signed.
    """

    def __init__(self, cores: int | None = None, signed: Callable[[], None] = lambda: None) -> None:
        self._signed = signed
        self._cores = len(os.sched_getaffinity(0)) if cores is None else cores
        self._left = A_ROUND
        self._line: deque[asyncio.Future[None]] = deque()
        self._is_next_round_coming = False
        self._threads: ThreadPoolExecutor | None = None

    async def sign(self, knocking: Knocking) -> wire.Request:
        """The request, signed in the way that is tried now."""
        signed = await self._sign(knocking)
        self._signed()
        return signed

    def close(self) -> None:
        """Let the threads go; the pen may still be used, and gets others."""
        threads, self._threads = self._threads, None
        if threads is not None:
            threads.shutdown(wait=False, cancel_futures=True)

    def _hands(self) -> ThreadPoolExecutor:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(
                min(self._cores, MOST_THREADS), thread_name_prefix="pen"
            )
        return self._threads

    async def _sign(self, knocking: Knocking) -> wire.Request:
        if knocking.way.is_by_ed25519:
            return knocking.request()
        if self._cores > 1:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._hands(), knocking.request)
        await self._turn()
        return knocking.request()

    async def _turn(self) -> None:
        """Wait until there is room in a round of the loop."""
        loop = asyncio.get_running_loop()
        if not self._is_next_round_coming:
            self._is_next_round_coming = True
            loop.call_soon(self._begin_round)
        if self._left:
            self._left -= 1
            return
        turn = loop.create_future()
        self._line.append(turn)
        await turn

    def _begin_round(self) -> None:
        self._left = A_ROUND
        while self._line and self._left:
            turn = self._line.popleft()
            if not turn.done():  # else whoever wanted to sign has been broken off
                turn.set_result(None)
                self._left -= 1
        self._is_next_round_coming = self._left < A_ROUND
        if self._is_next_round_coming:
            asyncio.get_running_loop().call_soon(self._begin_round)
