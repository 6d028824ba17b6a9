"""Closing: an organisation ends, for ever."""

from collections.abc import Mapping

from aiohttp import web
from wtforms import BooleanField

from actors.errors import Refusal
from actors.rules import permissions
from actors.verbs import forgetting
from actors.views.access import Acting
from federation.app_keys import DATABASE, SITE
from federation.pages import forms, rendering, saying, sessions
from federation.pages.forms import Form
from federation.pages.sessions import Visitor
from federation.pages.translating import N_

NOT_CONFIRMED = N_("Please tick the box if you really want to close it.")


class ClosingForm(Form):
    """A box that says so in words."""

    understood = BooleanField()


async def closing_page(request: web.Request) -> web.Response:
    """GET /closing: what will happen, in words."""
    here, acting = await sessions.acting(request)
    permissions.must_manage_members(acting.office)
    return _show(request, here, acting, faults={})


async def close(request: web.Request) -> web.Response:
    """POST /closing."""
    here, acting = await sessions.acting(request)
    form = await forms.read(request, here, ClosingForm)
    permissions.must_manage_members(acting.office)
    if not form.understood.data:
        return _show(request, here, acting, faults={"understood": NOT_CONFIRMED})
    try:
        async with request.app[DATABASE].begin() as session:
            await forgetting.close_organisation(session, request.app[SITE], acting.organisation)
    except Refusal as refused:
        return _show(request, here, acting, faults={"understood": refused.reason})
    raise web.HTTPSeeOther(saying.address("/", "closed"))


def _show(
    request: web.Request, here: Visitor, acting: Acting, *, faults: Mapping[str, str]
) -> web.Response:
    return rendering.page(
        request,
        here,
        "closing.html",
        status=422 if faults else 200,
        us=acting.organisation,
        faults=faults,
    )
