"""Attendance: which processes work on the queues, and what becomes of the claims of a dead one.

Each process at work has a row and counts in it. Nobody compares clocks: a process is dead for the
others when they have seen the same count for too long, by their own watch, while they looked. Its
claims are free then. Should it only have slept, it finds its row gone, and begins anew under
another number; what it had in hand it can no longer settle (`claims.ours`).
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select, update

from actors.database import Session, holder_of
from actors.mail import claims
from actors.site import Site
from actors.tables.worker import Worker

BEAT_EVERY: Final = timedelta(seconds=5)
"""One small write for each process; a machine that is busy misses one or two."""

DEAD_AFTER: Final = timedelta(seconds=20)
"""Without a beat. With the look that notices it, the claims of a dead process are free within half
a minute."""


async def begin(session: Session, site: Site, place: str) -> None:
    """This process works from now on."""
    session.add(Worker(id=holder_of(session), place=place, begun_at=site.now()))
    await session.flush()


async def beat(session: Session) -> bool:
    """This process still works.

    Returns:
        False when the others have taken it for dead meanwhile.
    """
    mine = await session.scalars(
        update(Worker)
        .where(Worker.id == holder_of(session))
        .values(beats=Worker.beats + 1)
        .returning(Worker.id)
        .execution_options(synchronize_session=False)
    )
    return mine.first() is not None


async def others(session: Session) -> dict[int, int]:
    """The other processes at work, each with its count."""
    rows = await session.execute(
        select(Worker.id, Worker.beats).where(Worker.id != holder_of(session))
    )
    return {row.id: row.beats for row in rows}


async def bury(session: Session, worker_id: int, beats: int) -> bool:
    """Free what a process held that has not counted on.

    Returns:
        False when it lives after all, or was buried by somebody else.
    """
    gone = await session.scalars(
        delete(Worker)
        .where(Worker.id == worker_id, Worker.beats == beats)
        .returning(Worker.id)
        .execution_options(synchronize_session=False)
    )
    if gone.first() is None:
        return False
    await claims.release(session, worker_id)
    return True


async def leave(session: Session) -> None:
    """This process works no more: what it had in hand may be taken up at once."""
    holder = holder_of(session)
    await session.execute(delete(Worker).where(Worker.id == holder))
    await claims.release(session, holder)


class Watch:
    """Who has not counted on, as far as one process has seen.

    What nobody looked at nobody can judge: after a pause of its own (a sleeping machine, a database
    that was away) the watch begins anew.
    """

    def __init__(self) -> None:
        self._seen: dict[int, tuple[int, float]] = {}
        self._looked_at: float | None = None

    def dead(self, counts: Mapping[int, int], now: float) -> dict[int, int]:
        """Look once.

        Args:
            counts: the processes, each with its count.
            now: seconds, by a watch that never jumps.

        Returns:
            Those that are dead, each with the count at which it stopped.
        """
        longest = 2 * BEAT_EVERY.total_seconds()
        if self._looked_at is None or now - self._looked_at > longest:
            self._seen.clear()
        self._looked_at = now
        before = self._seen
        self._seen = {
            one: before[one] if one in before and before[one][0] == count else (count, now)
            for one, count in counts.items()
        }
        return {
            one: count
            for one, (count, since) in self._seen.items()
            if now - since >= DEAD_AFTER.total_seconds()
        }
