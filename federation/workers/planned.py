"""Planned: what apps wanted to be said later, mutes that end by themselves, and polls.

Any number of processes may look: who removes the plan says it, in one transaction.
"""

from datetime import datetime, timedelta
from typing import Final

import structlog

from actors.database import Database
from actors.errors import Refusal
from actors.site import Site
from actors.tables.planned import Planned
from actors.tables.vote import Ballot
from actors.verbs import planning, tallying
from federation.workers.publishing import OUR_MISTAKE

EVERY: Final = timedelta(seconds=5)
"""How often a process looks: nobody plans to the second."""

_log = structlog.stdlib.get_logger("federation.workers")


class Planning:
    """Says what was planned."""

    def __init__(self, database: Database, site: Site) -> None:
        self._database = database
        self._site = site
        self._next_at: datetime = site.now()

    async def work(self) -> int:
        """Say what is due next, or see that there is nothing; how much was done."""
        now = self._site.now()
        if self._next_at - EVERY <= now < self._next_at:  # a clock that was set back looks at once
            return 0
        async with self._database.read() as session:
            plan = await planning.due(session, self._site)
            is_past = await planning.has_past_mutes(session, self._site)
            ballot = await tallying.due(session, self._site)
        if is_past:
            async with self._database.begin() as session:
                await planning.unmute_past(session, self._site)
        if plan is not None:
            await self._say(plan)
        elif ballot is not None:
            await self._settle(ballot)
        else:
            self._next_at = now + EVERY
            return 0
        return 1

    async def _settle(self, ballot: Ballot) -> None:
        async with self._database.begin() as session:
            await tallying.settle(session, self._site, ballot)

    async def _say(self, plan: Planned) -> None:
        try:
            async with self._database.begin() as session:
                await planning.say(session, self._site, plan)
        except Refusal as refused:
            if refused.temporary:
                raise
            await self._fail(plan, refused.reason)
        except Exception:  # noqa: BLE001 - one plan that meets a mistake of ours stops no other
            _log.exception("plan.broken", plan=plan.id)
            await self._fail(plan, OUR_MISTAKE)

    async def _fail(self, plan: Planned, reason: str) -> None:
        _log.warning("plan.failed", plan=plan.id, reason=reason)
        async with self._database.begin() as session:
            await planning.fail(session, plan, reason)
