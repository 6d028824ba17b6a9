"""The home page: who we are, what is new, whom we follow; and what this place is about."""

from aiohttp import web

from actors.views import catalogue, members, profiles
from federation.app_keys import DATABASE
from federation.pages import rendering, sessions

SHOWN: int = 8
"""Models on the home page: what fits beside the search box without scrolling far."""


async def home(request: web.Request) -> web.Response:
    """GET /: who runs this instance and what is new here."""
    here = await sessions.visitor(request)
    async with request.app[DATABASE].read() as session:
        latest = await catalogue.latest(session, SHOWN)
        organisations = await profiles.organisations(session)
        is_open = await members.are_there(session)
        followed = [] if here.network is None else await profiles.our_follows(session, here.network)
    return rendering.page(
        request,
        here,
        "home.html",
        latest=latest,
        organisations=organisations,
        is_open=is_open,
        networks=[actor for follow, actor in followed if follow.state == "accepted"],
    )


async def about(request: web.Request) -> web.Response:
    """GET /about: how this works and what the words mean."""
    return rendering.page(request, await sessions.visitor(request), "about.html")
