"""By hand: what an operator decides about mail that does not arrive.

*Give up* puts aside what waits for a host; nothing is lost, `outbox.try_again` takes it up again.
*Drop* is for ever, and only for what was given up. Mail that is posted later waits as usual: who
wants nothing of a host any more blocks it (`verbs.blocking`).

What was received and put aside because of a mistake of ours is kept with its text, and can be
*read again* by a version without the mistake.
"""

import asyncio
from typing import Final

from sqlalchemy import Delete, Update, and_, bindparam, case, delete, select, true, update
from sqlalchemy.sql.elements import ColumnElement

from actors.database import Session
from actors.errors import NotFound
from actors.mail import claims, inbox
from actors.mail.outbox import PARKED
from actors.site import Site
from actors.tables.mail import Delivery, Received

PART: Final = 500
"""Deliveries changed by one statement: some milliseconds."""

GIVEN_UP: Final = "given up by hand"
"""How the reason of what an operator gave up begins; what went wrong before follows it."""


async def give_up(session: Session, host: str) -> int:
    """Put aside everything that waits for a host.

    What is under way at this moment may still arrive.

    Args:
        session: an open transaction.
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
    return await _in_parts(session, put_aside, waiting)


async def drop(session: Session, host: str | None) -> int:
    """Throw away, for ever, what was given up.

    Args:
        session: an open transaction.
        host: only for this one; for all where it is None.

    Returns:
        How many deliveries those were.
    """
    theirs = true() if host is None else Delivery.host == host
    return await _in_parts(session, delete(Delivery), and_(theirs, is_parked()))


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


async def _in_parts(session: Session, change: Update | Delete, these: ColumnElement[bool]) -> int:
    """Change deliveries, some at a time: a hundred thousand at once would stall everybody."""
    number = 0
    while ids := (await session.scalars(select(Delivery.id).where(these).limit(PART))).all():
        await session.execute(
            change.where(Delivery.id.in_(ids)).execution_options(synchronize_session=False)
        )
        number += len(ids)
        await asyncio.sleep(0)
    return number


def is_parked() -> ColumnElement[bool]:
    """Given up, in the form in which the index of such rows is used on both engines."""
    # An index of some rows is used where the condition is written out, not where it is a parameter.
    return Delivery.state == bindparam("parked", PARKED, literal_execute=True)
