"""What is new? Timelines, single statuses and conversations, as Mastodon's clients ask for them.

A status is a model or a remark; its id is that row's. Somebody's boost of it is a status of its
own, under the boost's id. All ids come from one clock, so one list can mix them.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    bindparam,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from actors.asked import IDS, Asked, Whole
from actors.database import Session
from actors.tables.actor import Actor
from actors.tables.base import Id
from actors.tables.circle import Circle
from actors.tables.follow import Follow
from actors.tables.model import Model
from actors.tables.remark import Boost, Like, Remark
from actors.tables.timeline import TimelineEntry
from actors.tables.wording import Hashtag
from actors.views import blocks, circles, quotes
from actors.views.paging import Page, cut_by_names
from actors.views.quotes import Quoted

DEEPEST_THREAD = 40
"""Levels of a conversation that are followed; Mastodon's clients show no more."""

LONGEST_THREAD = 1_000
"""Answers that are shown below one status: a page that people can still read, and a quarter of
what Mastodon gives its own members."""

OPEN = ("public", "unlisted")
"""What everybody may see."""


@dataclass(frozen=True)
class Item:
    """One status: what it is, whose, who passed it on, and what it quotes."""

    id: int
    subject: Model | Remark
    author: Actor
    boost: Boost | None = None
    booster: Actor | None = None
    quote: Quoted | None = None


@dataclass(frozen=True)
class Tallies:
    """How much a thing was answered, liked and passed on, as far as this instance knows."""

    replies: int
    likes: int
    boosts: int


@dataclass(frozen=True)
class Line:
    """A row of a list, before its rows are loaded: the id it stands under, and what it shows."""

    id: int
    subject_id: int
    boost_id: int | None = None


@dataclass(frozen=True)
class Told:
    """What a word is about, deleted or not: who told it, and what it was.

    Attributes:
        teller_id: who said it, or passed it on.
        is_public: everybody may read it on public timelines.
        subject: the thing itself; None for what somebody passed on.
        author: who wrote it; None for what somebody passed on.
    """

    teller_id: int
    is_public: bool = False
    subject: Model | Remark | None = None
    author: Actor | None = None


async def home(session: Session, owner: Actor, page: Page) -> list[Item]:
    """What an organisation finds in an app, as Mastodon's people know it."""
    return await items_of(session, await home_lines(session, owner, page))


async def home_lines(session: Session, owner: Actor, page: Page) -> list[Line]:
    """The lines of that timeline, before what they show is loaded.

    What `news` holds, and, in its place by time, what it published, said and passed on itself; each
    thing once. Whom it blocks or mutes is not among them.
    """
    wishes = await _wishes(session, owner)
    if not wishes:
        asked = _at_home(frozenset(page.bounds))
        rows = await asked.rows(session, owner=owner.id, size=page.size, **page.bounds)
    else:
        limits = [
            *(_not_of(blocks.hidden_from(owner)) if _HIDES in wishes else ()),
            *(await circles.kept_out(session, owner) if _KEEPS_OUT in wishes else ()),
        ]
        statement = _home(literal(owner.id), limits, page.cut)
        rows = list(await session.execute(statement))
    lines = [Line(row[0], row[1], row[2]) for row in rows]
    lines.sort(key=lambda line: line.id, reverse=page.min_id is None)
    return lines[: page.size]


_HIDES: Final = "hides"
_KEEPS_OUT: Final = "keeps out"

_OWNER: Final[BindParameter[int]] = bindparam("owner", type_=Id)

_WISHES: Final = Asked(
    lambda: union_all(
        *(select(literal(_HIDES)).where(exists().where(one)) for one in blocks.hiding(_OWNER)),
        *(
            select(literal(_KEEPS_OUT)).where(exists().where(one))
            for one in circles.keeping_out(_OWNER)
        ),
    )
)


async def _wishes(session: Session, owner: Actor) -> set[str]:
    """Whether an organisation hides anybody, or keeps anything from its home timeline: few do."""
    return {row[0] for row in await _WISHES.rows(session, owner=owner.id)}


@cache
def _at_home(bounds: frozenset[str]) -> Asked:
    """The question for whoever wishes nothing in particular, and for pages bounded so."""
    return Asked(lambda: _home(_OWNER, (), partial(cut_by_names, bounds=bounds)))


def _home(
    owner: ColumnElement[int], limits: Sequence[ColumnElement[bool]], cut: Callable[..., Any]
) -> CompoundSelect[Any]:
    """What stands on a home timeline: ids of lines, of what they show, and of boosts."""
    is_own = [
        select(kind.id).where(kind.id == TimelineEntry.subject_id, kind.actor_id == owner)
        for kind in (Model, Remark)
    ]
    entries = select(
        TimelineEntry.shown_id, TimelineEntry.subject_id, TimelineEntry.boost_id
    ).where(
        TimelineEntry.owner_id == owner,
        # What others pass on of one's own stands there already.
        *(~one.exists() for one in is_own),
        *limits,
    )
    own = [
        select(kind.id, kind.id, cast(null(), Id)).where(
            kind.actor_id == owner, kind.deleted_at.is_(None)
        )
        for kind in (Model, Remark)
    ]
    stands_there = select(TimelineEntry.id).where(TimelineEntry.owner_id == owner)
    passed_on = [
        select(Boost.id, kind.id, Boost.id)
        .join(kind, kind.iri == Boost.object_iri)
        .where(
            Boost.actor_id == owner,
            kind.actor_id != owner,
            kind.deleted_at.is_(None),
            ~stands_there.where(TimelineEntry.subject_id == kind.id).exists(),
        )
        for kind in (Model, Remark)
    ]
    # Each is cut before they are joined: a page costs the same however long the timeline is.
    keys = (TimelineEntry.shown_id, Model.id, Remark.id, Boost.id, Boost.id)
    return union_all(
        *(
            select(*cut(statement, key.expression).subquery().c)
            for statement, key in zip((entries, *own, *passed_on), keys, strict=True)
        )
    )


async def circle(session: Session, owner: Actor, row: Circle, page: Page) -> list[Item]:
    """What those in a circle said and passed on, of what stands on its owner's home timeline."""
    hides = await blocks.hides_anybody(session, owner)
    statement = select(
        TimelineEntry.shown_id, TimelineEntry.subject_id, TimelineEntry.boost_id
    ).where(
        TimelineEntry.owner_id == owner.id,
        circles.holds(row),
        circles.may_answer(row),
        *(_not_of(blocks.hidden_from(owner)) if hides else ()),
    )
    rows = await session.execute(page.cut(statement, TimelineEntry.shown_id.expression))
    return await items_of(session, [Line(row[0], row[1], row[2]) for row in rows])


async def news(session: Session, owner: Actor, page: Page) -> list[Item]:
    """What is new among those whom an organisation follows.

    Their models and remarks, and what they passed on.
    """
    statement = select(
        TimelineEntry.shown_id, TimelineEntry.subject_id, TimelineEntry.boost_id
    ).where(TimelineEntry.owner_id == owner.id, *_not_of(blocks.hidden_from(owner)))
    rows = await session.execute(page.cut(statement, TimelineEntry.shown_id.expression))
    return await items_of(session, [Line(row[0], row[1], row[2]) for row in rows])


async def account(
    session: Session,
    actor: Actor,
    page: Page,
    *,
    viewer: Actor | None,
    with_answers: bool = True,
    with_boosts: bool = True,
) -> list[Item]:
    """The models and remarks of one actor that the viewer may see, and what it passed on.

    Args:
        session: an open transaction.
        actor: whose.
        page: which part of the list.
        viewer: who looks.
        with_answers: also what answers somebody else; what goes on with one's own is no answer.
        with_boosts: also what it passed on.
    """
    none = cast(null(), Id)
    models = select(
        Model.id.label("id"), Model.id.label("subject_id"), none.label("boost_id")
    ).where(Model.actor_id == actor.id, Model.deleted_at.is_(None))
    remarks = select(Remark.id, Remark.id, none).where(
        Remark.actor_id == actor.id,
        Remark.deleted_at.is_(None),
        Remark.visibility.in_(await _visible(session, actor, viewer)),
        *(() if with_answers else (_is_no_answer(actor),)),
    )
    passed_on = (
        select(Boost.id, kind.id, Boost.id)
        .join(kind, kind.iri == Boost.object_iri)
        .where(Boost.actor_id == actor.id, kind.deleted_at.is_(None), *limits)
        for kind, limits in ((Model, ()), (Remark, (Remark.visibility.in_(OPEN),)))
    )
    all_of_it = union_all(models, remarks, *(passed_on if with_boosts else ())).subquery()
    columns = select(all_of_it.c.id, all_of_it.c.subject_id, all_of_it.c.boost_id)
    rows = await session.execute(page.cut(columns, all_of_it.c.id))
    return await items_of(session, [Line(row[0], row[1], row[2]) for row in rows])


async def public(
    session: Session, page: Page, *, local: bool = False, viewer: Actor | None = None
) -> list[Item]:
    """Everything public that this instance knows, or only its own, and the viewer wants to read."""
    models = select(Model.id.label("id"), Model.actor_id.label("actor_id")).where(
        Model.deleted_at.is_(None)
    )
    remarks = select(Remark.id.label("id"), Remark.actor_id.label("actor_id")).where(
        Remark.deleted_at.is_(None), Remark.visibility == "public"
    )
    both = union_all(models, remarks).subquery()
    statement = select(both.c.id, both.c.id).join(Actor, Actor.id == both.c.actor_id)
    statement = statement.where(Actor.shut_at.is_(None))
    if local:
        statement = statement.where(Actor.is_ours.is_(True))
    if viewer is not None:
        statement = statement.where(both.c.actor_id.not_in(blocks.hidden_from(viewer)))
    rows = await session.execute(page.cut(statement, both.c.id))
    return await items_of(session, [Line(row[0], row[1]) for row in rows])


async def tagged(
    session: Session, name: str, page: Page, *, local: bool = False, author: Actor | None = None
) -> list[Item]:
    """Public remarks that name a subject: everybody's, or only ours, or one author's.

    Args:
        session: an open transaction.
        name: of the hashtag, folded.
        page: which part of the list.
        local: only what is ours.
        author: only what this one said.
    """
    statement = (
        select(Remark.id, Remark.id)
        .join(Hashtag, Hashtag.remark_id == Remark.id)
        .where(Hashtag.name == name, Remark.deleted_at.is_(None), Remark.visibility == "public")
    )
    if local:
        statement = statement.join(Actor, Actor.id == Remark.actor_id).where(
            Actor.is_ours.is_(True)
        )
    if author is not None:
        statement = statement.where(Remark.actor_id == author.id)
    rows = await session.execute(page.cut(statement, Remark.id.expression))
    return await items_of(session, [Line(row[0], row[1]) for row in rows])


async def stands_at_home(session: Session, owner: Actor, subject_id: int) -> bool:
    """Whether `home` shows something that others said or passed on."""
    hides = await blocks.hides_anybody(session, owner)
    found = select(TimelineEntry.id).where(
        TimelineEntry.owner_id == owner.id,
        TimelineEntry.subject_id == subject_id,
        *(_not_of(blocks.hidden_from(owner)) if hides else ()),
        *await circles.kept_out(session, owner),
    )
    return await session.scalar(found) is not None


async def stands_in_circle(session: Session, owner: Actor, row: Circle, subject_id: int) -> bool:
    """Whether `circle` shows something."""
    hides = await blocks.hides_anybody(session, owner)
    found = select(TimelineEntry.id).where(
        TimelineEntry.owner_id == owner.id,
        TimelineEntry.subject_id == subject_id,
        circles.holds(row),
        circles.may_answer(row),
        *(_not_of(blocks.hidden_from(owner)) if hides else ()),
    )
    return await session.scalar(found) is not None


async def told(session: Session, ids: Collection[int]) -> dict[int, Told]:
    """What some ids are about, deleted or not; those that are nothing any more are left out."""
    found: dict[int, Told] = {}
    models = select(Model, Actor).join(Actor, Actor.id == Model.actor_id)
    for model, author in await session.execute(models.where(Model.id.in_(ids))):
        found[model.id] = Told(author.id, is_public=True, subject=model, author=author)
    remarks = select(Remark, Actor).join(Actor, Actor.id == Remark.actor_id)
    for remark, author in await session.execute(remarks.where(Remark.id.in_(ids))):
        is_public = remark.visibility == "public"
        found[remark.id] = Told(author.id, is_public, remark, author)
    boosts = select(Boost.id, Boost.actor_id).where(Boost.id.in_(ids))
    found |= {row[0]: Told(row[1]) for row in await session.execute(boosts)}
    return found


async def could_see(session: Session, what: Told, viewer: Actor) -> bool:
    """Whether somebody may see it, or might as long as it was not deleted."""
    if what.subject is None or what.author is None:
        return True  # nobody passes on what is not open
    return await may_see(session, what.subject, what.author, viewer)


async def is_tagged(session: Session, remark: Remark, name: str) -> bool:
    """Whether a remark names this subject; `name` is folded."""
    found = select(Hashtag.id).where(Hashtag.remark_id == remark.id, Hashtag.name == name)
    return await session.scalar(found) is not None


async def status(session: Session, status_id: int, viewer: Actor | None) -> Item | None:
    """One status by its id; None when there is none, or when the viewer may not see it."""
    boost = await session.get(Boost, status_id)
    if boost is None:
        found = await items_of(session, [Line(status_id, status_id)])
    else:
        subject = await by_iri(session, boost.object_iri, viewer)
        found = (
            []
            if subject is None
            else await items_of(session, [Line(boost.id, subject.id, boost.id)])
        )
    if not found:
        return None
    item = found[0]
    return item if await may_see(session, item.subject, item.author, viewer) else None


async def by_iri(session: Session, iri: str, viewer: Actor | None) -> Item | None:
    """A model or remark by its id on the wire, or by its page's address.

    An id counts before any page: a page's address is only what its document says it is, and a
    neighbour may name somebody else's. Where two name the same page, it is the older one's.
    """
    for name in ("iri", "url"):
        model = select(Model.id).where(getattr(Model, name) == iri)
        remark = select(Remark.id).where(getattr(Remark, name) == iri)
        both = union_all(model, remark).subquery()
        subject_id = await session.scalar(select(func.min(both.c.id)))
        if subject_id is not None:
            return await status(session, subject_id, viewer)
    return None


async def gone(session: Session, remark_id: int) -> Remark | None:
    """A deleted remark that everybody could see; of any other it is not even said that it was."""
    row = await session.get(Remark, remark_id)
    was_open = row is not None and row.deleted_at is not None and row.visibility in OPEN
    return row if was_open else None


async def thread(
    session: Session, item: Item, viewer: Actor | None
) -> tuple[list[Item], list[Item]]:
    """A conversation: what the status answers, the oldest first, and what answers it."""
    ancestors: list[Item] = []
    above, seen = _answers(item), {item.subject.id}
    while above is not None and len(ancestors) < DEEPEST_THREAD:
        parent = await by_iri(session, above, viewer)
        if parent is None or parent.subject.id in seen:
            break
        seen.add(parent.subject.id)
        ancestors.insert(0, parent)
        above = _answers(parent)
    return ancestors, await _descendants(session, item, viewer)


async def tallies(session: Session, iri: str) -> Tallies:
    """How much a thing was answered, liked and passed on."""
    row = (
        await session.execute(
            select(
                select(func.count(Remark.id))
                .where(
                    Remark.in_reply_to == iri,
                    Remark.deleted_at.is_(None),
                    Remark.visibility.in_(OPEN),
                )
                .scalar_subquery(),
                select(func.count(Like.id)).where(Like.object_iri == iri).scalar_subquery(),
                select(func.count(Boost.id)).where(Boost.object_iri == iri).scalar_subquery(),
            )
        )
    ).one()
    return Tallies(row[0], row[1], row[2])


def _not_of(hidden: CompoundSelect[tuple[int]]) -> list[ColumnElement[bool]]:
    """That an entry shows nothing of these, and nothing that they passed on."""
    passed_on = select(Boost.id).where(Boost.actor_id.in_(hidden))
    return [
        or_(TimelineEntry.boost_id.is_(None), TimelineEntry.boost_id.not_in(passed_on)),
        *(
            TimelineEntry.subject_id.not_in(select(kind.id).where(kind.actor_id.in_(hidden)))
            for kind in (Model, Remark)
        ),
    ]


def _is_no_answer(actor: Actor) -> ColumnElement[bool]:
    goes_on = (
        select(above.id).where(above.iri == Remark.in_reply_to, above.actor_id == actor.id)
        for above in (aliased(Remark), aliased(Model))
    )
    return or_(Remark.in_reply_to.is_(None), *(one.exists() for one in goes_on))


def _answers(item: Item) -> str | None:
    return item.subject.in_reply_to if isinstance(item.subject, Remark) else None


async def _descendants(session: Session, item: Item, viewer: Actor | None) -> list[Item]:
    """Every visible answer, and the answers to those, in the order they came.

    Bounded in depth and number; a note that answers itself stands there once.
    """
    level: Sequence[str] = [item.subject.iri]
    seen = {item.subject.id}
    found: list[Item] = []
    # An answer of somebody whom its owner blocks does not stand below a thing, whoever looks.
    unwanted = [
        Remark.actor_id.not_in(blocks.hidden_from(one))
        for one in (item.author, viewer)
        if one is not None and one.is_ours
    ]
    for _ in range(DEEPEST_THREAD):
        rows = (
            await session.execute(
                select(Remark.id, Remark.iri)
                .where(
                    Remark.in_reply_to.in_(level),
                    Remark.id.not_in(seen),
                    Remark.deleted_at.is_(None),
                    *unwanted,
                )
                .order_by(Remark.id)
                .limit(LONGEST_THREAD - len(found))
            )
        ).all()
        if not rows:
            break
        seen.update(row[0] for row in rows)
        answers = await items_of(session, [Line(row[0], row[0]) for row in rows])
        found += [one for one in answers if await may_see(session, one.subject, one.author, viewer)]
        level = [row[1] for row in rows]
    return sorted(found, key=lambda one: one.id)


_REMARKS: Final = Whole(
    Remark,
    lambda rows, ids: rows.where(Remark.id.in_(ids), Remark.deleted_at.is_(None)),
    ids=IDS,
)
_MODELS: Final = Whole(
    Model, lambda rows, ids: rows.where(Model.id.in_(ids), Model.deleted_at.is_(None)), ids=IDS
)
_BOOSTS: Final = Whole(Boost, lambda rows, ids: rows.where(Boost.id.in_(ids)), ids=IDS)
_ACTORS: Final = Whole(Actor, lambda rows, ids: rows.where(Actor.id.in_(ids)), ids=IDS)


async def items_of(session: Session, lines: Iterable[Line]) -> list[Item]:
    """Load the rows behind a list, in its order, in few questions however long it is."""
    lines = list(lines)
    ids = [line.subject_id for line in lines]
    subjects: dict[int, Model | Remark] = {}
    if not ids:
        return []
    subjects |= {row.id: row for row in await _REMARKS.rows(session, ids=ids)}
    if any(one not in subjects for one in ids):
        subjects |= {row.id: row for row in await _MODELS.rows(session, ids=ids)}
    boost_ids = [line.boost_id for line in lines if line.boost_id is not None]
    boosts: dict[int, Boost] = {}
    if boost_ids:
        boosts = {row.id: row for row in await _BOOSTS.rows(session, ids=boost_ids)}
    people = {one.actor_id for one in [*subjects.values(), *boosts.values()]}
    actors = {row.id: row for row in await _ACTORS.rows(session, ids=people)}
    quoted = await quotes.of(session, [one.id for one in subjects.values()])
    items = []
    for line in lines:
        subject, boost = subjects.get(line.subject_id), boosts.get(line.boost_id or 0)
        if subject is not None:
            author, booster = actors[subject.actor_id], actors[boost.actor_id] if boost else None
            if author.shut_at is None and (booster is None or booster.shut_at is None):
                quote = quoted.get(subject.id)
                items.append(Item(line.id, subject, author, boost, booster, quote))
    return items


async def may_see(
    session: Session, subject: Model | Remark, author: Actor, viewer: Actor | None
) -> bool:
    """Nothing that was not meant for everybody is shown to anybody it was not meant for."""
    if isinstance(subject, Model) or subject.visibility in OPEN:
        return True
    if viewer is not None and (viewer.id == author.id or viewer.iri in subject.addressed):
        return True
    return subject.visibility in await _visible(session, author, viewer)


async def _visible(session: Session, author: Actor, viewer: Actor | None) -> tuple[str, ...]:
    """Which kinds of an author's remarks a viewer may see without being named in them."""
    if viewer is None:
        return OPEN
    if viewer.id == author.id:
        return (*OPEN, "followers", "direct")
    follows = await session.scalar(
        select(literal(1)).where(
            Follow.follower_id == viewer.id,
            Follow.followee_id == author.id,
            Follow.state == "accepted",
        )
    )
    return (*OPEN, "followers") if follows else OPEN
