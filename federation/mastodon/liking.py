"""Liking and passing on, in Mastodon's words: favourite and reblog.

What an app may not see answers 404, as if it did not exist, whatever it wants to do with it.

Source: docs.joinmastodon.org/methods/statuses (4.2): favourite, reblog, favourited_by,
reblogged_by; /methods/favourites.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

from actors.database import Session
from actors.errors import Unwise
from actors.rules import permissions
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.verbs import liking
from actors.views import reception
from actors.views.paging import Page
from actors.views.profiles import Listed
from actors.views.timelines import Item
from federation.app_keys import DATABASE, SITE
from federation.mastodon import answers, arguments, authenticating, paging
from federation.mastodon.authenticating import viewer
from federation.mastodon.describing import Describer
from federation.mastodon.statuses import addressed

Verb = Callable[[Session, Site, Actor, Model | Remark], Awaitable[None]]
Lister = Callable[[Session, str, Page], Awaitable[list[Listed]]]


async def favourite(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/statuses/{id}/favourite: like it; fine where we do."""
    return await _done(request, "write:favourites", liking.like)


async def unfavourite(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/statuses/{id}/unfavourite: like it no longer; fine where we did not."""
    return await _done(request, "write:favourites", liking.unlike)


async def reblog(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/statuses/{id}/reblog: pass it on, to everybody or not at all."""
    given = await arguments.read(request)
    if given.text("visibility", "public") != "public":
        raise Unwise("Validation failed: only public boosts are made here")
    site = request.app[SITE]
    async with request.app[DATABASE].begin() as session:
        acting = await authenticating.member(request, session, "write:statuses")
        permissions.must_publish(acting.office)
        us = acting.organisation
        item = await addressed(request, session, us)
        made = await liking.boost(session, site, us, item.subject)
        shown = Item(made.id, item.subject, item.author, made, us)
        entity = await Describer(session, site, us).status(shown)
    return answers.entity(entity)


async def unreblog(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/statuses/{id}/unreblog: pass it on no longer; fine where we did not."""
    return await _done(request, "write:statuses", liking.unboost)


async def favourited_by(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/statuses/{id}/favourited_by: who likes it, as far as we know."""
    return await _people(request, reception.likers)


async def reblogged_by(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/statuses/{id}/reblogged_by: who passed it on, as far as we know."""
    return await _people(request, reception.boosters)


async def favourites(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/favourites: what we like."""
    page = paging.wanted(await arguments.read(request), paging.STATUSES)
    async with request.app[DATABASE].read() as session:
        acting = await authenticating.member(request, session, "read:favourites")
        found = await reception.liked_by(session, acting.organisation, page)
        describer = Describer(session, request.app[SITE], acting.organisation)
        rows = await describer.status_rows(found)
    return answers.listed(request, rows, page)


async def _done(request: web.Request, scope: str, verb: Verb) -> web.StreamResponse:
    site = request.app[SITE]
    async with request.app[DATABASE].begin() as session:
        acting = await authenticating.member(request, session, scope)
        permissions.must_publish(acting.office)
        us = acting.organisation
        item = await addressed(request, session, us)
        await verb(session, site, us, item.subject)
        shown = Item(item.subject.id, item.subject, item.author)
        entity = await Describer(session, site, us).status(shown)
    return answers.entity(entity)


async def _people(request: web.Request, ask: Lister) -> web.StreamResponse:
    page = paging.wanted(await arguments.read(request), paging.ACCOUNTS)
    async with request.app[DATABASE].read() as session:
        caller = await authenticating.anybody(request, session, "read:accounts")
        item = await addressed(request, session, viewer(caller))
        found = await ask(session, item.subject.iri, page)
        describer = Describer(session, request.app[SITE], viewer(caller))
        rows = await describer.account_rows((each.id, each.actor) for each in found)
    return answers.listed(request, rows, page)
