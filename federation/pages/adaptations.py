"""The page of everything that was made from a model, in parts."""

from typing import Final

from aiohttp import web

from actors.site import id_in
from actors.views import history, lineage
from federation.app_keys import DATABASE
from federation.pages import addresses, models, reading, rendering, sessions

LISTED: Final = 40
"""In one part of the whole list."""


async def adaptations(request: web.Request) -> web.Response:
    """GET /m/{slug}/adaptations: all of them, the newest first."""
    here = await sessions.visitor(request)
    before = id_in(request.query.get("before", ""))
    async with request.app[DATABASE].read() as session:
        found = await models.find(session, request.match_info["slug"])
        sheet = history.sheet(await history.head(session, found))
        forks = await lineage.forks(session, found, limit=LISTED + 1, before=before)
        count = await lineage.count_forks(session, found)
    more = None
    if len(forks) > LISTED:
        more = f"{addresses.page_of(found)}/adaptations?before={forks[LISTED - 1].model.id}"
    language = rendering.language(request)
    return rendering.page(
        request,
        here,
        "adaptations.html",
        model=found,
        forks=forks[:LISTED],
        fork_count=count,
        more=more,
        section_names={
            one.key: reading.best(dict(one.names), language, sheet.language)[0]
            for one in sheet.sections
        },
    )
