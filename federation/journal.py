"""The journal: every request to an inbox and every call of another server, noted after the fact.

Noting costs an entry in memory; a task writes what has come together once a second. So kill -9
loses the last second of it, and a full database the entries beyond `MOST_WAITING`, which are
counted. What was accepted is not noted here but written with the acceptance itself
(`actors.mail.journal`), so that it is never missing.

The counters are of this process since it began.
"""

import asyncio
from collections import Counter, deque
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Final

import structlog

from actors.database import Database, Session, working_as
from actors.errors import Unavailable
from actors.mail import journal
from actors.mail.journal import CalledEntry, HeardEntry
from actors.site import Site
from federation.telemetry import metrics
from federation.telemetry.logs import escaped
from federation.transport.client import Call

EVERY: Final = 1.0
"""Seconds between two rounds: one more commit a second, or a few in a flood."""

BUNDLE: Final = 1_000
"""Entries of one transaction: it holds the loop for some 8 ms. A flood of forgeries notes two
thousand in a second, and a database that comes back is given `MOST_WAITING`, 70 ms in one go."""

MOST_WAITING: Final = 10_000
"""Entries in memory, some 5 MB, while the database takes none."""

PRUNED_AFTER: Final = 10_000
"""Rows written before the oldest are thrown away again."""

PRUNED_EVERY: Final = timedelta(hours=1)

NOTHING: Final = "-"

_log = structlog.stdlib.get_logger("federation.journal")


class Journal:
    """Notes, and writes them down in bundles.

    Args:
        database: where they are written.
        site: the time.

    Attributes:
        inbox: disposition → how often.
        egress: (result, purpose) → how often.
        dropped: entries that found no room.
    """

    def __init__(self, database: Database, site: Site) -> None:
        self._database = database
        self._site = site
        self._heard: deque[HeardEntry] = deque()
        self._called: deque[tuple[datetime, Call]] = deque()
        self._written = 0
        self._pruned_at: datetime | None = None
        self._writing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self.inbox: Counter[str] = Counter()
        self.egress: Counter[tuple[str, str]] = Counter()
        self.dropped = 0

    def entry(
        self, *, peer: str, key: str, activity: str | None, disposition: str, size: int, ms: int
    ) -> HeardEntry:
        """What is to be noted of a request to an inbox; a peer's words are made harmless."""
        return HeardEntry(
            at=self._site.now(),
            peer=escaped(peer),
            key_iri=escaped(key),
            activity_iri=escaped(activity or NOTHING),
            disposition=disposition,
            size=size,
            ms=ms,
        )

    def heard(self, entry: HeardEntry) -> None:
        """Note a request to an inbox that was not accepted."""
        self._count(entry)
        if self._has_room():
            self._heard.append(entry)

    def accepted(self, seconds: float) -> None:
        """Count what was accepted; it was noted within the transaction that accepted it.

        Args:
            seconds: since its request began.
        """
        self.inbox[journal.ACCEPTED] += 1
        metrics.judged(journal.ACCEPTED, seconds)

    def called(self, call: Call) -> None:
        """Note a call of another server."""
        self.egress[_known(call.result), call.purpose] += 1
        metrics.called(call.purpose, call.ms / 1000)
        if self._has_room():
            self._called.append((self._site.now(), call))

    async def flush(self) -> None:
        """Write what is in memory; when the database takes nothing, it stays there."""
        async with self._writing:
            left = self.waiting  # what is noted meanwhile has time until the next second
            while left > 0 and (written := await self._write_some()):
                left -= written

    async def _write_some(self) -> int:
        """Write one bundle.

        Returns:
            How many entries were in it; 0 when there are none, or the database takes nothing.
        """
        heard = list(islice(self._heard, BUNDLE))
        called = [_entry(*one) for one in islice(self._called, BUNDLE - len(heard))]
        count = len(heard) + len(called)
        if not count:
            return 0
        try:
            with working_as(""):
                async with self._database.begin() as session:
                    await journal.write(session, heard, called)
                    await self._prune(session, count)
        except Unavailable as error:
            _log.warning("journal.postponed", entries=self.waiting, cause=error.reason)
            return 0
        for _ in heard:
            self._heard.popleft()
        for _ in called:
            self._called.popleft()
        return count

    async def start(self) -> None:
        """Begin to write once a second."""
        self._task = asyncio.create_task(self._keep_writing(), name="journal")

    async def stop(self) -> None:
        """End, and write what is left."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await self.flush()

    async def _keep_writing(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.flush()
            except Exception:  # noqa: BLE001 - a record must never stop what it records
                _log.exception("journal.failed")

    async def _prune(self, session: Session, written: int) -> None:
        self._written += written
        now = self._site.now()
        is_time = self._pruned_at is None or now - self._pruned_at >= PRUNED_EVERY
        if is_time or self._written >= PRUNED_AFTER:
            await journal.prune(session, self._site)
            self._written, self._pruned_at = 0, now

    @property
    def waiting(self) -> int:
        """Entries in memory."""
        return len(self._heard) + len(self._called)

    def _count(self, entry: HeardEntry) -> None:
        self.inbox[entry.disposition] += 1
        metrics.judged(entry.disposition, entry.ms / 1000)

    def _has_room(self) -> bool:
        if self.waiting < MOST_WAITING:
            return True
        self.dropped += 1
        return False


def _entry(at: datetime, call: Call) -> CalledEntry:
    """What is written down of a call; a peer's words are made harmless."""
    cause = escaped(call.cause or NOTHING)
    return CalledEntry(at, *call._replace(url=escaped(call.url), cause=cause))


@lru_cache
def _known(result: str) -> str:
    """A result as a label: a peer may answer with any number for a status."""
    kind, _, status = result.partition(":")
    return f"{kind}:{metrics.known_status(int(status))}" if kind == "done" else result
