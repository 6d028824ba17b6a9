"""Trying: what somebody may do only so often, counted over all processes of an instance.

A row for each of them and window, so that nobody has as many tries as there are processes, and a
process that is killed forgives nothing. Only for what is dear and rare: each try is a transaction.
Whom it is about cannot be read in the rows, and they go when the next window has begun.
"""

from datetime import datetime
from typing import cast

from sqlalchemy import CursorResult, delete, update
from sqlalchemy.dialects import postgresql, sqlite

from actors.database import Session, safe_of
from actors.site import Site
from actors.tables.attempt import Attempt


async def count(
    session: Session, site: Site, what: str, who: str, *, most: int, until: datetime
) -> bool:
    """Count one more try, if there is one left.

    Args:
        session: an open transaction.
        site: gives ids.
        what: is tried.
        who: tries.
        most: how often in this window.
        until: when the window ends.

    Returns:
        False when all were used up; nothing is counted then.
    """
    connection = await session.connection()
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    values = {"id": site.new_id(), "what": what, "who": _unread(session, what, who), "times": 1}
    counted = (
        insert(Attempt)
        .values(**values, until=until)
        .on_conflict_do_update(
            index_elements=["what", "who", "until"],
            set_={"times": Attempt.times + 1},
            where=Attempt.times < most,
        )
        .returning(Attempt.times)
    )
    return (await session.execute(counted)).first() is not None


async def give_back(session: Session, what: str, who: str, *, until: datetime) -> None:
    """Count one less: it was no fault."""
    await session.execute(
        update(Attempt)
        .where(
            Attempt.what == what,
            Attempt.who == _unread(session, what, who),
            Attempt.until == until,
            Attempt.times > 0,
        )
        .values(times=Attempt.times - 1)
        .execution_options(synchronize_session=False)
    )


async def forget_past(session: Session, site: Site) -> int:
    """Throw away what was counted in windows that are over."""
    gone = await session.execute(delete(Attempt).where(Attempt.until <= site.now()))
    return cast("CursorResult[object]", gone).rowcount


def _unread(session: Session, what: str, who: str) -> str:
    return safe_of(session).digest(f"{what} {who}")
