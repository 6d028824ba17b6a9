"""Housekeeping: what is past its time is thrown away, once an hour."""

from datetime import datetime, timedelta
from typing import Final

from actors.database import Database
from actors.mail import claims, errands, explorations, keyring
from actors.site import Site
from actors.verbs import forgetting, reporting, signing_in

EVERY: Final = timedelta(hours=1)
"""Nothing that is thrown away does harm before: sessions and codes end by their own date."""


class Housekeeping:
    """Throws away what has expired; one process at a time.

    Sessions, codes, former keys, old tombstones and reports, errands and explorations that are
    done.
    """

    def __init__(self, database: Database, site: Site) -> None:
        self._database = database
        self._site = site
        self._next_at: datetime = site.now()

    async def work(self) -> int:
        """Tidy up when an hour has passed; 0, because nothing else waits for it."""
        now = self._site.now()
        if now >= self._next_at:
            self._next_at = now + EVERY
            async with self._database.begin() as session:
                if not await claims.alone(session, claims.TIDYING):
                    return 0
                await signing_in.forget_expired(session, self._site)
                await keyring.forget_former_keys(session)
                await forgetting.forget_old_tombstones(session, self._site)
                await errands.forget_done(session, self._site)
                await explorations.forget_done(session, self._site)
                await reporting.forget_old(session, self._site)
        return 0
