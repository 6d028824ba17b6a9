"""Planned: what was given a time: drafts, what apps want to be said later, ends of mutes and polls.

Any number of processes may look: who removes the draft or the plan carries it out, in one
transaction.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

import structlog

from actors.database import Database, Session
from actors.errors import Refusal
from actors.site import Site
from actors.tables.draft import Draft
from actors.tables.planned import Planned
from actors.tables.vote import Ballot
from actors.verbs import drafting, planning, tallying

EVERY: Final = timedelta(seconds=5)
"""How often a process looks: nobody plans to the second."""

OUR_MISTAKE: Final = "Something went wrong here; the log of this site says more."

_log = structlog.stdlib.get_logger("federation.workers")


class Planning:
    """Carries out what was planned."""

    def __init__(self, database: Database, site: Site) -> None:
        self._database = database
        self._site = site
        self._next_at: datetime = site.now()

    async def work(self) -> int:
        """Carry out what is due next of each kind, or see that nothing is; how much was done."""
        now = self._site.now()
        if self._next_at - EVERY <= now < self._next_at:  # a clock that was set back looks at once
            return 0
        async with self._database.read() as session:
            draft = await drafting.due(session, self._site)
            plan = await planning.due(session, self._site)
            is_past = await planning.has_past_mutes(session, self._site)
            ballot = await tallying.due(session, self._site)
        if is_past:
            async with self._database.begin() as session:
                await planning.unmute_past(session, self._site)
        done = 0
        if draft is not None:
            done += await self._publish(draft)
        if plan is not None:
            done += await self._say(plan)
        if ballot is not None:
            done += await self._settle(ballot)
        if not done:
            self._next_at = now + EVERY
        return done

    async def _settle(self, ballot: Ballot) -> bool:
        async with self._database.begin() as session:
            await tallying.settle(session, self._site, ballot)
        return True

    async def _publish(self, draft: Draft) -> bool:
        async def publish(session: Session) -> None:
            model = await drafting.publish_due(session, self._site, draft)
            if model is not None:
                _log.info("draft.published", draft=draft.id, model=model.iri)

        async def fail(session: Session, reason: str) -> None:
            await drafting.fail(session, self._site, draft, reason)

        return await self._carry_out("draft", draft.id, publish, fail)

    async def _say(self, plan: Planned) -> bool:
        async def say(session: Session) -> None:
            await planning.say(session, self._site, plan)

        async def fail(session: Session, reason: str) -> None:
            await planning.fail(session, plan, reason)

        return await self._carry_out("plan", plan.id, say, fail)

    async def _carry_out(
        self,
        what: str,
        number: int,
        do: Callable[[Session], Awaitable[None]],
        fail: Callable[[Session, str], Awaitable[None]],
    ) -> bool:
        """Do it, or tell whoever planned it why it cannot be done; False where it must wait."""
        try:
            async with self._database.begin() as session:
                await do(session)
        except Refusal as refused:
            if refused.temporary:
                _log.info(f"{what}.waits", number=number, reason=refused.reason)
                return False
            reason = refused.reason
        except Exception:  # noqa: BLE001 - one that meets a mistake of ours stops no other
            _log.exception(f"{what}.broken", number=number)
            reason = OUR_MISTAKE
        else:
            return True
        _log.warning(f"{what}.failed", number=number, reason=reason)
        async with self._database.begin() as session:
            await fail(session, reason)
        return True
