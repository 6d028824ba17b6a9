"""Shelves: bookmarks, how far one has read, exchanges between a few."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from actors.database import Session, columns
from actors.plain import Plain
from actors.tables.actor import Actor
from actors.tables.bookmark import Bookmark, ConversationMark, HiddenThread, Marker
from actors.tables.notice import Notice
from actors.tables.remark import Remark
from actors.views import timelines
from actors.views.paging import Page
from actors.views.timelines import Item, Line

DIRECT_LOOKED_AT = 400
"""The newest direct remarks, of each side, in which conversations are looked for."""

DEEPEST = 40
"""Answers above an answer that are followed to the beginning of a conversation."""


_THREAD = columns(HiddenThread).c
_HIDDEN = Plain(select(_THREAD.subject_id).where(_THREAD.owner_id == bindparam("owner")))


@dataclass(frozen=True)
class Conversation:
    """An exchange of direct remarks.

    Attributes:
        id: of the remark with which it began, as far as we know.
        last: the newest of them.
        others: who else is in it.
        is_unread: something came since it was read.
    """

    id: int
    last: Item
    others: tuple[Actor, ...]
    is_unread: bool


async def bookmarks(session: Session, us: Actor, page: Page) -> list[tuple[int, Item | None]]:
    """What one of ours has marked, under the id of each mark; None for what it may see no more."""
    statement = select(Bookmark.id, Bookmark.object_iri).where(Bookmark.actor_id == us.id)
    rows = (await session.execute(page.cut(statement, Bookmark.id.expression))).all()
    return [(row[0], await timelines.by_iri(session, row[1], us)) for row in rows]


async def bookmarked(session: Session, us: Actor, iris: Collection[str]) -> frozenset[str]:
    """Which of these one of ours has marked."""
    found = select(Bookmark.object_iri).where(
        Bookmark.actor_id == us.id, Bookmark.object_iri.in_(iris)
    )
    return frozenset(await session.scalars(found))


async def hidden_threads(session: Session, us: Actor, ids: Collection[int]) -> frozenset[int]:
    """Which of these statuses one of ours has silenced."""
    found = select(HiddenThread.subject_id).where(
        HiddenThread.owner_id == us.id, HiddenThread.subject_id.in_(ids)
    )
    return frozenset(await session.scalars(found))


async def is_silenced(session: Session, owner_id: int, remark: Remark) -> bool:
    """Whether a remark belongs to a conversation of which one of ours wants to hear no more."""
    hidden = {row[0] for row in await _HIDDEN.rows(session, {"owner": owner_id})}
    if not hidden:
        return False
    above, here = remark.in_reply_to, remark.id
    for _ in range(DEEPEST):
        if here in hidden:
            return True
        if above is None:
            return False
        row = (
            await session.execute(select(Remark.id, Remark.in_reply_to).where(Remark.iri == above))
        ).one_or_none()
        if row is None:
            return False
        here, above = row
    return False


async def markers(session: Session, us: Actor) -> dict[str, Marker]:
    """How far each timeline was read; what was never read is left out."""
    rows = await session.scalars(select(Marker).where(Marker.owner_id == us.id))
    return {row.timeline: row for row in rows}


async def conversations(session: Session, us: Actor, page: Page) -> list[Conversation]:
    """Exchanges of direct remarks, the one in which something was said last first.

    They are found in the newest direct remarks that came in or went out, and paged by the id of
    their last remark.
    """
    found = await _exchanges(session, us)
    wanted = [
        one
        for one in found
        if (page.max_id is None or one[1][-1] < page.max_id)
        and (page.since_id is None or one[1][-1] > page.since_id)
        and (page.min_id is None or one[1][-1] > page.min_id)
    ]
    wanted.sort(key=lambda one: one[1][-1], reverse=page.min_id is None)
    return await _described(session, us, wanted[: page.size])


async def conversation(session: Session, us: Actor, root_id: int) -> Conversation | None:
    """One of them."""
    found = [one for one in await _exchanges(session, us) if one[0] == root_id]
    return next(iter(await _described(session, us, found)), None)


async def conversation_with(session: Session, us: Actor, remark_id: int) -> Conversation | None:
    """The one in which a remark was said."""
    found = [one for one in await _exchanges(session, us) if remark_id in one[1]]
    return next(iter(await _described(session, us, found)), None)


async def _exchanges(session: Session, us: Actor) -> list[tuple[int, list[int]]]:
    """The beginning of each exchange, and the ids of its remarks in order."""
    ours = select(Remark.id, Remark.iri, Remark.in_reply_to).where(
        Remark.actor_id == us.id, Remark.visibility == "direct", Remark.deleted_at.is_(None)
    )
    theirs = (
        select(Remark.id, Remark.iri, Remark.in_reply_to)
        .join(Notice, Notice.remark_id == Remark.id)
        .where(
            Notice.owner_id == us.id,
            Notice.kind.in_(("reply", "mention")),
            Remark.visibility == "direct",
            Remark.deleted_at.is_(None),
        )
    )
    said: dict[str, tuple[int, str | None]] = {}
    for statement in (ours, theirs):
        rows = await session.execute(statement.order_by(Remark.id.desc()).limit(DIRECT_LOOKED_AT))
        said |= {row[1]: (row[0], row[2]) for row in rows}
    groups: dict[str, list[int]] = {}
    for iri, (number, _) in said.items():
        groups.setdefault(_beginning(said, iri), []).append(number)
    return [(said[root][0], sorted(ids)) for root, ids in groups.items()]


def _beginning(said: dict[str, tuple[int, str | None]], iri: str) -> str:
    for _ in range(DEEPEST):
        above = said[iri][1]
        if above is None or above not in said:
            break
        iri = above
    return iri


async def _described(
    session: Session, us: Actor, found: Sequence[tuple[int, list[int]]]
) -> list[Conversation]:
    roots = [root for root, _ in found]
    marks = {
        row.root_id: row
        for row in await session.scalars(
            select(ConversationMark).where(
                ConversationMark.owner_id == us.id, ConversationMark.root_id.in_(roots)
            )
        )
    }
    lines = [Line(ids[-1], ids[-1]) for _, ids in found]
    last = {item.id: item for item in await timelines.items_of(session, lines)}
    shown = []
    for root, ids in found:
        item, mark = last.get(ids[-1]), marks.get(root)
        if item is None or (mark is not None and mark.put_away_id >= ids[-1]):
            continue
        is_read = item.author.id == us.id or (mark is not None and mark.read_id >= ids[-1])
        others = await _others(session, us, item)
        shown.append(Conversation(root, item, others, not is_read))
    return shown


async def _others(session: Session, us: Actor, item: Item) -> tuple[Actor, ...]:
    addressed: Iterable[str] = (
        [str(iri) for iri in item.subject.addressed] if isinstance(item.subject, Remark) else []
    )
    named = await session.scalars(
        select(Actor).where(Actor.iri.in_([item.author.iri, *addressed]), Actor.id != us.id)
    )
    return tuple(sorted(named, key=lambda one: one.id))
