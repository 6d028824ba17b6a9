"""Housekeeping: what is past its time is thrown away, once an hour.

Not by a clock that was just set: until an hour after a jump nothing is thrown away, so that an
operator can set it right again before people's sessions and others' memories are gone. A jump is
what the clock says beyond what has passed meanwhile (a machine that slept looks alike).
"""

import asyncio
from datetime import datetime, timedelta
from typing import Final

import structlog

from actors.database import Database
from actors.mail import claims, errands, explorations, keyring, pushes, waits
from actors.site import Site
from actors.verbs import (
    corresponding,
    forgetting,
    inviting,
    listing,
    pausing,
    picturing,
    reporting,
    signing_in,
    ticketing,
    trying,
)
from actors.verbs.listing import Progress
from federation.files.uploads import Uploads

EVERY: Final = timedelta(hours=1)
"""Nothing that is thrown away does harm before: sessions and codes end by their own date."""

JUMP: Final = timedelta(hours=1)
"""What no clock drifts between two rounds, and no round takes."""

_log = structlog.stdlib.get_logger("federation.workers")


class Housekeeping:
    """Throws away what has expired; one process at a time.

    Sessions, codes, tries, links, letters, invitations, former keys, old tombstones and reports,
    errands and explorations that are done, files that nothing shows, forms that nobody sent. And
    once after each start it lists what nobody listed yet, or by older rules: after an upgrade that
    is everything, a few at a time.
    """

    def __init__(self, database: Database, site: Site, uploads: Uploads) -> None:
        self._database = database
        self._uploads = uploads
        self._site = site
        self._next_at: datetime = site.now()
        self._latest: tuple[datetime, float] | None = None
        self._listed = Progress()

    async def work(self) -> int:
        """Tidy up when an hour has passed; how much was listed, so that the rest follows."""
        now = self._site.now()
        if jump := self._jump(now):
            _log.warning("clock.jumped", seconds=int(jump.total_seconds()))
            self._next_at = now + EVERY
            async with self._database.begin() as session:
                await waits.shorten(session, self._site)
        if now >= self._next_at:
            self._next_at = now + EVERY
            async with self._database.begin() as session:
                if not await claims.alone(session, claims.TIDYING):
                    return 0
                await waits.shorten(session, self._site)
                await signing_in.forget_expired(session, self._site)
                await trying.forget_past(session, self._site)
                await keyring.forget_former_keys(session)
                await forgetting.forget_old_tombstones(session, self._site)
                await errands.forget_done(session, self._site)
                await explorations.forget_done(session, self._site)
                await pushes.forget_ended(session, self._site)
                await reporting.forget_old(session, self._site)
                await ticketing.forget_past(session, self._site)
                await corresponding.forget_old(session, self._site)
                await inviting.forget_old(session, self._site)
                await picturing.forget_unused(session, self._site)
                await pausing.forget_old(session, self._site)
            await self._sweep()
        return await self._list()

    async def _sweep(self) -> None:
        """Rows are gone first, then their bytes; a disk that is away is looked at in an hour."""
        try:
            await self._uploads.sweep()
        except OSError as fault:
            _log.warning("files.unswept", cause=f"{type(fault).__name__}: {fault}")

    async def _list(self) -> int:
        if self._listed.is_done:
            return 0
        async with self._database.begin() as session:
            if not await claims.alone(session, claims.TIDYING):
                return 0
            self._listed = await listing.catch_up(session, self._listed)
        return self._listed.listed

    def _jump(self, now: datetime) -> timedelta:
        """By how much the clock was set since the last round; nothing where it was not."""
        passed = asyncio.get_running_loop().time()
        before, self._latest = self._latest, (now, passed)
        if before is None:
            return timedelta()
        jump = now - before[0] - timedelta(seconds=passed - before[1])
        return jump if abs(jump) > JUMP else timedelta()
