"""Which records of practice has an organisation begun?"""

from dataclasses import dataclass

from sqlalchemy import select

from actors.database import Session
from actors.errors import NotFound
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.record_draft import RecordDraft


@dataclass(frozen=True)
class Begun:
    """A draft with the model it is about."""

    draft: RecordDraft
    model: Model


async def of(session: Session, organisation: Actor, model: Model | None = None) -> list[Begun]:
    """All of an organisation, or those about one model; the one that was changed last first."""
    which = [RecordDraft.actor_id == organisation.id, Model.deleted_at.is_(None)]
    if model is not None:
        which.append(Model.id == model.id)
    rows = await session.execute(
        select(RecordDraft, Model)
        .join(Model, Model.id == RecordDraft.model_id)
        .where(*which)
        .order_by(RecordDraft.changed_at.desc(), RecordDraft.id.desc())
    )
    return [Begun(row[0], row[1]) for row in rows]


async def one_of(session: Session, organisation: Actor, draft_id: int | None) -> Begun:
    """One of them.

    Raises:
        NotFound: this organisation has none of that id.
    """
    draft = None if draft_id is None else await session.get(RecordDraft, draft_id)
    if draft is None or draft.actor_id != organisation.id:
        raise NotFound("There is no such draft here.")
    return Begun(draft, await session.get_one(Model, draft.model_id))
