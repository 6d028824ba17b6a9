"""Hashtags: public remarks that name a subject.

Source: docs.joinmastodon.org/methods/timelines (4.2): tag.
"""

from aiohttp import web

from actors.rules.speech import tag_name
from actors.views import timelines
from federation.app_keys import DATABASE, SITE
from federation.mastodon import answers, arguments, authenticating, paging
from federation.mastodon.authenticating import viewer
from federation.mastodon.describing import Describer
from federation.mastodon.timelines import with_media


async def timeline(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/timelines/tag/{name}: public remarks with this hashtag."""
    given = await arguments.read(request)
    page = paging.wanted(given, paging.STATUSES)
    name = tag_name(request.match_info["name"])
    async with request.app[DATABASE].read() as session:
        caller = await authenticating.anybody(request, session, "read:statuses")
        items = await timelines.tagged(session, name, page, local=given.flag("local"))
        describer = Describer(session, request.app[SITE], viewer(caller), "public")
        wants_others = given.flag("remote")
        rows = await describer.status_rows(
            (item.id, None if wants_others and item.author.is_ours else item) for item in items
        )
    return answers.listed(request, with_media(given, rows), page)
