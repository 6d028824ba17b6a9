"""Notices: what the organisation should know, and who the token acts for."""

from typing import Final

from aiohttp import web

from actors.rules import permissions
from actors.verbs import noticing
from actors.views import notices
from federation.api import answers, bodies
from federation.api.authenticating import READ, WRITE, acting
from federation.api.operations import ROOT, Operation
from federation.api.paging import ARGUMENTS, cut, page_of
from federation.api.shapes import read_body
from federation.app_keys import DATABASE, SITE


async def listed(request: web.Request) -> web.Response:
    """GET notices."""
    who = await acting(request, READ)
    page = page_of(request)
    async with request.app[DATABASE].read() as session:
        is_steward = permissions.may_administer(who.office, is_network=who.is_network)
        found = await notices.of(session, who.organisation, page, for_stewards=is_steward)
        items = [answers.notice(item) for item in found]
    return answers.respond(cut(request, f"{ROOT}/notices", items, page))


async def mark_read(request: web.Request) -> web.Response:
    """POST notices/read: everything up to one notice has been read."""
    who = await acting(request, WRITE)
    values = await read_body(request, bodies.READ_NOTICES)
    newest = bodies.number(values["upTo"], "upTo")
    async with request.app[DATABASE].begin() as session:
        await noticing.mark_read(session, request.app[SITE], who.organisation, newest)
    return web.Response(status=204)


async def whoami(request: web.Request) -> web.Response:
    """GET whoami."""
    return answers.respond(answers.myself(await acting(request, READ)))


OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/notices",
        name="listNotices",
        says="List what the organisation should know",
        handler=listed,
        scope=READ,
        answer="Notices",
        arguments=ARGUMENTS,
        problems={422: "An argument cannot be understood."},
    ),
    Operation(
        method="POST",
        path="/notices/read",
        name="markNoticesRead",
        says="Say up to where the notices have been read",
        handler=mark_read,
        scope=WRITE,
        status=204,
        body=bodies.READ_NOTICES,
        problems={422: "This is no id."},
    ),
    Operation(
        method="GET",
        path="/whoami",
        name="whoAmI",
        says="Say who the token acts for",
        handler=whoami,
        scope=READ,
        answer="Myself",
    ),
)
