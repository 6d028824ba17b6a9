"""Which notices are held back, and from whom?"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.sql.elements import ColumnElement

from actors.database import Session
from actors.rules import holding
from actors.rules.holding import CASES, OF_PEOPLE, Sender, Verdict
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.follow import Follow
from actors.tables.holding import NoticePermission, NoticePolicy
from actors.tables.notice import Notice
from actors.tables.remark import Remark
from actors.views.paging import Page


@dataclass(frozen=True)
class Waiting:
    """Somebody whose notices are held back.

    Attributes:
        sender: whose.
        count: how many.
        first_at: when the first was held back.
        last_at: when the last was.
        remark_id: what they said last, if they said anything.
    """

    sender: Actor
    count: int
    first_at: datetime
    last_at: datetime
    remark_id: int | None


async def policy(session: Session, owner: Actor) -> dict[str, str]:
    """What is said for each case."""
    row = await session.scalar(select(NoticePolicy).where(NoticePolicy.owner_id == owner.id))
    return dict.fromkeys(CASES, Verdict.ACCEPT.value) if row is None else _said(row)


async def verdict(
    session: Session, site: Site, owner_id: int, kind: str, sender: Actor, remark: Remark | None
) -> Verdict:
    """What becomes of a notice that is about to be written."""
    if kind not in OF_PEOPLE:
        return Verdict.ACCEPT
    row = await session.scalar(select(NoticePolicy).where(NoticePolicy.owner_id == owner_id))
    if row is None:
        return Verdict.ACCEPT
    let_in = select(NoticePermission.id).where(
        NoticePermission.owner_id == owner_id, NoticePermission.from_id == sender.id
    )
    if await session.scalar(let_in) is not None:
        return Verdict.ACCEPT
    seen = await _seen(session, site, owner_id, kind, sender, remark)
    return holding.verdict(_said(row), seen)


async def waiting(session: Session, owner: Actor, page: Page) -> list[Waiting]:
    """Whose notices are held back, by the ids of their accounts, the highest first."""
    found = await session.execute(
        page.cut(_waiting(Notice.owner_id == owner.id), Actor.id.expression)
    )
    return [Waiting(*row) for row in found]


async def waiting_from(session: Session, owner: Actor, sender_id: int) -> Waiting | None:
    """What is held back of one account."""
    here = (Notice.owner_id == owner.id, Notice.from_id == sender_id)
    row = (await session.execute(_waiting(*here))).one_or_none()
    return None if row is None else Waiting(*row)


async def counts(session: Session, owner: Actor) -> tuple[int, int]:
    """How many accounts are waiting to be let in, and how many of their notices."""
    row = await session.execute(
        select(func.count(Notice.from_id.distinct()), func.count()).where(
            Notice.owner_id == owner.id, Notice.is_held.is_(True)
        )
    )
    accounts, held = row.one()
    return accounts, held


def _waiting(*here: ColumnElement[bool]) -> Select[Actor, int, datetime, datetime, int | None]:
    return (
        select(
            Actor,
            func.count(Notice.id),
            func.min(Notice.made_at),
            func.max(Notice.made_at),
            func.max(Notice.remark_id),
        )
        .join(Notice, Notice.from_id == Actor.id)
        .where(Notice.is_held.is_(True), *here)
        .group_by(Actor.id)
    )


def _said(row: NoticePolicy) -> dict[str, str]:
    return {name: str(getattr(row, name)) for name in CASES}


async def _seen(
    session: Session, site: Site, owner_id: int, kind: str, sender: Actor, remark: Remark | None
) -> Sender:
    follows = select(Follow.made_at).where(
        Follow.follower_id == sender.id,
        Follow.followee_id == owner_id,
        Follow.state == "accepted",
    )
    followed = select(Follow.id).where(
        Follow.follower_id == owner_id,
        Follow.followee_id == sender.id,
        Follow.state == "accepted",
    )
    since, now = await session.scalar(follows), site.now()
    is_private = remark is not None and remark.visibility == "direct" and kind != "reply"
    return Sender(
        is_followed=await session.scalar(followed) is not None,
        follows_for=None if since is None else now - since,
        age=now - sender.published_at,
        is_private=is_private,
    )
