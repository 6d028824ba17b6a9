"""By hand: what an operator decides about mail that does not arrive.

*Try again* lets what waits for a time, or was given up, be due now. *Give up* puts aside what waits
for a host; nothing is lost, trying again takes it up. *Drop* is for ever, and only for what was
given up. Mail that is posted later waits as usual: who wants nothing of a host any more blocks it
(`verbs.blocking`).

Each of them may be about a hundred thousand deliveries, and is done in parts, each a transaction of
its own, so that nobody waits for it. Whoever breaks it off has done a part of it; to do it again
does the rest.

What was received and put aside because of a mistake of ours is kept with its text, and can be
*read again* by a version without the mistake.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Final

from sqlalchemy import (
    Delete,
    Update,
    and_,
    bindparam,
    case,
    delete,
    func,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.sql.elements import ColumnElement

from actors.database import Database, Session, waits_in
from actors.errors import NotFound
from actors.mail import claims, inbox, lanes
from actors.mail.outbox import PARKED
from actors.site import Site
from actors.tables.host import Host
from actors.tables.mail import Delivery, Lane, Received

PART: Final = 500
"""Deliveries changed by one transaction: some milliseconds."""

HOSTS: Final = 100
"""Hosts looked at together."""

GIVEN_UP: Final = "given up by hand"
"""How the reason of what an operator gave up begins; what went wrong before follows it."""


async def try_again(database: Database, site: Site, host: str | None) -> int:
    """Let everything that waits for a time, or was given up, be due now; held as long as new mail.

    Args:
        database: where it waits; no transaction is open.
        site: the time.
        host: only to this one; to all where it is None.

    Returns:
        How many deliveries those are.
    """
    number = 0
    async for hosts in _with_mail(database, host):
        number += await _hurry(database, site, hosts)
    return number + await _revive(database, site, host)


async def give_up(database: Database, host: str) -> int:
    """Put aside everything that waits for a host.

    What is under way at this moment may still arrive.

    Args:
        database: where it waits; no transaction is open.
        host: its name, as in the lists.

    Returns:
        How many deliveries those were.
    """
    former = Delivery.reason
    put_aside = update(Delivery).values(
        state=PARKED,
        reason=case((former == "", GIVEN_UP), else_=f"{GIVEN_UP}: " + former),
        claimed_until=None,
    )
    waiting = and_(Delivery.host == host, Delivery.state == claims.WAITING)
    return await _in_parts(database, put_aside, waiting)


async def drop(database: Database, host: str | None) -> int:
    """Throw away, for ever, what was given up.

    Args:
        database: where it is; no transaction is open.
        host: only for this one; for all where it is None.

    Returns:
        How many deliveries those were.
    """
    theirs = true() if host is None else Delivery.host == host
    return await _in_parts(database, delete(Delivery), and_(theirs, is_parked()))


async def read_again(session: Session, site: Site, received_id: int | None) -> int:
    """Let what was received and put aside be worked on again.

    Args:
        session: an open transaction.
        site: the time.
        received_id: only this one; all where it is None.

    Returns:
        How many activities those are.

    Raises:
        NotFound: that one was not put aside.
    """
    which = true() if received_id is None else Received.id == received_id
    revived = await session.scalars(
        update(Received)
        .where(which, Received.state == inbox.PARKED)
        .values(state=claims.WAITING, tries=0, due_at=site.now(), claimed_until=None)
        .returning(Received.id)
        .execution_options(synchronize_session=False)
    )
    number = len(revived.all())
    if not number and received_id is not None:
        raise NotFound("Nothing with that number was put aside.")
    return number


async def _with_mail(database: Database, host: str | None) -> AsyncIterator[Sequence[str]]:
    """The hosts that mail waits for, some at a time; only this one, if one is named."""
    if host is not None:
        yield [host]
        return
    last = ""
    while True:
        some = select(Lane.host).where(Lane.host > last).order_by(Lane.host).limit(HOSTS)
        async with database.read() as session:
            found = (await session.scalars(some)).all()
        if not found:
            return
        yield found
        last = found[-1]


async def _hurry(database: Database, site: Site, hosts: Sequence[str]) -> int:
    """Let what waits for these hosts, and nobody has in hand, be due; how much that is."""
    now = site.now()
    idle = (
        Delivery.host.in_(hosts),
        Delivery.state == claims.WAITING,
        Delivery.claimed_until.is_(None),
    )
    async with database.begin() as session:
        number = await session.scalar(select(func.count()).where(*idle))
        await session.execute(
            update(Host).where(Host.name.in_(hosts), Host.due_at > now).values(due_at=now)
        )
        if number:
            await lanes.open_all(session, hosts, now)
            waits_in(session, Delivery)
    # So many times and no more: what fails meanwhile waits for a time again.
    later = select(Delivery.id).where(*idle, Delivery.due_at > now).order_by(Delivery.due_at)
    for _ in range(0, number or 0, PART):
        async with database.begin() as session:
            ids = await session.scalars(later.limit(PART).with_for_update(skip_locked=True))
            if not (found := ids.all()):
                break
            await _change(session, update(Delivery).values(due_at=now), found)
            await lanes.open_all(session, hosts, now)
            waits_in(session, Delivery)
    return number or 0


async def _revive(database: Database, site: Site, host: str | None) -> int:
    """Let what was given up wait as if it were new; how much that was.

    In the order of the index, once: what is refused meanwhile is given up again.
    """
    theirs = true() if host is None else Delivery.host == host
    place = tuple_(Delivery.host, Delivery.outgoing_id, Delivery.id)
    last: tuple[str, int, int] = ("", 0, 0)
    number = 0
    while True:
        now = site.now()
        as_new = {"state": claims.WAITING, "made_at": now, "due_at": now, "claimed_until": None}
        some = select(Delivery.host, Delivery.outgoing_id, Delivery.id)
        some = some.where(theirs, is_parked(), place > last).order_by(*place).limit(PART)
        async with database.begin() as session:
            found = (await session.execute(some)).all()
            if not found:
                return number
            hosts = {row.host for row in found}
            change = update(Delivery).where(is_parked()).values(as_new)
            await _change(session, change, [row.id for row in found])
            await session.execute(
                update(Host).where(Host.name.in_(hosts), Host.due_at > now).values(due_at=now)
            )
            await lanes.open_all(session, hosts, now)
            waits_in(session, Delivery)
        number += len(found)
        end = found[-1]
        last = (end.host, end.outgoing_id, end.id)


async def _in_parts(database: Database, change: Update | Delete, these: ColumnElement[bool]) -> int:
    number = 0
    while True:
        async with database.begin() as session:
            ids = (await session.scalars(select(Delivery.id).where(these).limit(PART))).all()
            await _change(session, change, ids)
        if not ids:
            return number
        number += len(ids)


async def _change(session: Session, change: Update | Delete, ids: Sequence[int]) -> None:
    await session.execute(
        change.where(Delivery.id.in_(ids)).execution_options(synchronize_session=False)
    )


def is_parked() -> ColumnElement[bool]:
    """Given up, in the form in which the index of such rows is used on both engines."""
    # An index of some rows is used where the condition is written out, not where it is a parameter.
    return Delivery.state == bindparam("parked", PARKED, literal_execute=True)
