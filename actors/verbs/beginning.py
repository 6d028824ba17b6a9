"""Beginning: what every draft has in common, whatever is written in it.

A draft belongs to an organisation, which has so many of them; it may be published or thrown away
while somebody else writes at it.
"""

from typing import Final, TypeVar

from sqlalchemy import func, select

from actors.database import Session
from actors.errors import Gone, Unwise
from actors.tables.actor import Actor
from actors.tables.draft import Draft
from actors.tables.record_draft import RecordDraft

MOST: Final = 100
"""Drafts of one kind of one organisation: a list that people still read."""

Begun = TypeVar("Begun", Draft, RecordDraft)


async def held(session: Session, draft: Begun) -> Begun:
    """The draft as it is now, and nobody else changes it until the end of the transaction.

    Raises:
        Gone: it was published or thrown away meanwhile.
    """
    found = await session.get(type(draft), draft.id, with_for_update=True, populate_existing=True)
    if found is None:
        raise Gone("This draft was published or thrown away meanwhile.")
    return found


async def must_have_room(
    session: Session, kind: type[Begun], organisation: Actor, refusal: str
) -> None:
    """Refuse one draft too many.

    Raises:
        Unwise: with `refusal`, which says what there are too many of.
    """
    many = await session.scalar(select(func.count()).where(kind.actor_id == organisation.id))
    if (many or 0) >= MOST:
        raise Unwise(refusal)
