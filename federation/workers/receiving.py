"""Receiving: gather, then apply.

An activity that was accepted is read again from its bytes; what its reaction needs is fetched;
then, in one transaction, the reaction acts and the row is settled, so that an effect happens once,
whenever the process dies.

The activities of one speaker are taken in the order in which they came; those of different speakers
do not wait for each other. A temporary trouble postpones one activity for a while that doubles; a
refusal settles it with the reason; a bug of ours is tried three times and then put aside with its
text, so that it blocks nothing and a mended version can try again.
"""

from collections import Counter, deque
from dataclasses import replace
from datetime import timedelta
from typing import Final

import structlog

import activitypub.vocabulary as ap
from activitypub import canonical_json, iris, reading
from activitypub.authority import Heard, Vouched, hear
from activitypub.iris import Iri
from activitypub.limits import Limits
from actors import reactions
from actors.database import Database
from actors.mail import hosts, inbox, journal
from actors.mail.inbox import Letter
from actors.reactions import Reaction
from actors.site import Site
from federation.gathering import gather
from federation.lookup import Lookup
from federation.reacting import tidy_ahead, why_none
from federation.refusals import FORESEEN, Foreseen
from federation.settings import Settings
from federation.telemetry import logs, metrics
from federation.transport.causes import caused_by
from federation.workers.crew import Crew

AT_ONCE: Final = 64
"""Activities in work: enough that slow fetches for some do not hold the others, each a few
kilobytes.
"""

SHARE: Final = 4
"""Of these, what one server may hold up: a flood of activities that each need a slow answer leaves
room for fifteen other servers.
"""

TAKEN_AT_ONCE: Final = 32
"""Activities claimed in one go. A server that sends many has more than its share in hand then, but
only its share counts, and nothing more of it is taken until that is worked off.
"""

TRIES_OF_A_BUG: Final = 3
"""A bug that depends on timing goes away; one that does not will not at the fourth try either."""

BLOCKED: Final = "blocked"
"""The code of what somebody else tells us of a blocked host: it is passed over, and no fault."""

_log = structlog.stdlib.get_logger("federation.inbox")


class Receiving:
    """Works through what was received.

    Args:
        database: where it waits.
        site: our clock and ids.
        lookup: fetches what reactions need.
        settings: how many documents one activity may cost.
    """

    def __init__(self, database: Database, site: Site, lookup: Lookup, settings: Settings) -> None:
        self._database = database
        self._site = site
        self._lookup = lookup
        self._budget = settings.federation.budget
        self._piles: dict[str, deque[Letter]] = {}
        self._crew = Crew()

    async def work(self) -> int:
        """Take what is due, and wait until one speaker's activities are worked off, or a second.

        Returns:
            How much was taken or is under way; 0 when nothing is due.
        """
        in_work: Counter[str] = Counter()
        for speaker, pile in self._piles.items():
            in_work[iris.origin(Iri(speaker))] += len(pile)
        room = AT_ONCE - sum(min(count, SHARE) for count in in_work.values())
        full = [origin for origin, count in in_work.items() if count >= SHARE]
        async with self._database.begin() as session:
            letters = await inbox.claim(
                session, self._site, min(room, TAKEN_AT_ONCE), passing_over=full
            )
        for letter in letters:
            pile = self._piles.setdefault(letter.speaker, deque())
            pile.append(letter)
            if len(pile) == 1:
                self._crew.begin(self._work_off(letter.speaker, pile))
        return await self._crew.first_done(begun=len(letters))

    async def ended(self) -> None:
        """Wait until what is under way has ended."""
        await self._crew.ended()

    async def stop(self) -> None:
        """Break off what is under way: it is taken up again."""
        await self._crew.stop()

    async def _work_off(self, speaker: str, pile: deque[Letter]) -> None:
        try:
            while pile:
                await self._take(pile[0])
                pile.popleft()
        finally:
            del self._piles[speaker]

    async def _take(self, letter: Letter) -> None:
        self._site.passes("process.begin")
        try:
            with (
                caused_by("activity", letter.activity_iri),
                logs.activity_scope(letter.activity_iri),
            ):
                await self._apply(letter)
        except FORESEEN as error:
            await self._not_applied(letter, error)
        except Exception:  # noqa: BLE001 - a bug in one reaction must not stop the others
            _log.exception("inbox.failed", activity=letter.activity_iri, tries=letter.tries)
            await self._put_aside(letter)

    async def _apply(self, letter: Letter) -> None:
        heard = _heard(letter)
        reaction = reactions.reaction_for(heard.activity)
        reason = await self._why_none(reaction, heard)
        if reason:
            async with self._database.begin() as session:
                await inbox.settle(session, letter.id, state=inbox.DONE, reason=inbox.NOBODY)
                await journal.decided(session, letter.activity_iri, f"ignored:{reason}")
            metrics.received("ignored")
            _log.info(
                "inbox.ignored",
                reason=reason,
                peer=iris.host(Iri(letter.speaker)),
                activity=letter.activity_iri,
            )
            return
        gathered = await gather(self._lookup, reaction, heard, self._budget)
        said = heard.activity.object
        await tidy_ahead([*gathered.values(), *([said] if isinstance(said, ap.Object) else [])])
        async with self._database.begin() as session:
            await reaction.apply(session, self._at_its_time(heard), heard, gathered)
            await inbox.settle(session, letter.id, state=inbox.DONE)
            self._site.passes("process.effect")
        self._site.passes("process.committed")
        metrics.received("applied", self._site.now() - letter.received_at)
        _log.debug("inbox.applied", activity=letter.activity_iri, type=heard.activity.type_name)

    async def _why_none(self, reaction: Reaction, heard: Heard[ap.Activity]) -> str:
        """Asked before anything is fetched: what concerns nobody must not cost a request."""
        async with self._database.read() as session:
            return await why_none(session, reaction, heard)

    def _at_its_time(self, heard: Heard[ap.Activity]) -> Site:
        """What was read in somebody's outbox is history: it stands below what is new."""
        return replace(self._site, is_catching_up=heard.vouched is Vouched.ORIGIN)

    async def _not_applied(self, letter: Letter, error: Foreseen) -> None:
        now = self._site.now()
        is_late = error.temporary and letter.received_at + _hold(letter) <= now
        kind = "ignored" if error.code == BLOCKED else "refused"
        async with self._database.begin() as session:
            if error.temporary and not is_late:
                pause = getattr(error, "retry_after", None) or hosts.delay(letter.tries + 1)
                await inbox.postpone(
                    session,
                    letter.id,
                    reason=error.reason,
                    until=now + min(pause, hosts.LONGEST_DELAY),
                )
                metrics.received("postponed")
                return
            await inbox.settle(session, letter.id, state=inbox.REFUSED, reason=error.reason)
            await journal.decided(session, letter.activity_iri, f"{kind}:{error.code}")
        metrics.received(kind)
        _log.info(
            f"inbox.{kind}",
            reason=error.code,
            peer=iris.host(Iri(letter.speaker)),
            activity=letter.activity_iri,
        )

    async def _put_aside(self, letter: Letter) -> None:
        reason = "a mistake in this program: see the log"
        async with self._database.begin() as session:
            if letter.tries + 1 >= TRIES_OF_A_BUG:
                await inbox.park(session, letter.id, reason=reason)
                metrics.received("put-aside")
            else:
                until = self._site.now() + hosts.delay(letter.tries + 1)
                await inbox.postpone(session, letter.id, reason=reason, until=until)


def _hold(letter: Letter) -> timedelta:
    """How long it waits for what it needs."""
    return reactions.reaction_for(_heard(letter).activity).hold


def _heard(letter: Letter) -> Heard[ap.Activity]:
    """What was accepted, read again from its bytes: judged by the rules of today."""
    limits = Limits(body=max(len(letter.document), 1))
    activity = reading.read_activity(canonical_json.parse(letter.document, limits))
    return hear(
        activity,
        speaker=Iri(letter.speaker),
        vouched=Vouched[letter.vouched],
        at=letter.received_at,
    )
