"""Claims: whoever works on a row of a queue holds it for a while, and nobody else takes it.

A claim is a moment in `claimed_until`: where its holder dies, it expires by itself.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, TypeAlias

from sqlalchemy import Select, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from actors.database import Session
from actors.tables.backfill import Backfill
from actors.tables.errand import Errand
from actors.tables.exploration import Exploration
from actors.tables.mail import Delivery, Lane, Received

WAITING: Final = "waiting"
"""The state of what is still to be done, in every queue."""

LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Due in any case, whatever time it is."""

Queue: TypeAlias = (
    type[Received] | type[Delivery] | type[Backfill] | type[Errand] | type[Exploration]
)

QUEUES: Final[tuple[Queue, ...]] = (Received, Delivery, Backfill, Errand, Exploration)


def is_free(queue: Queue, now: datetime) -> ColumnElement[bool]:
    """Nobody holds it, or not any more; a part of a query."""
    return or_(queue.claimed_until.is_(None), queue.claimed_until <= now)


async def take(
    session: Session,
    queue: Queue,
    chosen: Select[int] | Sequence[int],
    *,
    now: datetime,
    until: datetime,
) -> Sequence[int]:
    """Claim rows, those left out that somebody else has claimed meanwhile.

    Args:
        session: an open transaction.
        queue: whose rows.
        chosen: their ids, or the query for them.
        now: the time.
        until: when the claim expires.

    Returns:
        The ids of what is claimed, in no order.
    """
    claimed = await session.scalars(
        update(queue)
        .where(queue.id.in_(chosen), is_free(queue, now))
        .values(claimed_until=until)
        .returning(queue.id)
        .execution_options(synchronize_session=False)
    )
    return claimed.all()


async def release_all(session: Session) -> None:
    """Give every claim back: for who owns the database alone, and knows that all holders died."""
    claimed = select(Delivery.host).where(Delivery.claimed_until.is_not(None))
    await session.execute(update(Lane).where(Lane.host.in_(claimed)).values(due_at=LONG_AGO))
    for queue in QUEUES:
        await session.execute(
            update(queue)
            .where(queue.state == WAITING, queue.claimed_until.is_not(None))
            .values(claimed_until=None)
        )
