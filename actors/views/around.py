"""What stands around a status? Everything that a list of statuses needs, in few questions.

A page of twenty asks as often as a page of one: whoever shows a list looks once, for all of it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

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
from actors.tables.remark import Boost, Like, Remark
from actors.views import media, quotes, reception, timelines
from actors.views.timelines import Tallies

MOST_NAMED = 32
"""Actors that one remark names and that are looked for: more is spam."""

_FOLLOWS, _FOLLOWED, _HIDDEN, _MARKED = "follows", "followed", "hidden", "marked"
_LIKED, _BOOSTED = "liked", "boosted"
"""Six questions in one statement: it costs half a millisecond however little is found."""


@dataclass
class Around:
    """What was found; every list of statuses adds to it.

    Attributes:
        tallies: by the thing's id on the wire, how it was received.
        quoted: how often it is quoted.
        liked: what the reader likes.
        boosted: what the reader has passed on.
        marked: what the reader has bookmarked.
        pinned: what the reader has pinned.
        hidden: ids of statuses whose conversations the reader has silenced.
        people: everybody who is named, by id on the wire.
        above: what a remark answers, as far as the reader may see it: ids of that status and of its
            author.
        apart: what remarks answer that is not for everybody.
        follows: whom the reader follows, by id.
        followed_by: who follows the reader.
        files: what models of ours and remarks show, by their ids.
    """

    tallies: dict[str, Tallies] = field(default_factory=dict)
    quoted: dict[str, int] = field(default_factory=dict)
    liked: set[str] = field(default_factory=set)
    boosted: set[str] = field(default_factory=set)
    marked: set[str] = field(default_factory=set)
    pinned: set[str] = field(default_factory=set)
    hidden: set[int] = field(default_factory=set)
    people: dict[str, Actor] = field(default_factory=dict)
    above: dict[str, tuple[int, int]] = field(default_factory=dict)
    apart: set[str] = field(default_factory=set)
    follows: set[int] = field(default_factory=set)
    followed_by: set[int] = field(default_factory=set)
    files: dict[int, list[Media]] = field(default_factory=dict)


class Stood(Protocol):
    """Something to which a reader may stand somehow."""

    @property
    def id(self) -> int:
        """Of the status."""

    @property
    def iri(self) -> str:
        """Of the thing, on the wire."""

    @property
    def author_id(self) -> int:
        """Whose it is."""


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
        *(
            select(literal(name), kind.object_iri).where(
                kind.actor_id == us, kind.object_iri.in_(iris)
            )
            for name, kind in ((_LIKED, Like), (_BOOSTED, Boost))
        ),
    )


_STANDING: Final = Asked(_stands, people=IDS, things=IDS, iris=NAMES)


async def look(
    session: Session, found: Around, things: Sequence[Model | Remark], viewer: Actor | None
) -> None:
    """Look at what these statuses are to everybody; of what they answer, as the reader may see it.

    What was looked at before is left out.
    """
    things = [one for one in things if one.iri not in found.tallies]
    if not things:
        return
    iris = [one.iri for one in things]
    remarks = [one for one in things if isinstance(one, Remark)]
    received = await reception.receptions(session, None, things)
    found.tallies |= {iri: one.tallies for iri, one in received.items()}
    found.quoted |= await _quoted(session, iris)
    named = {str(iri) for one in remarks for iri in one.addressed[:MOST_NAMED]}
    if unknown := named - found.people.keys():
        found.people |= {row.iri: row for row in await _NAMED.rows(session, iris=unknown)}
    await _above(session, found, remarks, viewer)
    shows = [one.id for one in things if _may_show(one)]
    found.files |= await media.of_subjects(session, shows)


def _may_show(thing: Model | Remark) -> bool:
    return thing.is_ours if isinstance(thing, Model) else b'"attachment"' in thing.document


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
        found.apart.add(row.iri)
        author = await session.get_one(Actor, row.actor_id)
        if await timelines.may_see(session, row, author, viewer):
            found.above[row.iri] = (row.id, row.actor_id)


async def stand(session: Session, found: Around, things: Collection[Stood], viewer: Actor) -> None:
    """How the reader stands to things, and to those whose they are."""
    iris = [one.iri for one in things]
    own = [one.iri for one in things if one.author_id == viewer.id]
    if own:
        pins = select(Pin.object_iri).where(Pin.actor_id == viewer.id, Pin.object_iri.in_(own))
        found.pinned |= set(await session.scalars(pins))
    rows = await _STANDING.rows(
        session,
        us=viewer.id,
        people={one.author_id for one in things},
        things=[one.id for one in things],
        iris=iris,
    )
    by_kind: dict[str, set[str]] = {}
    for kind, name in rows:
        by_kind.setdefault(kind, set()).add(name)
    found.follows |= set(map(int, by_kind.get(_FOLLOWS, ())))
    found.followed_by |= set(map(int, by_kind.get(_FOLLOWED, ())))
    found.hidden |= set(map(int, by_kind.get(_HIDDEN, ())))
    found.marked |= by_kind.get(_MARKED, set())
    found.liked |= by_kind.get(_LIKED, set())
    found.boosted |= by_kind.get(_BOOSTED, set())
