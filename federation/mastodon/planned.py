"""Planned: posts that are made later.

Source: docs.joinmastodon.org/methods/scheduled_statuses (4.5).
"""

from datetime import UTC, datetime

from aiohttp import web

from actors.database import Session
from actors.errors import NotFound, Unwise
from actors.rules import permissions
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.planned import Planned
from actors.verbs import planning
from actors.views import media, planned
from federation.app_keys import DATABASE, SITE
from federation.mastodon import answers, arguments, authenticating, paging
from federation.mastodon.arguments import Arguments
from federation.mastodon.entities import attachments, posts
from federation.mastodon.entities.entity import Entity


async def every(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/scheduled_statuses."""
    page = paging.wanted(await arguments.read(request), paging.STATUSES)
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:statuses")).organisation
        rows = await planned.of(session, us, page)
        shown = [(row.id, await entity(session, request.app[SITE], row)) for row in rows]
    return answers.listed(request, shown, page)


async def one(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/scheduled_statuses/{id}."""
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:statuses")).organisation
        row = await _addressed(request, session, us)
        found = await entity(session, request.app[SITE], row)
    return answers.entity(found)


async def put_off(request: web.Request) -> web.StreamResponse:
    """PUT /api/v1/scheduled_statuses/{id}: at another time."""
    given = await arguments.read(request)
    at = time(given)
    async with request.app[DATABASE].begin() as session:
        acting = await authenticating.member(request, session, "write:statuses")
        permissions.must_publish(acting.office)
        row = await _addressed(request, session, acting.organisation)
        if at is not None:
            await planning.put_off(session, request.app[SITE], row, at)
        found = await entity(session, request.app[SITE], row)
    return answers.entity(found)


async def call_off(request: web.Request) -> web.StreamResponse:
    """DELETE /api/v1/scheduled_statuses/{id}."""
    async with request.app[DATABASE].begin() as session:
        acting = await authenticating.member(request, session, "write:statuses")
        permissions.must_publish(acting.office)
        await planning.call_off(session, await _addressed(request, session, acting.organisation))
    return answers.entity({})


async def entity(session: Session, site: Site, row: Planned) -> Entity:
    """A ScheduledStatus."""
    files = await media.of_subject(session, planning.PLANNED, row.id)
    return posts.scheduled(row, [attachments.media(site.origin, one) for one in files])


def time(given: Arguments) -> datetime | None:
    """The time that a request names; without a zone it is meant in UTC.

    Raises:
        Unwise: it is none.
    """
    text = given.text("scheduled_at")
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Unwise("Validation failed: Scheduled at is no time") from error
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


async def _addressed(request: web.Request, session: Session, us: Actor) -> Planned:
    row = await planned.by_id(session, us, paging.number(request.match_info["id"]))
    if row is None:
        raise NotFound("Record not found")
    return row
