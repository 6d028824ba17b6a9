"""Reports: what the stewards of the network were told, and what they did about it."""

from typing import Any, Final

from aiohttp import web

from actors.rules import permissions
from actors.verbs import reporting
from actors.views import reports
from actors.views.access import Acting
from actors.views.reports import ReportItem
from federation.api import answers, bodies
from federation.api.authenticating import READ, WRITE, acting
from federation.api.operations import ROOT, Argument, Operation
from federation.api.paging import ARGUMENTS, cut, page_of
from federation.api.shapes import Record, Text, read_body
from federation.app_keys import DATABASE, SITE

CLOSING: Final = Record(
    "What was done about a report.",
    {"answer": Text("For the stewards, and for who reported, if that is one of ours.")},
    frozenset({"answer"}),
)


async def listed(request: web.Request) -> web.Response:
    """GET reports."""
    await _steward(request, READ)
    page, is_closed = page_of(request), request.query.get("state") == "closed"
    async with request.app[DATABASE].read() as session:
        items = [_report(item) for item in await reports.of(session, page, is_closed=is_closed)]
    return answers.respond(cut(request, f"{ROOT}/reports", items, page))


async def shown(request: web.Request) -> web.Response:
    """GET reports/{id}."""
    await _steward(request, READ)
    number = bodies.number(request.match_info["id"], "id")
    async with request.app[DATABASE].read() as session:
        item = await reports.one(session, number)
    return answers.respond(_report(item))


async def close(request: web.Request) -> web.Response:
    """POST reports/{id}/close."""
    await _steward(request, WRITE)
    number = bodies.number(request.match_info["id"], "id")
    values = await read_body(request, CLOSING)
    async with request.app[DATABASE].begin() as session:
        await reporting.close(session, request.app[SITE], number, answer=values["answer"])
        item = await reports.one(session, number)
    return answers.respond(_report(item))


async def _steward(request: web.Request, scope: str) -> Acting:
    who = await acting(request, scope)
    permissions.must_administer(who.office, is_network=who.is_network)
    return who


def _report(item: ReportItem) -> dict[str, Any]:
    """Schema `Report`."""
    row = item.report
    return {
        "id": str(row.id),
        "from": answers.actor(item.reporter),
        "about": answers.actor(item.about),
        "category": row.category,
        "comment": row.comment,
        "things": row.things,
        "times": row.times,
        "forwarded": row.is_forwarded,
        "at": answers.time(row.made_at),
        "closedAt": None if row.closed_at is None else answers.time(row.closed_at),
        "answer": row.answer,
    }


OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/reports",
        name="listReports",
        says="List what was reported to the stewards of the network",
        handler=listed,
        scope=READ,
        answer="Reports",
        arguments=(*ARGUMENTS, Argument("state", "`closed`: those that are; otherwise the open.")),
        problems={422: "An argument cannot be understood."},
    ),
    Operation(
        method="GET",
        path="/reports/{id}",
        name="readReport",
        says="Read one report",
        handler=shown,
        scope=READ,
        answer="Report",
        problems={404: "There is no such report.", 422: "This is no id."},
    ),
    Operation(
        method="POST",
        path="/reports/{id}/close",
        name="closeReport",
        says="Say what was done about a report, and close it",
        handler=close,
        scope=WRITE,
        answer="Report",
        body=CLOSING,
        problems={404: "There is no such report.", 409: "It is closed already."},
    ),
)
