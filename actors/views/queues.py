"""How much waits, and since when? For whoever watches the instance.

Asked again and again beside a full queue, so each question costs little whatever is in the tables:
what is counted is counted through an index, to `MOST_COUNTED` at most, and what is oldest is looked
for at the beginning of an index.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import InstrumentedAttribute

from actors.database import Session
from actors.tables.backfill import Backfill
from actors.tables.errand import Errand
from actors.tables.exploration import Exploration
from actors.tables.host import Host
from actors.tables.mail import Delivery, Outgoing, Received
from actors.tables.push import PushMessage

MOST_COUNTED: Final = 1_000_000
"""Rows of one queue in one state; where there are more, this many are told of."""

MOST_HOSTS: Final = 100_000
"""Failing hosts that are looked at, more than there are servers."""


LOOKED_AT: Final = 1000
"""Rows among which the oldest is looked for: those that are due first."""

_WithStates: TypeAlias = (
    type[Received] | type[Errand] | type[Exploration] | type[Backfill] | type[PushMessage]
)
_Questions: TypeAlias = tuple[Select[Any], Select[Any]]
"""Rows to count, and the moment of the oldest."""


@dataclass(frozen=True)
class Queue:
    """One queue, in one state.

    Attributes:
        name: `received`, `outgoing`, `delivery`, `errand`, `exploration`,
            `push` or `walk`.
        state: `waiting` (worked on included) or `parked` (put aside, given up).
        rows: how many, `MOST_COUNTED` at most.
        oldest_at: since when the oldest is in there.
    """

    name: str
    state: str
    rows: int
    oldest_at: datetime | None


async def standing(session: Session) -> list[Queue]:
    """Every queue, whether anything is in it or not."""
    asked = [
        ("received", "waiting", *_due(Received, "waiting", Received.received_at)),
        ("received", "parked", *_due(Received, "parked", Received.received_at)),
        ("outgoing", "waiting", *_unfanned()),
        ("delivery", "waiting", *_deliveries("waiting")),
        ("delivery", "parked", *_deliveries("parked")),
        ("errand", "waiting", *_due(Errand, "waiting", Errand.made_at)),
        ("exploration", "waiting", *_due(Exploration, "waiting", Exploration.started_at)),
        ("push", "waiting", *_due(PushMessage, "waiting", PushMessage.made_at)),
        ("walk", "waiting", *_due(Backfill, "waiting", Backfill.started_at)),
        ("walk", "parked", *_due(Backfill, "parked", Backfill.started_at)),
    ]
    return [
        Queue(name, state, await _count(session, rows), await session.scalar(oldest))
        for name, state, rows, oldest in asked
    ]


async def failing_reasons(session: Session) -> Sequence[tuple[str, int]]:
    """What hosts that cannot be reached last said or did, and how many did so."""
    failing = select(Host.reason).where(Host.failures > 0).limit(MOST_HOSTS).subquery()
    rows = await session.execute(select(failing.c.reason, func.count()).group_by(failing.c.reason))
    return [(reason, count) for reason, count in rows]


def _due(queue: _WithStates, state: str, since: InstrumentedAttribute[datetime]) -> _Questions:
    """The rows in a state, and the oldest of those that are due first."""
    here = queue.state == state
    first = select(since.label("since")).where(here).order_by(queue.due_at).limit(LOOKED_AT)
    return select(queue.due_at).where(here), select(func.min(first.subquery().c.since))


def _unfanned() -> _Questions:
    here = Outgoing.fanned_at.is_(None)
    first = select(Outgoing.made_at).where(here).limit(LOOKED_AT).subquery()
    return select(Outgoing.fanned_at).where(here), select(func.min(first.c.made_at))


def _deliveries(state: str) -> _Questions:
    """Few are parked and have an index of their own; nearly all wait, the oldest first by id."""
    # An index of some rows is used where the condition is written out, not where it is a parameter.
    here = Delivery.state == bindparam("state", state, literal_execute=True)
    if state == "parked":
        return select(Delivery.host).where(here), select(func.min(Delivery.made_at)).where(here)
    oldest = select(Delivery.made_at).where(here).order_by(Delivery.id).limit(1)
    return select(Delivery.host).where(here), oldest


async def _count(session: Session, rows: Select[Any]) -> int:
    counted = rows.limit(MOST_COUNTED).subquery()
    return int(await session.scalar(select(func.count()).select_from(counted)) or 0)
