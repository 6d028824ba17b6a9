"""Acquaintances: notes on accounts, whom one recommends, and whom one could get to know.

Source: docs.joinmastodon.org/methods/accounts (note, endorse, familiar_followers), endorsements,
suggestions, directory (4.5).
"""

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from actors.database import Session
from actors.rules import permissions
from actors.site import Site
from actors.tables.actor import Actor
from actors.verbs import circling
from actors.views import circles, profiles, worth_knowing
from federation.app_keys import DATABASE, SITE
from federation.mastodon import accounts, answers, arguments, authenticating, paging
from federation.mastodon.describing import Describer
from federation.mastodon.entities import people
from federation.mastodon.entities.entity import Entity

Change = Callable[[Session, Site, Actor, Actor], Awaitable[None]]

MOST_ASKED: Final = 20
"""Accounts in one question about familiar followers: apps ask about the one they show."""


async def note(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/accounts/{id}/note: for oneself alone; an empty one takes it away."""
    given = await arguments.read(request)

    async def change(session: Session, site: Site, us: Actor, them: Actor) -> None:
        await circling.note(session, site, us, them, given.text("comment"))

    return await _changed(request, change)


async def endorse(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/accounts/{id}/endorse, or pin: recommend somebody on the profile."""
    return await _changed(request, circling.endorse)


async def unendorse(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/accounts/{id}/unendorse, or unpin."""
    return await _changed(request, circling.unendorse)


async def endorsements(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/endorsements: whom one recommends."""
    page = paging.wanted(await arguments.read(request), paging.ACCOUNTS)
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:accounts")).organisation
        found = await circles.endorsed(session, us, page)
        describer = Describer(session, request.app[SITE], us)
        rows = await describer.account_rows((each.id, each.actor) for each in found)
    return answers.listed(request, rows, page)


async def endorsed_by(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/accounts/{id}/endorsements: whom an organisation of ours recommends."""
    page = paging.wanted(await arguments.read(request), paging.ACCOUNTS)
    async with request.app[DATABASE].read() as session:
        caller = await authenticating.anybody(request, session, "read:accounts")
        them = await accounts.addressed(request, session)
        found = await circles.endorsed(session, them, page)
        describer = Describer(session, request.app[SITE], authenticating.viewer(caller))
        rows = await describer.account_rows((each.id, each.actor) for each in found)
    return answers.listed(request, rows, page)


async def familiar_followers(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/accounts/familiar_followers?id[]=: whom one follows among their followers."""
    given = await arguments.read(request)
    found: list[Entity] = []
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:follows")).organisation
        describer = Describer(session, request.app[SITE], us)
        for text in dict.fromkeys(given.many("id")[:MOST_ASKED]):
            them = await profiles.by_id(session, paging.number(text))
            known = await worth_knowing.familiar(session, us, them) if them else []
            mutual = await describer.accounts(known)
            found.append({"id": text, "accounts": list(mutual)})
    return answers.entity(list(found))


async def suggestions(request: web.Request) -> web.StreamResponse:
    """GET /api/v2/suggestions: organisations that one does not follow yet, and why."""
    shown = await _suggested(request)
    return answers.entity([people.suggestion(each) for each in shown])


async def suggestions_v1(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/suggestions: the same, without the reason."""
    return answers.entity(list(await _suggested(request)))


async def decline(request: web.Request) -> web.StreamResponse:
    """DELETE /api/v1/suggestions/{id}: not this one, not again."""
    async with request.app[DATABASE].begin() as session:
        us = (await authenticating.member(request, session, "write:accounts")).organisation
        them = await accounts.addressed(request, session)
        await circling.decline(session, request.app[SITE], us, them)
    return answers.entity({})


async def directory(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/directory: organisations that publish models and want to be found."""
    given = await arguments.read(request)
    async with request.app[DATABASE].read() as session:
        caller = await authenticating.anybody(request, session)
        found = await worth_knowing.directory(
            session,
            limit=paging.size(given, paging.ACCOUNTS),
            offset=paging.passed_over(given, worth_knowing.DEEPEST),
            local=given.flag("local"),
            newest=given.text("order") == "new",
        )
        describer = Describer(session, request.app[SITE], authenticating.viewer(caller))
        shown = await describer.accounts(found)
    return answers.entity(list(shown))


async def _suggested(request: web.Request) -> list[Entity]:
    given = await arguments.read(request)
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read")).organisation
        found = await worth_knowing.suggestions(session, us, paging.size(given, paging.ACCOUNTS))
        return await Describer(session, request.app[SITE], us).accounts(found)


async def _changed(request: web.Request, change: Change) -> web.StreamResponse:
    async with request.app[DATABASE].begin() as session:
        acting = await authenticating.member(request, session, "write:accounts")
        permissions.must_follow(acting.office)
        us, them = acting.organisation, await accounts.addressed(request, session)
        await change(session, request.app[SITE], us, them)
        known = await profiles.relationship(session, us, them)
    return answers.entity(people.relationship(them, known))
