"""Flights: what is to begin, what is under way, who of that holds a place, and what has come back.

So many may be at work at once. Whoever has had no answer for a moment is not at work but waits, and
leaves its place to the next: hosts that take a request and hang cost the others nothing. Those who
wait are bounded too, by sockets. When there are as many as may be, whoever has waited longest is
broken off, if that is long enough: a thousand hosts that hang must not hold up the next thousand
until their time is up.

Some more than can begin at once are kept in line, so that a place is filled as soon as it is free,
and what comes back is kept for a moment, so that one transaction settles a bundle and fetches the
next.
"""

import asyncio
from collections import deque
from collections.abc import Coroutine
from typing import Any, Final, Generic, TypeVar

import structlog

from federation.transport.deadlines import Deadlines, Waiting
from federation.workers.loop import LOOK_EVERY

SLOW: Final = 0.3
"""Seconds without an answer after which a place is given to the next; a host that works answers
within some tens of milliseconds, one at the other end of the world within 200."""

ENOUGH: Final = 5.0
"""Seconds without an answer after which a place in a full waiting room is given to others. While
there is room, a host may take the whole of `federation.total_timeout`."""

BUNDLE: Final = 256
"""What has come back is settled at the latest when it is so many: to settle and to claim takes some
10 ms each, whether it is one or so many."""

SMALL_BUNDLE: Final = 64
"""The same, when hardly anything stands in line any more and more could be fetched."""

LINGER: Final = 0.1
"""Seconds that something which has come back waits for others when nothing stands in line."""

AHEAD: Final = 4
"""In line and at work together are at most so many times the places."""

Result = TypeVar("Result")

_log = structlog.stdlib.get_logger("federation.workers")


class Flights(Generic[Result]):
    """Tasks that are under way, those in line, and results that nobody has taken yet.

    Args:
        places: how many may be at work at once.
        waiting_room: how many more may wait for an answer.
    """

    def __init__(self, places: int, waiting_room: int) -> None:
        self._places = places
        self._most = places + waiting_room
        self._line: deque[Coroutine[Any, Any, Result]] = deque()
        self._preparing: set[asyncio.Task[Result]] = set()
        self._sent_at: dict[asyncio.Task[Result], float] = {}  # the oldest first
        self._slow: dict[asyncio.Task[Result], float] = {}  # since when; the oldest first
        self._patience = Deadlines()
        self._is_more = False
        self._back: list[Result] = []
        self._news = asyncio.Event()
        self._ring: asyncio.TimerHandle | None = None  # since the first came back

    def __len__(self) -> int:
        return len(self._line) + self._at_work + len(self._slow)

    @property
    def room(self) -> int:
        """How many may be given now; those that cannot begin at once stand in line."""
        self._find_slow()
        if self._at_work + len(self._slow) >= self._most:
            return 0
        return max(0, self._places * AHEAD - self._at_work - len(self._line))

    def begin(self, *work: Coroutine[Any, Any, Result]) -> None:
        """Begin these, beside what is under way; in their order, as soon as there are places."""
        self._line.extend(work)
        self._fill()

    def sent(self) -> None:
        """Said by a task: from now on it waits for an answer."""
        task = asyncio.current_task()
        if task in self._preparing:
            self._preparing.remove(task)
            self._sent_at[task] = asyncio.get_running_loop().time()

    def patience(self) -> Waiting:
        """Said by a task about its waiting (`with`): it ends when others need the place more.

        TimeoutError is raised then.
        """
        return self._patience.until()

    @property
    def back(self) -> list[Result]:
        """What has come back and was not taken; it stays until `take`."""
        return self._back[:]

    def take(self, count: int) -> None:
        """The first so many that came back are settled."""
        del self._back[:count]

    async def news(self, *, is_more: bool) -> None:
        """Wait until a bundle came back, or nothing is in line any more and something came back.

        That is after a moment, and after a second at most.

        Args:
            is_more: there was no room for all that was to be sent: wait no longer than until there
                is some because hosts were found slow.
        """
        self._is_more = is_more
        loop = asyncio.get_running_loop()
        deadline = loop.time() + LOOK_EVERY
        self._news.clear()
        while not self._is_worth_it() and loop.time() < deadline:
            ring = loop.call_later(SLOW / 2, self._news.set)
            await self._news.wait()
            ring.cancel()
            self._news.clear()
            self._fill()
            if is_more and not self._line and self.room >= self._places:
                break

    async def ended(self) -> None:
        """Begin nothing that stands in line, and wait until everything else has ended."""
        self._clear()
        await asyncio.gather(*self._tasks(), return_exceptions=True)

    async def stop(self) -> None:
        """Break off everything, and wait until it has ended."""
        self._clear()
        tasks = self._tasks()
        for task in tasks:
            task.cancel()
        await self.ended()

    def _clear(self) -> None:
        while self._line:
            self._line.popleft().close()

    def _tasks(self) -> list[asyncio.Task[Result]]:
        return [*self._preparing, *self._sent_at, *self._slow]

    @property
    def _at_work(self) -> int:
        return len(self._preparing) + len(self._sent_at)

    def _find_slow(self) -> None:
        limit = asyncio.get_running_loop().time() - SLOW
        while self._sent_at:
            task, sent_at = next(iter(self._sent_at.items()))
            if sent_at > limit:
                break
            del self._sent_at[task]
            self._slow[task] = sent_at
        if self._at_work + len(self._slow) >= self._most:
            self._break_off()

    def _break_off(self) -> None:
        """Some who have waited longest wait no more: as many as there are places."""
        limit = asyncio.get_running_loop().time() - ENOUGH
        for task, sent_at in list(self._slow.items())[: self._places]:
            if sent_at > limit:
                break
            self._patience.end(task)

    def _fill(self) -> None:
        self._find_slow()
        while (
            self._line
            and self._at_work < self._places
            and self._at_work + len(self._slow) < self._most
        ):
            task = asyncio.create_task(self._line.popleft())
            self._preparing.add(task)
            task.add_done_callback(self._landed)

    def _is_worth_it(self) -> bool:
        has_lingered = bool(self._back) and self._ring is None and not self._line
        runs_dry = len(self._line) < self._places and len(self._back) >= SMALL_BUNDLE
        return (
            has_lingered
            or (runs_dry and self._is_more)
            or len(self._back) >= BUNDLE
            or not len(self)
        )

    def _landed(self, task: asyncio.Task[Result]) -> None:
        self._preparing.discard(task)
        self._sent_at.pop(task, None)
        self._slow.pop(task, None)
        self._fill()
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
