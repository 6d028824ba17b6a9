"""Drafts: what is written and not yet published; and when it will be, by itself.

The form is that of `writing`; what it says is kept under an address of its own, for every member of
the organisation who may publish.
"""

from dataclasses import replace

from aiohttp import web

from actors.database import Session
from actors.errors import Refusal
from actors.rules import permissions
from actors.site import id_in
from actors.tables.actor import Actor
from actors.tables.draft import Draft
from actors.tables.model import Model
from actors.verbs import drafting
from actors.views import drafts
from actors.views.access import Acting
from federation.app_keys import DATABASE, SITE
from federation.pages import addresses, forms, meanwhile, saying, sessions, writing
from federation.pages import sheet_form as sheets
from federation.pages.writing import Editing

ENDING = ("call-off", "discard", "put-away")
"""Buttons that end something and keep nothing of the form."""


async def draft_page(request: web.Request) -> web.Response:
    """GET /drafts/{id}: go on with a draft."""
    here, acting = await sessions.acting(request)
    permissions.must_publish(acting.office)
    async with request.app[DATABASE].read() as session:
        kept, editing = await _kept(session, acting, request)
        commons = None if kept.commons_id is None else await session.get(Actor, kept.commons_id)
    sheet = drafts.sheet(kept)
    typed = sheets.from_sheet(sheet, kept.base)
    if editing is None:
        typed = sheets.with_offers(typed)
    handle = f"@{commons.address}" if commons is not None else ""
    typed = replace(typed, seen=meanwhile.seen_of(kept))
    typed = replace(
        writing.with_reasons(typed, drafts.modifications(kept)), note=kept.note, commons=handle
    )
    return writing.show(request, here, typed, editing=editing, kept=kept)


async def draft(request: web.Request) -> web.Response:
    """POST /drafts/{id}: save, plan, call off, throw away, publish; or a button of the form."""
    here = await sessions.visitor(request)
    given = await forms.fields(request)
    typed, button = sheets.read(given), given.get("do", "preview")
    acting = here.acting
    if acting is None:  # the draft is not shown, but what was typed is not lost
        return writing.show(request, here, typed, problem=forms.SIGNED_OUT)
    permissions.must_publish(acting.office)
    async with request.app[DATABASE].read() as session:
        kept, editing = await _kept(session, acting, request)
    if not forms.token_fits(here, given):
        problem = forms.OTHER_SESSION
        return writing.show(request, here, typed, editing=editing, kept=kept, problem=problem)
    if button in ENDING:
        await _end(request, kept, button)
    if editing is not None and typed.base != editing.number and button in writing.LASTING:
        return writing.overtaken(request, here, typed, editing, kept)
    try:
        if button == "publish":
            await _publish(request, acting, typed, editing, kept)
        if button in writing.KEEPING:
            await writing.keep(request, acting, given, typed, editing, kept)
    except Refusal as refused:
        return writing.show(request, here, typed, editing=editing, kept=kept, refused=refused)
    return writing.pressed(request, here, typed, given, editing, kept)


async def _kept(
    session: Session, acting: Acting, request: web.Request
) -> tuple[Draft, Editing | None]:
    found = await drafts.one_of(session, acting.organisation, id_in(request.match_info["id"]))
    if found.model_id is None:
        return found, None
    model = await session.get_one(Model, found.model_id)
    return found, await writing.editing_of(session, acting, str(model.slug))


async def _publish(
    request: web.Request, acting: Acting, typed: sheets.Draft, editing: Editing | None, kept: Draft
) -> None:
    """Save what was typed, publish it, and end the draft: all of it or nothing."""
    what = await writing.written(request, typed, editing, kept, is_final=True)
    async with request.app[DATABASE].begin() as session:
        site = request.app[SITE]
        await writing.saved_beside(session, site, acting, what, kept, typed)
        made = await drafting.publish(session, site, kept)
    word = "published" if editing is None else "revised"
    raise web.HTTPSeeOther(saying.address(addresses.page_of(made), word))


async def _end(request: web.Request, kept: Draft, button: str) -> None:
    async with request.app[DATABASE].begin() as session:
        if button == "call-off":
            await drafting.call_off(session, kept)
        elif button == "put-away":
            await drafting.put_away(session, kept)
        else:
            await drafting.discard(session, kept)
    if button == "call-off":
        raise web.HTTPSeeOther(saying.address(f"/drafts/{kept.id}", "draft-called-off"))
    if button == "put-away":
        raise web.HTTPSeeOther(f"/drafts/{kept.id}")
    raise web.HTTPSeeOther(saying.address("/space", "draft-discarded"))
