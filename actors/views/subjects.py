"""Subjects: hashtags that one of ours follows or shows, and how they were used lately."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from actors.database import Session
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.remark import Remark
from actors.tables.subject import FollowedSubject, ShownSubject
from actors.tables.wording import Hashtag
from actors.views.paging import Page

DAYS = 7
"""Days of history that an app is told of a hashtag, as on Mastodon."""


@dataclass(frozen=True)
class Day:
    """How a hashtag was used on one day: by how many, in how many remarks."""

    at: datetime
    uses: int
    accounts: int


@dataclass(frozen=True)
class Profiled:
    """A hashtag on a profile, and how often and when last its owner used it."""

    row: ShownSubject
    uses: int
    last_at: datetime | None


async def followed(session: Session, us: Actor, page: Page) -> list[FollowedSubject]:
    """Hashtags that an organisation follows."""
    statement = select(FollowedSubject).where(FollowedSubject.owner_id == us.id)
    return list(await session.scalars(page.cut(statement, FollowedSubject.id.expression)))


async def follows(session: Session, us: Actor, names: Collection[str]) -> frozenset[str]:
    """Which of these an organisation follows."""
    found = select(FollowedSubject.name).where(
        FollowedSubject.owner_id == us.id, FollowedSubject.name.in_(names)
    )
    return frozenset(await session.scalars(found))


async def shows(session: Session, us: Actor, names: Collection[str]) -> frozenset[str]:
    """Which of these stand on its profile."""
    found = select(ShownSubject.name).where(
        ShownSubject.owner_id == us.id, ShownSubject.name.in_(names)
    )
    return frozenset(await session.scalars(found))


async def shown(session: Session, actor: Actor) -> list[Profiled]:
    """Hashtags on a profile."""
    rows = list(
        await session.scalars(
            select(ShownSubject).where(ShownSubject.owner_id == actor.id).order_by(ShownSubject.id)
        )
    )
    used = await _used_by(session, actor, [row.name for row in rows])
    return [Profiled(row, *used.get(row.name, (0, None))) for row in rows]


async def most_used(session: Session, actor: Actor, limit: int) -> list[str]:
    """Hashtags that an organisation uses most and does not show yet."""
    shown_already = select(ShownSubject.name).where(ShownSubject.owner_id == actor.id)
    rows = await session.scalars(
        select(Hashtag.name)
        .join(Remark, Remark.id == Hashtag.remark_id)
        .where(
            Remark.actor_id == actor.id,
            Remark.deleted_at.is_(None),
            Remark.visibility == "public",
            Hashtag.name.not_in(shown_already),
        )
        .group_by(Hashtag.name)
        .order_by(func.count().desc(), Hashtag.name)
        .limit(limit)
    )
    return list(rows)


async def history(session: Session, site: Site, names: Collection[str]) -> dict[str, list[Day]]:
    """How these were used in public on each of the last days, today first."""
    today = site.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    since = today - timedelta(days=DAYS - 1)
    rows = await session.execute(
        select(Hashtag.name, Remark.published_at, Remark.actor_id)
        .join(Remark, Remark.id == Hashtag.remark_id)
        .join(Actor, Actor.id == Remark.actor_id)
        .where(
            Hashtag.name.in_(names),
            Remark.visibility == "public",
            Remark.deleted_at.is_(None),
            Remark.published_at >= since,
            Actor.shut_at.is_(None),
        )
    )
    uses: Counter[tuple[str, int]] = Counter()
    people: dict[tuple[str, int], set[int]] = {}
    for name, published_at, actor_id in rows:
        day = (today.date() - published_at.astimezone(UTC).date()).days
        uses[name, day] += 1
        people.setdefault((name, day), set()).add(actor_id)
    return {
        name: [
            Day(
                today - timedelta(days=day),
                uses[name, day],
                len(people.get((name, day), ())),
            )
            for day in range(DAYS)
        ]
        for name in names
    }


async def lately(session: Session, site: Site, limit: int) -> list[str]:
    """Hashtags that the most different actors used in public within the last days."""
    since = site.now() - timedelta(days=DAYS)
    people = func.count(Remark.actor_id.distinct())
    rows = await session.scalars(
        select(Hashtag.name)
        .join(Remark, Remark.id == Hashtag.remark_id)
        .join(Actor, Actor.id == Remark.actor_id)
        .where(
            Remark.visibility == "public",
            Remark.deleted_at.is_(None),
            Remark.published_at >= since,
            Actor.shut_at.is_(None),
        )
        .group_by(Hashtag.name)
        .order_by(people.desc(), Hashtag.name)
        .limit(limit)
    )
    return list(rows)


async def _used_by(
    session: Session, actor: Actor, names: Collection[str]
) -> dict[str, tuple[int, datetime | None]]:
    rows = await session.execute(
        select(Hashtag.name, func.count(), func.max(Remark.published_at))
        .join(Remark, Remark.id == Hashtag.remark_id)
        .where(
            Hashtag.name.in_(names),
            Remark.actor_id == actor.id,
            Remark.deleted_at.is_(None),
            Remark.visibility == "public",
        )
        .group_by(Hashtag.name)
    )
    return {row[0]: (row[1], row[2]) for row in rows}
