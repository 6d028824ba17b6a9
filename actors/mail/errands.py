"""Errands: what is to be read elsewhere waits as a row, and is never read while anybody waits.

*Around* a remark that came: what it quotes and the consent for that, what it answers and so on
upwards, a few answers beside it. *Below* something that is looked at: the answers to it. An errand
is written in the transaction that found it necessary, so a process that dies loses nothing; what it
may cost is counted in the row and does not grow by what it finds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import or_, select, update

from actors.database import Session, insert_once
from actors.mail import hosts
from actors.site import Site
from actors.tables.errand import Errand

AROUND: Final = "around"
BELOW: Final = "below"

WAITING, DONE = "waiting", "done"

COOL_DOWN: Final = timedelta(minutes=15)
"""How long the answers to something are not asked for again (Mastodon 4.6,
`app/models/concerns/status/fetch_replies_concern.rb`)."""

CLAIM: Final = timedelta(minutes=8)
"""How long one step may take: twenty fetches of at most 10 s with a redirect each."""

PATIENCE: Final = 6
"""Tries of a step that meets a temporary trouble: a quarter of an hour; conversations move on."""


@dataclass(frozen=True)
class Task:
    """A claimed row, as plain values."""

    id: int
    kind: str
    iri: str
    plan: tuple[Any, ...]
    seen: tuple[Any, ...]
    fetches: int
    tries: int


async def ask(session: Session, site: Site, kind: str, iri: str) -> None:
    """Let this be read; what is under way already goes on as it is."""
    fresh = _fresh(site)
    if await insert_once(session, Errand, fresh | {"id": site.new_id(), "kind": kind, "iri": iri}):
        return
    await session.execute(
        update(Errand)
        .where(Errand.kind == kind, Errand.iri == iri, Errand.state != WAITING)
        .values(**fresh)
        .execution_options(synchronize_session=False)
    )


async def is_fresh(session: Session, site: Site, kind: str, iri: str) -> bool:
    """Is it waiting, or was it read a moment ago?"""
    recent = or_(Errand.state == WAITING, Errand.started_at > site.now() - COOL_DOWN)
    found = await session.scalar(
        select(Errand.id).where(Errand.kind == kind, Errand.iri == iri, recent)
    )
    return found is not None


async def claim(session: Session, site: Site, *, limit: int) -> list[Task]:
    """Take what is due."""
    now = site.now()
    free = or_(Errand.claimed_until.is_(None), Errand.claimed_until <= now)
    due = (
        select(Errand.id)
        .where(Errand.state == WAITING, Errand.due_at <= now, free)
        .order_by(Errand.due_at, Errand.id)
        .limit(max(0, limit))
        .with_for_update(skip_locked=True)
    )
    rows = await session.scalars(
        update(Errand)
        .where(Errand.id.in_(due.scalar_subquery()), free)
        .values(claimed_until=now + CLAIM)
        .returning(Errand)
        .execution_options(synchronize_session=False)
    )
    tasks = [
        Task(
            id=row.id,
            kind=row.kind,
            iri=row.iri,
            plan=tuple(row.plan),
            seen=tuple(row.seen),
            fetches=row.fetches,
            tries=row.tries,
        )
        for row in rows
    ]
    return sorted(tasks, key=lambda task: task.id)


async def keep(
    session: Session, task: Task, *, plan: Sequence[Any], seen: Sequence[Any], fetches: int
) -> None:
    """A step is done, and there is more to read."""
    await session.execute(
        update(Errand)
        .where(Errand.id == task.id)
        .values(
            plan=list(plan),
            seen=list(seen),
            fetches=Errand.fetches + fetches,
            tries=0,
            reason="",
            claimed_until=None,
        )
    )


async def finish(session: Session, task: Task, *, reason: str = "", fetches: int = 0) -> None:
    """Everything is read that will be; the row stays, so that it is not read again at once."""
    await session.execute(
        update(Errand)
        .where(Errand.id == task.id)
        .values(
            state=DONE,
            reason=reason,
            plan=[],
            seen=[],
            fetches=Errand.fetches + fetches,
            claimed_until=None,
        )
    )


async def postpone(
    session: Session, site: Site, task: Task, *, reason: str, fetches: int = 0
) -> None:
    """Something is not to be had now: try again, a few times."""
    if task.tries + 1 >= PATIENCE:
        await finish(session, task, reason=f"given up: {reason}", fetches=fetches)
        return
    await session.execute(
        update(Errand)
        .where(Errand.id == task.id)
        .values(
            tries=Errand.tries + 1,
            reason=reason,
            fetches=Errand.fetches + fetches,
            due_at=site.now() + hosts.delay(task.tries + 1),
            claimed_until=None,
        )
    )


async def release(session: Session) -> None:
    """Give every claim back: whoever held one is dead, because one process owns this database."""
    await session.execute(update(Errand).where(Errand.state == WAITING).values(claimed_until=None))


def _fresh(site: Site) -> dict[str, Any]:
    """How every errand begins."""
    now: datetime = site.now()
    return {
        "state": WAITING,
        "reason": "",
        "plan": [],
        "seen": [],
        "fetches": 0,
        "tries": 0,
        "started_at": now,
        "due_at": now,
        "claimed_until": None,
    }
