"""Quoting: who quotes a status, and taking consent back.

Source: docs.joinmastodon.org/methods/statuses (4.5): quotes, revoke.
"""

from aiohttp import web

from actors.errors import NotAllowed, NotFound
from actors.rules import permissions
from actors.tables.remark import Remark
from actors.verbs import quoting
from actors.views import quotes as views
from federation.app_keys import DATABASE, SITE
from federation.mastodon import answers, arguments, authenticating, paging
from federation.mastodon.describing import Describer
from federation.mastodon.statuses import addressed, by_number


async def quotes(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/statuses/{id}/quotes: what quotes a status of one's own, the newest first.

    Raises:
        NotAllowed: it is somebody else's.
    """
    page = paging.wanted(await arguments.read(request), paging.STATUSES)
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:statuses")).organisation
        item = await addressed(request, session, us)
        if item.author.id != us.id:
            raise NotAllowed("This action is not allowed")
        describer = Describer(session, request.app[SITE], us)
        found = await views.quoting(session, item.subject.iri, page)
        rows = [
            (one.id, await describer.status(await by_number(session, str(one.id), us)))
            for one in found
        ]
    return answers.listed(request, rows, page)


async def revoke(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/statuses/{id}/quotes/{quoting_id}/revoke: the status that quoted, as it is now.

    Raises:
        NotFound: that one does not quote this one.
    """
    site = request.app[SITE]
    async with request.app[DATABASE].begin() as session:
        acting = await authenticating.member(request, session, "write:statuses")
        permissions.must_publish(acting.office)
        us = acting.organisation
        item = await addressed(request, session, us)
        by = await by_number(session, request.match_info["quoting_id"], us)
        if not isinstance(by.subject, Remark) or by.quote is None:
            raise NotFound("Record not found")
        if by.quote.iri != item.subject.iri:
            raise NotFound("Record not found")
        await quoting.revoke(session, site, us, by.subject)
        now = await by_number(session, str(by.subject.id), us)
        entity = await Describer(session, site, us).status(now)
    return answers.entity(entity)
