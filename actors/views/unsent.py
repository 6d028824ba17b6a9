"""What has a member begun to type, and not sent?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select

from actors.database import Session
from actors.rules.coediting import mark
from actors.tables.unsent import Unsent
from actors.views.access import Acting

LISTED: Final = 50
"""As many as a member may have at once (`verbs.pausing`)."""


@dataclass(frozen=True)
class Begun:
    """A form that was begun.

    Attributes:
        place: the address of its page.
        fields: what stands in it.
        mark: of this state of it.
        changed_at: aware UTC.
    """

    place: str
    fields: Mapping[str, str]
    mark: str
    changed_at: datetime


async def at(session: Session, acting: Acting | None, place: str) -> Begun | None:
    """What she has begun on one page, for the organisation she acts for."""
    if acting is None:
        return None
    found = await session.scalar(
        select(Unsent).where(
            Unsent.member_id == acting.member.id,
            Unsent.actor_id == acting.organisation.id,
            Unsent.place == place,
        )
    )
    return None if found is None else _read(found)


async def all_of(session: Session, acting: Acting) -> list[Begun]:
    """All of it, what was typed last first."""
    rows = await session.scalars(
        select(Unsent)
        .where(Unsent.member_id == acting.member.id, Unsent.actor_id == acting.organisation.id)
        .order_by(Unsent.changed_at.desc(), Unsent.id.desc())
        .limit(LISTED)
    )
    return [_read(row) for row in rows]


def _read(row: Unsent) -> Begun:
    return Begun(row.place, dict(row.fields), mark(row.fields), row.changed_at)
