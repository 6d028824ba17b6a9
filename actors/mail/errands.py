"""Errands: addresses that somebody pointed at, waiting to be read where they live.

What is pointed at is never believed, only looked up: a forwarded statement that nobody can prove is
asked of its owner, a list of followers that may differ from ours is read at its own origin, and so
is the version of a model between two that we know, and a model that may have moved while nobody
told us. That costs requests which strangers cause, so it
is bounded: one row for each address, not asked again for a while, so many waiting in all and for
one host. Models that may have moved are counted apart: they come by the hundred, and one who asks
for them means it as it is now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from activitypub import iris
from activitypub.iris import Iri
from actors.database import Session, insert_once, is_sqlite, waits_in
from actors.mail import claims, hosts
from actors.mail.claims import WAITING
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.base import Base
from actors.tables.errand import Errand

_ERRANDS = Base.metadata.tables[Errand.__tablename__]

DONE = "done"

PAUSE = timedelta(minutes=10)
"""How long an address is left alone after it was read: a stream of pointers costs six reads an
hour."""

KEPT = timedelta(days=1)
"""How long a row that is done is kept."""

CLAIM = timedelta(minutes=5)
"""How long one errand may take: a few documents of at most 10 s each."""

MOST_WAITING = 1_000
"""Errands that wait in all: a relay's busy hour; more would be read too late to matter."""

MOST_FOR_A_HOST = 50
"""Errands that wait for one host, so that nobody can turn us against it."""

MOST_MODELS = 2_000
"""Models that wait to be read anew, in all: ten networks that are followed in one hour."""

MOST_MODELS_OF_A_HOST = 200
"""The same of one host: as many as a walk through an outbox takes. Those that changed last are read
first; the others are known as they were until they are changed again."""

TRIES = 6
"""After 30 s, 1 min … 16 min: who is away for longer will tell us again."""

TRIES_FOR_MODELS = 130
"""A month, with six hours in between: nobody tells us again what we missed of a model."""


class Kind(Enum):
    """What is to be read."""

    OBJECT = "object"
    """Something that was forwarded without a proof."""

    FOLLOWERS = "followers"
    """A peer's list of those of ours who follow one of its actors (FEP-8fcf)."""

    VERSION = "version"
    """A version of somebody's model that we missed."""

    MODEL = "model"
    """A model that we know, and of which nobody may have told us the newest."""

    FILE = "file"
    """A picture or document that a model here shows, and that lies on another server."""


_OF_MODELS = frozenset({Kind.VERSION, Kind.MODEL})


@dataclass(frozen=True)
class Task:
    """A claimed errand, as plain values."""

    id: int
    kind: Kind
    iri: Iri
    actor_iri: Iri
    digest: str
    tries: int


async def ask(
    session: Session, site: Site, kind: Kind, iri: Iri, teller: Actor, *, digest: str = ""
) -> bool:
    """Let an address be read.

    Returns:
        False when it waits already, was read just now, its host is blocked, or too much waits.
    """
    now, name = site.now(), iris.host(iri)
    waiting = _waiting().where(Errand.kind != Kind.MODEL.value)
    if (
        await hosts.is_blocked(session, name)
        or (await session.scalar(waiting) or 0) >= MOST_WAITING
        or (await session.scalar(waiting.where(Errand.host == name)) or 0) >= MOST_FOR_A_HOST
    ):
        return False
    fresh = {
        "actor_id": teller.id,
        "digest": digest,
        "state": WAITING,
        "reason": "",
        "tries": 0,
        "made_at": now,
        "due_at": now,
    }
    row = {"id": site.new_id(), "kind": kind.value, "iri": iri, "host": name}
    waits_in(session, Errand)
    if await insert_once(session, Errand, fresh | row):
        return True
    # Who speaks again before we have looked means it as it is now.
    await session.execute(
        update(Errand)
        .where(Errand.kind == kind.value, Errand.iri == iri, Errand.state == WAITING)
        .values(digest=digest)
    )
    again = await session.scalars(
        update(Errand)
        .where(
            Errand.kind == kind.value,
            Errand.iri == iri,
            Errand.state == DONE,
            Errand.due_at <= now - PAUSE,
        )
        .values(**fresh, claimed_until=None)
        .returning(Errand.id)
        .execution_options(synchronize_session=False)
    )
    return again.first() is not None


async def ask_for_models(session: Session, site: Site, models: Sequence[tuple[str, int]]) -> None:
    """Let models be read anew at their origins, also those that were read just now.

    Args:
        session: an open transaction.
        site: the time and the ids.
        models: the address of each, and the id of its author; where there is no room for all, the
            first of them are read.
    """
    of_models = _waiting().where(Errand.kind == Kind.MODEL.value)
    room = MOST_MODELS - (await session.scalar(of_models) or 0)
    by_host: dict[str, list[tuple[str, int]]] = {}
    for one in models:
        by_host.setdefault(iris.host(Iri(one[0])), []).append(one)
    blocked = await hosts.blocked_among(session, by_host)
    rows: list[dict[str, object]] = []
    for name in sorted(by_host.keys() - blocked):
        for_host = await session.scalar(of_models.where(Errand.host == name)) or 0
        chosen = by_host[name][: max(0, min(MOST_MODELS_OF_A_HOST - for_host, room - len(rows)))]
        rows += [
            {
                "id": site.new_id(),
                "kind": Kind.MODEL.value,
                "iri": iri,
                "host": name,
                "actor_id": author_id,
                "digest": "",
                "state": WAITING,
                "reason": "",
                "tries": 0,
                "made_at": site.now(),
                "due_at": site.now(),
            }
            for iri, author_id in chosen
        ]
    if rows:
        waits_in(session, Errand)
        await _let_wait(session, rows)


async def may_be_due(session: Session, site: Site) -> bool:
    """Whether it is worth while to `claim`."""
    return await claims.are_due(session, Errand, site.now())


async def claim(session: Session, site: Site, *, limit: int) -> list[Task]:
    """Take what is due and nobody works on, the oldest first."""
    now = site.now()
    due = (
        select(Errand.id)
        .where(Errand.state == WAITING, Errand.due_at <= now, claims.is_free(Errand, now))
        .order_by(Errand.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = await claims.take(session, Errand, due, now=now, until=now + CLAIM)
    rows = await session.execute(
        select(Errand, Actor.iri)
        .join(Actor, Actor.id == Errand.actor_id)
        .where(Errand.id.in_(taken))
        .order_by(Errand.id)
    )
    return [
        Task(one.id, Kind(one.kind), Iri(one.iri), Iri(actor_iri), one.digest, one.tries)
        for one, actor_iri in rows
    ]


async def done(session: Session, site: Site, task: Task, *, reason: str = "") -> None:
    """It was read, or never will be."""
    await session.execute(
        update(Errand)
        .where(Errand.id == task.id, claims.ours(session, Errand))
        .values(state=DONE, reason=reason, due_at=site.now(), claimed_until=None)
    )


async def postpone(
    session: Session, site: Site, task: Task, *, reason: str, retry_after: timedelta | None
) -> None:
    """It cannot be read now: later, but not for ever."""
    if task.tries + 1 >= (TRIES_FOR_MODELS if task.kind in _OF_MODELS else TRIES):
        await done(session, site, task, reason=reason)
        return
    pause = max(hosts.delay(task.tries + 1), retry_after or timedelta(0))
    await session.execute(
        update(Errand)
        .where(Errand.id == task.id, claims.ours(session, Errand))
        .values(
            tries=Errand.tries + 1,
            reason=reason,
            due_at=site.now() + min(pause, hosts.LONGEST_DELAY),
            claimed_until=None,
        )
    )


async def forget_done(session: Session, site: Site) -> None:
    """Throw away what was done a day ago."""
    await session.execute(
        delete(Errand).where(Errand.state == DONE, Errand.due_at <= site.now() - KEPT)
    )


def _waiting() -> Select[int]:
    return select(func.count(Errand.id)).where(Errand.state == WAITING)


async def _let_wait(session: Session, rows: Sequence[dict[str, object]]) -> None:
    """Write these rows; one that is done waits again, one that waits goes on as it is."""
    insert = (sqlite.insert if is_sqlite(session) else postgresql.insert)(_ERRANDS)
    fresh = ("actor_id", "digest", "state", "reason", "tries", "made_at", "due_at")
    await session.execute(
        insert.on_conflict_do_update(
            index_elements=[Errand.kind, Errand.iri],
            set_={name: insert.excluded[name] for name in fresh} | {"claimed_until": None},
            where=Errand.state == DONE,
        ),
        rows,
    )
