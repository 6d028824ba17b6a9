"""Holding: whose notifications wait until they are let in.

Source: docs.joinmastodon.org/methods/notifications (4.5): policy, requests. A request goes by the
id of the account whose notifications wait, so that it keeps its id while more of them come.
"""

from collections.abc import Awaitable, Callable, Collection
from typing import Final

from aiohttp import web

from actors.database import Session
from actors.errors import NotFound
from actors.rules.holding import CASES
from actors.site import Site
from actors.tables.actor import Actor
from actors.verbs import holding
from actors.views import holding as views
from actors.views import timelines
from actors.views.holding import Waiting
from federation.app_keys import DATABASE, SITE
from federation.mastodon import answers, arguments, authenticating, paging
from federation.mastodon.describing import Describer
from federation.mastodon.entities import alerts
from federation.mastodon.entities.entity import Entity

FORMER: Final = {
    "filter_not_following": "for_not_following",
    "filter_not_followers": "for_not_followers",
    "filter_new_accounts": "for_new_accounts",
    "filter_private_mentions": "for_private_mentions",
}
"""The names of 4.3's first form, which says yes or no → today's."""

MOST_AT_ONCE: Final = 100
"""Requests that are answered at once: more than any page shows."""

Change = Callable[[Session, Site, Actor, Collection[int]], Awaitable[None]]


async def policy(request: web.Request) -> web.StreamResponse:
    """GET /api/v2/notifications/policy."""
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:notifications")).organisation
        return answers.entity(await _policy(session, us))


async def decide(request: web.Request) -> web.StreamResponse:
    """PATCH /api/v2/notifications/policy: what is not named stays as it was."""
    given = await arguments.read(request)
    said = {case: given.text(case) for case in CASES if case in given.values}
    async with request.app[DATABASE].begin() as session:
        us = (await authenticating.member(request, session, "write:notifications")).organisation
        await holding.decide(session, request.app[SITE], us, said)
        return answers.entity(await _policy(session, us))


async def policy_v1(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/notifications/policy: the same as yes and no."""
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:notifications")).organisation
        return answers.entity(_former(await _policy(session, us)))


async def decide_v1(request: web.Request) -> web.StreamResponse:
    """PUT or PATCH /api/v1/notifications/policy."""
    given = await arguments.read(request)
    said = {
        case: "filter" if given.flag(name) else "accept"
        for name, case in FORMER.items()
        if name in given.values
    }
    async with request.app[DATABASE].begin() as session:
        us = (await authenticating.member(request, session, "write:notifications")).organisation
        await holding.decide(session, request.app[SITE], us, said)
        return answers.entity(_former(await _policy(session, us)))


async def requests(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/notifications/requests: whose notifications wait."""
    page = paging.wanted(await arguments.read(request), paging.ACCOUNTS)
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:notifications")).organisation
        describer = Describer(session, request.app[SITE], us)
        found = await views.waiting(session, us, page)
        rows = [(one.sender.id, await _request(session, describer, us, one)) for one in found]
    return answers.listed(request, rows, page)


async def one(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/notifications/requests/{id}."""
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:notifications")).organisation
        found = await _addressed(request, session, us)
        describer = Describer(session, request.app[SITE], us)
        entity = await _request(session, describer, us, found)
    return answers.entity(entity)


async def accept(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/notifications/requests/{id}/accept: now, and from now on."""
    return await _answered(request, holding.let_in)


async def dismiss(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/notifications/requests/{id}/dismiss: what waits is thrown away."""
    return await _answered(request, _throw_away)


async def accept_all(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/notifications/requests/accept: several."""
    return await _several_answered(request, holding.let_in)


async def dismiss_all(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/notifications/requests/dismiss: several."""
    return await _several_answered(request, _throw_away)


async def merged(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/notifications/requests/merged: who is let in is so at once."""
    async with request.app[DATABASE].read() as session:
        await authenticating.member(request, session, "read:notifications")
    return answers.entity({"merged": True})


async def _throw_away(session: Session, _: Site, us: Actor, sender_ids: Collection[int]) -> None:
    await holding.throw_away(session, us, sender_ids)


async def _answered(request: web.Request, change: Change) -> web.StreamResponse:
    async with request.app[DATABASE].begin() as session:
        us = (await authenticating.member(request, session, "write:notifications")).organisation
        waiting = await _addressed(request, session, us)
        await change(session, request.app[SITE], us, [waiting.sender.id])
    return answers.entity({})


async def _several_answered(request: web.Request, change: Change) -> web.StreamResponse:
    given = await arguments.read(request)
    ids = [paging.number(text) for text in dict.fromkeys(given.many("id"))][:MOST_AT_ONCE]
    async with request.app[DATABASE].begin() as session:
        us = (await authenticating.member(request, session, "write:notifications")).organisation
        await change(session, request.app[SITE], us, ids)
    return answers.entity({})


async def _addressed(request: web.Request, session: Session, us: Actor) -> Waiting:
    number = paging.number(request.match_info["id"])
    found = await views.waiting_from(session, us, number)
    if found is None:
        raise NotFound("Record not found")
    return found


async def _request(session: Session, describer: Describer, us: Actor, waiting: Waiting) -> Entity:
    account, status = await describer.account(waiting.sender), None
    if waiting.remark_id is not None:
        item = await timelines.status(session, waiting.remark_id, us)
        status = await describer.status(item) if item else None
    return alerts.notification_request(waiting, account, status)


async def _policy(session: Session, us: Actor) -> Entity:
    accounts, held = await views.counts(session, us)
    summary: Entity = {
        "pending_requests_count": accounts,
        "pending_notifications_count": held,
    }
    return {**await views.policy(session, us), "summary": summary}


def _former(entity: Entity) -> Entity:
    found: Entity = {name: entity[case] != "accept" for name, case in FORMER.items()}
    return found | {"summary": entity["summary"]}
