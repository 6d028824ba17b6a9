"""Blocks: whom an organisation blocks or mutes, which sites are blocked, and every way back.

An organisation blocks for itself; stewards of the network block a site for the whole instance.
"""

from collections.abc import Mapping
from typing import Final

from aiohttp import web
from wtforms import StringField

from actors.database import Session
from actors.errors import Refusal
from actors.rules import permissions
from actors.site import Site
from actors.tables.actor import Actor
from actors.verbs import blocking
from actors.views import blocks
from actors.views.access import Acting
from actors.views.paging import LARGEST_PAGE, Page
from federation.app_keys import DATABASE, SITE
from federation.pages import forms, organisations, rendering, saying, sessions
from federation.pages.forms import Form
from federation.pages.sessions import Visitor

LONGEST_NAME: Final = 300
"""Characters of a handle or a site's name, as people write it."""


class BlockForm(Form):
    """What to do, with whom: a handle, or the name of a site."""

    do = StringField()
    handle = StringField(validators=forms.optional(LONGEST_NAME))
    host = StringField(validators=forms.optional(LONGEST_NAME))
    reason = StringField(validators=forms.optional(blocking.LONGEST_REASON))


async def listing(request: web.Request) -> web.Response:
    """GET /blocks."""
    here, acting = await sessions.acting(request)
    return await _show(request, here, acting, BlockForm(), faults={})


async def act(request: web.Request) -> web.Response:
    """POST /blocks: block or mute somebody or a site, or take it back."""
    here, acting = await sessions.acting(request)
    form = await forms.read(request, here, BlockForm)
    permissions.must_follow(acting.office)
    if not form.validate():
        return await _show(request, here, acting, form, faults=forms.faults(form))
    try:
        async with request.app[DATABASE].begin() as session:
            said = await _done(session, request.app[SITE], acting, form)
    except Refusal as refused:
        at_fault = "shut" if form.do.data == "shut" else "host"
        fault = {"handle" if form.handle.data else at_fault: refused.reason}
        return await _show(request, here, acting, form, faults=fault)
    raise web.HTTPSeeOther(saying.address("/blocks", said))


async def _done(session: Session, site: Site, acting: Acting, form: BlockForm) -> str:
    """Do what the form says; the word for what was done."""
    us, do, host = acting.organisation, form.do.data or "", form.host.data or ""
    if do in ("shut", "reopen"):
        permissions.must_administer(acting.office, is_network=acting.is_network)
        if do == "shut":
            await blocking.shut(session, site, host, reason=form.reason.data or "")
            return "host-blocked"
        await blocking.reopen(session, host)
        return "block-ended"
    if do == "block-host":
        await blocking.block_host(session, site, us, host)
        return "host-blocked"
    if do == "unblock-host":
        await blocking.unblock_host(session, us, host)
        return "block-ended"
    return await _with_somebody(session, site, us, do, form.handle.data or "")


async def _with_somebody(session: Session, site: Site, us: Actor, do: str, handle: str) -> str:
    them = await organisations.known(session, handle)
    if do == "mute":
        await blocking.mute(session, site, us, them)
        return "muted"
    if do == "unmute":
        await blocking.unmute(session, us, them)
        return "block-ended"
    if do == "unblock":
        await blocking.unblock(session, site, us, them)
        return "block-ended"
    await blocking.block(session, site, us, them)
    return "blocked"


async def _show(
    request: web.Request,
    here: Visitor,
    acting: Acting,
    form: BlockForm,
    *,
    faults: Mapping[str, str],
) -> web.Response:
    us, page = acting.organisation, Page(limit=LARGEST_PAGE)
    administers = permissions.may_administer(acting.office, is_network=acting.is_network)
    async with request.app[DATABASE].read() as session:
        blocked = await blocks.blocked(session, us, page)
        muted = await blocks.muted(session, us, page)
        hosts = await blocks.blocked_hosts(session, us)
        shut = await blocks.shut_hosts(session) if administers else []
    return rendering.page(
        request,
        here,
        "blocks.html",
        status=422 if faults else 200,
        blocked=blocked,
        muted=muted,
        hosts=hosts,
        shut=shut,
        administers=administers,
        form=form,
        faults=faults,
    )
