"""Planned: what one of ours has planned to say."""

from sqlalchemy import select

from actors.database import Session
from actors.tables.actor import Actor
from actors.tables.planned import Planned
from actors.views.paging import Page


async def of(session: Session, us: Actor, page: Page) -> list[Planned]:
    """The plans of an organisation, those that failed too."""
    statement = select(Planned).where(Planned.actor_id == us.id)
    return list(await session.scalars(page.cut(statement, Planned.id.expression)))


async def by_id(session: Session, us: Actor, plan_id: int) -> Planned | None:
    """One of its plans; nobody else's."""
    row: Planned | None = await session.scalar(
        select(Planned).where(Planned.id == plan_id, Planned.actor_id == us.id)
    )
    return row
