"""A crew: tasks of one worker that go on side by side, as many as the worker lets begin.

Whoever works a queue begins what is due and then waits until one task is done, or a second: what
has come meanwhile must not wait for a slow neighbour. What is broken off gives its claim back and
is taken up again.
"""

import asyncio
from collections.abc import Collection, Coroutine
from typing import Any

import structlog

from actors.database import Database, Unusable
from actors.mail import claims
from actors.mail.claims import Queue
from federation.workers.loop import LOOK_EVERY

_log = structlog.stdlib.get_logger("federation.workers")


class Crew:
    """The tasks that are under way; `len` counts them."""

    def __init__(self) -> None:
        self._tasks: dict[asyncio.Task[None], int] = {}

    def __len__(self) -> int:
        return len(self._tasks)

    def begin(self, work: Coroutine[Any, Any, None], *, claim: int = 0) -> None:
        """Begin something, beside what is under way.

        Args:
            work: what.
            claim: the id of the row that was claimed for it.
        """
        task = asyncio.create_task(work)
        self._tasks[task] = claim
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

    async def stop(self, database: Database, queue: Queue, held: Collection[int] = ()) -> None:
        """Break off everything, wait until it has ended, and give back what was claimed for it.

        Whoever looks next, after a new start or in another process, may take it at once. Where the
        database does not take that, the claims expire.

        Args:
            database: where the claims are.
            queue: which rows were claimed.
            held: further ids of claimed rows.
        """
        broken_off = dict(self._tasks)
        for task in broken_off:
            task.cancel()
        await asyncio.gather(*broken_off, return_exceptions=True)
        ids = {*broken_off.values(), *held} - {0}
        if not ids:
            return
        try:
            async with database.begin() as session:
                await claims.give_back(session, queue, ids)
        except (Unusable, OSError) as error:
            _log.warning("worker.claims_kept", rows=len(ids), cause=str(error))

    def _finished(self, task: asyncio.Task[None]) -> None:
        """A task that failed as a whole (the database is away) is told to the operator."""
        self._tasks.pop(task, None)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _log.error("worker.failed", exc_info=error)
