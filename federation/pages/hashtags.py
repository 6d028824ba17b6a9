"""Hashtags: what was said publicly about a subject."""

from typing import Final

from aiohttp import web

from actors.errors import NotFound
from actors.rules.speech import tag_name
from actors.views import reception, timelines
from actors.views.paging import Page
from federation.app_keys import DATABASE
from federation.pages import forms, rendering, sessions

SHOWN: Final = 40


async def hashtag(request: web.Request) -> web.Response:
    """GET /tags/{name}: public remarks with this hashtag that are known here, the newest first."""
    here = await sessions.visitor(request)
    name = tag_name(forms.without_nul(request.match_info["name"]))
    if not name:
        raise NotFound("There is no such page.")
    async with request.app[DATABASE].read() as session:
        items = await timelines.tagged(session, name, Page(limit=SHOWN))
        receptions = await reception.receptions(
            session, here.organisation, [item.subject for item in items]
        )
    return rendering.page(request, here, "tag.html", name=name, items=items, receptions=receptions)
