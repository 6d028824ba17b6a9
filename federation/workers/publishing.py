"""Publishing: drafts whose time has come.

Any number of processes may look: who removes the draft publishes it, in one transaction.
"""

from datetime import datetime, timedelta
from typing import Final

import structlog

from actors.database import Database
from actors.errors import Refusal
from actors.site import Site
from actors.tables.draft import Draft
from actors.verbs import drafting

EVERY: Final = timedelta(seconds=5)
"""How often a process looks: nobody plans to the second."""

OUR_MISTAKE: Final = "Something went wrong here; the log of this site says more."

_log = structlog.stdlib.get_logger("federation.workers")


class Publishing:
    """Publishes what was planned."""

    def __init__(self, database: Database, site: Site) -> None:
        self._database = database
        self._site = site
        self._next_at: datetime = site.now()

    async def work(self) -> int:
        """Publish the next draft that is due, or see that there is none; how many were done."""
        now = self._site.now()
        if self._next_at - EVERY <= now < self._next_at:  # a clock that was set back looks at once
            return 0
        async with self._database.read() as session:
            draft = await drafting.due(session, self._site)
        if draft is None:
            self._next_at = now + EVERY
            return 0
        await self._publish(draft)
        return 1

    async def _publish(self, draft: Draft) -> None:
        try:
            async with self._database.begin() as session:
                model = await drafting.publish_due(session, self._site, draft)
            if model is not None:
                _log.info("draft.published", draft=draft.id, model=model.iri)
        except Refusal as refused:
            if refused.temporary:
                raise
            await self._fail(draft, refused.reason)
        except Exception:  # noqa: BLE001 - one draft that meets a mistake of ours stops no other
            _log.exception("draft.broken", draft=draft.id)
            await self._fail(draft, OUR_MISTAKE)

    async def _fail(self, draft: Draft, reason: str) -> None:
        _log.warning("draft.failed", draft=draft.id, reason=reason)
        async with self._database.begin() as session:
            await drafting.fail(session, self._site, draft, reason)
