"""What came to our inboxes, and whom did we call? For operators."""

from datetime import datetime

from sqlalchemy import select

from actors.database import Session
from actors.tables.journal import Called, Heard


async def heard(
    session: Session,
    *,
    activity: str | None,
    peer: str | None,
    since: datetime | None,
    after: int | None,
    limit: int,
) -> list[Heard]:
    """Requests to our inboxes, the oldest first.

    Args:
        session: an open transaction.
        activity: only about the activity with this id.
        peer: only from this host.
        since: only from this moment on.
        after: only what was written after the row with this id.
        limit: at most so many.
    """
    statement = select(Heard).order_by(Heard.id).limit(limit)
    if activity is not None:
        statement = statement.where(Heard.activity_iri == activity)
    if peer is not None:
        statement = statement.where(Heard.peer == peer)
    if since is not None:
        statement = statement.where(Heard.at >= since)
    if after is not None:
        statement = statement.where(Heard.id > after)
    return list(await session.scalars(statement))


async def called(
    session: Session, *, since: datetime | None, after: int | None, limit: int
) -> list[Called]:
    """Calls of other servers, the oldest first; the arguments are as in `heard`."""
    statement = select(Called).order_by(Called.id).limit(limit)
    if since is not None:
        statement = statement.where(Called.at >= since)
    if after is not None:
        statement = statement.where(Called.id > after)
    return list(await session.scalars(statement))
