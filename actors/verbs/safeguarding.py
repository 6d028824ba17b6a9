"""Safeguarding: our own copies of what models of others show, so that it outlives where it lay.

Rules a reader must know:

- A sheet goes on saying where its author keeps a file, with the digest, the alternative text, the
  credit and the licence: what was published never changes. Our copy stands beside it, found by that
  address, and people here are shown the copy.
- An adaptation of ours keeps what it shows on the account of its own organisation; a mirror keeps
  it on its author's, and all of those together have so much room.
- Only pictures and PDF are kept. What does not have the digest that the sheet says is not.
- A copy goes with the last model here that shows it.

Wire: `image` and `attachment` of a model; each file is read by a plain GET at its address.
"""

from dataclasses import replace
from typing import Final

from sqlalchemy import select, update

from activitypub import iris
from activitypub.canonical_json import Document, Json
from activitypub.iris import Iri
from actors.database import Session, insert_once
from actors.documents import archive
from actors.documents import media as documents
from actors.documents.archive import Contents
from actors.documents.media import Shown
from actors.errors import Unwise
from actors.mail import errands
from actors.mail.errands import Kind
from actors.rules import illustrations
from actors.rules.pictures import ACCEPTED, DOCUMENT, PICTURE, Room
from actors.rules.sections import Sheet
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.kept_file import KeptFile
from actors.tables.media import Media, MediaUse
from actors.tables.model import Model
from actors.verbs import picturing
from actors.verbs.picturing import Sent, Stored, Words
from actors.views import media as views

MOST_OF_A_MODEL: Final = 64
"""Files of one model that are kept, over all its versions: a few generations of a full sheet."""


async def want(session: Session, site: Site, model: Model, sheet: Sheet) -> None:
    """A model says this now: what it shows from other servers is to be kept here.

    What is here for another model already is kept for this one at once; the rest is read in the
    background.
    """
    wanted = elsewhere(site, sheet)
    if not wanted:
        return
    author = await session.get_one(Actor, model.actor_id)
    known = set(await session.scalars(select(KeptFile.url).where(KeptFile.model_id == model.id)))
    fresh = [one for one in wanted if one.url not in known]
    for one in fresh[: max(0, MOST_OF_A_MODEL - len(known))]:
        row = {"id": site.new_id(), "model_id": model.id, "url": one.url, "media_id": None}
        if not await insert_once(session, KeptFile, row):
            continue  # it shows the same file twice
        there = await _here(session, one.url)
        if there is None:
            url = Iri(one.url)
            await errands.ask(session, site, Kind.FILE, url, author, digest=one.digest)
        else:
            await _tie(session, site, one.url, model.id, there)


def elsewhere(site: Site, sheet: Sheet) -> list[Shown]:
    """What a sheet shows that lies on other servers, and could be kept."""
    own = iris.host(site.origin)
    return [
        one
        for one in documents.shown([dict(one) for one in illustrations.of(sheet).items])
        if one.host != own
        and one.kind in (PICTURE, DOCUMENT)
        and (not one.media_type or one.media_type in ACCEPTED)
    ]


async def is_wanted(session: Session, url: str) -> bool:
    """Whether some model here waits for the file at this address."""
    waiting = select(KeptFile.id).where(KeptFile.url == url, KeptFile.media_id.is_(None))
    return await session.scalar(waiting.limit(1)) is not None


async def keep(session: Session, site: Site, url: str, sent: Sent, room: Room) -> int:
    """A file was read: it is kept for every model that waits for it, if there is room.

    Args:
        session: an open transaction.
        site: our origin, clock and ids.
        url: where it was read.
        sent: as it lies in the room for files.
        room: how much there is.

    Returns:
        For how many models it is here now.
    """
    rows = await session.execute(
        select(Model, Actor)
        .join(KeptFile, KeptFile.model_id == Model.id)
        .join(Actor, Actor.id == Model.actor_id)
        .where(KeptFile.url == url, KeptFile.media_id.is_(None), Model.deleted_at.is_(None))
        .order_by(KeptFile.id)
    )
    found = 0
    media = await _here(session, url)
    for model, owner in rows.all():
        media = media or await _copied(session, site, owner, sent, room)
        if media is not None:
            await _tie(session, site, url, model.id, media)
            found += 1
    return found


async def bring_back(
    session: Session, site: Site, model: Model, contents: Contents, room: Room
) -> None:
    """A model came here in an archive: the files that lie in it are kept, as if they were read.

    Args:
        session: an open transaction.
        site: our origin, clock and ids.
        model: as it is now.
        contents: the archive; its files lie in the room already.
        room: how much there is.
    """
    for version in contents.versions:
        shown = documents.shown([version.get(illustrations.IMAGE), *_listed(version)])
        for one in shown:
            sent = _brought(one, contents)
            if sent is None or one.host == iris.host(site.origin):
                continue
            row = {"id": site.new_id(), "model_id": model.id, "url": one.url, "media_id": None}
            await insert_once(session, KeptFile, row)
            await keep(session, site, one.url, sent, room)


def _listed(version: Document) -> list[Json]:
    told = version.get(illustrations.ATTACHMENT)
    return told if isinstance(told, list) else [told]


def _brought(one: Shown, contents: Contents) -> Sent | None:
    """A file of an archive, by what a version says of it; None where it is not in there."""
    digest = documents.plain_digest(one.digest)
    name = None if digest is None else archive.file_name(digest, one.media_type)
    if digest is None or name is None or name not in contents.files:
        return None
    full = Stored(digest, one.media_type, len(contents.files[name]), one.width, one.height)
    if one.kind != PICTURE:
        return Sent(DOCUMENT, full)
    return Sent(PICTURE, full, replace(full, size=0))  # the small one was not in the archive


async def _here(session: Session, url: str) -> Media | None:
    return await session.scalar(
        select(Media)
        .join(KeptFile, KeptFile.media_id == Media.id)
        .where(KeptFile.url == url)
        .order_by(Media.id)
        .limit(1)
    )


async def _copied(
    session: Session, site: Site, owner: Actor, sent: Sent, room: Room
) -> Media | None:
    """Our copy, on the account of an organisation of ours or on that of all others together."""
    if not owner.is_ours and await views.copied(session) + sent.full.size > room.for_others:
        return None
    try:
        return await picturing.keep(
            session, site, owner, sent, Words(), most=room.for_one if owner.is_ours else _NO_END
        )
    except Unwise:
        return None


async def _tie(session: Session, site: Site, url: str, model_id: int, media: Media) -> None:
    await session.execute(
        update(KeptFile)
        .where(KeptFile.model_id == model_id, KeptFile.url == url)
        .values(media_id=media.id)
    )
    use = {"id": site.new_id(), "media_id": media.id, "subject": picturing.MODEL}
    await insert_once(session, MediaUse, use | {"subject_id": model_id, "place": None})


_NO_END: Final = 1 << 62
"""The account of one author elsewhere has no end of its own: that of all together has one."""
