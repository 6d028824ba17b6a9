"""Circles: lists of those whom one knows, each with a timeline of its own.

Source: docs.joinmastodon.org/methods/lists and /methods/timelines (4.5).
"""

from dataclasses import replace

from aiohttp import web

from actors.database import Session
from actors.errors import NotFound
from actors.tables.actor import Actor
from actors.tables.circle import Circle
from actors.verbs import circling
from actors.views import circles, profiles, timelines
from actors.views.paging import LARGEST_PAGE
from federation.app_keys import DATABASE, SITE
from federation.mastodon import accounts, answers, arguments, authenticating, paging
from federation.mastodon.arguments import Arguments
from federation.mastodon.describing import Describer
from federation.mastodon.entities import reading


async def every(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/lists."""
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:lists")).organisation
        rows = await circles.of(session, us)
    return answers.entity([reading.circle(row) for row in rows])


async def one(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/lists/{id}."""
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:lists")).organisation
        row = await _addressed(request, session, us)
    return answers.entity(reading.circle(row))


async def create(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/lists."""
    given = await arguments.read(request)
    async with request.app[DATABASE].begin() as session:
        us = (await authenticating.member(request, session, "write:lists")).organisation
        row = await circling.make(
            session,
            request.app[SITE],
            us,
            title=given.text("title"),
            replies=given.text("replies_policy") or "list",
            is_exclusive=given.flag("exclusive"),
        )
    return answers.entity(reading.circle(row))


async def change(request: web.Request) -> web.StreamResponse:
    """PUT /api/v1/lists/{id}: what is not said stays."""
    given = await arguments.read(request)
    async with request.app[DATABASE].begin() as session:
        us = (await authenticating.member(request, session, "write:lists")).organisation
        row = await _addressed(request, session, us)
        await circling.change(
            session,
            row,
            title=given.text("title", row.title),
            replies=given.text("replies_policy") or row.replies,
            is_exclusive=given.flag("exclusive", default=row.is_exclusive),
        )
    return answers.entity(reading.circle(row))


async def remove(request: web.Request) -> web.StreamResponse:
    """DELETE /api/v1/lists/{id}: whoever was in it is followed as before."""
    async with request.app[DATABASE].begin() as session:
        us = (await authenticating.member(request, session, "write:lists")).organisation
        await circling.remove(session, await _addressed(request, session, us))
    return answers.entity({})


async def members(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/lists/{id}/accounts; `limit=0`, which wants all of them, gives the most."""
    given = await arguments.read(request)
    page = paging.wanted(given, paging.ACCOUNTS)
    if given.text("limit") == "0":
        page = replace(page, limit=LARGEST_PAGE)
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:lists")).organisation
        row = await _addressed(request, session, us)
        found = await circles.members(session, row, page)
        describer = Describer(session, request.app[SITE], us)
        rows = await describer.account_rows((each.id, each.actor) for each in found)
    return answers.listed(request, rows, page)


async def admit(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/lists/{id}/accounts: all of them, or none where one cannot be in it."""
    given = await arguments.read(request)
    async with request.app[DATABASE].begin() as session:
        us = (await authenticating.member(request, session, "write:lists")).organisation
        row = await _addressed(request, session, us)
        for them in await _named(session, given):
            await circling.admit(session, request.app[SITE], us, row, them)
    return answers.entity({})


async def dismiss(request: web.Request) -> web.StreamResponse:
    """DELETE /api/v1/lists/{id}/accounts."""
    given = await arguments.read(request)
    async with request.app[DATABASE].begin() as session:
        us = (await authenticating.member(request, session, "write:lists")).organisation
        row = await _addressed(request, session, us)
        for them in await _named(session, given):
            await circling.dismiss(session, row, them)
    return answers.entity({})


async def with_member(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/accounts/{id}/lists: one's own lists in which this account is."""
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:lists")).organisation
        them = await accounts.addressed(request, session)
        rows = await circles.with_member(session, us, them)
    return answers.entity([reading.circle(row) for row in rows])


async def timeline(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/timelines/list/{id}."""
    page = paging.wanted(await arguments.read(request), paging.STATUSES)
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:lists")).organisation
        row = await _addressed(request, session, us)
        items = await timelines.circle(session, us, row, page)
        describer = Describer(session, request.app[SITE], us, "home")
        rows = await describer.status_rows((item.id, item) for item in items)
    return answers.listed(request, rows, page)


async def _addressed(request: web.Request, session: Session, us: Actor) -> Circle:
    row = await circles.by_id(session, us, paging.number(request.match_info["id"]))
    if row is None:
        raise NotFound("Record not found")
    return row


async def _named(session: Session, given: Arguments) -> list[Actor]:
    """The accounts that the request names.

    Raises:
        NotFound: one of them is unknown.
    """
    ids = list(dict.fromkeys(paging.number(one) for one in given.many("account_ids")))
    found = await profiles.by_ids(session, ids[: circling.MOST_MEMBERS + 1])
    if len(found) != len(ids):
        raise NotFound("Record not found")
    return found
