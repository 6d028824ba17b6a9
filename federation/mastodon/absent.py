"""Absent: what Mastodon has and we have not, said honestly.

Apps ask for these at their start or on some page, and many show an error for a 404 where an empty
list would do. We have no announcements, emojis of our own and the like, so the empty list is true.
Everything else of the API that is not here answers 404.
"""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from actors.errors import NotAllowed
from federation.app_keys import DATABASE
from federation.mastodon import answers, authenticating
from federation.negotiation import Handler

EMPTY: Final[Mapping[str, str | None]] = {
    "/api/v1/announcements": "read",
    "/api/v1/accounts/{id}/identity_proofs": None,
    "/api/v1/custom_emojis": None,
    "/api/v1/instance/domain_blocks": None,
    "/api/v1/instance/peers": None,
    "/api/v1/peers/search": None,
    "/api/v1/reports": "read",
    "/api/v1/timelines/link": None,
    "/api/v1/trends/links": None,
}
"""Path → the scope that its owner's app needs; None where anybody may ask."""


CONFIRMED: Final = "This method is only available while the e-mail is awaiting confirmation"


def refused(reason: str) -> Handler:
    """A handler that says no to every app, as Mastodon does where it is not allowed.

    Who joins is invited, and who administers does so on pages: no token covers either.
    """

    async def refuse(request: web.Request) -> web.StreamResponse:
        async with request.app[DATABASE].read() as session:
            if await authenticating.anybody(request, session) is None:
                raise authenticating.unauthorized("The access token is invalid")
        raise NotAllowed(reason)

    return refuse


def nothing(scope: str | None) -> Handler:
    """A handler that answers with an empty list whoever may ask."""

    async def empty(request: web.Request) -> web.StreamResponse:
        if scope is not None:
            async with request.app[DATABASE].read() as session:
                await authenticating.member(request, session, scope)
        return answers.entity([])

    return empty


async def annual_reports(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/annual_reports: nobody's year is summed up here."""
    async with request.app[DATABASE].read() as session:
        await authenticating.member(request, session, "read:accounts")
    return answers.entity({"annual_reports": [], "accounts": [], "statuses": []})


async def annual_report_state(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/annual_reports/{year}/state: there will be none (Mastodon 4.6)."""
    async with request.app[DATABASE].read() as session:
        await authenticating.member(request, session, "read:accounts")
    return answers.entity({"state": "ineligible"})
