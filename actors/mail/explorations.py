"""Explorations: what is to be read elsewhere waits as a row, and is never read while anybody waits.

*Around* a remark that came: what it quotes and the consent for that, what it answers and so on
upwards, a few answers beside it. *Below* something that is looked at: the answers to it.
*Featured*: what somebody who is newly followed shows first. *Kin*: what a model comes from and
what was made of it (`federation.workers.tracing`). An exploration is written in the
transaction that found it necessary, so a process that dies loses nothing; what it may cost is
counted in the row and does not grow by what it finds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, or_, select, update

from actors.database import Session, insert_once, waits_in
from actors.mail import claims, hosts
from actors.mail.claims import WAITING
from actors.site import Site
from actors.tables.exploration import Exploration

AROUND: Final = "around"
BELOW: Final = "below"
FEATURED: Final = "featured"
KIN: Final = "kin"

DONE = "done"

COOL_DOWN: Final = timedelta(minutes=15)
"""How long the answers to something are not asked for again (Mastodon 4.6,
`app/models/concerns/status/fetch_replies_concern.rb`)."""

KEPT: Final = timedelta(days=1)
"""How long a row that is done is kept: for operators; nothing depends on it after COOL_DOWN."""

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
    waits_in(session, Exploration)
    if await insert_once(
        session, Exploration, fresh | {"id": site.new_id(), "kind": kind, "iri": iri}
    ):
        return
    await session.execute(
        update(Exploration)
        .where(Exploration.kind == kind, Exploration.iri == iri, Exploration.state != WAITING)
        .values(**fresh)
        .execution_options(synchronize_session=False)
    )


async def is_fresh(session: Session, site: Site, kind: str, iri: str) -> bool:
    """Is it waiting, or was it read a moment ago?"""
    recent = or_(Exploration.state == WAITING, Exploration.started_at > site.now() - COOL_DOWN)
    found = await session.scalar(
        select(Exploration.id).where(Exploration.kind == kind, Exploration.iri == iri, recent)
    )
    return found is not None


async def may_be_due(session: Session, site: Site) -> bool:
    """Whether it is worth while to `claim`."""
    return await claims.are_due(session, Exploration, site.now())


async def claim(session: Session, site: Site, *, limit: int) -> list[Task]:
    """Take what is due."""
    now = site.now()
    due = (
        select(Exploration.id)
        .where(
            Exploration.state == WAITING,
            Exploration.due_at <= now,
            claims.is_free(Exploration, now),
        )
        .order_by(Exploration.due_at, Exploration.id)
        .limit(max(0, limit))
        .with_for_update(skip_locked=True)
    )
    taken = await claims.take(session, Exploration, due, now=now, until=now + CLAIM)
    rows = await session.scalars(
        select(Exploration).where(Exploration.id.in_(taken)).order_by(Exploration.id)
    )
    return [
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


async def keep(
    session: Session, task: Task, *, plan: Sequence[Any], seen: Sequence[Any], fetches: int
) -> None:
    """A step is done, and there is more to read."""
    await session.execute(
        update(Exploration)
        .where(Exploration.id == task.id, claims.ours(session, Exploration))
        .values(
            plan=list(plan),
            seen=list(seen),
            fetches=Exploration.fetches + fetches,
            tries=0,
            reason="",
            claimed_until=None,
        )
    )


async def finish(session: Session, task: Task, *, reason: str = "", fetches: int = 0) -> None:
    """Everything is read that will be; the row stays, so that it is not read again at once."""
    await session.execute(
        update(Exploration)
        .where(Exploration.id == task.id, claims.ours(session, Exploration))
        .values(
            state=DONE,
            reason=reason,
            plan=[],
            seen=[],
            fetches=Exploration.fetches + fetches,
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
        update(Exploration)
        .where(Exploration.id == task.id, claims.ours(session, Exploration))
        .values(
            tries=Exploration.tries + 1,
            reason=reason,
            fetches=Exploration.fetches + fetches,
            due_at=site.now() + hosts.delay(task.tries + 1),
            claimed_until=None,
        )
    )


async def forget_done(session: Session, site: Site) -> None:
    """Throw away what was read a day ago."""
    await session.execute(
        delete(Exploration).where(
            Exploration.state == DONE, Exploration.started_at <= site.now() - KEPT
        )
    )


def _fresh(site: Site) -> dict[str, Any]:
    """How every exploration begins."""
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
