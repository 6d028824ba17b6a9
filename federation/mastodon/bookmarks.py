"""Bookmarks, silenced conversations, exchanges between a few: what one keeps for oneself.

Source: docs.joinmastodon.org/methods/bookmarks, statuses (bookmark, mute), conversations (4.5).
"""

from aiohttp import web

from actors.database import Session
from actors.errors import NotFound
from actors.site import Site
from actors.tables.actor import Actor
from actors.verbs import shelving
from actors.views import shelves
from actors.views.shelves import Conversation
from actors.views.timelines import Item
from federation.app_keys import DATABASE, SITE
from federation.mastodon import answers, arguments, authenticating, paging
from federation.mastodon.describing import Describer
from federation.mastodon.entities import reading
from federation.mastodon.entities.entity import Entity
from federation.mastodon.liking import Verb
from federation.mastodon.statuses import addressed


async def bookmark(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/statuses/{id}/bookmark: keep it to be found again; fine where it is."""
    return await _done(request, "write:bookmarks", shelving.bookmark)


async def unbookmark(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/statuses/{id}/unbookmark: fine where it was not."""
    return await _done(request, "write:bookmarks", shelving.unbookmark)


async def mute(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/statuses/{id}/mute: be told no more of what is answered below it."""
    return await _done(request, "write:mutes", shelving.hide_thread)


async def unmute(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/statuses/{id}/unmute: fine where it was not silenced."""
    return await _done(request, "write:mutes", shelving.show_thread)


async def bookmarks(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/bookmarks."""
    page = paging.wanted(await arguments.read(request), paging.STATUSES)
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:bookmarks")).organisation
        found = await shelves.bookmarks(session, us, page)
        rows = await Describer(session, request.app[SITE], us).status_rows(found)
    return answers.listed(request, rows, page)


async def conversations(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/conversations: paged by the id of the last status of each."""
    page = paging.wanted(await arguments.read(request), paging.STATUSES)
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:statuses")).organisation
        found = await shelves.conversations(session, us, page)
        describer = Describer(session, request.app[SITE], us, "thread")
        await describer.statuses([one.last for one in found])
        rows = [(one.last.id, await shown(describer, one)) for one in found]
    return answers.listed(request, rows, page)


async def read(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/conversations/{id}/read."""
    site = request.app[SITE]
    async with request.app[DATABASE].begin() as session:
        us = (await authenticating.member(request, session, "write:conversations")).organisation
        found = await _addressed(request, session, us)
        await shelving.mark_conversation(
            session, site, us, found.id, found.last.id, puts_away=False
        )
        now = await _addressed(request, session, us)
        entity = await shown(Describer(session, site, us), now)
    return answers.entity(entity)


async def put_away(request: web.Request) -> web.StreamResponse:
    """DELETE /api/v1/conversations/{id}: off the list until something more is said."""
    site = request.app[SITE]
    async with request.app[DATABASE].begin() as session:
        us = (await authenticating.member(request, session, "write:conversations")).organisation
        found = await _addressed(request, session, us)
        await shelving.mark_conversation(session, site, us, found.id, found.last.id, puts_away=True)
    return answers.entity({})


async def _addressed(request: web.Request, session: Session, us: Actor) -> Conversation:
    number = paging.number(request.match_info["id"])
    found = await shelves.conversation(session, us, number)
    if found is None:
        raise NotFound("Record not found")
    return found


async def shown(describer: Describer, one: Conversation) -> Entity:
    """A Conversation."""
    people = await describer.accounts(one.others)
    last = await describer.status(one.last)
    return reading.conversation(one.id, people, last, is_unread=one.is_unread)


async def _done(request: web.Request, scope: str, verb: Verb) -> web.StreamResponse:
    site: Site = request.app[SITE]
    async with request.app[DATABASE].begin() as session:
        us = (await authenticating.member(request, session, scope)).organisation
        item = await addressed(request, session, us)
        await verb(session, site, us, item.subject)
        bare = Item(item.subject.id, item.subject, item.author)
        entity = await Describer(session, site, us).status(bare)
    return answers.entity(entity)
