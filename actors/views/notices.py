"""What should a member know?"""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.sql.elements import ColumnElement

from actors.database import Session
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.notice import Notice
from actors.tables.remark import Remark
from actors.views.paging import Page


@dataclass(frozen=True)
class NoticeItem:
    """One notice, with who caused it and what it speaks of."""

    notice: Notice
    sender: Actor
    model: Model | None
    remark: Remark | None


async def of(
    session: Session, owner: Actor, page: Page, *, for_stewards: bool = True
) -> list[NoticeItem]:
    """The notices of an organisation, the newest first; reports are for stewards only."""
    statement = (
        select(Notice, Actor, Model, Remark)
        .join(Actor, Actor.id == Notice.from_id)
        .outerjoin(Model, Model.id == Notice.model_id)
        .outerjoin(Remark, Remark.id == Notice.remark_id)
        .where(Notice.owner_id == owner.id, *_readable(for_stewards))
    )
    rows = await session.execute(page.cut(statement, Notice.id.expression))
    return [NoticeItem(row[0], row[1], row[2], row[3]) for row in rows]


async def one(session: Session, owner: Actor, notice_id: int) -> NoticeItem | None:
    """One notice of an organisation; nobody else's, and no report."""
    found = await of(session, owner, Page(max_id=notice_id + 1, limit=1), for_stewards=False)
    return next((item for item in found if item.notice.id == notice_id), None)


async def unread(session: Session, owner: Actor, *, for_stewards: bool = True) -> int:
    """How many of them nobody has looked at."""
    count = await session.scalar(
        select(func.count()).where(
            Notice.owner_id == owner.id, Notice.read_at.is_(None), *_readable(for_stewards)
        )
    )
    return int(count or 0)


def _readable(for_stewards: bool) -> list[ColumnElement[bool]]:  # noqa: FBT001 - of this module
    return [] if for_stewards else [Notice.kind != "report"]
