"""A crew: tasks of one worker that go on side by side, as many as the worker lets begin.

Whoever works a queue begins what is due and then waits until one task is done, or a second: what
has come meanwhile must not wait for a slow neighbour. What is broken off gives its claim back and
is taken up again.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from federation.workers.loop import LOOK_EVERY

_log = structlog.stdlib.get_logger("federation.workers")


class Crew:
    """The tasks that are under way; `len` counts them."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin something, beside what is under way."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    async def first_done(self, *, begun: int) -> int:
        """Wait until one is done, or a second; not at all when nothing is under way.

        Args:
            begun: how many the worker has just taken.

        Returns:
            As many, at least 1 while anything goes on, else 0: what a loop wants to know.
        """
        if not self._tasks:
            return 0
        await asyncio.wait(self._tasks, timeout=LOOK_EVERY, return_when=asyncio.FIRST_COMPLETED)
        return max(1, begun)

    async def ended(self) -> None:
        """Wait until everything that is under way has ended."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def stop(self) -> None:
        """Break off everything, and wait until it has ended."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _finished(self, task: asyncio.Task[None]) -> None:
        """A task that failed as a whole (the database is away) is told to the operator."""
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _log.error("worker.failed", exc_info=error)
