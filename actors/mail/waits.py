"""Waits: none ends later than anybody would decide.

A clock that was a year ahead for a while leaves times behind that nobody means once it is right
again: mail that is due in a year, a claim that ends then. Every wait that this program decides on
is a matter of hours, so what lies farther off was written by such a clock, and is due now.
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import update

from actors.database import Session
from actors.mail.claims import QUEUES, WAITING
from actors.site import Site
from actors.tables.host import Host
from actors.tables.mail import Lane

FARTHEST: Final = timedelta(days=2)
"""Twice what a host may ask us to wait, by far the longest of all."""


async def shorten(session: Session, site: Site) -> int:
    """Let what waits for longer than anybody decides be due now.

    Returns:
        How many rows of queues, and hosts, those were.
    """
    now = site.now()
    end = now + FARTHEST
    count = 0
    for queue in QUEUES:
        late = update(queue).where(queue.state == WAITING, queue.due_at > end).values(due_at=now)
        held = update(queue).where(queue.claimed_until > end).values(claimed_until=None)
        for statement in (late, held):
            changed = await session.scalars(
                statement.returning(queue.id).execution_options(synchronize_session=False)
            )
            count += len(changed.all())
    lanes = update(Lane).where(Lane.due_at > end).values(due_at=now)
    await session.execute(lanes.execution_options(synchronize_session=False))
    hosts = update(Host).where(Host.due_at > end).values(due_at=now).returning(Host.id)
    found = await session.scalars(hosts.execution_options(synchronize_session=False))
    return count + len(found.all())
