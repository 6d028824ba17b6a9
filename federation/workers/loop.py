"""A loop: work until nothing is due, then wait to be woken, or for a second.

It is woken for what this process wrote itself and for what others tell that they wrote. Looking is
for what was only due later, and for what nobody told: a command beside the server on SQLite, a
process that died before it could.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import structlog

from actors.errors import Unavailable

LOOK_EVERY: Final = 1.0
"""Seconds. A claim on an empty queue costs a millisecond; a person who waits for mail notices two
seconds.
"""

LOOK_IN_COMPANY: Final = 5.0
"""Seconds, while others would tell: every process that looks costs the database they share."""

AFTER_A_BUG: Final = 5.0
"""Seconds to wait when a round failed as a whole: the database may be away."""

_log = structlog.stdlib.get_logger("federation.workers")


class Loop:
    """Repeats one kind of work until it is stopped.

    Args:
        name: of the work, for the log.
        work: does what is due, and says how much that was.
        is_told: whether others would tell now of what they write.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[], Awaitable[int]],
        is_told: Callable[[], bool] = lambda: False,
    ) -> None:
        self._name = name
        self._work = work
        self._is_told = is_told
        self._awake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._ending = asyncio.Event()

    def start(self) -> None:
        """Begin; a second call does nothing."""
        if self._task is None:
            self._ending.clear()
            self._task = asyncio.create_task(self._run(), name=self._name)

    @property
    def is_running(self) -> bool:
        """Whether it repeats."""
        return self._task is not None and not self._task.done()

    def wake(self) -> None:
        """There is something to do: look now."""
        self._awake.set()

    async def finish(self) -> None:
        """Take up nothing more, and wait until the round that goes on has ended."""
        self._ending.set()
        self._awake.set()
        if self._task is not None:
            await asyncio.wait({self._task})

    async def stop(self) -> None:
        """End at once: what is claimed and not settled is taken up when the claim has expired."""
        self._ending.set()  # in Python 3.11, `wait_for` may lose that it was cancelled
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _run(self) -> None:
        while not self._ending.is_set():
            self._awake.clear()
            pause = LOOK_IN_COMPANY if self._is_told() else LOOK_EVERY
            try:
                while not self._ending.is_set() and await self._work():
                    pass
            except Unavailable as trouble:
                _log.warning("worker.postponed", worker=self._name, cause=trouble.reason)
                pause = AFTER_A_BUG
            except Exception:  # noqa: BLE001 - whatever it was, the queue must go on
                _log.exception("worker.failed", worker=self._name)
                pause = AFTER_A_BUG
            with suppress(TimeoutError):
                if not self._ending.is_set():
                    await asyncio.wait_for(self._awake.wait(), pause)
