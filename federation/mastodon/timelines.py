"""Timelines: what is new, for one organisation or for everybody; and how far it was read.

Source: docs.joinmastodon.org/methods/timelines and /methods/markers (4.2).
"""

from aiohttp import web

from actors.database import Session
from actors.site import Site
from actors.tables.actor import Actor
from actors.verbs import noticing
from actors.views import notices, timelines
from actors.views.paging import Page
from actors.views.timelines import Item
from federation.app_keys import DATABASE, SITE
from federation.mastodon import answers, arguments, authenticating, entities, paging
from federation.mastodon.arguments import Arguments
from federation.mastodon.authenticating import viewer
from federation.mastodon.describing import Describer

BEGINNING = "0"
"""The marker of a timeline on which nothing was marked: an id before every other."""

NOTICES_LOOKED_AT = 80
"""How many of the newest notices are looked at for the one that was read last."""


async def home(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/timelines/home: what those that we follow published, said and passed on."""
    page = paging.wanted(await arguments.read(request), paging.STATUSES)
    async with request.app[DATABASE].read() as session:
        acting = await authenticating.member(request, session, "read:statuses")
        items = await timelines.home(session, acting.organisation, page)
        describer = Describer(session, request.app[SITE], acting.organisation)
        rows = [(item.id, await describer.status(item)) for item in items]
    return answers.listed(request, rows, page)


async def public(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/timelines/public: everything public that we know; `local` is ours alone."""
    given = await arguments.read(request)
    page = paging.wanted(given, paging.STATUSES)
    async with request.app[DATABASE].read() as session:
        caller = await authenticating.anybody(request, session, "read:statuses")
        if given.flag("only_media"):
            return answers.entity([])
        items = await timelines.public(
            session, page, local=given.flag("local"), viewer=viewer(caller)
        )
        describer = Describer(session, request.app[SITE], viewer(caller))
        rows = [
            (item.id, await describer.status(item) if _is_wanted(given, item) else None)
            for item in items
        ]
    return answers.listed(request, rows, page)


async def markers(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/markers: both, always: some apps read one without looking for it.

    Notifications are read as far as the newest notice that was read. Of the home timeline nothing
    is kept.
    """
    async with request.app[DATABASE].read() as session:
        acting = await authenticating.member(request, session, "read:statuses")
        return await _markers(session, request.app[SITE], acting.organisation)


async def mark(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/markers: notifications are read up to here; of home nothing is kept."""
    given = await arguments.read(request)
    names = ("home[last_read_id]", "notifications[last_read_id]")
    _, up_to = (paging.number(given.text(name, BEGINNING)) for name in names)
    site = request.app[SITE]
    async with request.app[DATABASE].begin() as session:
        acting = await authenticating.member(request, session, "write:statuses")
        await noticing.mark_read(session, site, acting.organisation, up_to)
        return await _markers(session, site, acting.organisation)


async def _markers(session: Session, site: Site, owner: Actor) -> web.Response:
    newest = await notices.of(session, owner, Page(limit=NOTICES_LOOKED_AT))
    read = (item.notice.id for item in newest if item.notice.read_at is not None)
    return answers.entity(
        {
            "home": entities.marker(BEGINNING, site.now()),
            "notifications": entities.marker(str(max(read, default=BEGINNING)), site.now()),
        }
    )


def _is_wanted(given: Arguments, item: Item) -> bool:
    return not (given.flag("remote") and item.author.is_ours)
