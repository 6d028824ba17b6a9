"""Mail: what is on its way, for the stewards of the network who run this instance."""

from aiohttp import web

from actors.rules import permissions
from actors.views import mail
from federation.app_keys import DATABASE, SETTINGS
from federation.pages import rendering, sessions


async def post_office(request: web.Request) -> web.Response:
    """GET /mail: waiting, struggling hosts, given up, outboxes not read."""
    here, acting = await sessions.acting(request)
    permissions.must_administer(acting.office, is_network=acting.is_network)
    async with request.app[DATABASE].read() as session:
        office = await mail.post_office(session)
        walks = await mail.walks(session)
        statistics = await mail.statistics(session)
    settings = request.app[SETTINGS]
    return rendering.page(
        request,
        here,
        "mail.html",
        office=office,
        walks=walks,
        statistics=statistics,
        private_destinations=[str(one) for one in settings.federation.private_destinations],
        is_lab=settings.instance.is_lab,
    )
