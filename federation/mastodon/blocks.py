"""Blocks: accounts and hosts that an organisation wants nothing to do with, or does not read.

Source: docs.joinmastodon.org/methods/accounts, blocks, mutes and domain_blocks (4.2). A mute
lasts for `duration` seconds, or until it is taken back.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from aiohttp import web

from actors.database import Session
from actors.rules import permissions
from actors.site import Site
from actors.tables.actor import Actor
from actors.verbs import blocking
from actors.views import blocks, profiles
from actors.views.blocks import Barred
from actors.views.paging import Page
from federation.app_keys import DATABASE, SITE
from federation.mastodon import accounts, answers, arguments, authenticating, paging
from federation.mastodon.describing import Describer
from federation.mastodon.entities import people
from federation.mastodon.entities.entity import Entity, moment

LONGEST_MUTE = 10 * 366 * 24 * 3600
"""Seconds of the longest mute that ends by itself: who wants more names no end."""

Change = Callable[[Session, Site, Actor, Actor], Awaitable[object]]
Listing = Callable[[Session, Actor, Page], Awaitable[list[Barred]]]


async def block(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/accounts/{id}/block: nothing passes between them and us any more."""
    return await _changed(request, "write:blocks", blocking.block)


async def unblock(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/accounts/{id}/unblock: fine where there was no block."""
    return await _changed(request, "write:blocks", blocking.unblock)


async def mute(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/accounts/{id}/mute: their notifications too, unless `notifications` is false."""
    given = await arguments.read(request)
    hides_notices = given.flag("notifications", default=True)
    seconds = min(given.whole("duration", 0), LONGEST_MUTE)
    span = timedelta(seconds=seconds) if seconds > 0 else None

    async def change(session: Session, site: Site, us: Actor, them: Actor) -> None:
        await blocking.mute(session, site, us, them, hides_notices=hides_notices, span=span)

    return await _changed(request, "write:mutes", change)


async def unmute(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/accounts/{id}/unmute: fine where there was no mute."""

    async def change(session: Session, _: Site, us: Actor, them: Actor) -> None:
        await blocking.unmute(session, us, them)

    return await _changed(request, "write:mutes", change)


async def blocked(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/blocks."""
    return await _listed(request, "read:blocks", blocks.blocked)


async def muted(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/mutes."""
    return await _listed(request, "read:mutes", blocks.muted)


async def blocked_hosts(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/domain_blocks: names of hosts, the latest block first."""
    page = paging.wanted(await arguments.read(request), paging.HOSTS)
    async with request.app[DATABASE].read() as session:
        acting = await authenticating.member(request, session, "read:blocks")
        found = await blocks.host_blocks(session, acting.organisation, page)
    return answers.listed(request, found, page)


async def block_host(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/domain_blocks?domain=."""
    given = await arguments.read(request)
    async with request.app[DATABASE].begin() as session:
        acting = await authenticating.member(request, session, "write:blocks")
        permissions.must_follow(acting.office)
        site = request.app[SITE]
        await blocking.block_host(session, site, acting.organisation, given.text("domain"))
    return answers.entity({})


async def unblock_host(request: web.Request) -> web.StreamResponse:
    """DELETE /api/v1/domain_blocks?domain=: fine where there was no block."""
    given = await arguments.read(request)
    async with request.app[DATABASE].begin() as session:
        acting = await authenticating.member(request, session, "write:blocks")
        permissions.must_follow(acting.office)
        await blocking.unblock_host(session, acting.organisation, given.text("domain"))
    return answers.entity({})


async def _changed(request: web.Request, scope: str, change: Change) -> web.StreamResponse:
    """Do it, and answer how the two stand now."""
    async with request.app[DATABASE].begin() as session:
        acting = await authenticating.member(request, session, scope)
        permissions.must_follow(acting.office)
        them = await accounts.addressed(request, session)
        await change(session, request.app[SITE], acting.organisation, them)
        known = await profiles.relationship(session, acting.organisation, them)
    return answers.entity(people.relationship(them, known))


async def _listed(request: web.Request, scope: str, listing: Listing) -> web.StreamResponse:
    page = paging.wanted(await arguments.read(request), paging.ACCOUNTS)
    async with request.app[DATABASE].read() as session:
        acting = await authenticating.member(request, session, scope)
        us, is_mute = acting.organisation, listing is blocks.muted
        describer = Describer(session, request.app[SITE], us)
        found = await listing(session, us, page)
        rows = [
            (each.id, await describer.account(each.actor) | _until(each.until, is_mute=is_mute))
            for each in found
        ]
    return answers.listed(request, rows, page)


def _until(at: datetime | None, *, is_mute: bool) -> Entity:
    """What a MutedAccount says beyond an Account: when the mute ends."""
    return {"mute_expires_at": moment(at) if at else None} if is_mute else {}
