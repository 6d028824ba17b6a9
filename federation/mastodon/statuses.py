"""Statuses: one model, remark or boost, and the conversation around it.

Source: docs.joinmastodon.org/methods/statuses (4.2).
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

from actors.database import Session
from actors.errors import NotFound, Unwise
from actors.rules import permissions
from actors.rules.polls import Poll
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.verbs import featuring, tallying
from actors.views import timelines, worth_knowing
from actors.views.timelines import Item
from federation import looking
from federation.app_keys import DATABASE, SITE
from federation.mastodon import answers, arguments, authenticating, paging
from federation.mastodon.authenticating import viewer
from federation.mastodon.describing import Describer
from federation.mastodon.entities import posts
from federation.mastodon.entities.entity import Entity

MOST_AT_ONCE = 20
"""Statuses that are asked for by their ids in one question, as on Mastodon."""

Change = Callable[[Session, Site, Actor, Model | Remark], Awaitable[None]]


async def status(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/statuses/{id}."""
    async with request.app[DATABASE].read() as session:
        caller = await authenticating.anybody(request, session, "read:statuses")
        item = await addressed(request, session, viewer(caller))
        entity = await Describer(session, request.app[SITE], viewer(caller)).status(item)
    return answers.entity(entity)


async def context(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/statuses/{id}/context: what it answers, and what answers it."""
    async with request.app[DATABASE].read() as session:
        caller = await authenticating.anybody(request, session, "read:statuses")
        item = await addressed(request, session, viewer(caller))
        before, after = await timelines.thread(session, item, viewer(caller))
        describer = Describer(session, request.app[SITE], viewer(caller))
        entity = posts.context(await describer.statuses(before), await describer.statuses(after))
    if viewer(caller) is not None:
        await looking.look(request.app, item.subject)
    return answers.entity(entity)


async def several(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/statuses?id[]=: those that one may see, in the order asked for."""
    given = await arguments.read(request)
    ids = [paging.number(text) for text in dict.fromkeys(given.many("id"))][:MOST_AT_ONCE]
    async with request.app[DATABASE].read() as session:
        us = viewer(await authenticating.anybody(request, session, "read:statuses"))
        items = await worth_knowing.statuses(session, ids, us)
        shown = await Describer(session, request.app[SITE], us).statuses(items)
    return answers.entity(list(shown))


async def card(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/statuses/{id}/card: the preview alone; old apps ask for it."""
    async with request.app[DATABASE].read() as session:
        us = viewer(await authenticating.anybody(request, session, "read:statuses"))
        item = await addressed(request, session, us)
        entity = await Describer(session, request.app[SITE], us).status(item)
    return answers.entity(entity["card"] or {})


async def pin(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/statuses/{id}/pin: show it first on the profile."""
    return await _changed(request, featuring.pin)


async def unpin(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/statuses/{id}/unpin: fine where it was not pinned."""
    return await _changed(request, featuring.unpin)


async def _changed(request: web.Request, change: Change) -> web.StreamResponse:
    site = request.app[SITE]
    async with request.app[DATABASE].begin() as session:
        acting = await authenticating.member(request, session, "write:accounts")
        permissions.must_publish(acting.office)
        us = acting.organisation
        item = await addressed(request, session, us)
        await change(session, site, us, item.subject)
        entity = await Describer(session, site, us).status(item)
    return answers.entity(entity)


async def poll(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/polls/{id}: the poll of a status, which has the status's id."""
    async with request.app[DATABASE].read() as session:
        caller = await authenticating.anybody(request, session, "read:statuses")
        item = await addressed(request, session, viewer(caller))
        describer = Describer(session, request.app[SITE], viewer(caller))
        entity = await _poll(describer, item)
    return answers.entity(entity)


async def vote(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/polls/{id}/votes: choose; who asked is told what, and nobody else.

    Raises:
        Unwise: the poll has ended, is one's own, or was voted in already; or has no such option.
    """
    given = await arguments.read(request)
    chosen = given.many("choices")
    if not all(one.isascii() and one.isdigit() and len(one) < 4 for one in chosen):
        raise Unwise("Validation failed: The chosen vote option does not exist")
    site = request.app[SITE]
    async with request.app[DATABASE].begin() as session:
        acting = await authenticating.member(request, session, "write:statuses")
        permissions.must_publish(acting.office)
        us = acting.organisation
        item = await addressed(request, session, us)
        if not isinstance(item.subject, Remark):
            raise NotFound("Record not found")
        await tallying.vote(session, site, us, item.subject, [int(one) for one in chosen])
        entity = await _poll(Describer(session, site, us), item)
    return answers.entity(entity)


async def _poll(describer: Describer, item: Item) -> Entity:
    asked = item.subject.poll if isinstance(item.subject, Remark) else None
    if asked is None or not isinstance(item.subject, Remark):
        raise NotFound("Record not found")
    return await describer.poll(item.subject, Poll.from_json(asked))


async def addressed(request: web.Request, session: Session, reader: Actor | None) -> Item:
    """The status of the address; what this reader may not see does not exist for it.

    Raises:
        NotFound: there is none for this reader.
    """
    return await by_number(session, request.match_info["id"], reader)


async def by_number(session: Session, text: str, reader: Actor | None) -> Item:
    """The status with this id.

    Raises:
        NotFound: there is none for this reader.
    """
    item = await timelines.status(session, paging.number(text), reader)
    if item is None:
        raise NotFound("Record not found")
    return item
