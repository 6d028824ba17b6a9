"""Does the site where something lives still answer?"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from actors.database import Session
from actors.tables.actor import Actor
from actors.tables.host import Host


@dataclass(frozen=True)
class Origin:
    """The site of somebody elsewhere.

    Attributes:
        host: its name.
        silent_since: since when it takes no mail from us and none came from there; None where it
            answers, or where we never had any mail for it.
    """

    host: str
    silent_since: datetime | None


async def of(session: Session, author: Actor) -> Origin | None:
    """Where an author is at home; None for ours."""
    if author.is_ours:
        return None
    since = await session.scalar(
        select(Host.failing_since).where(Host.name == author.host, Host.failures > 0)
    )
    return Origin(author.host, since)
