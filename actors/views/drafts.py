"""Which drafts does an organisation have?"""

from sqlalchemy import select

from actors.database import Session
from actors.errors import NotFound
from actors.rules.modifications import Modification
from actors.rules.sections import Sheet
from actors.tables.actor import Actor
from actors.tables.draft import Draft
from actors.tables.model import Model


async def of(session: Session, organisation: Actor) -> list[Draft]:
    """All of them, the one that was changed last first."""
    found = await session.scalars(
        select(Draft)
        .where(Draft.actor_id == organisation.id)
        .order_by(Draft.changed_at.desc(), Draft.id.desc())
    )
    return list(found)


async def one_of(session: Session, organisation: Actor, draft_id: int | None) -> Draft:
    """One of them.

    Raises:
        NotFound: this organisation has none of that id.
    """
    draft = None if draft_id is None else await session.get(Draft, draft_id)
    if draft is None or draft.actor_id != organisation.id:
        raise NotFound("There is no such draft here.")
    return draft


async def newest_of(session: Session, organisation: Actor, model: Model) -> Draft | None:
    """The draft of a model's next version that was changed last."""
    return await session.scalar(
        select(Draft)
        .where(Draft.actor_id == organisation.id, Draft.model_id == model.id)
        .order_by(Draft.changed_at.desc(), Draft.id.desc())
        .limit(1)
    )


def sheet(draft: Draft) -> Sheet:
    """What it says so far."""
    return Sheet.from_json(draft.sheet)


def modifications(draft: Draft) -> tuple[Modification, ...]:
    """For a fork, what is adapted and why."""
    return tuple(Modification.from_json(one) for one in draft.modifications)
