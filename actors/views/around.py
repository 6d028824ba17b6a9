"""What stands around a status? Everything that a list of statuses needs, in few questions.

A page of twenty asks as often as a page of one: whoever shows a list looks once, for all of it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import (
    CompoundSelect,
    String,
    bindparam,
    cast,
    func,
    literal,
    select,
    union_all,
)

from actors.asked import IDS, NAMES, Asked, Values, Whole
from actors.database import Session
from actors.tables.actor import Actor
from actors.tables.base import Id
from actors.tables.bookmark import Bookmark, HiddenThread
from actors.tables.follow import Follow
from actors.tables.media import Media
from actors.tables.model import Model
from actors.tables.pin import Pin
from actors.tables.quote import Quote
from actors.tables.remark import Remark
from actors.views import media, profiles, quotes, reception, timelines
from actors.views.profiles import Counts
from actors.views.reception import Reception
from actors.views.timelines import Item

MOST_NAMED = 32
"""Actors that one remark names and that are looked for: more is spam."""

_FOLLOWS, _FOLLOWED, _HIDDEN, _MARKED = "follows", "followed", "hidden", "marked"
"""Four questions in one statement: it costs half a millisecond however little is found."""


@dataclass
class Around:
    """What was found; every list of statuses adds to it.

    Attributes:
        receptions: by the thing's id on the wire, how it was received.
        quoted: how often it is quoted.
        marked: what the reader has bookmarked.
        pinned: what the reader has pinned.
        hidden: ids of statuses whose conversations the reader has silenced.
        people: everybody who is named, by id on the wire.
        above: what a remark answers, as far as the reader may see it: ids of that status and of its
            author.
        follows: whom the reader follows, by id.
        followed_by: who follows the reader.
        counts: what the profiles of all of them count.
        files: what models of ours and remarks show, by their ids.
    """

    receptions: dict[str, Reception] = field(default_factory=dict)
    quoted: dict[str, int] = field(default_factory=dict)
    marked: set[str] = field(default_factory=set)
    pinned: set[str] = field(default_factory=set)
    hidden: set[int] = field(default_factory=set)
    people: dict[str, Actor] = field(default_factory=dict)
    above: dict[str, tuple[int, int]] = field(default_factory=dict)
    follows: set[int] = field(default_factory=set)
    followed_by: set[int] = field(default_factory=set)
    counts: dict[int, Counts] = field(default_factory=dict)
    files: dict[int, list[Media]] = field(default_factory=dict)


_NAMED: Final = Whole(Actor, lambda rows, iris: rows.where(Actor.iri.in_(iris)), iris=NAMES)

_QUOTED: Final = Asked(
    lambda iris: (
        select(Quote.quoted_iri, func.count(Quote.id))
        .join(Remark, Remark.id == Quote.remark_id)
        .where(
            Quote.quoted_iri.in_(iris),
            Quote.state == quotes.ACCEPTED,
            Remark.deleted_at.is_(None),
        )
        .group_by(Quote.quoted_iri)
    ),
    iris=NAMES,
)

_ANSWERED_MODELS: Final = Asked(
    lambda iris: (
        select(Model.iri, Model.id, Model.actor_id)
        .join(Actor, Actor.id == Model.actor_id)
        .where(Model.iri.in_(iris), Model.deleted_at.is_(None), Actor.shut_at.is_(None))
    ),
    iris=NAMES,
)

_ANSWERED: Final = Whole(
    Remark,
    lambda rows, iris: rows.join(Actor, Actor.id == Remark.actor_id).where(
        Remark.iri.in_(iris), Remark.deleted_at.is_(None), Actor.shut_at.is_(None)
    ),
    iris=NAMES,
)


def _stands(people: Values, things: Values, iris: Values) -> CompoundSelect[Any]:
    us, is_followed = bindparam("us", type_=Id), Follow.state == "accepted"
    return union_all(
        select(literal(_FOLLOWS), cast(Follow.followee_id, String)).where(
            Follow.follower_id == us, Follow.followee_id.in_(people), is_followed
        ),
        select(literal(_FOLLOWED), cast(Follow.follower_id, String)).where(
            Follow.followee_id == us, Follow.follower_id.in_(people), is_followed
        ),
        select(literal(_HIDDEN), cast(HiddenThread.subject_id, String)).where(
            HiddenThread.owner_id == us, HiddenThread.subject_id.in_(things)
        ),
        select(literal(_MARKED), Bookmark.object_iri).where(
            Bookmark.actor_id == us, Bookmark.object_iri.in_(iris)
        ),
    )


_STANDING: Final = Asked(_stands, people=IDS, things=IDS, iris=NAMES)


async def look(
    session: Session, found: Around, items: Sequence[Item], viewer: Actor | None
) -> None:
    """Look around these statuses, and what they quote; what was looked at before is left out."""
    things, authors = _things(items)
    things = [one for one in things if one.iri not in found.receptions]
    if not things:
        return
    iris = [one.iri for one in things]
    remarks = [one for one in things if isinstance(one, Remark)]
    found.receptions |= await reception.receptions(session, viewer, things)
    found.quoted |= await _quoted(session, iris)
    named = {str(iri) for one in remarks for iri in one.addressed[:MOST_NAMED]}
    if unknown := named - found.people.keys():
        found.people |= {row.iri: row for row in await _NAMED.rows(session, iris=unknown)}
    await _above(session, found, remarks, viewer)
    shows = [one.id for one in things if _may_show(one)]
    found.files |= await media.of_subjects(session, shows)
    people = authors - found.counts.keys()
    found.counts |= await profiles.counts_of(session, people)
    if viewer is not None:
        await _standing(session, found, things, people, viewer)


def _may_show(thing: Model | Remark) -> bool:
    return thing.is_ours if isinstance(thing, Model) else b'"attachment"' in thing.document


def _things(items: Sequence[Item]) -> tuple[list[Model | Remark], set[int]]:
    things: dict[str, Model | Remark] = {}
    authors: set[int] = set()
    for item in items:
        things[item.subject.iri] = item.subject
        authors.add(item.author.id)
        if item.booster is not None:
            authors.add(item.booster.id)
        quote = item.quote
        if quote is not None and quote.subject is not None and quote.author is not None:
            things[quote.subject.iri] = quote.subject
            authors.add(quote.author.id)
    return list(things.values()), authors


async def _quoted(session: Session, iris: Collection[str]) -> Mapping[str, int]:
    rows = await _QUOTED.rows(session, iris=iris)
    return {row[0]: row[1] for row in rows}


async def _above(
    session: Session, found: Around, remarks: Sequence[Remark], viewer: Actor | None
) -> None:
    """What these answer; of what is not for everybody, only what the reader may see."""
    wanted = {one.in_reply_to for one in remarks if one.in_reply_to} - found.above.keys()
    if not wanted:
        return
    rows = await _ANSWERED_MODELS.rows(session, iris=wanted)
    found.above |= {row[0]: (row[1], row[2]) for row in rows}
    for row in await _ANSWERED.rows(session, iris=wanted - found.above.keys()):
        if row.visibility in timelines.OPEN:
            found.above[row.iri] = (row.id, row.actor_id)
            continue
        author = await session.get_one(Actor, row.actor_id)
        if await timelines.may_see(session, row, author, viewer):
            found.above[row.iri] = (row.id, row.actor_id)


async def _standing(
    session: Session,
    found: Around,
    things: Sequence[Model | Remark],
    people: Collection[int],
    viewer: Actor,
) -> None:
    """How the reader stands to the things and to those whose they are."""
    iris = [one.iri for one in things]
    own = [one.iri for one in things if one.actor_id == viewer.id]
    if own:
        pins = select(Pin.object_iri).where(Pin.actor_id == viewer.id, Pin.object_iri.in_(own))
        found.pinned |= set(await session.scalars(pins))
    rows = await _STANDING.rows(
        session, us=viewer.id, people=people, things=[one.id for one in things], iris=iris
    )
    by_kind: dict[str, set[str]] = {}
    for kind, name in rows:
        by_kind.setdefault(kind, set()).add(name)
    found.follows |= set(map(int, by_kind.get(_FOLLOWS, ())))
    found.followed_by |= set(map(int, by_kind.get(_FOLLOWED, ())))
    found.hidden |= set(map(int, by_kind.get(_HIDDEN, ())))
    found.marked |= by_kind.get(_MARKED, set())
