"""Where is the record that a notice names?"""

from sqlalchemy import select

from actors.database import Session
from actors.site import id_in
from actors.tables.replication import Replication


async def iri_of(session: Session, number: object) -> str | None:
    """The id of a record, by the number under which a notice names it."""
    found = id_in(number) if isinstance(number, str) else None
    if found is None:
        return None
    iri: str | None = await session.scalar(select(Replication.iri).where(Replication.id == found))
    return iri
