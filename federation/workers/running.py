"""Running: start and stop the workers with the application, or alone; work everything off at once.

They live in the server's own process by default; `essaim serve --web-only` leaves them out, and
`essaim work` runs nothing else.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from aiohttp import web

from actors.database import Database
from actors.listening import Listening
from actors.site import Site
from federation.copies import Copies
from federation.files.uploads import Uploads
from federation.lookup import Lookup
from federation.negotiation import Handler
from federation.postman import Postman
from federation.settings import Settings
from federation.transport.client import Client
from federation.workers.asking import Asking
from federation.workers.backfilling import Backfilling
from federation.workers.delivering import Delivering
from federation.workers.exploring import Exploring
from federation.workers.housekeeping import Housekeeping
from federation.workers.loop import Loop
from federation.workers.planned import Planning
from federation.workers.posting import Posting, Words
from federation.workers.presence import Presence
from federation.workers.pushing import Compose, Pushing
from federation.workers.receiving import Receiving

ROUNDS: Final = 10_000
"""Rounds after which `settle` gives up: mail that begets mail for ever is a mistake worth an
error.
"""

CHANNEL: Final = "essaim_mail"
"""On which processes tell each other the names of queues that they have put something into."""


class Workers:
    """The workers of one process.

    Args:
        database: where the queues are.
        site: our clock and ids.
        client: opens connections.
        lookup: reads documents.
        settings: how much at once.
        listening: what other processes on the same database tell.
        uploads: knows where files lie.
        postman: hands letters to people to the mail server.
        words: writes them.
        compose: puts into words what closed apps are told.
    """

    def __init__(
        self,
        database: Database,
        site: Site,
        client: Client,
        lookup: Lookup,
        settings: Settings,
        listening: Listening,
        uploads: Uploads,
        postman: Postman,
        words: Words,
        compose: Compose,
    ) -> None:
        self.receiving = Receiving(database, site, lookup, settings)
        self.delivering = Delivering(database, site, client, settings)
        self.backfilling = Backfilling(database, site, lookup, settings)
        self.exploring = Exploring(database, site, lookup, settings)
        self.asking = Asking(
            database, site, lookup, Copies(database, site, client, uploads), settings
        )
        self.housekeeping = Housekeeping(database, site, uploads)
        self.planning = Planning(database, site)
        self.posting = Posting(database, site, postman, words)
        self.pushing = Pushing(database, site, client, settings, compose)
        self._database = database
        self._with_crews = (
            self.receiving,
            self.delivering,
            self.backfilling,
            self.exploring,
            self.asking,
            self.pushing,
        )
        self._listening = listening
        self._presence = Presence(database, site, self._drop, self._take_up)
        housekeeping = self._loop("housekeeping", self.housekeeping.work)
        receiving = self._loop("receiving", self._receive)
        delivering = self._loop("delivering", self.delivering.work)
        self._walking = self._loop("backfilling", self.backfilling.work)
        exploring = self._loop("exploring", self.exploring.work)
        asking = self._loop("asking", self.asking.work)
        planning = self._loop("planning", self.planning.work)
        posting = self._loop("posting", self.posting.work)
        pushing = self._loop("pushing", self.pushing.work)
        self._loops = (
            housekeeping,
            receiving,
            delivering,
            self._walking,
            exploring,
            asking,
            planning,
            posting,
            pushing,
        )
        self._by_queue = {
            "received": receiving,
            "outgoing": delivering,
            "delivery": delivering,
            "backfill": self._walking,
            "exploration": exploring,
            "errand": asking,
            "letter": posting,
            "push_message": pushing,
        }
        database.on_waiting = self._waiting
        listening.hear(CHANNEL, self._wake_for, self.wake)

    async def start(self) -> None:
        """Begin to work in the background."""
        await self._presence.start()
        self._take_up()

    @property
    def are_running(self) -> bool:
        """Whether all of them are at work, or wait for some."""
        return all(loop.is_running for loop in self._loops)

    def wake(self) -> None:
        """Something may have been written to a queue: look now, not within a second."""
        for loop in self._loops:
            loop.wake()

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
        await self._drop()
        await self._presence.stop()

    def _take_up(self) -> None:
        for loop in self._loops:
            loop.start()

    async def _drop(self) -> None:
        for loop in self._loops:
            await loop.stop()
        for worker in self._with_crews:
            await worker.stop()

    def _loop(self, name: str, work: Callable[[], Awaitable[int]]) -> Loop:
        return Loop(name, work, lambda: self._listening.is_connected)

    async def _receive(self) -> int:
        """Walks go on when what they found is worked off."""
        done = await self.receiving.work()
        if done:
            self._walking.wake()
        return done

    def _waiting(self, queues: frozenset[str]) -> None:
        """This process has put something into queues."""
        for queue in queues:
            self._wake_for(queue)
            self._listening.tell(CHANNEL, queue)

    def _wake_for(self, queue: str) -> None:
        if (loop := self._by_queue.get(queue)) is not None:
            loop.wake()

    async def settle(self) -> int:
        """Work until nothing is due now; for commands, demonstrations and tests.

        Returns:
            How much was done.
        """
        total = 0
        for _ in range(ROUNDS):
            done = await self.planning.work()
            done += await self.receiving.work() + await self.delivering.work()
            done += await self.backfilling.work() + await self.exploring.work()
            done += await self.asking.work()
            done += await self.posting.work() + await self.pushing.work()
            if not done:
                return total
            total += done
        raise RuntimeError(f"the queues were not empty after {ROUNDS} rounds")


WORKERS: Final = web.AppKey("workers", Workers)
"""The workers of this application, running or not."""


@web.middleware
async def waking(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Wake the workers after every request that may have written something.

    What an inbox puts into a queue wakes by itself, and most of what it takes in needs nobody.
    """
    response = await handler(request)
    if request.method not in ("GET", "HEAD", "OPTIONS") and not request.path.endswith("/inbox"):
        request.app[WORKERS].wake()
    return response
