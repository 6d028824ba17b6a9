"""Bringing a text that people already have: a file or a page becomes a draft.

Nothing is published by that. What was understood, and what was not, is told on the page of the
draft until somebody puts it away.
"""

from collections.abc import Mapping
from typing import Final

from aiohttp import web
from multidict import MultiDict, MultiDictProxy

from activitypub.errors import ProtocolError
from actors.errors import NotAllowed, Refusal, Unwise
from actors.rules import permissions
from actors.rules.bringing import Brought
from actors.rules.languages import canonical_tag
from actors.rules.pictures import LARGEST_FILE
from actors.verbs import drafting
from actors.verbs.drafting import Writing
from actors.views.access import Acting
from federation.app_keys import DATABASE, READING_ROOM, SITE, UPLOADS
from federation.errors import TransportError
from federation.files.uploads import Arrived
from federation.pages import elsewhere, forms, rendering, saying, sessions, words
from federation.pages.sessions import Visitor
from federation.pages.translating import N_

ADDRESS: Final = "/bring"
WHICH: Final = N_("Please choose a file, or give the address of a page.")
ONE_ONLY: Final = N_("Please choose a file or an address, not both.")

MOST_SOURCE: Final = 500  # characters of the name of a file or of an address, as they are shown

NOTHING: Final[Mapping[str, str]] = {}


async def bring_page(request: web.Request) -> web.Response:
    """GET /bring: which text, and where it is."""
    here, acting = await sessions.acting(request)
    permissions.must_publish(acting.office)
    return _show(request, here)


async def bring(request: web.Request) -> web.Response:
    """POST /bring: read it, and begin a draft with it."""
    here, acting = await sessions.acting(request)
    permissions.must_publish(acting.office)
    forms.must_come_from_us(request)
    room, arrived = request.app[UPLOADS], Arrived({})
    typed: Mapping[str, str] = NOTHING
    try:
        arrived = await room.form(request, acting.organisation, is_needed=False)
        given = {name: forms.without_nul(text) for name, text in arrived.fields.items()}
        typed = fields = MultiDictProxy(MultiDict(given))
        forms.require_token(here, fields)
        found = await _read(request, arrived, typed)
        source = arrived.name if arrived.path is not None else typed.get("address", "").strip()
        draft_id = await _keep(request, acting, found, source)
    except NotAllowed:
        raise
    except Refusal as refused:
        return _show(request, here, typed, refused)
    finally:
        room.forget(arrived)
    raise web.HTTPSeeOther(saying.address(f"/drafts/{draft_id}", "brought"))


async def _read(request: web.Request, arrived: Arrived, typed: Mapping[str, str]) -> Brought:
    """The text of the file, or of the page.

    Raises:
        Unwise: neither or both were given, or it cannot be had or read.
    """
    room, address = request.app[READING_ROOM], typed.get("address", "").strip()
    language = canonical_tag(typed.get("language", ""))
    if language not in words.WRITING_LANGUAGES:
        language = rendering.language(request)
    if arrived.path is None and not address:
        raise Unwise(WHICH, fields={"file": WHICH})
    if arrived.path is not None and address:
        raise Unwise(ONE_ONLY, fields={"address": ONE_ONLY})
    if arrived.path is not None:
        return await room.file(arrived.path, arrived.name, language)
    try:
        return await room.page(address, language)
    except (ProtocolError, TransportError) as fault:
        said = elsewhere.plainly(fault)
        raise Unwise(said, fields={"address": said}) from fault


async def _keep(request: web.Request, acting: Acting, found: Brought, source: str) -> int:
    told = found.to_json(source[:MOST_SOURCE])
    async with request.app[DATABASE].begin() as session:
        kept = await drafting.save(
            session,
            request.app[SITE],
            acting.organisation,
            acting.member,
            Writing(sheet=found.sheet, brought=told),
        )
        return kept.id


def _show(
    request: web.Request,
    here: Visitor,
    typed: Mapping[str, str] = NOTHING,
    refused: Refusal | None = None,
) -> web.Response:
    faults = dict(refused.fields) if isinstance(refused, Unwise) else {}
    problem = refused.reason if refused is not None and not faults else ""
    return rendering.page(
        request,
        here,
        "bring.html",
        status=422 if refused else 200,
        typed=typed,
        faults=faults,
        problem=problem,
        chosen=typed.get("language") or rendering.language(request),
        largest=LARGEST_FILE // 1024 // 1024,
    )
