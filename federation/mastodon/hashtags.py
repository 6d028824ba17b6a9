"""Hashtags: public remarks that name a subject.

Source: docs.joinmastodon.org/methods/timelines (4.2): tag; /methods/tags.
"""

from aiohttp import web

from actors.errors import NotFound
from actors.rules.speech import tag_name
from actors.views import timelines
from federation.app_keys import DATABASE, SITE
from federation.mastodon import answers, arguments, authenticating, entities, paging
from federation.mastodon.authenticating import viewer
from federation.mastodon.describing import Describer


async def timeline(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/timelines/tag/{name}: public remarks with this hashtag."""
    given = await arguments.read(request)
    page = paging.wanted(given, paging.STATUSES)
    name = tag_name(request.match_info["name"])
    async with request.app[DATABASE].read() as session:
        caller = await authenticating.anybody(request, session, "read:statuses")
        if given.flag("only_media"):
            return answers.entity([])
        items = await timelines.tagged(session, name, page, local=given.flag("local"))
        describer = Describer(session, request.app[SITE], viewer(caller))
        rows = [
            (
                item.id,
                None
                if given.flag("remote") and item.author.is_ours
                else await describer.status(item),
            )
            for item in items
        ]
    return answers.listed(request, rows, page)


async def hashtag(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/tags/{name}: a hashtag, whether anybody uses it or not."""
    name = tag_name(request.match_info["name"])
    if not name:
        raise NotFound("Record not found")
    async with request.app[DATABASE].read() as session:
        await authenticating.anybody(request, session)
    return answers.entity(entities.tag(request.app[SITE].origin, name))
