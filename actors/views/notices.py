"""What should a member know?

Apps are shown notices in groups too: who likes, passes on or follows within half a day stands
together. Ids are times (`actors.site`), so a group is found by them, and nothing has to be kept.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, Subquery, case, func, select
from sqlalchemy.sql.elements import ColumnElement

from actors.database import Session
from actors.site import RANDOM_BITS
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.notice import Notice
from actors.tables.remark import Remark
from actors.views.paging import Page

SPAN: Final = 12 * 60 * 60 * 1000 << RANDOM_BITS
"""Half a day, in ids: what Mastodon groups at most."""

GROUPED: Final = frozenset({"like", "boost", "follow"})
"""Kinds that are grouped, as on Mastodon."""


@dataclass(frozen=True)
class NoticeItem:
    """One notice, with who caused it and what it speaks of."""

    notice: Notice
    sender: Actor
    model: Model | None
    remark: Remark | None


@dataclass(frozen=True)
class Wanted:
    """Which notices an app wants to see.

    Attributes:
        kinds: these; None for all.
        sender_id: of this account only.
        with_held: those too that are held back.
    """

    kinds: Collection[str] | None = None
    sender_id: int | None = None
    with_held: bool = False

    def limits(self) -> list[ColumnElement[bool]]:
        """The same, as parts of a query."""
        found: list[ColumnElement[bool]] = []
        if self.kinds is not None:
            found.append(Notice.kind.in_(self.kinds))
        if self.sender_id is not None:
            found.append(Notice.from_id == self.sender_id)
        if not self.with_held:
            found.append(Notice.is_held.is_(False))
        return found


@dataclass(frozen=True)
class Group:
    """Notices that stand together; one that stands alone is a group of one.

    Attributes:
        kind: of all of them.
        subject_id: what all speak of, where they are grouped; else 0.
        bucket: which half of a day, where they are grouped; else the notice.
        count: how many.
        newest_id: the id of the newest.
        oldest_id: the id of the oldest.
        last_at: when the newest was written.
    """

    kind: str
    subject_id: int
    bucket: int
    count: int
    newest_id: int
    oldest_id: int
    last_at: datetime


async def of(
    session: Session, owner: Actor, page: Page, *, for_stewards: bool = True
) -> list[NoticeItem]:
    """The notices of an organisation, the newest first; reports are for stewards only."""
    return await _items(session, owner, page, _readable(for_stewards))


async def wanted(session: Session, owner: Actor, page: Page, which: Wanted) -> list[NoticeItem]:
    """Those of them that an app wants to see; no report."""
    return await _items(session, owner, page, [*_readable(False), *which.limits()])  # noqa: FBT003


async def one(session: Session, owner: Actor, notice_id: int) -> NoticeItem | None:
    """One notice of an organisation; nobody else's, and no report."""
    found = await of(session, owner, Page(max_id=notice_id + 1, limit=1), for_stewards=False)
    return next((item for item in found if item.notice.id == notice_id), None)


async def several(session: Session, owner: Actor, ids: Collection[int]) -> dict[int, NoticeItem]:
    """Some notices of an organisation, by id."""
    rows = await session.execute(_whole().where(Notice.owner_id == owner.id, Notice.id.in_(ids)))
    return {row[0].id: NoticeItem(*row) for row in rows}


async def groups(
    session: Session, owner: Actor, page: Page, which: Wanted, grouped: Collection[str]
) -> list[Group]:
    """The groups of an organisation, by their newest notices.

    A group stands where its newest notice does, and nowhere else, however the pages are cut.

    Args:
        session: an open transaction.
        owner: whose.
        page: cut by the newest id of each group.
        which: notices that count.
        grouped: kinds that are grouped, some of `GROUPED`.
    """
    inner = _sorted(owner, which, grouped)
    newest = func.max(inner.c.id)
    statement = _groups(inner)
    if page.max_id is not None:
        statement = statement.having(newest < page.max_id)
    for bound in (page.since_id, page.min_id):
        if bound is not None:
            statement = statement.having(newest > bound)
    order = newest.asc() if page.min_id is not None else newest.desc()
    rows = await session.execute(statement.order_by(order).limit(page.size))
    return [Group(*row) for row in rows]


async def group(
    session: Session, owner: Actor, kind: str, subject_id: int, bucket: int
) -> Group | None:
    """One group, held notices included; None where nothing of it is left.

    Args:
        session: an open transaction.
        owner: whose.
        kind: of its notices; empty for a notice that stands alone.
        subject_id: as `Group` has it.
        bucket: likewise.
    """
    grouped = GROUPED if kind in GROUPED else frozenset[str]()
    inner = _sorted(owner, Wanted(with_held=True), grouped)
    here = [inner.c.subject_id == subject_id, inner.c.bucket == bucket]
    if kind:
        here.append(inner.c.kind == kind)
    row = (await session.execute(_groups(inner).where(*here))).one_or_none()
    return None if row is None else Group(*row)


async def senders(
    session: Session, owner: Actor, group: Group, page: Page
) -> list[tuple[int, Actor]]:
    """Who caused the notices of a group, each with the id of her newest one, the newest first."""
    latest = func.max(Notice.id).label("latest")
    inner = (
        select(latest, Notice.from_id)
        .where(Notice.owner_id == owner.id, *members(group))
        .group_by(Notice.from_id)
        .subquery()
    )
    statement = select(inner.c.latest, Actor).join(inner, inner.c.from_id == Actor.id)
    rows = await session.execute(page.cut(statement, inner.c.latest))
    return [(row[0], row[1]) for row in rows]


def members(group: Group) -> list[ColumnElement[bool]]:
    """Which notices are in a group: a part of a query."""
    here = [
        Notice.kind == group.kind,
        Notice.id >= group.oldest_id,
        Notice.id <= group.newest_id,
        Notice.kind != "report",
    ]
    if group.subject_id:
        here.append(func.coalesce(Notice.remark_id, Notice.model_id) == group.subject_id)
    return here


async def unread(session: Session, owner: Actor, *, for_stewards: bool = True) -> int:
    """How many of them nobody has looked at."""
    count = await session.scalar(
        select(func.count()).where(
            Notice.owner_id == owner.id, Notice.read_at.is_(None), *_readable(for_stewards)
        )
    )
    return int(count or 0)


async def unread_of(session: Session, owner: Actor, which: Wanted, limit: int) -> int:
    """How many that an app wants to see nobody has looked at; counted up to the limit."""
    some = (
        select(Notice.id)
        .where(Notice.owner_id == owner.id, Notice.read_at.is_(None))
        .where(*_readable(False), *which.limits())  # noqa: FBT003
        .limit(limit)
        .subquery()
    )
    return int(await session.scalar(select(func.count()).select_from(some)) or 0)


async def unread_groups(
    session: Session, owner: Actor, which: Wanted, grouped: Collection[str], limit: int
) -> int:
    """How many groups with something that nobody has looked at; counted up to the limit."""
    inner = _sorted(owner, which, grouped, Notice.read_at.is_(None))
    some = _groups(inner).limit(limit).subquery()
    return int(await session.scalar(select(func.count()).select_from(some)) or 0)


async def _items(
    session: Session, owner: Actor, page: Page, limits: list[ColumnElement[bool]]
) -> list[NoticeItem]:
    statement = _whole().where(Notice.owner_id == owner.id, *limits)
    rows = await session.execute(page.cut(statement, Notice.id.expression))
    return [NoticeItem(row[0], row[1], row[2], row[3]) for row in rows]


def _whole() -> Select[Notice, Actor, Model, Remark]:
    return (
        select(Notice, Actor, Model, Remark)
        .join(Actor, Actor.id == Notice.from_id)
        .outerjoin(Model, Model.id == Notice.model_id)
        .outerjoin(Remark, Remark.id == Notice.remark_id)
    )


def _sorted(
    owner: Actor, which: Wanted, grouped: Collection[str], *more: ColumnElement[bool]
) -> Subquery:
    """Every notice that counts, with the group that it belongs to."""
    is_grouped = Notice.kind.in_(grouped)
    about = func.coalesce(Notice.remark_id, Notice.model_id, 0)
    return (
        select(
            *(Notice.id, Notice.kind, Notice.made_at),
            case((is_grouped, about), else_=0).label("subject_id"),
            case((is_grouped, Notice.id // SPAN), else_=Notice.id).label("bucket"),
        )
        .where(Notice.owner_id == owner.id, Notice.kind != "report", *which.limits(), *more)
        .subquery()
    )


def _groups(inner: Subquery) -> Select[*tuple[Any, ...]]:
    columns = (inner.c.kind, inner.c.subject_id, inner.c.bucket)
    found = (
        func.count(),
        func.max(inner.c.id),
        func.min(inner.c.id),
        func.max(inner.c.made_at),
    )
    return select(*columns, *found).group_by(*columns)


def _readable(for_stewards: bool) -> list[ColumnElement[bool]]:  # noqa: FBT001 - of this module
    return [] if for_stewards else [Notice.kind != "report"]
