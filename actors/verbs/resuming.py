"""Resuming: this database was put back from a copy, and others know more of us than it does.

What was given out after the copy was made is forgotten here, not there. So no number of a version
is given a second time: the next ones begin above all that others may have seen. Everybody of ours
shows itself anew, with its followers added up (FEP-8fcf): servers that compare take back what we
count wrongly, and ask again for what we have forgotten. And what those whom we follow have
published is read again from where we are.

Ids of everything else are made of the time and of chance, and do not come back.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

from actors.database import Session
from actors.mail import backfill
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.follow import Follow
from actors.tables.model import Model
from actors.tables.organisation import Instance
from actors.verbs import catching_up, enrolling, posting
from actors.verbs.following import ACCEPTED
from actors.views import followers

ROOM: Final = 100
"""Versions that a model may at least have had since the copy was made. People see the gap, so it is
round: after 3 comes 201, because 104 may have been given out."""


@dataclass(frozen=True)
class Restored:
    """What was done.

    Attributes:
        above: the next version of every model has a larger number than this.
        shown: how many of ours showed themselves anew.
        read_again: how many of those whom we follow are read again.
    """

    above: int
    shown: int
    read_again: int


async def begin_again(session: Session, site: Site) -> Restored:
    """Go on from an older copy of this database without contradicting what others remember.

    To do so once too often does no harm but another gap in the numbers.

    Args:
        session: an open transaction.
        site: our origin, clock and ids.
    """
    instance = (await session.scalars(select(Instance).with_for_update())).one()
    newest = select(func.max(Model.number)).where(Model.is_ours.is_(True))
    given = max(await session.scalar(newest) or 0, instance.versions_above)
    instance.versions_above = -(-given // ROOM) * ROOM + ROOM
    await session.flush()
    shown = await _show_ourselves(session, site)
    return Restored(instance.versions_above, shown, await _read_again(session, site))


async def _show_ourselves(session: Session, site: Site) -> int:
    """Every actor of ours tells its followers, and whoever compares, how it is now."""
    ours = select(Actor).where(
        Actor.is_ours.is_(True), Actor.gone_at.is_(None), Actor.type != "Application"
    )
    elsewhere = await followers.who_compares(session)
    rows = (await session.scalars(ours.order_by(Actor.id))).all()
    for actor in rows:
        actor.updated_at = site.now()
        await posting.tell_of(
            session,
            site,
            actor,
            "Update",
            await enrolling.seal_actor(session, site, actor),
            followers_of=[actor],
            recipients=elsewhere,
        )
    return len(rows)


async def _read_again(session: Session, site: Site) -> int:
    """Walk the outbox of everybody whom ours follow, down to what we know of it."""
    ours = select(Actor.id).where(Actor.is_ours.is_(True))
    followed = select(Follow.followee_id).where(
        Follow.follower_id.in_(ours), Follow.state == ACCEPTED
    )
    rows = (
        await session.scalars(
            select(Actor).where(
                Actor.id.in_(followed), Actor.is_ours.is_(False), Actor.gone_at.is_(None)
            )
        )
    ).all()
    for actor in rows:
        await backfill.begin(session, site, actor)
        await catching_up.look_again_at_all(session, site, actor)
    return len(rows)
