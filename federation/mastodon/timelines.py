"""Timelines: what is new, for one organisation or for everybody; and how far it was read.

Source: docs.joinmastodon.org/methods/timelines and /methods/markers (4.2).
"""

from aiohttp import web

from actors.database import Session
from actors.site import Site
from actors.tables.actor import Actor
from actors.verbs import shelving
from actors.views import notices, shelves, timelines
from actors.views.paging import Page
from actors.views.timelines import Item
from federation.app_keys import ANSWERS, DATABASE, SITE
from federation.mastodon import answers, arguments, authenticating, keeping, paging
from federation.mastodon.arguments import Arguments
from federation.mastodon.authenticating import viewer
from federation.mastodon.describing import Describer
from federation.mastodon.entities import reading
from federation.mastodon.entities.entity import Entity

Rows = list[tuple[int, Entity | None]]
"""Statuses, or what is left out of a list, each under the id that the list is paged by."""

BEGINNING = "0"
"""The marker of a timeline on which nothing was marked: an id before every other."""

NOTICES_LOOKED_AT = 80
"""How many of the newest notices are looked at for the one that was read last."""


async def home(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/timelines/home: what those that we follow published, said and passed on."""
    page = paging.wanted(await arguments.read(request), paging.STATUSES)
    as_of = request.app[ANSWERS].number()
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:statuses")).organisation
        if same := keeping.again(request, us.id):
            return same
        lines = await timelines.home_lines(session, us, page)
        rows = await Describer(session, request.app[SITE], us, "home").line_rows(lines)
    response = answers.listed(request, rows, page)
    keeping.keep(request, us.id, as_of, response)
    return response


async def public(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/timelines/public: everything public that we know; `local` is ours alone."""
    given = await arguments.read(request)
    page = paging.wanted(given, paging.STATUSES)
    async with request.app[DATABASE].read() as session:
        caller = await authenticating.anybody(request, session, "read:statuses")
        items = await timelines.public(
            session, page, local=given.flag("local"), viewer=viewer(caller)
        )
        describer = Describer(session, request.app[SITE], viewer(caller), "public")
        rows = await describer.status_rows(
            (item.id, item if _is_wanted(given, item) else None) for item in items
        )
    return answers.listed(request, with_media(given, rows), page)


async def direct(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/timelines/direct: the last of each exchange; older apps ask for it."""
    page = paging.wanted(await arguments.read(request), paging.STATUSES)
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:statuses")).organisation
        found = await shelves.conversations(session, us, page)
        describer = Describer(session, request.app[SITE], us, "home")
        rows = await describer.status_rows((one.last.id, one.last) for one in found)
    return answers.listed(request, rows, page)


async def markers(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/markers: both, always: some apps read one without looking for it."""
    async with request.app[DATABASE].read() as session:
        acting = await authenticating.member(request, session, "read:statuses")
        return await _markers(session, request.app[SITE], acting.organisation)


async def mark(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/markers: a timeline was read up to here."""
    given = await arguments.read(request)
    said = {name: given.text(f"{name}[last_read_id]") for name in shelving.TIMELINES}
    numbers = {name: paging.number(text) for name, text in said.items() if text}
    site = request.app[SITE]
    async with request.app[DATABASE].begin() as session:
        acting = await authenticating.member(request, session, "write:statuses")
        for name, number in numbers.items():
            await shelving.mark(session, site, acting.organisation, name, number)
        return await _markers(session, site, acting.organisation)


async def _markers(session: Session, site: Site, owner: Actor) -> web.Response:
    """What was said, and of notifications at least what was read on a page."""
    kept = await shelves.markers(session, owner)
    found: Entity = {}
    for name in shelving.TIMELINES:
        row = kept.get(name)
        at = row.updated_at if row else site.now()
        found[name] = reading.marker(
            str(row.last_read_id) if row else BEGINNING, row.version if row else 0, at
        )
    newest = await notices.of(session, owner, Page(limit=NOTICES_LOOKED_AT))
    read = max((one.notice.id for one in newest if one.notice.read_at is not None), default=0)
    said = kept.get("notifications")
    if read > (said.last_read_id if said else 0):
        found["notifications"] = reading.marker(str(read), said.version if said else 0, site.now())
    return answers.entity(found)


def with_media(given: Arguments, rows: Rows) -> Rows:
    """With `only_media`, only what shows some; the links lead on over what is left out."""
    if not given.flag("only_media"):
        return rows
    return [
        (number, one if one is not None and one["media_attachments"] else None)
        for number, one in rows
    ]


def _is_wanted(given: Arguments, item: Item) -> bool:
    return not (given.flag("remote") and item.author.is_ours)
