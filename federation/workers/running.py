"""Running: start and stop the workers with the application, or alone; work everything off at once.

They live in the server's own process by default; `essaim serve --no-workers` leaves them out.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from aiohttp import web

from actors.database import Database
from actors.mail import claims
from actors.site import Site
from federation.lookup import Lookup
from federation.negotiation import Handler
from federation.settings import Settings
from federation.transport.client import Client
from federation.workers.asking import Asking
from federation.workers.backfilling import Backfilling
from federation.workers.delivering import Delivering
from federation.workers.exploring import Exploring
from federation.workers.housekeeping import Housekeeping
from federation.workers.loop import Loop
from federation.workers.receiving import Receiving

ROUNDS: Final = 10_000
"""Rounds after which `settle` gives up: mail that begets mail for ever is a mistake worth an
error.
"""


class Workers:
    """The workers of one process."""

    def __init__(
        self, database: Database, site: Site, client: Client, lookup: Lookup, settings: Settings
    ) -> None:
        self.receiving = Receiving(database, site, lookup, settings)
        self.delivering = Delivering(database, site, client, settings)
        self.backfilling = Backfilling(database, site, lookup, settings)
        self.exploring = Exploring(database, site, lookup, settings)
        self.asking = Asking(database, site, lookup, settings)
        self.housekeeping = Housekeeping(database, site)
        self._database = database
        self._with_crews = (
            self.receiving,
            self.delivering,
            self.backfilling,
            self.exploring,
            self.asking,
        )
        self._loops = (
            Loop("housekeeping", self.housekeeping.work),
            Loop("receiving", lambda: self._then_wake(self.receiving.work)),
            Loop("delivering", lambda: self._then_wake(self.delivering.work)),
            Loop("backfilling", lambda: self._then_wake(self.backfilling.work)),
            Loop("exploring", lambda: self._then_wake(self.exploring.work)),
            Loop("asking", lambda: self._then_wake(self.asking.work)),
        )

    async def start(self) -> None:
        """Begin to work in the background.

        On SQLite one process works, so what a killed one had claimed is free at once; on
        PostgreSQL others may be at it, and claims run out by themselves.
        """
        if self._database.is_sqlite:
            async with self._database.begin() as session:
                await claims.release_all(session)
        for loop in self._loops:
            loop.start()

    @property
    def are_running(self) -> bool:
        """Whether all of them are at work, or wait for some."""
        return all(loop.is_running for loop in self._loops)

    def wake(self) -> None:
        """Something may have been written to a queue: look now, not within a second."""
        for loop in self._loops:
            loop.wake()

    async def _then_wake(self, work: Callable[[], Awaitable[int]]) -> int:
        """What one worker did may be work for the other: an answer, or mail to ourselves."""
        done = await work()
        if done:
            self.wake()
        return done

    async def finish(self, patience: float) -> None:
        """Take up nothing more, and let what is under way end.

        Args:
            patience: seconds to wait for it; the rest is left to `stop`.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await asyncio.gather(*(loop.finish() for loop in self._loops))
                for worker in self._with_crews:
                    await worker.ended()

    async def stop(self) -> None:
        """End: nothing is lost, because what is unsettled is still a row."""
        for loop in self._loops:
            await loop.stop()
        for worker in self._with_crews:
            await worker.stop()

    async def settle(self) -> int:
        """Work until nothing is due now; for commands, demonstrations and tests.

        Returns:
            How much was done.
        """
        total = 0
        for _ in range(ROUNDS):
            done = await self.receiving.work() + await self.delivering.work()
            done += await self.backfilling.work() + await self.exploring.work()
            done += await self.asking.work()
            if not done:
                return total
            total += done
        raise RuntimeError(f"the queues were not empty after {ROUNDS} rounds")


WORKERS: Final = web.AppKey("workers", Workers)
"""The workers of this application, running or not."""


@web.middleware
async def waking(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Wake the workers after every request that may have written something."""
    response = await handler(request)
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        request.app[WORKERS].wake()
    return response
