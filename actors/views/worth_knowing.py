"""Whom to follow, what to read? Suggestions, the directory of organisations, and what moves.

Everything is counted in what this instance knows, and says no more than that: nothing is weighted
by taste, and nobody pays.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select, union_all

from actors.database import Session
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.circle import Acquaintance
from actors.tables.follow import Follow
from actors.tables.lineage import Lineage
from actors.tables.listing import Listing
from actors.tables.model import Model
from actors.tables.remark import Boost, Like, Remark
from actors.views import blocks, timelines
from actors.views.timelines import Item, Line

LATELY = timedelta(days=30)
"""In which what is forked, liked, answered and passed on counts: models move slowly."""

DEEPEST = 400
"""Results that can be paged through by their number; whoever wants more searches."""

FAMILIAR = 20
"""Of the followers of somebody, how many are named whom one follows."""


async def directory(
    session: Session, *, limit: int, offset: int, local: bool, newest: bool
) -> list[Actor]:
    """Organisations that want to be found and have published a model.

    Args:
        session: an open transaction.
        limit: how many at most.
        offset: how many to pass over.
        local: only ours.
        newest: by when they came; else by when they last published.
    """
    last = func.max(Model.updated_at)
    statement = (
        select(Actor)
        .join(Model, Model.actor_id == Actor.id)
        .join(Listing, Listing.id == Actor.id)
        .where(
            Model.deleted_at.is_(None),
            Listing.is_shut.is_(False),
            Listing.is_withheld.is_(False),
            Actor.gone_at.is_(None),
            Actor.shut_at.is_(None),
        )
        .group_by(Actor.id)
        .order_by(Actor.id.desc() if newest else last.desc(), Actor.id.desc())
    )
    if local:
        statement = statement.where(Actor.is_ours.is_(True))
    rows = await session.scalars(statement.limit(limit).offset(min(offset, DEEPEST)))
    return list(rows)


async def suggestions(session: Session, us: Actor, limit: int) -> list[Actor]:
    """Organisations with models that one does not follow, whom most others here follow first.

    Whom one blocks, mutes or has declined is not among them, nor whom one asked already.
    """
    ours = select(Actor.id).where(Actor.is_ours.is_(True))
    known = select(Follow.followee_id).where(Follow.follower_id == us.id)
    declined = select(Acquaintance.actor_id).where(
        Acquaintance.owner_id == us.id, Acquaintance.is_declined.is_(True)
    )
    followers = (
        select(func.count(Follow.id))
        .where(Follow.followee_id == Actor.id, Follow.follower_id.in_(ours))
        .correlate(Actor)
        .scalar_subquery()
    )
    has_models = select(Model.id).where(Model.actor_id == Actor.id, Model.deleted_at.is_(None))
    rows = await session.scalars(
        select(Actor)
        .join(Listing, Listing.id == Actor.id)
        .where(
            Listing.is_shut.is_(False),
            Listing.is_withheld.is_(False),
            Actor.gone_at.is_(None),
            Actor.shut_at.is_(None),
            Actor.id != us.id,
            Actor.id.not_in(known),
            Actor.id.not_in(declined),
            Actor.id.not_in(blocks.hidden_from(us)),
            has_models.exists(),
        )
        .order_by(followers.desc(), Actor.id.desc())
        .limit(limit)
    )
    return list(rows)


async def familiar(session: Session, us: Actor, them: Actor) -> list[Actor]:
    """Whom one follows of those who follow somebody, as far as this instance knows."""
    followed = select(Follow.followee_id).where(
        Follow.follower_id == us.id, Follow.state == "accepted"
    )
    rows = await session.scalars(
        select(Actor)
        .join(Follow, Follow.follower_id == Actor.id)
        .where(
            Follow.followee_id == them.id,
            Follow.state == "accepted",
            Follow.follower_id.in_(followed),
            Actor.gone_at.is_(None),
            Actor.shut_at.is_(None),
        )
        .order_by(Actor.id)
        .limit(FAMILIAR)
    )
    return list(rows)


async def models_that_move(
    session: Session, site: Site, *, limit: int, offset: int, viewer: Actor | None
) -> list[Item]:
    """Models that were forked, passed on, liked and answered most lately; each counts as one."""
    since = site.now() - LATELY
    moves = union_all(
        select(Lineage.upstream_iri.label("iri"))
        .join(Model, Model.id == Lineage.model_id)
        .where(Model.published_at >= since, Model.deleted_at.is_(None)),
        select(Boost.object_iri).where(Boost.made_at >= since),
        select(Like.object_iri).where(Like.made_at >= since),
        select(Remark.in_reply_to).where(
            Remark.published_at >= since,
            Remark.deleted_at.is_(None),
            Remark.visibility.in_(timelines.OPEN),
        ),
    ).subquery()
    statement = (
        select(Model.id)
        .join(moves, moves.c.iri == Model.iri)
        .join(Actor, Actor.id == Model.actor_id)
        .join(Listing, Listing.id == Model.id)
        .where(
            Model.deleted_at.is_(None),
            Actor.shut_at.is_(None),
            Listing.is_shut.is_(False),
            Listing.is_withheld.is_(False),
        )
        .group_by(Model.id)
        .order_by(func.count().desc(), Model.id.desc())
    )
    if viewer is not None:
        statement = statement.where(Model.actor_id.not_in(blocks.hidden_from(viewer)))
    ids = await session.scalars(statement.limit(limit).offset(min(offset, DEEPEST)))
    return await timelines.items_of(session, [Line(one, one) for one in ids])


async def statuses(session: Session, ids: Sequence[int], viewer: Actor | None) -> list[Item]:
    """Statuses by their ids, in that order; what the viewer may not see is left out."""
    found = [await timelines.status(session, one, viewer) for one in ids]
    return [one for one in found if one is not None]
