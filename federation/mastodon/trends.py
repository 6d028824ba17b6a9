"""Trends: what moves lately. Models with the most forks, hashtags that most people use.

Source: docs.joinmastodon.org/methods/trends (4.5). How it is counted: `actors.views.worth_knowing`.
"""

from aiohttp import web

from actors.database import Session
from actors.site import Site
from actors.tables.actor import Actor
from actors.views import subjects, worth_knowing
from federation.app_keys import DATABASE, SITE
from federation.mastodon import answers, arguments, authenticating, paging
from federation.mastodon.describing import Describer
from federation.mastodon.entities import hashtags
from federation.mastodon.entities.entity import Entity

TAGS = (10, 20)
"""Usual and highest number of hashtags, as on Mastodon."""


async def statuses(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/trends/statuses: models that were forked, passed on, liked, answered lately."""
    given = await arguments.read(request)
    site = request.app[SITE]
    async with request.app[DATABASE].read() as session:
        us = authenticating.viewer(await authenticating.anybody(request, session))
        found = await worth_knowing.models_that_move(
            session,
            site,
            limit=paging.size(given, paging.STATUSES),
            offset=paging.passed_over(given, worth_knowing.DEEPEST),
            viewer=us,
        )
        shown = await Describer(session, site, us, "public").statuses(found)
    return answers.entity(list(shown))


async def tags(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/trends/tags, or /api/v1/trends: hashtags that most people used lately."""
    given = await arguments.read(request)
    site = request.app[SITE]
    start = paging.passed_over(given, worth_knowing.DEEPEST)
    async with request.app[DATABASE].read() as session:
        us = authenticating.viewer(await authenticating.anybody(request, session))
        size = paging.size(given, TAGS)
        names = (await subjects.lately(session, site, start + size))[start:]
        shown = await tag_entities(session, site, names, us)
    return answers.entity(list(shown))


async def tag_entities(
    session: Session, site: Site, names: list[str], us: Actor | None
) -> list[Entity]:
    """Tags with their history, and how one stands to them, in the order given."""
    history = await subjects.history(session, site, names)
    followed = await subjects.follows(session, us, names) if us else frozenset()
    shown = await subjects.shows(session, us, names) if us else frozenset()
    return [
        hashtags.tag(
            site.origin,
            name,
            history[name],
            is_followed=name in followed,
            is_shown=name in shown,
        )
        for name in names
    ]
