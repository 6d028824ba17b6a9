"""Picturing: remember files, say what they show, and let go of what nothing shows any more.

Rules a reader must know:

- A file belongs to the organisation that sent it. What shows it (a remark, a model, a draft …) is a
  row of its own, so that anything can show files: `show` is all that a further kind of thing needs,
  and `let_go` when it is deleted. A record of practice shows its own as the remark that it is too.
- A model shows what its newest version shows, and holds on to what earlier ones did: a version
  never changes, and its pictures stay with it until the model goes.
- What nothing shows is thrown away a day after it came; its bytes go with the last row that speaks
  of them (`actors.files`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.sql.elements import ColumnElement

from activitypub.canonical_json import Json
from actors.database import Session, insert_once
from actors.documents import archive
from actors.documents import media as documents
from actors.documents.archive import Contents
from actors.documents.media import Shown
from actors.errors import Conflicting, Unwise
from actors.rules.pictures import (
    DOCUMENT,
    LONGEST_CREDIT,
    LONGEST_DESCRIPTION,
    PICTURE,
    label,
)
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.draft import Draft
from actors.tables.media import Media, MediaUse
from actors.tables.model import Model
from actors.tables.record_draft import RecordDraft
from actors.views import media as views

REMARK: Final = "remark"
MODEL: Final = "model"
DRAFT: Final = "draft"
RECORD_DRAFT: Final = "record-draft"
ORGANISATION: Final = "organisation"

FACTS: Final = ("image", "attachment")
"""What a sheet says of files, by its names on the wire: the one picture, then the others."""

UNUSED_FOR: Final = timedelta(days=1)
"""How long a file waits to be shown by something, as on Mastodon."""

MOST_FILES: Final = 5_000
"""Files of one organisation: one a day for fourteen years, and its list can still be leafed
through."""

AT_ONCE: Final = 500
"""Files that are thrown away in one transaction."""

NO_ROOM: Final = "Your organisation has no room for more files here: delete some first."
DESCRIBE: Final = "Say in words what the picture shows, for those who do not see it."


@dataclass(frozen=True)
class Stored:
    """One file in the room, as it was measured."""

    digest: str
    media_type: str
    size: int
    width: int = 0
    height: int = 0


@dataclass(frozen=True)
class Sent:
    """What somebody sent, as it lies in the room.

    Attributes:
        kind: `image` or `document`.
        full: the file.
        small: the small picture of a picture.
        blurhash: of a picture.
        label: what the file was called.
    """

    kind: str
    full: Stored
    small: Stored | None = None
    blurhash: str = ""
    label: str = ""


@dataclass(frozen=True)
class Words:
    """What is said beside a file; None leaves what was said before.

    Attributes:
        description: the alternative text.
        credit: who made it, and under which licence.
        focus: the point that matters most, from -1 to 1 across and up.
    """

    description: str | None = None
    credit: str | None = None
    focus: tuple[float, float] | None = None


async def must_have_room(session: Session, organisation: Actor, size: int, most: int) -> None:
    """Refuse a file for which an organisation has no room.

    Args:
        session: an open transaction.
        organisation: of ours.
        size: bytes of it.
        most: bytes that an organisation may keep.

    Raises:
        Unwise: it has none.
    """
    kept = await views.kept(session, organisation)
    if kept.files >= MOST_FILES or kept.size + size > most:
        raise Unwise(NO_ROOM, fields={"file": NO_ROOM})


async def keep(
    session: Session, site: Site, organisation: Actor, sent: Sent, words: Words, *, most: int
) -> Media:
    """Remember a file that lies in the room.

    Raises:
        Unwise: there is no room for it, or too much is said beside it.
    """
    await session.execute(
        select(Actor.id).where(Actor.id == organisation.id).with_for_update(key_share=True)
    )
    small = sent.small
    size = sent.full.size + (small.size if small else 0)
    await must_have_room(session, organisation, size, most)
    media = Media(
        id=site.new_id(),
        actor_id=organisation.id,
        kind=sent.kind,
        media_type=sent.full.media_type,
        digest=sent.full.digest,
        size=sent.full.size,
        width=sent.full.width,
        height=sent.full.height,
        small_digest=small.digest if small else None,
        small_type=small.media_type if small else "",
        small_size=small.size if small else 0,
        small_width=small.width if small else 0,
        small_height=small.height if small else 0,
        blurhash=sent.blurhash,
        label=label(sent.label),
        made_at=site.now(),
    )
    say(media, words)
    session.add(media)
    await session.flush()
    return media


def say(media: Media, words: Words) -> None:
    """Change what is said beside a file. What was published with it keeps the words it had.

    Raises:
        Unwise: that is too much.
    """
    check(words)
    if words.description is not None:
        media.description = " ".join(words.description.split())
    if words.credit is not None:
        media.credit = " ".join(words.credit.split())
    if words.focus is not None:
        media.focus_x, media.focus_y = words.focus


def check(words: Words) -> None:
    """Refuse words that are too long.

    Raises:
        Unwise: they are, with every fault.
    """
    faults = {
        name: f"This is {len(text):,} characters long; at most {longest:,} are allowed."
        for name, text, longest in (
            ("description", words.description, LONGEST_DESCRIPTION),
            ("credit", words.credit, LONGEST_CREDIT),
        )
        if text is not None and len(text) > longest
    }
    if faults:
        raise Unwise(next(iter(faults.values())), fields=faults)


async def discard(session: Session, media: Media) -> None:
    """Throw a file away that nothing shows.

    Raises:
        Conflicting: something shows it.
    """
    if await views.uses(session, [media.id]):
        raise Conflicting("Something that was published shows this file: it stays as long as that.")
    await session.execute(delete(Media).where(Media.id == media.id))


async def withdraw(session: Session, media: Media) -> None:
    """Take a file away from everything that shows it: its address answers 404 from here on."""
    await session.execute(delete(MediaUse).where(MediaUse.media_id == media.id))
    await session.execute(delete(Media).where(Media.id == media.id))


async def show(
    session: Session,
    site: Site,
    subject: str,
    subject_id: int,
    files: Sequence[Media | None],
    *,
    with_former: bool = False,
) -> None:
    """From now on, this is what something shows.

    Args:
        session: an open transaction.
        site: our ids.
        subject: what kind of thing: `remark`, `model` …
        subject_id: which one.
        files: in order; None keeps a place free.
        with_former: it holds on to what it showed before.
    """
    mine = (MediaUse.subject == subject, MediaUse.subject_id == subject_id)
    if with_former:
        await session.execute(update(MediaUse).where(*mine).values(place=None))
    else:
        await session.execute(delete(MediaUse).where(*mine))
    for place, media in enumerate(files):
        if media is None:
            continue
        values = {
            "id": site.new_id(),
            "media_id": media.id,
            "subject": subject,
            "subject_id": subject_id,
            "place": place,
        }
        if not await insert_once(session, MediaUse, values):
            again = (*mine, MediaUse.media_id == media.id)
            await session.execute(update(MediaUse).where(*again).values(place=place))


async def show_named(
    session: Session,
    site: Site,
    subject: str,
    subject_id: int,
    facts: Sequence[Json],
    owner: int,
    *,
    with_former: bool = False,
) -> None:
    """The same, by what a sheet says: those of its files that are ours.

    Args:
        session: an open transaction.
        site: our origin and ids.
        subject: what kind of thing.
        subject_id: which one.
        facts: its `image`, then its `attachment`.
        owner: the organisation whose rows are meant, where several have sent the same file.
        with_former: as `show`.
    """
    named = _flat(facts)
    if not named and not await _shows(session, subject, subject_id):
        return
    digests = [documents.name_of(site.origin, one.url) for one in documents.shown(named)]
    files = await views.by_digests(session, [one for one in digests if one], owner)
    await show(session, site, subject, subject_id, files, with_former=with_former)


async def _shows(session: Session, subject: str, subject_id: int) -> bool:
    mine = (MediaUse.subject == subject, MediaUse.subject_id == subject_id)
    return await session.scalar(select(MediaUse.id).where(*mine).limit(1)) is not None


async def bring_back(session: Session, site: Site, model: Model, contents: Contents) -> None:
    """A model of ours came home from an archive: its files are known again under their addresses.

    Args:
        session: an open transaction.
        site: our origin, clock and ids.
        model: as it is now.
        contents: the archive; its files lie in the room already.
    """
    for version in contents.versions:
        told = [version.get(name) for name in FACTS]
        for one in documents.shown(_flat(told)):
            await _know_again(session, site, model, one, contents)
        await show_named(session, site, MODEL, model.id, told, model.actor_id, with_former=True)


async def _know_again(
    session: Session, site: Site, model: Model, one: Shown, contents: Contents
) -> None:
    digest = documents.name_of(site.origin, one.url)
    name = None if digest is None else archive.file_name(digest, one.media_type)
    if digest is None or name is None or name not in contents.files:
        return
    if await views.by_digest(session, digest):
        return
    size = len(contents.files[name])
    full = Stored(digest, one.media_type, size, one.width, one.height)
    is_picture = one.kind == PICTURE
    media = Media(
        id=site.new_id(),
        actor_id=model.actor_id,
        kind=PICTURE if is_picture else DOCUMENT,
        media_type=full.media_type,
        digest=digest,
        size=size,
        width=full.width,
        height=full.height,
        small_digest=digest if is_picture else None,  # the small one was not in the archive
        small_type=full.media_type if is_picture else "",
        small_width=full.width,
        small_height=full.height,
        description=one.name,
        credit=one.credit,
        made_at=site.now(),
    )
    session.add(media)
    await session.flush()


def _flat(facts: Sequence[Json]) -> list[Json]:
    return [one for fact in facts for one in (fact if isinstance(fact, list) else [fact]) if one]


async def let_go(session: Session, subject: str, subject_id: int) -> None:
    """Something was deleted: its files go, unless something else shows them too."""
    mine = (MediaUse.subject == subject, MediaUse.subject_id == subject_id)
    ids = list(await session.scalars(select(MediaUse.media_id).where(*mine)))
    await session.execute(delete(MediaUse).where(*mine))
    if ids:
        await session.execute(delete(Media).where(Media.id.in_(ids), ~_shown()))


async def let_all_go(session: Session, organisation: Actor) -> None:
    """An organisation ends: what nothing of others shows goes with it."""
    await let_go(session, ORGANISATION, organisation.id)
    await session.execute(delete(Media).where(Media.actor_id == organisation.id, ~_shown()))


async def forget_unused(session: Session, site: Site) -> int:
    """Throw away what nothing shows a day after it came; how many files."""
    gone = select(Draft.id).where(Draft.id == MediaUse.subject_id).exists()
    await session.execute(delete(MediaUse).where(MediaUse.subject == DRAFT, ~gone))
    gone = select(RecordDraft.id).where(RecordDraft.id == MediaUse.subject_id).exists()
    await session.execute(delete(MediaUse).where(MediaUse.subject == RECORD_DRAFT, ~gone))
    waiting = (
        select(Media.id)
        .where(Media.made_at < site.now() - UNUSED_FOR, ~_shown())
        .order_by(Media.id)
        .limit(AT_ONCE)
    )
    ids = list(await session.scalars(waiting))
    if ids:
        await session.execute(delete(Media).where(Media.id.in_(ids)))
    return len(ids)


def _shown() -> ColumnElement[bool]:
    return select(MediaUse.id).where(MediaUse.media_id == Media.id).exists()
