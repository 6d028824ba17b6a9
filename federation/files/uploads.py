"""Uploads: a file on its way in, for apps, programs and pages alike.

Bytes go to the disk as they come, never more than one file may have. Then the first of them say
what it is, a picture is drawn anew (`darkroom`), what is kept gets its name (`actors.files`), and
last of all a row speaks of it. Whoever is refused, breaks off or dies on the way leaves no row, and
what is left on the disk is swept.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterable, AsyncIterator, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

import structlog
from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from activitypub.errors import Malformed
from actors.database import Database
from actors.documents.media import multihash
from actors.errors import Unavailable, Unwise
from actors.files import Files
from actors.rules import pictures
from actors.rules.pictures import (
    HEAD,
    KEPT_PIXELS,
    LARGEST_FILE,
    MARK_PIXELS,
    PICTURE,
    Kind,
    Room,
)
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.media import Media
from actors.verbs import picturing
from actors.verbs.picturing import Sent, Stored, Words
from actors.verbs.portraying import NOT_A_PICTURE
from actors.views import media as views
from federation.files.darkroom import Darkroom, Developed

LARGEST_FIELD: Final = 64 * 1024
"""Bytes of one field beside the file: four times the longest alternative text."""

MOST_FIELDS: Final = 32
"""Fields of one form with a file; a record of practice has twenty-three."""

AT_ONCE: Final = 4
"""Files of one organisation that may be under way: apps send the pictures of one post at a time."""

MOST_PASSED_OVER: Final = 256 * 1024 * 1024
"""Bytes of a form of a person's that are read although its file is too large, so that what was
typed is not lost: a minute of a phone's film. Whoever sends more is cut off."""

TOO_LARGE: Final = f"A file may have {LARGEST_FILE // 1024 // 1024} MB at most."
NOTHING: Final = "Please choose a file."
UNKNOWN_KIND: Final = "This is no JPEG, PNG, GIF, WebP, AVIF or PDF."
CUT_OFF: Final = "This PDF is cut off, or something is hidden behind its end."
NO_DISK: Final = "files cannot be written down just now"
BROKEN_FORM: Final = "The form could not be read"
TOO_MANY_AT_ONCE: Final = "Several files of your organisation are under way: wait for them."

SWEPT_AT_ONCE: Final = 500

_PIECE: Final = 256 * 1024  # bytes brought to the disk at once
_BROKEN: Final = (ValueError, AssertionError, LookupError, HttpProcessingError)
_log = structlog.stdlib.get_logger("federation.files.uploads")


class TooMuch(Unwise):
    """A file is too large; what is left of it is not read, so the connection ends with this."""

    code = "too-large"


@dataclass
class Arrived:
    """A form with a file: the file lies on the disk.

    Attributes:
        fields: the other fields by name.
        path: where it lies; None where none was sent.
        name: what its sender calls it.
        size: bytes.
        refused: why the file was not taken, where the rest of the form was read all the same.
    """

    fields: dict[str, str]
    path: Path | None = None
    name: str = ""
    size: int = 0
    refused: Unwise | None = None


class Uploads:
    """Takes files in. No method may be called in a transaction.

    Args:
        database: what is remembered.
        site: our origin, clock and ids.
        files: the room for them.
        room: how many bytes there is room for.
    """

    def __init__(self, database: Database, site: Site, files: Files, room: Room) -> None:
        self.files = files
        self.room = room
        self._database = database
        self._site = site
        self._most = room.for_one
        self._darkroom = Darkroom()
        self._under_way: dict[int, int] = {}

    @contextmanager
    def _place(self, organisation: Actor) -> Iterator[None]:
        under_way = self._under_way
        if under_way.get(organisation.id, 0) >= AT_ONCE:
            raise Unavailable(TOO_MANY_AT_ONCE, code="busy")
        under_way[organisation.id] = under_way.get(organisation.id, 0) + 1
        try:
            yield
        finally:
            under_way[organisation.id] -= 1
            if not under_way[organisation.id]:
                del under_way[organisation.id]

    async def form(
        self,
        request: web.Request,
        organisation: Actor | None,
        *,
        is_needed: bool = True,
        is_typed: bool = False,
    ) -> Arrived:
        """Read a form with a file (`multipart/form-data`), the file onto the disk.

        Args:
            request: the form.
            organisation: whose file it is; of nobody's, nothing is written down.
            is_needed: whether the form is about the file. Where it only may have one, it is read
                also where there is no room for a file, and `keep` refuses the file alone.
            is_typed: somebody typed the rest of it: a file that is too large is passed over, what
                was typed is read to its end, and `keep` refuses the file.

        Raises:
            Malformed: it is no such form.
            Unwise: the file is too large, or there is no room for it.
            Unavailable: the disk is full, or too many are under way.
        """
        _must_be_small(request, MOST_PASSED_OVER if is_typed else LARGEST_FILE)
        if organisation is not None and is_needed and not is_typed:
            await self.must_have_room(request, organisation)
        arrived = Arrived({})
        try:
            async for part in _parts(request):
                if organisation is None and part.filename is not None:
                    await _pass_over(_chunks(part))
                elif part.name == "file" and part.filename is not None and arrived.path is None:
                    arrived.name = part.filename
                    await self._receive_or_pass(arrived, _chunks(part), is_typed=is_typed)
                elif part.filename is None and part.name:
                    arrived.fields[part.name] = await _field(part)
                else:
                    await part.release()
        except _BROKEN as broken:
            self.forget(arrived)
            raise Malformed(BROKEN_FORM, code="json") from broken
        except BaseException:
            self.forget(arrived)
            raise
        return arrived

    async def _receive_or_pass(
        self, arrived: Arrived, chunks: AsyncIterator[bytes], *, is_typed: bool
    ) -> None:
        try:
            await self.receive(arrived, chunks)
        except TooMuch as refused:
            if not is_typed:
                raise
            self.forget(arrived)
            arrived.path, arrived.refused = None, refused
            await _pass_over(chunks, MOST_PASSED_OVER)

    async def pictures(
        self, request: web.Request, organisation: Actor, names: Collection[str]
    ) -> tuple[list[tuple[str, str]], dict[str, Arrived]]:
        """Read a form that may have several files, each in a field of its own name.

        Returns:
            The other fields in order, and what has arrived in those fields; `forget` all of it.

        Raises:
            Malformed, Unwise, Unavailable: as `form`.
        """
        await self.must_have_room(request, organisation)
        fields: list[tuple[str, str]] = []
        arrived: dict[str, Arrived] = {}
        try:
            async for part in _parts(request):
                if part.filename is None and part.name:
                    fields.append((part.name, await _field(part)))
                elif part.name and part.name in names and part.name not in arrived:
                    one = arrived[part.name] = Arrived({}, name=part.filename or "")
                    await self.receive(one, _chunks(part))
                else:
                    await _pass_over(_chunks(part))
        except BaseException as broken:
            for one in arrived.values():
                self.forget(one)
            if isinstance(broken, _BROKEN):
                raise Malformed(BROKEN_FORM, code="json") from broken
            raise
        return fields, arrived

    async def must_have_room(self, request: web.Request, organisation: Actor) -> None:
        """Refuse, by what is announced of it, what would be refused in the end.

        Raises:
            Unwise: the file is too large, or there is no room for one.
        """
        _must_be_small(request, LARGEST_FILE)
        async with self._database.read() as session:
            await picturing.must_have_room(session, organisation, 1, self._most)

    async def receive(self, arrived: Arrived, chunks: AsyncIterable[bytes]) -> None:
        """Bring a file to the disk, as it comes.

        Raises:
            Unwise: it is too large, or empty.
            Unavailable: nothing can be written.
        """
        with _to_disk():
            arrived.path = await asyncio.to_thread(self.files.incoming)
            file = await asyncio.to_thread(arrived.path.open, "xb")
        try:
            async for piece in _gathered(chunks):
                arrived.size += len(piece)
                if arrived.size > LARGEST_FILE:
                    raise TooMuch(TOO_LARGE, fields={"file": TOO_LARGE})
                with _to_disk():
                    await asyncio.to_thread(file.write, piece)
        finally:
            with suppress(OSError):
                await asyncio.to_thread(file.close)
        if not arrived.size:
            self.forget(arrived)
            arrived.path = None

    async def keep(
        self, organisation: Actor, arrived: Arrived, words: Words, *, as_mark: bool = False
    ) -> Media:
        """Keep a file that has arrived.

        Args:
            organisation: whose it is.
            arrived: from `form`; it is gone from there afterwards, whatever happens.
            words: what is said beside it.
            as_mark: it is a picture, drawn small, for the head of every page.

        Raises:
            Unwise: there is none, it is nothing that is taken here, or there is no room.
            Unavailable: the disk is full, or there is too much to do.
        """
        try:
            picturing.check(words)
            if arrived.refused is not None:
                raise arrived.refused
            if arrived.path is None:
                raise Unwise(NOTHING, fields={"file": NOTHING})
            with self._place(organisation), _to_disk():
                sent = await self._stored(arrived, arrived.path, as_mark=as_mark)
            self._site.passes("media.written")
            async with self._database.begin() as session:
                kept = await picturing.keep(
                    session, self._site, organisation, sent, words, most=self._most
                )
            self._site.passes("media.committed")
            return kept
        finally:
            self.forget(arrived)

    async def mark(self, network: Actor, data: bytes) -> Media:
        """Lay the mark of a network into the room, drawn anew and small.

        Raises:
            Unwise: it is no picture, or there is no room.
            Unavailable: the disk is full, or there is too much to do.
        """
        with _to_disk():
            arrived = Arrived({}, await asyncio.to_thread(self._written, data), size=len(data))
        return await self.keep(network, arrived, Words(description=network.name), as_mark=True)

    async def take_over(self, data: bytes, digest: str) -> Sent:
        """Lay a file of somebody else's into the room; no row speaks of it yet.

        One that has the digest which its author says stays as it is; another one is drawn anew.

        Args:
            data: its bytes.
            digest: as documents give it (multibase); empty where its author does not say.

        Raises:
            Malformed: it has another digest.
            Unwise: it is nothing that is taken here.
            Unavailable: the disk is full, or there is too much to do.
        """
        if digest and digest != multihash(hashlib.sha256(data).hexdigest()):
            raise Malformed("the file is not the one that was announced", code="digest")
        with _to_disk():
            arrived = Arrived({}, await asyncio.to_thread(self._written, data), size=len(data))
            try:
                sent = await self._stored(arrived, arrived.path or Path())
                is_same = digest and sent.full.media_type == _type_of(data)
                return await asyncio.to_thread(self._as_it_is, data, sent) if is_same else sent
            finally:
                self.forget(arrived)

    def _written(self, data: bytes) -> Path:
        path = self.files.incoming()
        path.write_bytes(data)
        return path

    def _as_it_is(self, data: bytes, sent: Sent) -> Sent:
        """The file itself in place of what was drawn from it; the small picture stays."""
        full = replace(sent.full, digest=self.files.put(data), size=len(data))
        return replace(sent, full=full)

    def forget(self, arrived: Arrived) -> None:
        """Nothing of what arrived is left on its way."""
        if arrived.path is not None:
            for path in _leftovers(arrived.path):
                with suppress(OSError):
                    path.unlink(missing_ok=True)

    async def _stored(self, arrived: Arrived, path: Path, *, as_mark: bool = False) -> Sent:
        kind = await asyncio.to_thread(_kind, path)
        if kind is None:
            raise Unwise(UNKNOWN_KIND, fields={"file": UNKNOWN_KIND})
        if as_mark and kind.group != PICTURE:
            raise Unwise(NOT_A_PICTURE, fields={"file": NOT_A_PICTURE})
        if kind.group != PICTURE:
            if not await asyncio.to_thread(_is_whole, path, arrived.size):
                raise Unwise(CUT_OFF, fields={"file": CUT_OFF})
            digest = await asyncio.to_thread(self.files.keep, path)
            full = Stored(digest, kind.media_type, arrived.size)
            return Sent(kind.group, full, label=arrived.name)
        kept = MARK_PIXELS if as_mark else KEPT_PIXELS
        drawn = await self._darkroom.develop(path, kind, kept_pixels=kept)
        return await asyncio.to_thread(partial(self._laid_away, drawn, arrived.name))

    def _laid_away(self, drawn: Developed, name: str) -> Sent:
        """Both pictures in the room; the small one first, so that the last step is the large."""
        found = []
        for one in (drawn.small, drawn.full):
            size = one.path.stat().st_size
            digest = self.files.keep(one.path)
            found.append(Stored(digest, one.media_type, size, one.width, one.height))
        small, full = found
        return Sent(PICTURE, full, small, drawn.blurhash, name)

    async def sweep(self) -> int:
        """Remove the bytes that no row speaks of; how many files."""
        now = self._site.now()
        names = self.files.old(now)
        await asyncio.to_thread(self.files.forget_incoming, now)
        removed = 0
        while some := await asyncio.to_thread(lambda: list(islice(names, SWEPT_AT_ONCE))):
            async with self._database.read() as session:
                kept = await views.spoken_of(session, some)
            for name in some:
                if name not in kept:
                    removed += await asyncio.to_thread(self.files.remove, name, now)
        if removed:
            _log.info("files.swept", files=removed)
        return removed


def _must_be_small(request: web.Request, most: int) -> None:
    if (request.content_length or 0) > most + MOST_FIELDS * LARGEST_FIELD:
        raise TooMuch(TOO_LARGE, fields={"file": TOO_LARGE})


async def _pass_over(chunks: AsyncIterable[bytes], most: int = LARGEST_FILE) -> None:
    """Read a file that nobody keeps, to come to the fields behind it."""
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise TooMuch(TOO_LARGE, fields={"file": TOO_LARGE})


async def _parts(request: web.Request) -> AsyncIterator[BodyPartReader]:
    """The parts of a form, so many and no more; what is nested in one is nothing of ours."""
    reader: MultipartReader = await request.multipart()
    for _ in range(MOST_FIELDS):
        part = await reader.next()
        if part is None:
            return
        if not isinstance(part, BodyPartReader):
            raise ValueError("a form within a form")  # noqa: TRY004 - it is a value of theirs
        yield part
    raise ValueError("too many fields")


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await part.read_chunk(_PIECE):
        yield chunk


async def _field(part: BodyPartReader) -> str:
    found = bytearray()
    async for chunk in _chunks(part):
        found += chunk
        if len(found) > LARGEST_FIELD:
            raise ValueError("a field is too long")
    text = found.decode("utf-8")
    if "\x00" in text:
        raise ValueError("no field holds NUL")
    return text


async def _gathered(chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The same bytes in larger pieces: each is one journey to the disk."""
    found = bytearray()
    async for chunk in chunks:
        found += chunk
        if len(found) >= _PIECE:
            yield bytes(found)
            found.clear()
    if found:
        yield bytes(found)


@contextmanager
def _to_disk() -> Iterator[None]:
    """A disk that is full, away or read-only is no mistake of whoever sends a file.

    Raises:
        Unavailable: it is.
    """
    try:
        yield
    except OSError as fault:
        _log.warning("files.unwritable", cause=f"{type(fault).__name__}: {fault}")
        raise Unavailable(NO_DISK, code="files") from fault


def _type_of(data: bytes) -> str:
    found = pictures.kind_of(data[:HEAD])
    return "" if found is None else found.media_type


def _kind(path: Path) -> Kind | None:
    with path.open("rb") as file:
        return pictures.kind_of(file.read(HEAD))


def _is_whole(path: Path, size: int) -> bool:
    with path.open("rb") as file:
        file.seek(max(0, size - 2048))
        return pictures.ends_as_pdf(file.read())


def _leftovers(path: Path) -> tuple[Path, ...]:
    return path, path.with_suffix(".full"), path.with_suffix(".small")
