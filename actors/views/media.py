"""Which files does an organisation have, what shows them, and which one has this address?"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

from actors.asked import IDS, Asked, words
from actors.database import Session
from actors.errors import NotFound
from actors.tables.actor import Actor
from actors.tables.kept_file import KeptFile
from actors.tables.media import Media, MediaUse
from actors.views.paging import Page

OF_STATUSES = ("model", "remark")
"""What apps know as a status, as `MediaUse.subject` names it."""


@dataclass(frozen=True)
class Kept:
    """How much an organisation keeps here."""

    files: int
    size: int


@dataclass(frozen=True)
class Portrait:
    """The sign of an organisation, and the picture above its page."""

    icon: Media | None = None
    header: Media | None = None


async def one_of(session: Session, organisation: Actor, media_id: int | None) -> Media:
    """A file of an organisation.

    Raises:
        NotFound: it has none of that id; somebody else's are none of it.
    """
    found = None if media_id is None else await session.get(Media, media_id)
    if found is None or found.actor_id != organisation.id:
        raise NotFound("There is no such file here.")
    return found


async def own(session: Session, organisation: Actor, ids: Iterable[int]) -> list[Media]:
    """Those files of an organisation that have these ids."""
    found = await session.scalars(
        select(Media).where(Media.actor_id == organisation.id, Media.id.in_(list(ids)))
    )
    return list(found)


async def by_digest(session: Session, digest: str) -> Media | None:
    """A file with these bytes; where several were sent, the first."""
    return await session.scalar(
        select(Media).where(Media.digest == digest).order_by(Media.id).limit(1)
    )


_SHOWN: Final = Asked(
    lambda ids: select(MediaUse.id).where(
        MediaUse.subject.in_(words(*OF_STATUSES)),
        MediaUse.subject_id.in_(ids),
        MediaUse.place.is_not(None),
    ),
    ids=IDS,
)


async def of_subjects(session: Session, ids: Collection[int]) -> dict[int, list[Media]]:
    """The files that models and remarks show now, in order, by the id of each that shows any."""
    if not ids:
        return {}
    shown = await _SHOWN.rows(session, ids=ids)
    if not shown:
        return {}
    rows = await session.execute(
        select(MediaUse.subject_id, Media)
        .join(Media, Media.id == MediaUse.media_id)
        .where(MediaUse.id.in_([row[0] for row in shown]))
        .order_by(MediaUse.subject_id, MediaUse.place)
    )
    found: dict[int, list[Media]] = {}
    for subject_id, file in rows:
        found.setdefault(subject_id, []).append(file)
    return found


async def of_subject(session: Session, subject: str, subject_id: int) -> list[Media]:
    """The files that something shows now, in order."""
    found = await session.scalars(
        select(Media)
        .join(MediaUse, MediaUse.media_id == Media.id)
        .where(
            MediaUse.subject == subject,
            MediaUse.subject_id == subject_id,
            MediaUse.place.is_not(None),
        )
        .order_by(MediaUse.place)
    )
    return list(found)


async def portrait(session: Session, actor_id: int) -> Portrait:
    """How an organisation of ours looks."""
    rows = await session.execute(
        select(MediaUse.place, Media)
        .join(Media, Media.id == MediaUse.media_id)
        .where(MediaUse.subject == "organisation", MediaUse.subject_id == actor_id)
    )
    found = {row[0]: row[1] for row in rows}
    return Portrait(icon=found.get(0), header=found.get(1))


async def library(session: Session, organisation: Actor, page: Page) -> list[Media]:
    """The files of an organisation, the newest first."""
    statement = select(Media).where(Media.actor_id == organisation.id)
    return list(await session.scalars(page.cut(statement, Media.id.expression)))


async def uses(session: Session, ids: Iterable[int]) -> dict[int, int]:
    """How many things show each of these files, now or in an earlier version."""
    rows = await session.execute(
        select(MediaUse.media_id, func.count())
        .where(MediaUse.media_id.in_(list(ids)))
        .group_by(MediaUse.media_id)
    )
    return {row[0]: row[1] for row in rows}


async def kept(session: Session, organisation: Actor) -> Kept:
    """How many files an organisation has, and their bytes with those of the small pictures."""
    row = (
        await session.execute(
            select(
                func.count(),
                func.coalesce(func.sum(Media.size), 0),
                func.coalesce(func.sum(Media.small_size), 0),
            ).where(Media.actor_id == organisation.id)
        )
    ).one()
    return Kept(files=row[0], size=int(row[1]) + int(row[2]))


async def copied(session: Session) -> int:
    """The bytes of all copies of what others' models show, with those of the small pictures."""
    size = await session.scalar(
        select(func.coalesce(func.sum(Media.size + Media.small_size), 0))
        .join(Actor, Actor.id == Media.actor_id)
        .where(Actor.is_ours.is_(False))
    )
    return int(size or 0)


async def copies(session: Session, urls: Iterable[str]) -> dict[str, Media]:
    """Our copies of files on other servers, by where they lie there."""
    wanted = list(dict.fromkeys(urls))
    if not wanted:
        return {}
    rows = await session.execute(
        select(KeptFile.url, Media)
        .join(Media, Media.id == KeptFile.media_id)
        .where(KeptFile.url.in_(wanted))
        .order_by(KeptFile.id.desc())
    )
    return {row[0]: row[1] for row in rows}


async def by_digests(
    session: Session, digests: Iterable[str], owner_id: int | None = None
) -> list[Media]:
    """The files with these digests, in their order; what is not here is left out.

    Args:
        session: an open transaction.
        digests: hexadecimal.
        owner_id: whose row is preferred, where several have sent the same bytes.
    """
    wanted = list(dict.fromkeys(digests))
    rows = await session.scalars(
        select(Media).where(Media.digest.in_(wanted)).order_by(Media.id.desc())
    )
    found: dict[str, Media] = {}
    for one in rows:
        if one.digest not in found or one.actor_id == owner_id:
            found[one.digest] = one
    return [found[digest] for digest in wanted if digest in found]


async def spoken_of(session: Session, digests: Iterable[str]) -> set[str]:
    """Those of these files that some row speaks of."""
    wanted = list(digests)
    found: set[str] = set()
    for column in (Media.digest, Media.small_digest):
        found |= {
            one for one in await session.scalars(select(column).where(column.in_(wanted))) if one
        }
    return found
