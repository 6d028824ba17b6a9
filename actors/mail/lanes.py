"""Lanes: one for each host that mail waits for, so that a claim looks at few hosts and few rows.

A lane says from when on it is worth a look. Whoever looks takes the lane's row first, and only then
reads what waits in it: so several workers never look into one lane at once, and a lane that is
found empty can be removed without losing what somebody adds to it meanwhile.

A host that comes back after an absence is *spared*: its lane gives one delivery at a time for a
while.

Whatever makes something of a lane ready earlier than it says has to `open` or `reopen` it.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    Integer,
    Select,
    Text,
    bindparam,
    cast,
    delete,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import ScalarSelect

from actors.database import Session, is_sqlite
from actors.listed import among
from actors.mail.claims import LONG_AGO, WAITING
from actors.plain import Plain
from actors.site import Site
from actors.tables.base import Base
from actors.tables.host import Host
from actors.tables.mail import Delivery, Lane, Outgoing

CLAIM: Final = timedelta(minutes=2)
"""How long one delivery may take: 30 s for the request, and room for a slow start."""

NEXT_LOOK: Final = timedelta(seconds=1)
"""When a lane is looked at again in which something is due and held up by something elsewhere."""

PACE: Final = timedelta(seconds=0.5)
"""Between two deliveries to a host that is spared: two a second, of us alone, beside what everybody
else has kept for it."""

SPARED: Final = 120
"""Deliveries to a host that is spared: a minute of them, in which it can fill its caches."""

LANES: Final = Base.metadata.tables[Lane.__tablename__]
"""For statements about many rows with different values: the mapped class allows fewer of them."""


class _View(NamedTuple):
    """What is to be seen of a lane.

    Attributes:
        failures: of the host, in a row.
        pause_until: the host is left alone until then.
        spared: how many deliveries to it more are paced.
        in_flight: how many of its deliveries are claimed.
        ready: deliveries that may be sent, in order; no more than may be sent at once.
        oldest_at: when the first one was due; None when nothing waits.
        later_at: when the next one will be due.
    """

    id: int
    failures: int
    pause_until: datetime | None
    spared: int
    in_flight: int
    ready: list[int]
    oldest_at: datetime | None
    later_at: datetime | None


async def open_all(session: Session, hosts: Collection[str], due_at: datetime) -> None:
    """Something waits for these hosts, and is due at that time."""
    if not hosts:
        return
    insert = (sqlite.insert if is_sqlite(session) else postgresql.insert)(LANES)
    await session.execute(
        insert.on_conflict_do_update(
            index_elements=[Lane.host],
            set_={"due_at": insert.excluded.due_at},
            where=Lane.due_at > insert.excluded.due_at,
        ),
        [{"host": host, "due_at": due_at} for host in sorted(set(hosts))],
    )


async def open_for(session: Session, since_id: int, due_at: datetime) -> None:
    """The same for whatever was written in deliveries behind that one."""
    insert = (sqlite.insert if is_sqlite(session) else postgresql.insert)(LANES)
    theirs = select(Delivery.host, literal(due_at, Lane.due_at.type), literal(0)).where(
        Delivery.id > since_id
    )
    if not is_sqlite(session):
        # Each once, and in one order: two that open the same lanes cannot wait for each other.
        # SQLite takes a host twice, and would go through all deliveries by host to have an order.
        theirs = theirs.distinct().order_by(Delivery.host)
    await session.execute(
        insert.from_select(["host", "due_at", "spared"], theirs).on_conflict_do_update(
            index_elements=[Lane.host],
            set_={"due_at": insert.excluded.due_at},
            where=Lane.due_at > insert.excluded.due_at,
        )
    )


async def reopen(session: Session, hosts: Collection[str] | None = None) -> None:
    """Something became of what waits in these lanes (in all of them, by default): look again."""
    await _reopen(session, *([] if hosts is None else [Lane.host.in_(hosts)]))


async def _reopen(session: Session, *mine: ColumnElement[bool]) -> None:
    # In one order, whoever does it: two that take the same rows cannot wait for each other.
    if not is_sqlite(session):  # there the transaction holds everything
        await session.execute(select(Lane.id).where(*mine).order_by(Lane.id).with_for_update())
    await session.execute(
        update(Lane)
        .where(*mine)
        .values(due_at=func.coalesce(_earliest(), literal(LONG_AGO, Lane.due_at.type)))
        .execution_options(synchronize_session=False)
    )


async def close_or_reopen(session: Session, hosts: Collection[str]) -> None:
    """Something is gone that waited for these hosts: so are the lanes in which nothing else does.

    The others are looked at again. What waits is asked in a statement of its own, when the lanes
    are held: it sees what others had committed by then, and who commits later opens a new lane.
    """
    named = {"hosts": hosts}
    if not is_sqlite(session):  # there the transaction holds everything
        await HELD.rows(session, named)
    closed = await CLOSED.rows(session, named)
    if len(closed) < len(hosts):
        await REOPENED.rows(session, named)


async def reopen_for(session: Session, outgoing_id: int, since: datetime) -> None:
    """All of an activity is fanned out: whoever has looked at its lanes since was too early."""
    theirs = select(Delivery.host).where(Delivery.outgoing_id == outgoing_id)
    await _reopen(session, Lane.host.in_(theirs), Lane.due_at > since)


async def spare(session: Session, hosts: Collection[str]) -> None:
    """These hosts were away, and get one delivery after the other for a while."""
    if hosts:
        await session.execute(
            update(Lane)
            .where(Lane.host.in_(hosts))
            .values(spared=SPARED)
            .execution_options(synchronize_session=False)
        )


async def leave_alone(session: Session, pauses: Mapping[str, datetime]) -> None:
    """These hosts are given a pause, each until its time."""
    if not pauses:
        return
    await session.execute(
        update(LANES)
        .where(Lane.host == bindparam("paused"))
        .values(due_at=bindparam("until", type_=Lane.due_at.type)),
        [{"paused": host, "until": until} for host, until in sorted(pauses.items())],
    )


def is_busy(now: datetime) -> ColumnElement[bool]:
    """Whether any lane is worth a look, or anything of one is under way; a part of a query."""
    return or_(exists().where(Lane.due_at <= now), exists().where(Delivery.claimed_until > now))


async def next_due(session: Session) -> datetime | None:
    """When the next lane is worth a look."""
    due_at: datetime | None = await session.scalar(select(func.min(Lane.due_at)))
    return due_at


async def take_ready(session: Session, site: Site, *, limit: int, per_host: int) -> list[int]:
    """Choose what is sent now: from many hosts rather than much for one.

    Args:
        session: an open transaction; it keeps the lanes it has looked at to itself.
        site: the time.
        limit: how many deliveries at most.
        per_host: how many may be in flight for one host; for one that fails it is one.

    Returns:
        The ids of deliveries that the caller claims in the same transaction.
    """
    now = site.now()
    chosen: list[int] = []
    while len(chosen) < limit:
        wanted = limit - len(chosen)
        found = [one for (one,) in await DUE.rows(session, {"now": now, "wanted": wanted})]
        chosen += await _take_from(session, now, found, wanted, per_host)
        if len(found) < wanted:
            break  # no other lane is due; a lane that was looked at is not due any more
    return chosen


async def _take_from(
    session: Session, now: datetime, lanes: Collection[int], limit: int, per_host: int
) -> list[int]:
    """Choose from these lanes, the first of each before the second of any."""
    views = await _look(session, now, lanes, per_host)
    fitting = {view.id: _fitting(view, now, per_host) for view in views}
    places = sorted(
        (place, turn, one)
        for turn, view in enumerate(views)
        for place, one in enumerate(fitting[view.id])
    )
    chosen = [one for _, _, one in places[:limit]]
    taken = set(chosen)
    looks = {view.id: _next_look(view, now, fitting[view.id], taken) for view in views}
    if empty := [lane for lane, next_at in looks.items() if next_at is None]:
        await EMPTIED.rows(session, {"lanes": empty})
    # Nearly all of them have something under way, and nothing else.
    if usual := [lane for lane, next_at in looks.items() if next_at == now + CLAIM]:
        await ALL_LOOKED_AT.rows(session, {"lanes": usual, "at": now + CLAIM})
    others = [
        (lane, next_at) for lane, next_at in looks.items() if next_at not in (None, now + CLAIM)
    ]
    if others:
        await session.execute(LOOKED_AT, [{"lane": lane, "at": at} for lane, at in others])
    if paced := _paced(views, now, fitting, taken):
        await session.execute(update(Lane), paced)
    return chosen


def _paced(
    views: Collection[_View], now: datetime, fitting: Mapping[int, list[int]], chosen: set[int]
) -> list[dict[str, object]]:
    """The lanes of spared hosts that give something now."""
    return [
        {"id": view.id, "spared": view.spared - 1, "paced_until": now + PACE}
        for view in views
        if view.spared and not chosen.isdisjoint(fitting[view.id])
    ]


def _fitting(view: _View, now: datetime, per_host: int) -> list[int]:
    if view.pause_until is not None and view.pause_until > now:
        return []
    places = (1 if view.failures or view.spared else per_host) - view.in_flight
    return view.ready[: max(0, places)]


def _next_look(view: _View, now: datetime, fitting: list[int], chosen: set[int]) -> datetime | None:
    """When the lane is worth a look again; None when nothing waits in it."""
    if view.oldest_at is None:
        return None
    if view.pause_until is not None and view.pause_until > now:
        return view.pause_until
    if not chosen.issuperset(fitting):
        return now  # there was no room for all: behind those that have had nothing
    if fitting or view.in_flight:
        return min(now + CLAIM, view.later_at or now + CLAIM)
    return view.later_at or now + NEXT_LOOK


def _waiting() -> tuple[ColumnElement[bool], ...]:
    return Delivery.host == Lane.host, Delivery.state == WAITING


def _earliest() -> ScalarSelect[datetime]:
    return select(func.min(Delivery.due_at)).where(*_waiting()).correlate(Lane).scalar_subquery()


def _seen() -> Select[Any]:
    """The question what is to be seen of some lanes; built once, because that costs a millisecond.

    Parameters: `lanes`, `now`, and `most`, how many deliveries of one are wanted.
    """
    now = bindparam("now", type_=Delivery.due_at.type)
    earlier, fanned = aliased(Delivery), aliased(Outgoing)
    overtaken = exists().where(
        earlier.inbox == Delivery.inbox,
        earlier.about == Delivery.about,
        earlier.outgoing_id < Delivery.outgoing_id,
        earlier.state == WAITING,
    )
    is_whole = exists().where(fanned.id == Delivery.outgoing_id, fanned.fanned_at.is_not(None))
    is_free = or_(Delivery.claimed_until.is_(None), Delivery.claimed_until <= now)
    first = (
        select(Delivery.id)
        .where(*_waiting(), Delivery.due_at <= now, is_free, ~overtaken, is_whole)
        .order_by(Delivery.due_at, Delivery.id)
        .limit(bindparam("most", type_=Integer()))
        .correlate(Lane)
        .subquery()
    )
    comma: Any = literal_column("','")  # a value would have to be written in anew each time
    ready = select(func.aggregate_strings(cast(first.c.id, Text), comma)).scalar_subquery()
    in_flight = select(func.count()).where(Delivery.host == Lane.host, Delivery.claimed_until > now)
    later = select(func.min(Delivery.due_at)).where(*_waiting(), Delivery.due_at > now)
    return (
        select(
            Lane.id,
            func.coalesce(Host.failures, 0),
            Host.due_at,
            Lane.spared,
            Lane.paced_until,
            in_flight.correlate(Lane).scalar_subquery(),
            ready,
            _earliest(),
            later.correlate(Lane).scalar_subquery(),
        )
        .outerjoin(Host, Host.name == Lane.host)
        .where(among(Lane.id, "lanes"))
        .order_by(Lane.due_at, Lane.id)
    )


DUE: Final = Plain(
    select(Lane.id)
    .where(Lane.due_at <= bindparam("now", type_=Lane.due_at.type))
    .order_by(Lane.due_at, Lane.id)
    .limit(bindparam("wanted", type_=Integer()))
    .with_for_update(skip_locked=True)
)
"""The next lanes that are worth a look, and held from then on. Parameters: `now` and `wanted`."""

SEEN: Final = _seen()

_LOOK: Final = Plain(SEEN)

_THESE: Final = among(LANES.c.host, "hosts")

HELD: Final = Plain(select(LANES.c.id).where(_THESE).order_by(LANES.c.id).with_for_update())

CLOSED: Final = Plain(
    delete(LANES)
    .where(_THESE, ~exists().where(*_waiting()).correlate(LANES))
    .returning(LANES.c.host)
)

REOPENED: Final = Plain(
    update(LANES)
    .where(_THESE)
    .values(due_at=func.coalesce(_earliest(), literal(LONG_AGO, Lane.due_at.type)))
)

EMPTIED: Final = Plain(delete(LANES).where(among(LANES.c.id, "lanes")))

ALL_LOOKED_AT: Final = Plain(
    update(LANES)
    .where(among(LANES.c.id, "lanes"))
    .values(due_at=bindparam("at", type_=Lane.due_at.type))
)
"""When these lanes are worth the next look. Parameters: `lanes` and `at`."""

LOOKED_AT: Final = (
    update(LANES)
    .where(Lane.id == bindparam("lane"))
    .values(due_at=bindparam("at", type_=Lane.due_at.type))
)
"""When a lane is worth the next look. Parameters: `lane` and `at`."""


async def _look(
    session: Session, now: datetime, lanes: Collection[int], per_host: int
) -> list[_View]:
    parameters = {"now": now, "lanes": list(lanes), "most": per_host}
    views = []
    for (
        lane,
        failures,
        host_due_at,
        spared,
        paced_until,
        in_flight,
        ready,
        *times,
    ) in await _LOOK.rows(session, parameters):
        is_paced = spared and paced_until is not None and paced_until <= now + PACE
        pauses = [host_due_at, paced_until if is_paced else None]  # a clock set back paces nobody
        pause_until = max((one for one in pauses if one is not None), default=None)
        # The ids come as one text, because that is what both engines can make of several rows.
        ids = sorted(int(one) for one in ready.split(",")) if ready else []
        views.append(_View(lane, failures, pause_until, spared, in_flight, ids, *times))
    return views
