"""Pinning: which of its models an organisation shows first."""

from aiohttp import web
from wtforms import StringField

from actors.rules import permissions
from actors.verbs import featuring
from federation.app_keys import DATABASE, SITE
from federation.pages import addresses, forms, models, saying, sessions
from federation.pages.forms import Form


class PinForm(Form):
    """Whether to pin or to unpin."""

    do = StringField()


async def pin(request: web.Request) -> web.Response:
    """POST /m/{slug}/pin: show a model of one's own first, or no longer."""
    here, acting = await sessions.acting(request)
    form = await forms.read(request, here, PinForm)
    permissions.must_publish(acting.office)
    site, us = request.app[SITE], acting.organisation
    async with request.app[DATABASE].begin() as session:
        model = await models.find(session, request.match_info["slug"])
        if form.do.data == "unpin":
            await featuring.unpin(session, site, us, model)
        else:
            await featuring.pin(session, site, us, model)
    said = "unpinned" if form.do.data == "unpin" else "pinned"
    raise web.HTTPSeeOther(saying.address(addresses.page_of(model), said))
