"""Moving: an organisation goes on under another address, or somebody moves to it."""

from collections.abc import Mapping

from aiohttp import web
from wtforms import BooleanField, StringField

import activitypub.vocabulary as ap
from activitypub.iris import Iri
from actors.errors import NotFound
from actors.rules import permissions
from actors.tables.actor import Actor
from actors.verbs import moving
from actors.views import profiles
from actors.views.access import Acting
from federation.app_keys import DATABASE, LOOKUP, SITE
from federation.pages import elsewhere, forms, rendering, saying, sessions
from federation.pages.forms import Form
from federation.pages.sessions import Visitor
from federation.pages.translating import N_

NOT_CONFIRMED = N_("Please confirm that your organisation shall publish nothing here any more.")


class MovingForm(Form):
    """What to do, with which account, and whether that is meant."""

    do = StringField()
    handle = StringField(validators=forms.optional(300))
    alias = StringField(validators=forms.optional(2048))
    understood = BooleanField()


async def moving_page(request: web.Request) -> web.Response:
    """GET /moving."""
    here, acting = await sessions.acting(request)
    permissions.must_manage_members(acting.office)
    return await _show(request, here, acting, handle="", faults={})


async def act(request: web.Request) -> web.Response:
    """POST /moving: add or remove another address, move, or take a move back."""
    here, acting = await sessions.acting(request)
    form = await forms.read(request, here, MovingForm)
    permissions.must_manage_members(acting.office)
    handle, do = (form.handle.data or "").strip(), form.do.data or ""
    if not form.validate():
        return await _show(request, here, acting, handle=handle, faults=forms.faults(form))
    if do == "move" and not form.understood.data:
        faults = {"understood": NOT_CONFIRMED}
        return await _show(request, here, acting, handle=handle, faults=faults)
    try:
        said = await _done(request, acting, do, handle, form.alias.data or "")
    except elsewhere.FORESEEN as refused:
        faults = {"alias" if do == "alias" else "handle": elsewhere.plainly(refused)}
        return await _show(request, here, acting, handle=handle, faults=faults)
    raise web.HTTPSeeOther(saying.address("/moving", said))


async def _done(request: web.Request, acting: Acting, do: str, handle: str, alias: str) -> str:
    """Do what the form says; the word for what was done."""
    site, us, database = request.app[SITE], acting.organisation, request.app[DATABASE]
    if do == "stay":
        async with database.begin() as session:
            await moving.stay(session, site, us)
        return "stayed"
    if do == "unalias":
        async with database.begin() as session:
            await moving.remove_alias(session, site, us, alias)
        return "alias-kept"
    lookup = request.app[LOOKUP]
    found = await lookup.resolve(alias if do == "alias" else handle)
    if not isinstance(found, Actor):
        raise NotFound("This is not an organisation or a person one can follow.")
    if do == "alias":
        async with database.begin() as session:
            await moving.add_alias(session, site, us, found.iri)
        return "alias-kept"
    target = await lookup.newest(Iri(found.iri))
    if not isinstance(target, ap.Actor):
        raise NotFound("This is not an organisation or a person one can follow.")
    async with database.begin() as session:
        await moving.move(session, site, us, target)
    return "moved"


async def _show(
    request: web.Request, here: Visitor, acting: Acting, *, handle: str, faults: Mapping[str, str]
) -> web.Response:
    async with request.app[DATABASE].read() as session:
        us = await profiles.by_id(session, acting.organisation.id)
    return rendering.page(
        request,
        here,
        "moving.html",
        status=422 if faults else 200,
        us=us,
        handle=handle,
        faults=faults,
    )
