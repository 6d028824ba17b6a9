"""Absent: what Mastodon has and we have not, said honestly.

Apps ask for these at their start or on some page, and many show an error for a 404 where an empty
list would do. We keep no lists, filters, bookmarks and the like, so the empty list is the truth.
Everything else of the API that is not here answers 404.
"""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from federation.app_keys import DATABASE
from federation.mastodon import answers, arguments, authenticating
from federation.negotiation import Handler

EMPTY: Final[Mapping[str, str | None]] = {
    "/api/v1/accounts/{id}/featured_tags": None,
    "/api/v1/accounts/{id}/lists": "read:lists",
    "/api/v1/announcements": "read",
    "/api/v1/bookmarks": "read:bookmarks",
    "/api/v1/conversations": "read:statuses",
    "/api/v1/custom_emojis": None,
    "/api/v1/directory": None,
    "/api/v1/endorsements": "read:accounts",
    "/api/v1/featured_tags": "read:accounts",
    "/api/v1/featured_tags/suggestions": "read:accounts",
    "/api/v1/filters": "read:filters",
    "/api/v1/followed_tags": "read:follows",
    "/api/v1/instance/activity": None,
    "/api/v1/instance/domain_blocks": None,
    "/api/v1/instance/peers": None,
    "/api/v1/instance/rules": None,
    "/api/v1/lists": "read:lists",
    "/api/v1/scheduled_statuses": "read:statuses",
    "/api/v1/suggestions": "read",
    "/api/v1/trends": None,
    "/api/v1/trends/links": None,
    "/api/v1/trends/statuses": None,
    "/api/v1/trends/tags": None,
    "/api/v2/filters": "read:filters",
    "/api/v2/suggestions": "read",
}
"""Path → the scope that its owner's app needs; None where anybody may ask."""


def nothing(scope: str | None) -> Handler:
    """A handler that answers with an empty list whoever may ask."""

    async def empty(request: web.Request) -> web.StreamResponse:
        if scope is not None:
            async with request.app[DATABASE].read() as session:
                await authenticating.member(request, session, scope)
        return answers.entity([])

    return empty


async def familiar_followers(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/accounts/familiar_followers?id[]=: nobody, for each that was asked about."""
    given = await arguments.read(request)
    async with request.app[DATABASE].read() as session:
        await authenticating.member(request, session, "read:follows")
    return answers.entity([{"id": each, "accounts": []} for each in given.many("id")])
