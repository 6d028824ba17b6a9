"""Notices: what an organisation should know, the newest first."""

from typing import Final

from aiohttp import web
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from actors.rules import permissions
from actors.site import LARGEST_ID, id_in
from actors.verbs import noticing
from actors.views import notices
from actors.views.paging import Page
from federation.app_keys import DATABASE, SITE
from federation.pages import forms, rendering, saying, sessions
from federation.pages.forms import Form

PAGE_SIZE: Final = 30


async def listing(request: web.Request) -> web.Response:
    """GET /notices."""
    here, acting = await sessions.acting(request)
    max_id = id_in(request.query.get("max_id", ""))
    async with request.app[DATABASE].read() as session:
        items = await notices.of(
            session,
            acting.organisation,
            Page(max_id=max_id, limit=PAGE_SIZE),
            for_stewards=permissions.may_administer(acting.office, is_network=acting.is_network),
        )
    return rendering.page(
        request,
        here,
        "notices.html",
        items=items,
        older=f"/notices?max_id={items[-1].notice.id}" if len(items) == PAGE_SIZE else None,
    )


class ReadForm(Form):
    """Up to which notice everything was read."""

    up_to = IntegerField(validators=[InputRequired(forms.MISSING), NumberRange(0, LARGEST_ID)])


async def read(request: web.Request) -> web.Response:
    """POST /notices: everything up to here is read."""
    here, acting = await sessions.acting(request)
    form = await forms.read(request, here, ReadForm)
    if not form.validate():
        raise web.HTTPSeeOther("/notices")
    async with request.app[DATABASE].begin() as session:
        await noticing.mark_read(session, request.app[SITE], acting.organisation, form.up_to.data)
    raise web.HTTPSeeOther(saying.address("/notices", "read"))
