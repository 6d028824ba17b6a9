"""What did somebody choose in a poll?"""

from collections.abc import Sequence

from sqlalchemy import select

from actors.database import Session
from actors.tables.actor import Actor
from actors.tables.remark import Remark
from actors.tables.vote import Vote


async def chosen(session: Session, remark: Remark, voter: Actor) -> Sequence[int]:
    """The options that somebody of ours chose, in order; none where nobody voted."""
    rows = await session.scalars(
        select(Vote.choice)
        .where(Vote.remark_id == remark.id, Vote.actor_id == voter.id)
        .order_by(Vote.choice)
    )
    return rows.all()
