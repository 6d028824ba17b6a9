"""Circles: how an organisation of ours has sorted those whom it knows."""

from sqlalchemy import and_, literal, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from actors.database import Session
from actors.tables.actor import Actor
from actors.tables.circle import Acquaintance, Circle, CircleMember
from actors.tables.follow import Follow
from actors.tables.model import Model
from actors.tables.remark import Boost, Remark
from actors.tables.timeline import TimelineEntry
from actors.views.paging import Page
from actors.views.profiles import Listed


async def of(session: Session, owner: Actor) -> list[Circle]:
    """The circles of an organisation, by title."""
    rows = await session.scalars(
        select(Circle).where(Circle.owner_id == owner.id).order_by(Circle.title, Circle.id)
    )
    return list(rows)


async def by_id(session: Session, owner: Actor, circle_id: int) -> Circle | None:
    """One of its circles; nobody else's."""
    row: Circle | None = await session.scalar(
        select(Circle).where(Circle.id == circle_id, Circle.owner_id == owner.id)
    )
    return row


async def with_member(session: Session, owner: Actor, them: Actor) -> list[Circle]:
    """The circles of an organisation in which somebody is."""
    rows = await session.scalars(
        select(Circle)
        .join(CircleMember, CircleMember.circle_id == Circle.id)
        .where(Circle.owner_id == owner.id, CircleMember.actor_id == them.id)
        .order_by(Circle.id)
    )
    return list(rows)


async def members(session: Session, circle: Circle, page: Page) -> list[Listed]:
    """Who is in a circle."""
    statement = select(CircleMember.id, Actor).join(Actor, Actor.id == CircleMember.actor_id)
    statement = statement.where(CircleMember.circle_id == circle.id, Actor.gone_at.is_(None))
    rows = await session.execute(page.cut(statement, CircleMember.id.expression))
    return [Listed(row[0], row[1]) for row in rows]


async def endorsed(session: Session, owner: Actor, page: Page) -> list[Listed]:
    """Whom an organisation recommends."""
    statement = select(Acquaintance.id, Actor).join(Actor, Actor.id == Acquaintance.actor_id)
    statement = statement.where(
        Acquaintance.owner_id == owner.id,
        Acquaintance.is_endorsed.is_(True),
        Actor.gone_at.is_(None),
        Actor.shut_at.is_(None),
    )
    rows = await session.execute(page.cut(statement, Acquaintance.id.expression))
    return [Listed(row[0], row[1]) for row in rows]


def holds(circle: Circle) -> ColumnElement[bool]:
    """That an entry of a timeline is of somebody in this circle, or was passed on by one."""
    inside = select(CircleMember.actor_id).where(CircleMember.circle_id == circle.id)
    boosted = select(Boost.id).where(Boost.id == TimelineEntry.boost_id, Boost.actor_id.in_(inside))
    said = [
        select(kind.id).where(kind.id == TimelineEntry.subject_id, kind.actor_id.in_(inside))
        for kind in (Model, Remark)
    ]
    return or_(
        boosted.exists(),
        and_(TimelineEntry.boost_id.is_(None), or_(*(one.exists() for one in said))),
    )


def may_answer(circle: Circle) -> ColumnElement[bool]:
    """That an entry is no answer, or one that its owner wants to read in this circle.

    Who goes on with her own words answers nobody.
    """
    said, above = aliased(Remark), aliased(Remark)
    wanted = [above.actor_id == said.actor_id]
    if circle.replies == "list":
        inside = select(CircleMember.actor_id).where(CircleMember.circle_id == circle.id)
        wanted.append(above.actor_id.in_(inside))
    if circle.replies == "followed":
        followed = select(Follow.followee_id).where(
            Follow.follower_id == circle.owner_id, Follow.state == "accepted"
        )
        wanted.append(above.actor_id.in_(followed))
        wanted.append(above.actor_id == circle.owner_id)
    kept = select(above.id).where(above.iri == said.in_reply_to, or_(*wanted))
    unwanted = select(said.id).where(
        said.id == TimelineEntry.subject_id, said.in_reply_to.is_not(None), ~kept.exists()
    )
    return or_(TimelineEntry.boost_id.is_not(None), ~unwanted.exists())


def keeping_out(owner_id: ColumnElement[int]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Each is true for a row that keeps something out: a circle, and an acquaintance."""
    return (
        and_(Circle.owner_id == owner_id, Circle.is_exclusive.is_(True)),
        and_(
            Acquaintance.owner_id == owner_id,
            or_(Acquaintance.hides_boosts.is_(True), Acquaintance.languages.is_not(None)),
        ),
    )


async def kept_out(session: Session, owner: Actor) -> list[ColumnElement[bool]]:
    """That an entry stands on the home timeline: not in an exclusive circle, and no unwanted boost.

    Nothing is asked for an organisation that has no such wishes, as nearly all.
    """
    is_exclusive, is_wished = keeping_out(literal(owner.id))
    exclusive = select(Circle).where(is_exclusive)
    limits = [~holds(circle) for circle in await session.scalars(exclusive)]
    wishes = await session.execute(
        select(Acquaintance.actor_id, Acquaintance.hides_boosts, Acquaintance.languages).where(
            is_wished
        )
    )
    silent: list[int] = []
    for actor_id, hides_boosts, languages in wishes.all():
        if hides_boosts:
            silent.append(actor_id)
        if languages:
            limits += [~_in_others(kind, actor_id, languages) for kind in (Model, Remark)]
    if silent:
        boosted = select(Boost.id).where(
            Boost.id == TimelineEntry.boost_id, Boost.actor_id.in_(silent)
        )
        limits.append(~boosted.exists())
    return limits


def _in_others(
    kind: type[Model] | type[Remark], actor_id: int, languages: list[str]
) -> ColumnElement[bool]:
    """An entry is somebody's, and says that it is written in none of these languages."""
    return (
        select(kind.id)
        .where(
            kind.id == TimelineEntry.subject_id,
            kind.actor_id == actor_id,
            kind.language.is_not(None),
            kind.language.not_in(languages),
        )
        .exists()
    )
