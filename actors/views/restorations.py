"""What came here in an archive, instead of from where it lives?"""

from sqlalchemy import select

from actors.database import Session
from actors.tables.model import Model
from actors.tables.restoration import Restoration


async def of(session: Session, model: Model) -> list[Restoration]:
    """The archives from which something of this model came here, the oldest first."""
    rows = await session.scalars(
        select(Restoration).where(Restoration.model_id == model.id).order_by(Restoration.id)
    )
    return list(rows)
