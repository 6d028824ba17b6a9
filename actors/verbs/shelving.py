"""Shelving: bookmarks, how far one has read, and conversations that one is done with.

All of it is an organisation's own business: nobody is told, nothing leaves the instance.
"""

from sqlalchemy import delete, func, select, update

from actors.database import Session, insert_once
from actors.errors import NotFound, Unwise
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.bookmark import Bookmark, ConversationMark, HiddenThread, Marker
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.verbs import noticing
from actors.views import timelines

MOST_BOOKMARKS = 10_000
"""Of one organisation: years of reading; rows that nobody can find again are no use."""

MOST_HIDDEN = 1_000
"""Conversations that one organisation has silenced: each is looked for when somebody answers."""

TIMELINES = ("home", "notifications")
"""Of which it is kept how far they were read, as on Mastodon."""


async def bookmark(session: Session, site: Site, us: Actor, subject: Model | Remark) -> None:
    """An organisation of ours wants to find this again; again: no change.

    Raises:
        NotFound: it may not see that.
        Unwise: it has too many.
    """
    await _must_see(session, us, subject)
    count = select(func.count()).where(Bookmark.actor_id == us.id)
    if (await session.scalar(count) or 0) >= MOST_BOOKMARKS:
        raise Unwise(f"At most {MOST_BOOKMARKS:,} bookmarks are kept; remove some first.")
    await insert_once(
        session,
        Bookmark,
        {
            "id": site.new_id(),
            "actor_id": us.id,
            "object_iri": subject.iri,
            "made_at": site.now(),
        },
    )


async def unbookmark(session: Session, _: Site, us: Actor, subject: Model | Remark) -> None:
    """It needs it no longer; nothing happens where it did not."""
    await session.execute(
        delete(Bookmark).where(Bookmark.actor_id == us.id, Bookmark.object_iri == subject.iri)
    )


async def hide_thread(session: Session, site: Site, us: Actor, subject: Model | Remark) -> None:
    """An organisation of ours is told no more of what is answered below this.

    Raises:
        NotFound: it may not see that.
        Unwise: it has silenced too many.
    """
    await _must_see(session, us, subject)
    count = select(func.count()).where(HiddenThread.owner_id == us.id)
    if (await session.scalar(count) or 0) >= MOST_HIDDEN:
        raise Unwise(f"At most {MOST_HIDDEN:,} conversations can be silenced.")
    await insert_once(
        session,
        HiddenThread,
        {
            "id": site.new_id(),
            "owner_id": us.id,
            "subject_id": subject.id,
            "made_at": site.now(),
        },
    )


async def show_thread(session: Session, _: Site, us: Actor, subject: Model | Remark) -> None:
    """It wants to be told again; nothing happens where it did."""
    await session.execute(
        delete(HiddenThread).where(
            HiddenThread.owner_id == us.id, HiddenThread.subject_id == subject.id
        )
    )


async def mark(session: Session, site: Site, us: Actor, timeline: str, last_read_id: int) -> Marker:
    """A timeline was read up to here; of two that say so at once the later counts.

    Raises:
        Unwise: there is no such timeline.
    """
    if timeline not in TIMELINES:
        raise Unwise("There is no such timeline.")
    if timeline == "notifications":
        await noticing.mark_read(session, site, us, last_read_id)
    row = {
        "id": site.new_id(),
        "owner_id": us.id,
        "timeline": timeline,
        "last_read_id": last_read_id,
        "version": 0,
        "updated_at": site.now(),
    }
    await insert_once(session, Marker, row)
    found = select(Marker).where(Marker.owner_id == us.id, Marker.timeline == timeline)
    marker = (await session.scalars(found.with_for_update())).one()
    marker.last_read_id, marker.updated_at = last_read_id, site.now()
    marker.version += 1
    await session.flush()
    return marker


async def mark_conversation(
    session: Session, site: Site, us: Actor, root_id: int, up_to: int, *, puts_away: bool
) -> None:
    """An exchange was read up to here, or put away: what is said later brings it back."""
    row = {
        "id": site.new_id(),
        "owner_id": us.id,
        "root_id": root_id,
        "read_id": 0,
        "put_away_id": 0,
    }
    await insert_once(session, ConversationMark, row)
    values = {"read_id": up_to} | ({"put_away_id": up_to} if puts_away else {})
    await session.execute(
        update(ConversationMark)
        .where(ConversationMark.owner_id == us.id, ConversationMark.root_id == root_id)
        .values(**values)
    )


async def _must_see(session: Session, us: Actor, subject: Model | Remark) -> None:
    author = await session.get_one(Actor, subject.actor_id)
    is_gone = subject.deleted_at is not None
    if is_gone or not await timelines.may_see(session, subject, author, us):
        raise NotFound("There is no such remark here.")
