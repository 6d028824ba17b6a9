"""Heeding: those of ours who asked to be told of whatever somebody publishes are told.

Of what answers somebody else they are not told, nor of what is passed on, as on Mastodon.
"""

from collections.abc import Collection

from sqlalchemy import select

from actors.database import Session
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.circle import Acquaintance
from actors.tables.follow import Follow
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.verbs import noticing

KIND = "post"


async def tell(
    session: Session,
    site: Site,
    author: Actor,
    subject: Model | Remark,
    *,
    told: Collection[int] = (),
) -> None:
    """Tell of something new.

    Args:
        session: an open transaction.
        site: our clock and ids.
        author: who published it.
        subject: what.
        told: who knows of it already.
    """
    if site.is_catching_up or not await _is_worth_telling(session, author, subject):
        return
    owners = await session.scalars(
        select(Acquaintance.owner_id)
        .join(
            Follow,
            (Follow.follower_id == Acquaintance.owner_id)
            & (Follow.followee_id == Acquaintance.actor_id),
        )
        .where(
            Acquaintance.actor_id == author.id,
            Acquaintance.notifies.is_(True),
            Follow.state == "accepted",
        )
    )
    model = subject if isinstance(subject, Model) else None
    remark = subject if isinstance(subject, Remark) else None
    for owner_id in owners.all():
        if owner_id not in told:
            await noticing.tell(session, site, owner_id, KIND, author, model=model, remark=remark)


async def _is_worth_telling(session: Session, author: Actor, subject: Model | Remark) -> bool:
    if isinstance(subject, Model):
        return True
    if subject.visibility == "direct":
        return False
    if subject.in_reply_to is None:
        return True
    answered = await session.scalar(
        select(Remark.actor_id).where(Remark.iri == subject.in_reply_to)
    )
    return answered == author.id
