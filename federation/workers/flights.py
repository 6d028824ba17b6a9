"""Flights: what is under way, who of it holds a place, and what has come back.

So many may be at work at once. Whoever has had no answer for a moment is not at work but waits, and
leaves its place to the next: hosts that take a request and hang cost the others nothing. Those who
wait are bounded too, by sockets.

What comes back is kept until a bundle of it is worth a transaction, or for a moment.
"""

import asyncio
import math
from collections.abc import Coroutine
from typing import Final, Generic, TypeVar

import structlog

from federation.workers.loop import LOOK_EVERY

SLOW: Final = 0.3
"""Seconds without an answer after which a place is given to the next; a host that works answers
within some tens of milliseconds, one at the other end of the world within 200."""

BUNDLE: Final = 32
"""What has come back is settled at the latest when it is so many."""

LINGER: Final = 0.05
"""Seconds that something which has come back waits for others."""

NOT_YET: Final = math.inf

Result = TypeVar("Result")

_log = structlog.stdlib.get_logger("federation.workers")


class Flights(Generic[Result]):
    """Tasks that are under way, and results that nobody has taken yet.

    Args:
        places: how many may be at work at once.
        waiting_room: how many more may wait for an answer.
    """

    def __init__(self, places: int, waiting_room: int) -> None:
        self._places = places
        self._most = places + waiting_room
        self._sent_at: dict[asyncio.Task[Result], float] = {}  # NOT_YET, while it is prepared
        self._back: list[Result] = []
        self._news = asyncio.Event()
        self._ring: asyncio.TimerHandle | None = None  # since the first came back

    def __len__(self) -> int:
        return len(self._sent_at)

    @property
    def free(self) -> int:
        """How many may begin now."""
        slow = asyncio.get_running_loop().time() - SLOW
        at_work = sum(sent_at > slow for sent_at in self._sent_at.values())
        return max(0, min(self._places - at_work, self._most - len(self._sent_at)))

    def begin(self, work: Coroutine[None, None, Result]) -> None:
        """Begin something, beside what is under way."""
        task = asyncio.create_task(work)
        self._sent_at[task] = NOT_YET
        task.add_done_callback(self._landed)

    def sent(self) -> None:
        """Said by a task: from now on it waits for an answer."""
        task = asyncio.current_task()
        if task in self._sent_at:
            self._sent_at[task] = asyncio.get_running_loop().time()

    @property
    def back(self) -> list[Result]:
        """What has come back and was not taken; it stays until `take`."""
        return self._back[:]

    def take(self, count: int) -> None:
        """The first so many that came back are settled."""
        del self._back[:count]

    async def news(self) -> None:
        """Wait until a bundle came back, or something and a moment passed; a second at most.

        While all places are held it is only until some of their holders may be found slow.
        """
        if not self._sent_at and not self._back:
            return
        self._news.clear()
        if self._is_worth_it():
            return
        patience = LOOK_EVERY if self.free else SLOW / 2
        ring = asyncio.get_running_loop().call_later(patience, self._news.set)
        try:
            await self._news.wait()
        finally:
            ring.cancel()

    async def stop(self) -> None:
        """Break off everything, and wait until it has ended."""
        for task in self._sent_at:
            task.cancel()
        await asyncio.gather(*self._sent_at, return_exceptions=True)

    def _is_worth_it(self) -> bool:
        has_lingered = bool(self._back) and self._ring is None
        return has_lingered or len(self._back) >= BUNDLE or not self._sent_at

    def _landed(self, task: asyncio.Task[Result]) -> None:
        del self._sent_at[task]
        if task.cancelled():
            return
        if (error := task.exception()) is not None:
            _log.error("worker.failed", exc_info=error)
            return
        self._back.append(task.result())
        if self._ring is None:
            self._ring = asyncio.get_running_loop().call_later(LINGER, self._rung)
        if self._is_worth_it():
            self._news.set()

    def _rung(self) -> None:
        self._ring = None
        self._news.set()
