"""Archives: a model as a file to take away, and a file to bring back."""

from collections.abc import Mapping
from typing import Final

from aiohttp import BodyPartReader, MultipartReader, web
from multidict import MultiDict, MultiDictProxy

from actors.errors import Refusal, Unwise
from actors.rules import permissions
from actors.verbs.reclaiming import Restored
from federation import archives
from federation.app_keys import ARCHIVIST, DATABASE
from federation.archives import MEDIA_TYPE
from federation.middleware import LARGEST_UPLOAD
from federation.pages import addresses, forms, models, rendering, sessions
from federation.pages.forms import UNREADABLE
from federation.pages.sessions import Visitor
from federation.pages.translating import N_

NO_FILE: Final = N_("Please choose a file.")
TOO_LARGE: Final = N_("This file is too large. An operator can restore it with a command.")
UPLOAD: Final = "/archives"

NOTHING: Final[Mapping[str, str]] = {}

_LONGEST_TOKEN: Final = 200  # bytes; ours have 64


async def download(request: web.Request) -> web.Response:
    """GET /m/{slug}/archive: the model with its history and its proofs, as one file."""
    async with request.app[DATABASE].read() as session:
        found = await models.find(session, request.match_info["slug"])
    data = await request.app[ARCHIVIST].make(found.id, LARGEST_UPLOAD)
    return attached(data, archives.of(found))


def attached(data: bytes, name: str) -> web.Response:
    """An archive as an answer."""
    named = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=data, content_type=MEDIA_TYPE, headers=named)


async def upload_page(request: web.Request) -> web.Response:
    """GET /archives: bring a model back from a file."""
    here, acting = await sessions.acting(request)
    permissions.must_publish(acting.office)
    return _show(request, here, {}, None)


async def upload(request: web.Request) -> web.Response:
    """POST /archives: remember what the file holds, as its authors'."""
    here, acting = await sessions.acting(request)
    permissions.must_publish(acting.office)
    data = await _file(request, here)
    if data is None or not data:
        return _show(request, here, {"file": TOO_LARGE if data is None else NO_FILE}, None)
    try:
        done = await request.app[ARCHIVIST].restore(data, by=acting.organisation)
    except Refusal as refused:
        altered = refused.fields if isinstance(refused, Unwise) else {}
        return _show(request, here, {"file": refused.reason}, None, altered)
    return _show(request, here, {}, done)


async def _file(request: web.Request, here: Visitor) -> bytes | None:
    """The file of the form; nothing where none was chosen, None where it is too large.

    Raises:
        Unwise: it is no such form. NotAllowed: it was not drawn for this reader.
    """
    forms.must_come_from_us(request)
    try:
        reader = await request.multipart()
        token = await _part(reader, "token")
        written = await token.read_chunk(_LONGEST_TOKEN)
        fields = MultiDictProxy(MultiDict({forms.TOKEN: written.decode("ascii", "replace")}))
        forms.require_token(here, fields)
        part = await _part(reader, "file")
    except (ValueError, AssertionError) as broken:
        raise Unwise(UNREADABLE) from broken
    found = bytearray()
    while chunk := await part.read_chunk():
        found += chunk
        if len(found) > LARGEST_UPLOAD:
            return None
    return bytes(found)


async def _part(reader: MultipartReader, name: str) -> BodyPartReader:
    part = await reader.next()
    if not isinstance(part, BodyPartReader) or part.name != name:
        raise ValueError(f"{name} is not where it belongs")
    return part


def _show(
    request: web.Request,
    here: Visitor,
    faults: Mapping[str, str],
    done: Restored | None,
    altered: Mapping[str, str] = NOTHING,
) -> web.Response:
    return rendering.page(
        request,
        here,
        "archives.html",
        status=422 if faults else 200,
        faults=faults,
        altered=altered,
        done=done,
        address="" if done is None else addresses.page_of(done.model),
        largest=LARGEST_UPLOAD // 1024 // 1024,
    )
