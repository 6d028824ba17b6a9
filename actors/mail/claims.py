"""Claims: whoever works on a row of a queue holds it for a while, and nobody else takes it.

A claim is a moment in `claimed_until`, and in `claimed_by` the process that works: where its holder
dies, it expires by itself, and sooner when others notice (`actors.mail.attendance`). Whoever wakes
up after that may find its row with somebody else: what is settled is settled only where it is still
`ours`.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Final, TypeAlias

from sqlalchemy import Select, Update, and_, bindparam, func, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from actors.database import Session, holder_of, waits_in
from actors.tables.backfill import Backfill
from actors.tables.errand import Errand
from actors.tables.exploration import Exploration
from actors.tables.mail import Delivery, Lane, Received
from actors.tables.push import PushMessage

WAITING: Final = "waiting"
"""The state of what is still to be done, in every queue."""

LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Due in any case, whatever time it is."""

Queue: TypeAlias = (
    type[Received]
    | type[Delivery]
    | type[Backfill]
    | type[Errand]
    | type[Exploration]
    | type[PushMessage]
)

QUEUES: Final[tuple[Queue, ...]] = (
    *(Received, Delivery, Backfill, Errand, Exploration),
    PushMessage,
)

TIDYING: Final = 0x455353_00
"""The number of the lock behind which one process throws away what has expired. Advisory locks are
numbers that all users of one database share; these begin with `ESS` in ASCII."""

_TURNS: Final = 0x455353_10  # and as many as there are queues


def is_free(queue: Queue, now: datetime) -> ColumnElement[bool]:
    """Nobody holds it, or not any more; a part of a query."""
    return or_(queue.claimed_until.is_(None), queue.claimed_until <= now)


def ours(session: Session, queue: Queue) -> ColumnElement[bool]:
    """It still waits, and nobody but this process holds it; a part of what settles a row."""
    is_held_by_nobody_else = or_(
        queue.claimed_until.is_(None), queue.claimed_by == holder_of(session)
    )
    return and_(queue.state == WAITING, is_held_by_nobody_else)


async def are_due(session: Session, queue: Queue, now: datetime, *, state: str = WAITING) -> bool:
    """Whether anything in a queue may be due: a look that costs next to nothing.

    Every queue is looked at each second, and nearly always there is nothing; to choose and claim
    takes a transaction that writes.
    """
    return await session.scalar(_any_due(queue), {"state": state, "now": now}) is not None


@cache
def _any_due(queue: Queue) -> Select[int]:
    return (
        select(queue.id)
        .where(queue.state == bindparam("state"), queue.due_at <= bindparam("now"))
        .limit(1)
    )


async def turn(session: Session, queue: Queue) -> None:
    """Wait until no other process is choosing from this queue; until the end of the transaction.

    Who chooses must see what the others have just taken: else two of them have the activities of
    one speaker in hand at the same time, or too many deliveries for one host. SQLite has one writer
    anyway.
    """
    connection = await session.connection()
    if connection.dialect.name == "postgresql":
        await session.execute(select(func.pg_advisory_xact_lock(_TURNS + QUEUES.index(queue))))


async def alone(session: Session, purpose: int) -> bool:
    """Whether no other process does this at the moment; until the end of the transaction."""
    connection = await session.connection()
    if connection.dialect.name != "postgresql":
        return True
    return bool(await session.scalar(select(func.pg_try_advisory_xact_lock(purpose))))


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
        .values(claimed_until=until, claimed_by=holder_of(session))
        .returning(queue.id)
        .execution_options(synchronize_session=False)
    )
    return claimed.all()


async def release(session: Session, holder: int) -> None:
    """Give back what a process holds that works no more."""
    theirs = select(Delivery.host).where(
        Delivery.claimed_until.is_not(None), Delivery.claimed_by == holder
    )
    await session.execute(_look_again(theirs))
    for queue in QUEUES:
        await session.execute(
            update(queue)
            .where(queue.claimed_by == holder, queue.state == WAITING)
            .values(claimed_until=None, claimed_by=None)
        )
        waits_in(session, queue)


async def release_all(session: Session) -> None:
    """Give every claim back: for who owns the database alone, and knows that all holders died."""
    claimed = select(Delivery.host).where(Delivery.claimed_until.is_not(None))
    await session.execute(_look_again(claimed))
    for queue in QUEUES:
        await session.execute(
            update(queue)
            .where(queue.state == WAITING, queue.claimed_until.is_not(None))
            .values(claimed_until=None)
        )


def _look_again(hosts: Select[str]) -> Update:
    """The lanes of these hosts are worth a look now."""
    return (
        update(Lane)
        .where(Lane.host.in_(hosts))
        .values(due_at=LONG_AGO)
        .execution_options(synchronize_session=False)
    )
