"""What has a member begun to type, and not sent?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, select

from actors.database import Session
from actors.rules.coediting import mark
from actors.tables.actor import Actor
from actors.tables.member import Member
from actors.tables.unsent import Unsent
from actors.views.access import Acting

MOST: Final = 50
"""Forms of one member: nobody knows any more what she began before so many."""


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


def is_at(organisation: Actor, member: Member, place: str) -> ColumnElement[bool]:
    """Whether a row is what a member has begun on one page, for one organisation."""
    return and_(
        Unsent.member_id == member.id, Unsent.actor_id == organisation.id, Unsent.place == place
    )


async def at(session: Session, acting: Acting | None, place: str) -> Begun | None:
    """What she has begun on one page, for the organisation she acts for."""
    if acting is None:
        return None
    found = await session.scalar(
        select(Unsent).where(is_at(acting.organisation, acting.member, place))
    )
    return None if found is None else _read(found)


async def all_of(session: Session, acting: Acting) -> list[Begun]:
    """All of it, what was typed last first."""
    rows = await session.scalars(
        select(Unsent)
        .where(Unsent.member_id == acting.member.id, Unsent.actor_id == acting.organisation.id)
        .order_by(Unsent.changed_at.desc(), Unsent.id.desc())
        .limit(MOST)
    )
    return [_read(row) for row in rows]


def _read(row: Unsent) -> Begun:
    return Begun(row.place, dict(row.fields), mark(row.fields), row.changed_at)
