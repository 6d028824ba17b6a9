"""Distributing: put something on the timelines of those of ours who follow its author."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import and_, delete, or_, select, union

from actors.database import Session, insert_once, tells
from actors.rules import news
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.follow import Follow
from actors.tables.model import Model
from actors.tables.remark import Boost, Remark
from actors.tables.timeline import TimelineEntry
from actors.views import blocks, timelines
from actors.views.listeners import Listener
from actors.views.paging import LARGEST_PAGE, Page

MOST_CAUGHT_UP = 200
"""Things of one author that a new follower finds at once: as many as are fetched of an outbox."""


async def distribute(
    session: Session, site: Site, teller: Actor, subject: Model | Remark, boost: Boost | None = None
) -> int:
    """Put a model or remark on the home timelines of those of ours who follow the teller.

    Who has it already keeps it where it is.

    Returns:
        How many of ours follow the teller.
    """
    owners = (
        await session.scalars(
            select(Follow.follower_id)
            .join(Actor, Actor.id == Follow.follower_id)
            .where(
                Follow.followee_id == teller.id,
                Follow.state == "accepted",
                Actor.is_ours.is_(True),
            )
        )
    ).all()
    author = await session.get_one(Actor, subject.actor_id)
    if author.shut_at is not None:
        return 0
    closed = await blocks.barring(session, author)
    for owner_id in owners:
        if owner_id not in closed:
            await put(session, site, owner_id, subject, boost)
    return len(owners)


async def put_before(
    session: Session, site: Site, readers: Iterable[Listener], subject: Model | Remark
) -> None:
    """Put something on the timelines of those of them who follow its author and do not bar them."""
    for reader in readers:
        if reader.follows and not reader.bars:
            await put(session, site, reader.id, subject, None)


async def catch_up(session: Session, site: Site, owner_id: int, teller: Actor) -> None:
    """Put what we know of somebody's on the home timeline of one of ours who follows them now.

    Each thing at its own place, that of its id, and the newest `MOST_CAUGHT_UP` of them; what was
    not meant for followers, and what the follower said herself, is left out.
    """
    owner = await session.get_one(Actor, owner_id)
    page = Page(limit=LARGEST_PAGE)
    caught_up = 0
    while caught_up < MOST_CAUGHT_UP:
        items = await timelines.account(session, teller, page, viewer=owner)
        if not items:
            return
        for item in items:
            if item.author.id != owner_id:
                await put(session, site, owner_id, item.subject, item.boost)
        caught_up += len(items)
        page = replace(page, max_id=items[-1].id)


async def put(
    session: Session,
    site: Site,
    owner_id: int,
    subject: Model | Remark,
    boost: Boost | None = None,
) -> None:
    """Put one thing on one home timeline, unless it stands there already."""
    shown_id = boost.id if boost else subject.id
    is_new = await insert_once(
        session,
        TimelineEntry,
        {
            "id": site.new_id(),
            "owner_id": owner_id,
            "subject_id": subject.id,
            "shown_id": shown_id,
            "kind": "model" if isinstance(subject, Model) else "remark",
            "boost_id": boost.id if boost else None,
            "at": site.now(),
        },
    )
    if is_new and not site.is_catching_up:
        tells(session, news.word(news.SHOWN, owner_id, shown_id))


async def withdraw(session: Session, owner_id: int, teller: Actor) -> None:
    """Take from a home timeline what stood there because its owner followed the teller.

    Else she would go on reading what the teller said to followers only.
    """
    told = union(
        select(Model.id).where(Model.actor_id == teller.id),
        select(Remark.id).where(Remark.actor_id == teller.id),
    )
    passed_on = select(Boost.id).where(Boost.actor_id == teller.id)
    await session.execute(
        delete(TimelineEntry).where(
            TimelineEntry.owner_id == owner_id,
            or_(
                TimelineEntry.boost_id.in_(passed_on),
                and_(TimelineEntry.boost_id.is_(None), TimelineEntry.subject_id.in_(told)),
            ),
        )
    )


async def is_followed(session: Session, actor: Actor) -> bool:
    """Does any organisation of ours follow this actor?"""
    found = await session.scalar(
        select(Follow.id)
        .join(Actor, Actor.id == Follow.follower_id)
        .where(Follow.followee_id == actor.id, Follow.state == "accepted", Actor.is_ours.is_(True))
        .limit(1)
    )
    return found is not None
