"""What is on its way, host by host? For operators and their programs."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from actors.database import Session
from actors.tables.host import Host
from actors.tables.mail import Delivery, Outgoing


@dataclass(frozen=True)
class Oldest:
    """The oldest delivery to a host that has not arrived."""

    activity_iri: str
    inbox: str
    made_at: datetime
    state: str


@dataclass(frozen=True)
class Destination:
    """One host that is owed something.

    Attributes:
        cursor: the newest entry of the outgoing log before which nothing is owed.
        attempts: of the delivery that was tried most.
        failures: of the host, in a row.
        due_at: when something is tried next; None when everything was given up.
        reason: what went wrong last.
    """

    host: str
    cursor: int | None
    waiting: int
    parked: int
    attempts: int
    failures: int
    oldest: Oldest
    due_at: datetime | None
    reason: str


async def listed(
    session: Session, *, state: str | None, host: str | None, after: str, limit: int
) -> list[Destination]:
    """Hosts that something is on its way to, or was given up for, by name.

    Args:
        session: an open transaction.
        state: only with deliveries that are `waiting`, or `parked`.
        host: only this one.
        after: only those that come after this name: the last of the part before.
        limit: how many, at most.
    """
    before = aliased(Outgoing)
    oldest = func.min(Delivery.outgoing_id)
    statement = (
        select(
            Delivery.host,
            oldest,
            func.count().filter(Delivery.state == "waiting"),
            func.count().filter(Delivery.state == "parked"),
            func.max(Delivery.tries),
            func.min(Delivery.due_at).filter(Delivery.state == "waiting"),
            func.max(Delivery.reason),
        )
        .where(Delivery.host > after)
        .group_by(Delivery.host)
        .order_by(Delivery.host)
        .limit(limit)
    )
    if state is not None:
        statement = statement.where(Delivery.state == state)
    if host is not None:
        statement = statement.where(Delivery.host == host)
    found = []
    for name, first, waiting, parked, attempts, due_at, reason in await session.execute(statement):
        peer = await session.scalar(select(Host).where(Host.name == name))
        cursor = await session.scalar(select(func.max(before.id)).where(before.id < first))
        held = None if peer is None else peer.due_at
        found.append(
            Destination(
                host=name,
                cursor=cursor,
                waiting=waiting,
                parked=parked,
                attempts=attempts,
                failures=0 if peer is None else peer.failures,
                oldest=await _oldest(session, name, first),
                due_at=_later(due_at, held),
                reason=reason,
            )
        )
    return found


def _later(due_at: datetime | None, held: datetime | None) -> datetime | None:
    return due_at if due_at is None or held is None else max(due_at, held)


async def _oldest(session: Session, host: str, outgoing_id: int) -> Oldest:
    row = (
        await session.execute(
            select(Outgoing.activity_iri, Delivery.inbox, Delivery.made_at, Delivery.state)
            .join(Outgoing, Outgoing.id == Delivery.outgoing_id)
            .where(Delivery.host == host, Delivery.outgoing_id == outgoing_id)
            .order_by(Delivery.id)
            .limit(1)
        )
    ).one()
    return Oldest(*row)
