"""How was it received? Likes, boosts, earlier wordings, and the subjects that remarks name.

Whoever asks has been shown the thing itself before (`timelines.status`); nothing here decides who
may see it, except in lists that mix things of many authors.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    bindparam,
    func,
    literal,
    select,
    union_all,
)

from actors.asked import NAMES, Asked, Values, words
from actors.database import Session
from actors.rules.searching import pattern
from actors.tables.actor import Actor
from actors.tables.base import Id
from actors.tables.model import Model
from actors.tables.remark import Boost, Like, Remark
from actors.tables.wording import Hashtag, Wording
from actors.views import timelines
from actors.views.paging import Page
from actors.views.profiles import Listed
from actors.views.timelines import Item, Tallies

MOST_SHARES = 1_000
"""Announces that one list names: what everybody who backs up a conversation reads at most."""


@dataclass(frozen=True)
class Standing:
    """How one organisation stands to a thing."""

    liked: bool = False
    boosted: bool = False


@dataclass(frozen=True)
class Reception:
    """What a page shows below a thing: how often it was liked and passed on, and what we did."""

    tallies: Tallies
    ours: Standing


async def standing(session: Session, us: Actor | None, iri: str) -> Standing:
    """Whether one of ours likes a thing, and passed it on."""
    if us is None:
        return Standing()
    return Standing(
        bool(await _did(session, Like, us, [iri])), bool(await _did(session, Boost, us, [iri]))
    )


def _received(iris: Values) -> list[Select[Any]]:
    is_open = (Remark.deleted_at.is_(None), Remark.visibility.in_(words(*timelines.OPEN)))
    return [
        _counted("replies", Remark.in_reply_to.expression, iris, *is_open),
        _counted("likes", Like.object_iri.expression, iris),
        _counted("boosts", Boost.object_iri.expression, iris),
    ]


def _received_by(iris: Values) -> CompoundSelect[Any]:
    us = bindparam("us", type_=Id)
    return union_all(
        *_received(iris),
        _counted("liked", Like.object_iri.expression, iris, Like.actor_id == us),
        _counted("boosted", Boost.object_iri.expression, iris, Boost.actor_id == us),
    )


_RECEIVED: Final = Asked(lambda iris: union_all(*_received(iris)), iris=NAMES)
_RECEIVED_BY: Final = Asked(_received_by, iris=NAMES)


async def receptions(
    session: Session, us: Actor | None, things: Collection[Model | Remark]
) -> Mapping[str, Reception]:
    """What a page shows below each of these, by their ids on the wire; one question."""
    iris = [thing.iri for thing in things]
    rows = await (
        _RECEIVED.rows(session, iris=iris)
        if us is None
        else _RECEIVED_BY.rows(session, iris=iris, us=us.id)
    )
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row[0], {})[row[1]] = row[2]
    replies, likes, boosts, liked, boosted = (
        found.get(kind, {}) for kind in ("replies", "likes", "boosts", "liked", "boosted")
    )
    return {
        iri: Reception(
            Tallies(replies.get(iri, 0), likes.get(iri, 0), boosts.get(iri, 0)),
            Standing(iri in liked, iri in boosted),
        )
        for iri in iris
    }


async def likers(session: Session, iri: str, page: Page) -> list[Listed]:
    """Who likes it, as far as we know."""
    statement = select(Like.id, Actor).join(Actor, Actor.id == Like.actor_id)
    rows = await session.execute(
        page.cut(
            statement.where(Like.object_iri == iri, Actor.shut_at.is_(None)), Like.id.expression
        )
    )
    return [Listed(row[0], row[1]) for row in rows]


async def boosters(session: Session, iri: str, page: Page) -> list[Listed]:
    """Who passed it on, as far as we know."""
    statement = select(Boost.id, Actor).join(Actor, Actor.id == Boost.actor_id)
    rows = await session.execute(
        page.cut(
            statement.where(Boost.object_iri == iri, Actor.shut_at.is_(None)), Boost.id.expression
        )
    )
    return [Listed(row[0], row[1]) for row in rows]


async def shares(session: Session, iri: str) -> list[str]:
    """The Announces of a thing, the newest first: whoever passes on what is public says so to all.

    Args:
        session: an open transaction.
        iri: of something that everybody may see.
    """
    rows = await session.scalars(
        select(Boost.iri)
        .where(Boost.object_iri == iri)
        .order_by(Boost.id.desc())
        .limit(MOST_SHARES)
    )
    return list(rows)


async def liked_by(session: Session, us: Actor, page: Page) -> list[tuple[int, Item | None]]:
    """What one of ours likes, under the id of each like; None for what it may see no more."""
    statement = select(Like.id, Like.object_iri).where(Like.actor_id == us.id)
    rows = (await session.execute(page.cut(statement, Like.id.expression))).all()
    return [(row[0], await timelines.by_iri(session, row[1], us)) for row in rows]


async def wordings(session: Session, remark: Remark) -> list[Wording]:
    """What a remark said before, the oldest first."""
    rows = await session.scalars(
        select(Wording).where(Wording.remark_id == remark.id).order_by(Wording.id)
    )
    return list(rows)


async def search_hashtags(session: Session, text: str, limit: int) -> list[str]:
    """Names of hashtags on public remarks that begin with the text, the most used first.

    Args:
        session: an open transaction.
        text: folded.
        limit: how many at most.
    """
    rows = await session.scalars(
        select(Hashtag.name)
        .join(Remark, Remark.id == Hashtag.remark_id)
        .where(
            Remark.visibility == "public",
            Remark.deleted_at.is_(None),
            Hashtag.name.like(pattern(text).removeprefix("%"), escape="\\"),
        )
        .group_by(Hashtag.name)
        .order_by(func.count().desc(), Hashtag.name)
        .limit(limit)
    )
    return list(rows)


async def _did(
    session: Session, kind: type[Like] | type[Boost], us: Actor, iris: Collection[str]
) -> frozenset[str]:
    """Which of these one of ours likes, or has passed on."""
    statement = select(kind.object_iri).where(kind.actor_id == us.id, kind.object_iri.in_(iris))
    return frozenset(await session.scalars(statement))


def _counted(
    kind: str, column: ColumnElement[Any], iris: Values, *limits: ColumnElement[bool]
) -> Select[Any]:
    """How many rows name each of these."""
    return (
        select(literal(kind), column, func.count())
        .where(column.in_(iris), *limits)
        .group_by(column)
    )
