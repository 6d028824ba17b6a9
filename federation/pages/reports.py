"""Reports: what the stewards of the network were told, and what they did about it."""

from collections.abc import Mapping

from aiohttp import web
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, NumberRange

from actors.errors import Refusal
from actors.rules import permissions
from actors.site import LARGEST_ID
from actors.verbs import reporting
from actors.views import reports
from actors.views.paging import Page
from federation.app_keys import DATABASE, SITE
from federation.pages import forms, rendering, saying, sessions
from federation.pages.forms import Form
from federation.pages.notices import PAGE_SIZE
from federation.pages.sessions import Visitor


class CloseForm(Form):
    """Which report, and what was done about it."""

    report = IntegerField(validators=[InputRequired(forms.MISSING), NumberRange(0, LARGEST_ID)])
    answer = StringField(validators=forms.required(reporting.LONGEST_ANSWER))


async def listing(request: web.Request) -> web.Response:
    """GET /reports: those that are open, or, with `state=closed`, the others."""
    here, acting = await sessions.acting(request)
    permissions.must_administer(acting.office, is_network=acting.is_network)
    return await _show(request, here, faults={}, report=None, answer="")


async def close(request: web.Request) -> web.Response:
    """POST /reports: close one."""
    here, acting = await sessions.acting(request)
    form = await forms.read(request, here, CloseForm)
    permissions.must_administer(acting.office, is_network=acting.is_network)
    number, answer = form.report.data, form.answer.data or ""
    faults = {} if form.validate() else forms.faults(form)
    if not faults:
        try:
            async with request.app[DATABASE].begin() as session:
                await reporting.close(session, request.app[SITE], number, answer=answer)
        except Refusal as refused:
            faults = {"answer": refused.reason}
    if faults:
        return await _show(request, here, faults=faults, report=number, answer=answer)
    raise web.HTTPSeeOther(saying.address("/reports", "report-closed"))


async def _show(
    request: web.Request,
    here: Visitor,
    *,
    faults: Mapping[str, str],
    report: int | None,
    answer: str,
) -> web.Response:
    """The list, with what was typed about one report and what is wrong with it."""
    is_closed = request.query.get("state") == "closed"
    older = request.query.get("max_id", "")
    max_id = int(older) if older.isascii() and older.isdigit() and len(older) <= 18 else None
    async with request.app[DATABASE].read() as session:
        page = Page(max_id=max_id, limit=PAGE_SIZE)
        items = await reports.of(session, page, is_closed=is_closed)
    state = "state=closed&" if is_closed else ""
    return rendering.page(
        request,
        here,
        "reports.html",
        status=422 if faults else 200,
        items=items,
        is_closed=is_closed,
        older=f"/reports?{state}max_id={items[-1].report.id}" if len(items) == PAGE_SIZE else None,
        faults=faults,
        typed=(report, answer),
    )
