"""Quoting: who quotes a model or a remark, quoting it, and taking consent back."""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from actors.database import Session
from actors.errors import NotFound
from actors.rules import permissions
from actors.site import Site
from actors.tables.remark import Remark
from actors.verbs import quoting, remarking
from actors.views import quotes as views
from actors.views import timelines
from actors.views.access import Acting
from actors.views.paging import Page
from federation.app_keys import DATABASE, SITE
from federation.pages import forms, pausing, remarks, rendering, saying, sessions
from federation.pages.remarks import Typed
from federation.pages.sessions import Visitor

SHOWN: Final = 40
"""Quotes on the page, the newest: as many as apps are given at once."""


async def quotes(request: web.Request) -> web.Response:
    """GET /remarks/{id}/quotes, where the id may be a model's."""
    return await _show(request, await sessions.visitor(request), text="", faults={})


async def quote(request: web.Request) -> web.Response:
    """POST /remarks/{id}/quotes: say something that quotes it."""
    return await remarks.post(request, _show, _quote)


async def _quote(session: Session, site: Site, acting: Acting, typed: Typed) -> str:
    said = await remarking.remark(
        session,
        site,
        acting.organisation,
        text=typed.text,
        quoted=typed.item.subject,
        language=typed.language,
    )
    await pausing.done(session, acting, f"/remarks/{typed.item.id}/quotes")
    return saying.address(f"/remarks/{said.id}", "quoted")


async def withdraw(request: web.Request) -> web.Response:
    """POST /remarks/{id}/quotes/{quoting}: our words are no longer shown inside that one."""
    here, acting = await sessions.acting(request)
    await forms.read(request, here, forms.Form)
    permissions.must_publish(acting.office)
    us = acting.organisation
    async with request.app[DATABASE].begin() as session:
        item = await remarks.seen(session, request.match_info["id"], us)
        by = await remarks.seen(session, request.match_info["quoting"], us)
        is_quote = by.quote is not None and by.quote.iri == item.subject.iri
        if not isinstance(by.subject, Remark) or not is_quote:
            raise NotFound("There is no such quote.")
        await quoting.revoke(session, request.app[SITE], us, by.subject)
    raise web.HTTPSeeOther(saying.address(f"/remarks/{item.id}/quotes", "quote-withdrawn"))


async def _show(
    request: web.Request, here: Visitor, *, text: str, faults: Mapping[str, str], problem: str = ""
) -> web.Response:
    """What is quoted, who quotes it, and what was typed, with what is wrong with it."""
    us = here.organisation
    async with request.app[DATABASE].read() as session:
        item = await remarks.seen(session, request.match_info["id"], us)
        rows = await views.quoting(session, item.subject.iri, Page(limit=SHOWN))
        found = [await timelines.status(session, one.id, us) for one in rows]
        begun = await pausing.begun(session, here, f"/remarks/{item.id}/quotes")
    return rendering.page(
        request,
        here,
        "quotes.html",
        status=422 if faults or problem else 200,
        item=item,
        found=[one for one in found if one is not None],
        text=text,
        begun=begun,
        faults=faults,
        problem=problem,
    )
