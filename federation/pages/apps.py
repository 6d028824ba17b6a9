"""Apps: what acts for an organisation, who let it, what it may do, and how that ends.

Each permission has a page of its own, because ending it cannot be undone: the app has to ask again.
What wakes a closed app (Web Push) is told there too, and can be stopped and taken up again.
"""

from typing import Final

from aiohttp import web
from wtforms import StringField

from activitypub import iris
from actors.errors import NotFound
from actors.site import id_in
from actors.verbs import alerting, revoking
from actors.views import permits
from actors.views.paging import Page
from federation.app_keys import DATABASE, SITE
from federation.pages import forms, rendering, saying, sessions, words
from federation.pages.forms import Form

ADDRESS: Final = "/apps"

ON_ONE_PAGE: Final = 40
"""More are on the next page."""


class EndForm(Form):
    """A button and nothing else."""


class WakeForm(Form):
    """Whether to stop its messages or to take them up again."""

    do = StringField()


async def listing(request: web.Request) -> web.Response:
    """GET /apps."""
    here, acting = await sessions.acting(request)
    before = id_in(request.query.get("before", ""))
    page = Page(max_id=before, limit=ON_ONE_PAGE + 1)
    async with request.app[DATABASE].read() as session:
        found = await permits.of(session, acting, page)
    shown = found[:ON_ONE_PAGE]
    older = shown[-1].token.id if len(found) > ON_ONE_PAGE else None
    return rendering.page(
        request, here, "apps.html", permits=shown, older=older, acting=acting, is_first=not before
    )


async def one(request: web.Request) -> web.Response:
    """GET /apps/{id}."""
    here, acting = await sessions.acting(request)
    async with request.app[DATABASE].read() as session:
        permit = await permits.one_of(session, acting, id_in(request.match_info["id"]))
    push = permit.push
    through = iris.host(iris.parse(push.endpoint)) if push else ""
    kinds = [kind for kind in words.ALERTS if push and push.alerts.get(kind)]
    return rendering.page(
        *(request, here, "app.html"), permit=permit, acting=acting, through=through, wanted=kinds
    )


async def end(request: web.Request) -> web.Response:
    """POST /apps/{id}: it may not act any more; its streams end at once."""
    here, acting = await sessions.acting(request)
    await forms.read(request, here, EndForm)
    async with request.app[DATABASE].begin() as session:
        permit = await permits.one_of(session, acting, id_in(request.match_info["id"]))
        await revoking.end_app(session, request.app[SITE], permit.token, acting.organisation)
    raise web.HTTPSeeOther(saying.address(ADDRESS, "app-ended"))


async def wake(request: web.Request) -> web.Response:
    """POST /apps/{id}/messages: the closed app is told nothing any more, or is told again."""
    here, acting = await sessions.acting(request)
    form = await forms.read(request, here, WakeForm)
    is_again = form.do.data == "resume"
    async with request.app[DATABASE].begin() as session:
        permit = await permits.one_of(session, acting, id_in(request.match_info["id"]))
        if permit.push is None:
            raise NotFound("This app has asked for no messages.")
        if is_again:
            await alerting.resume(session, permit.push)
        else:
            await alerting.stop(session, request.app[SITE], permit.push)
    said = "messages-resumed" if is_again else "messages-stopped"
    raise web.HTTPSeeOther(saying.address(f"{ADDRESS}/{permit.token.id}", said))
