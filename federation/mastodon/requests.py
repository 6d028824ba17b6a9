"""Requests: who asks to follow an organisation that decides itself, and who no longer may.

Source: docs.joinmastodon.org/methods/follow_requests and accounts (4.2). A request goes by the id
of the account that asks.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from aiohttp import web

from actors.database import Session
from actors.errors import NotFound
from actors.rules import permissions
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.follow import Follow
from actors.verbs import following
from actors.views import profiles
from actors.views.profiles import Relationship
from federation.app_keys import DATABASE, SITE
from federation.mastodon import accounts, answers, arguments, authenticating, paging
from federation.mastodon.describing import Describer
from federation.mastodon.entities import people

Answer = Callable[[Session, Site, Follow], Awaitable[None]]


async def waiting(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/follow_requests: who waits for an answer."""
    page = paging.wanted(await arguments.read(request), paging.ACCOUNTS)
    async with request.app[DATABASE].read() as session:
        acting = await authenticating.member(request, session, "read:follows")
        us = acting.organisation
        describer = Describer(session, request.app[SITE], us)
        found = await profiles.requests(session, us, page)
        rows = await describer.account_rows((each.id, each.actor) for each in found)
    return answers.listed(request, rows, page)


async def authorize(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/follow_requests/{id}/authorize: who may follow does, as Mastodon has it.

    A neighbour's own row may learn of it a moment later; Phanpy would take that for a failure.
    """
    them, known = await _answered(request, following.admit, is_waiting=True)
    return _told(them, replace(known, followed_by=True, requested_by=False))


async def reject(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/follow_requests/{id}/reject."""
    return _told(*await _answered(request, following.dismiss, is_waiting=True))


async def remove(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/accounts/{id}/remove_from_followers: fine where they did not follow."""
    return _told(*await _answered(request, following.dismiss, is_waiting=False))


async def _answered(
    request: web.Request, answer: Answer, *, is_waiting: bool
) -> tuple[Actor, Relationship]:
    async with request.app[DATABASE].begin() as session:
        acting = await authenticating.member(request, session, "write:follows")
        permissions.must_follow(acting.office)
        us, them = acting.organisation, await accounts.addressed(request, session)
        row = await profiles.follow_of(session, them, us)
        is_meant = row is not None and (row.state == following.PENDING) == is_waiting
        if is_waiting and not is_meant:
            raise NotFound("Record not found")
        if row is not None and is_meant:
            await answer(session, request.app[SITE], row)
        return them, await profiles.relationship(session, us, them)


def _told(them: Actor, known: Relationship) -> web.StreamResponse:
    return answers.entity(people.relationship(them, known))
