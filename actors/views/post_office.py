"""Which hosts have mail waiting, and how is it with them? For operators.

A list of ten thousand hosts is read a page at a time, by name; what is counted is counted for the
hosts of that page alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final

from sqlalchemy import BindParameter, Select, bindparam, func, select
from sqlalchemy.orm import InstrumentedAttribute

from actors.database import Session
from actors.tables.host import Host
from actors.tables.mail import Delivery, Received

PAGE: Final = 50
"""Hosts of one page."""


class Which(Enum):
    """Which hosts are listed."""

    FAILING = "failing"
    """Those that could not be reached when it was last tried."""
    GIVEN_UP = "given-up"
    """Those for which something was given up."""
    ALL = "all"
    """Those that anything waits for, or was given up for."""


@dataclass(frozen=True)
class HostMail:
    """One host, and our mail for it.

    Attributes:
        waiting: deliveries that are to be sent.
        parked: deliveries that were given up.
        oldest_at: when the oldest of both was posted.
        failures: in a row, of the whole host; 0 when it is well.
        failing_since: when the first of those was.
        due_at: when something is tried next; None when nothing waits.
        reason: what went wrong last.
    """

    name: str
    waiting: int
    parked: int
    oldest_at: datetime | None
    failures: int
    failing_since: datetime | None
    due_at: datetime | None
    reason: str


@dataclass(frozen=True)
class PutAside:
    """Something received that a mistake of ours keeps from having its effect."""

    id: int
    activity_iri: str
    speaker: str
    reason: str
    received_at: datetime


async def hosts(
    session: Session, which: Which, *, named: str = "", after: str = "", limit: int = PAGE
) -> list[HostMail]:
    """Hosts by name.

    Args:
        session: an open transaction.
        which: which of them.
        named: only those whose name holds this.
        after: only those that come after this name: the last of the page before.
        limit: how many, at most.
    """
    chosen, name = _chosen(which)
    chosen = chosen.where(name > after).order_by(name).limit(limit)
    if named:
        chosen = chosen.where(name.contains(named.lower(), autoescape=True))
    return await _with_mail(session, (await session.scalars(chosen)).all())


async def put_aside(session: Session, *, limit: int = PAGE) -> list[PutAside]:
    """What was received and put aside, the newest first."""
    rows = await session.execute(
        select(
            Received.id,
            Received.activity_iri,
            Received.speaker,
            Received.reason,
            Received.received_at,
        )
        .where(Received.state == "parked")
        .order_by(Received.due_at.desc())
        .limit(limit)
    )
    return [PutAside(*row) for row in rows]


def _chosen(which: Which) -> tuple[Select[str], InstrumentedAttribute[str]]:
    """The names of hosts, and the column that they are in."""
    match which:
        case Which.FAILING:
            return select(Host.name).where(Host.failures > 0), Host.name
        case Which.GIVEN_UP:
            # Written out, because only then the index of such rows is used.
            parked: BindParameter[str] = bindparam("parked", "parked", literal_execute=True)
            return select(Delivery.host).where(Delivery.state == parked).distinct(), Delivery.host
        case Which.ALL:
            return select(Delivery.host).distinct(), Delivery.host


async def _with_mail(session: Session, names: Sequence[str]) -> list[HostMail]:
    rows = await session.execute(
        select(
            Delivery.host,
            func.count().filter(Delivery.state == "waiting"),
            func.count().filter(Delivery.state == "parked"),
            func.min(Delivery.made_at),
            func.min(Delivery.due_at).filter(Delivery.state == "waiting"),
            func.max(Delivery.reason),
        )
        .where(Delivery.host.in_(names))
        .group_by(Delivery.host)
    )
    mail = {row[0]: row for row in rows}
    found = await session.scalars(select(Host).where(Host.name.in_(names)))
    known = {row.name: row for row in found}
    return [_host_mail(name, mail.get(name), known.get(name)) for name in names]


def _host_mail(name: str, mail: Sequence[Any] | None, host: Host | None) -> HostMail:
    _, waiting, parked, oldest_at, due_at, reason = mail or (name, 0, 0, None, None, "")
    is_failing = host is not None and host.failures > 0
    held = host.due_at if host is not None and is_failing else None
    return HostMail(
        name=name,
        waiting=waiting,
        parked=parked,
        oldest_at=oldest_at,
        failures=host.failures if host is not None else 0,
        failing_since=host.failing_since if host is not None else None,
        due_at=max(due_at, held) if due_at is not None and held is not None else due_at,
        reason=host.reason if host is not None and is_failing and host.reason else reason,
    )
