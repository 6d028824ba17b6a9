"""Dressing: the page on which stewards of the network give its pages a name, a colour and a mark.

A colour is shown on this very page before anything is kept, by day and by night, with what had to
be changed for it to be read. Every change can be undone, and everything put back as it was.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from aiohttp import web
from multidict import MultiDict, MultiDictProxy

from actors.database import Session
from actors.errors import Refusal, Unwise
from actors.rules import colours, looks, permissions
from actors.rules.pictures import LARGEST_FILE
from actors.site import Site
from actors.verbs import dressing
from actors.verbs.picturing import Words
from actors.verbs.profiling import LONGEST_NAME
from actors.views import profiles
from actors.views.access import Acting
from federation.app_keys import DATABASE, SITE, UPLOADS
from federation.files.uploads import Arrived
from federation.pages import forms, rendering, saying, sessions
from federation.pages import looks as drawn
from federation.pages.forms import Fields
from federation.pages.sessions import Visitor
from federation.pages.translating import N_

PAGE: Final = "/look"

OFFERED: Final[Mapping[str, str]] = {
    "#0f6b5e": N_("Pine green"),
    "#1d5fa6": N_("Lake blue"),
    "#5a4bb0": N_("Lavender"),
    "#94306f": N_("Plum"),
    "#a8381f": N_("Brick red"),
    "#7a5a00": N_("Honey"),
}
"""Colours that can be read as they are, by day; any other may be typed."""


async def look_page(request: web.Request) -> web.Response:
    """GET /look."""
    here, _ = await _steward(request)
    return await _show(request, here)


async def act(request: web.Request) -> web.Response:
    """POST /look: show a colour, keep it, rename, change the mark, undo, or put all back."""
    here, acting = await _steward(request)
    if request.content_type == "multipart/form-data":
        return await _take_mark(request, here, acting)
    given = await forms.fields(request)
    forms.require_token(here, given)
    do = given.get("do", "")
    try:
        if do == "show":
            return await _show(request, here, given, tried=str(colours.parse(_of(given))))
        async with request.app[DATABASE].begin() as session:
            said = await _done(session, request.app[SITE], acting, do, given)
    except Refusal as refused:
        return await _show(request, here, given, refused=refused)
    raise web.HTTPSeeOther(saying.address(PAGE, said))


async def _done(session: Session, site: Site, acting: Acting, do: str, given: Fields) -> str:
    """Do what the form says; the word for what was done."""
    if do == "name":
        await dressing.rename(session, site, acting.organisation, given.get("name", ""))
        return "look-named"
    if do == "undo":
        await dressing.undo(session, site)
        return "look-undone"
    if do == "plain":
        await dressing.undress(session, site)
        return "look-plain"
    if do == "no-mark":
        await dressing.mark(session, site, None)
        return "look-changed"
    await dressing.colour(session, site, str(colours.parse(_of(given))))
    return "look-changed"


def _of(given: Fields) -> str:
    """The colour that was chosen: whichever of the two, the list or the field, was touched."""
    chosen, typed, before = (given.get(name, "") for name in ("chosen", "colour", "before"))
    return typed if chosen not in OFFERED or (chosen == before != typed) else chosen


async def _take_mark(request: web.Request, here: Visitor, acting: Acting) -> web.Response:
    forms.must_come_from_us(request)
    room, arrived = request.app[UPLOADS], Arrived({})
    try:
        arrived = await room.form(request, acting.organisation, is_typed=True)
        forms.require_token(here, MultiDictProxy(MultiDict(arrived.fields)))
        words = Words(description=acting.organisation.name)
        media = await room.keep(acting.organisation, arrived, words, as_mark=True)
        async with request.app[DATABASE].begin() as session:
            await dressing.mark(session, request.app[SITE], media)
    except Unwise as refused:
        return await _show(request, here, refused=refused)
    finally:
        room.forget(arrived)
    raise web.HTTPSeeOther(saying.address(PAGE, "look-changed"))


async def _steward(request: web.Request) -> tuple[Visitor, Acting]:
    here, acting = await sessions.acting(request)
    permissions.must_administer(acting.office, is_network=acting.is_network)
    return here, acting


async def _show(
    request: web.Request,
    here: Visitor,
    given: Fields | None = None,
    *,
    tried: str = "",
    refused: Refusal | None = None,
) -> web.Response:
    async with request.app[DATABASE].read() as session:
        row = await profiles.instance(session)
    kept = {} if row is None else row.look
    look = replace(here.look, colour=tried) if tried else here.look
    shown = drawn.of(request, replace(here, look=look))
    if not shown.colour:  # samples by day and by night, in the colours that every instance has
        shown = replace(shown, stylesheet=drawn.sheet_address(""))
    day, night = drawn.adapted(colours.parse(shown.colour)) if shown.colour else (None, None)
    faults = dict(refused.fields) if isinstance(refused, Unwise) else {}
    typed: Mapping[str, str] = given or {}
    return rendering.page(
        request,
        here,
        "look.html",
        status=422 if refused else 200,
        look=shown,
        tried=tried,
        moved=[
            (when, one) for when, one in (("day", day), ("night", night)) if one and one.is_moved
        ],
        chosen=tried or typed.get("chosen") or (f"#{shown.colour}" if shown.colour else "#0f6b5e"),
        offered=OFFERED,
        typed=typed,
        can_undo=looks.former(kept) is not None,
        is_plain=here.look == looks.PLAIN,
        problem="" if refused is None or faults else refused.reason,
        faults={"name" if name == "display_name" else name: one for name, one in faults.items()},
        largest=LARGEST_FILE // 1024 // 1024,
        longest=LONGEST_NAME,
    )
