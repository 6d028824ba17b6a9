"""Quiet: is anything still to be done now, by whatever process works on this database?"""

from sqlalchemy import exists, or_, select

from actors.database import Session
from actors.mail import backfill, outbox
from actors.mail.claims import WAITING
from actors.site import Site
from actors.tables.errand import Errand
from actors.tables.mail import Outgoing, Received


async def is_quiet(session: Session, site: Site) -> bool:
    """Whether nothing is due: no activity to hear, no mail to send, no outbox to walk, no errand.

    What somebody is at, in whatever process, is not done. What waits for its time is not due.
    """
    now = site.now()
    due = or_(
        exists().where(Received.state == WAITING, Received.due_at <= now),
        exists().where(Outgoing.fanned_at.is_(None)),
        exists().where(Errand.state == WAITING, Errand.due_at <= now),
        outbox.is_due(now),
        backfill.is_due(now),
    )
    return not await session.scalar(select(due))
