"""What has been decided so far, section by section?"""

from sqlalchemy import select

from actors.database import Session
from actors.tables.choice import Choice
from actors.tables.model import Model


async def of(session: Session, model: Model, beside_iri: str) -> dict[str, Choice]:
    """What was decided about a model beside another one, by key."""
    rows = await session.scalars(
        select(Choice).where(Choice.model_id == model.id, Choice.beside_iri == beside_iri)
    )
    return {row.key: row for row in rows}
