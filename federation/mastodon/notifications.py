"""Notifications: notices, in words that Mastodon's apps have.

Somebody follows us → follow, or waits for our yes → follow_request · forked a model of ours,
answered or named us, proposed a change to us or answered one of ours → mention, with what they
wrote · a model that we forked has moved → update,
with that model · likes and boosts → favourite and reblog · quoted us → quote (4.5). That a request
of ours was accepted is no
notification on Mastodon: apps see it in the relationship.

Source: docs.joinmastodon.org/methods/notifications (4.2).
"""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from actors.database import Session
from actors.errors import NotFound
from actors.tables.actor import Actor
from actors.verbs import noticing
from actors.views import lineage, notices, timelines
from actors.views.notices import NoticeItem
from actors.views.paging import LARGEST_PAGE, Page
from actors.views.timelines import Item
from federation.app_keys import DATABASE, SITE
from federation.mastodon import answers, arguments, authenticating, entities, paging
from federation.mastodon.arguments import Arguments
from federation.mastodon.describing import Describer
from federation.mastodon.entities import Entity

KINDS: Final[Mapping[str, str]] = {
    "follow": "follow",
    "request": "follow_request",
    "fork": "mention",
    "reply": "mention",
    "mention": "mention",
    "upstream": "update",
    "like": "favourite",
    "boost": "reblog",
    "quote": "quote",
    "proposal": "mention",
    "proposal-asked": "mention",
    "proposal-accepted": "mention",
    "proposal-rejected": "mention",
}
"""Kind of a notice → type of a notification."""

POLICY: Final = (
    "for_not_following",
    "for_not_followers",
    "for_new_accounts",
    "for_private_mentions",
    "for_limited_accounts",
)
"""Of whom Mastodon can hold notifications back (4.3)."""

_ALONE: Final = frozenset({"follow", "follow_request"})  # the types that have no status


async def notifications(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/notifications: what the organisation was told, newest first."""
    given = await arguments.read(request)
    page = paging.wanted(given, paging.NOTIFICATIONS)
    async with request.app[DATABASE].read() as session:
        acting = await authenticating.member(request, session, "read:notifications")
        us = acting.organisation
        items = await notices.of(session, us, page)
        describer = Describer(session, request.app[SITE], us)
        rows = [
            (
                item.notice.id,
                await notification(session, describer, us, item)
                if _is_wanted(given, item)
                else None,
            )
            for item in items
        ]
    return answers.listed(request, rows, page)


async def one(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/notifications/{id}."""
    number = paging.number(request.match_info["id"])
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:notifications")).organisation
        item = await notices.one(session, us, number)
        found = None
        if item is not None and item.notice.kind in KINDS:
            found = await notification(session, Describer(session, request.app[SITE], us), us, item)
    if found is None:
        raise NotFound("Record not found")
    return answers.entity(found)


async def unread_count(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/notifications/unread_count, or v2: how many nobody has looked at."""
    given = await arguments.read(request)
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:notifications")).organisation
        items = await notices.of(session, us, Page(limit=LARGEST_PAGE))
    unread = [one for one in items if one.notice.read_at is None and _is_wanted(given, one)]
    return answers.entity({"count": len(unread)})


async def clear(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/notifications/clear: throw all of them away."""
    return await _dismissed(request, None)


async def dismiss(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/notifications/{id}/dismiss: throw this one away; fine where it is gone."""
    return await _dismissed(request, paging.number(request.match_info["id"]))


async def policy(request: web.Request) -> web.StreamResponse:
    """GET /api/v2/notifications/policy: nothing is held back; whom one mutes tells nothing."""
    async with request.app[DATABASE].read() as session:
        await authenticating.member(request, session, "read:notifications")
    accepted: Entity = dict.fromkeys(POLICY, "accept")
    summary: Entity = {"pending_requests_count": 0, "pending_notifications_count": 0}
    return answers.entity(accepted | {"summary": summary})


async def merged(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/notifications/requests/merged: nothing waits to be merged."""
    async with request.app[DATABASE].read() as session:
        await authenticating.member(request, session, "read:notifications")
    return answers.entity({"merged": True})


async def _dismissed(request: web.Request, number: int | None) -> web.StreamResponse:
    async with request.app[DATABASE].begin() as session:
        acting = await authenticating.member(request, session, "write:notifications")
        await noticing.dismiss(session, acting.organisation, number)
    return answers.entity({})


def _is_wanted(given: Arguments, item: NoticeItem) -> bool:
    kind = KINDS.get(item.notice.kind)
    asked, left_out = given.many("types"), given.many("exclude_types")
    return kind is not None and kind not in left_out and (not asked or kind in asked)


async def notification(
    session: Session, describer: Describer, us: Actor, item: NoticeItem
) -> Entity | None:
    """A Notification, or None where what it speaks of is gone: apps cannot show it without."""
    kind = KINDS[item.notice.kind]
    status = None
    if kind not in _ALONE:
        shown = await _subject(session, us, item)
        if shown is None:
            return None
        status = await describer.status(shown)
    sender = await describer.account(item.sender)
    return entities.notification(item.notice.id, kind, item.notice.made_at, sender, status)


async def _subject(session: Session, us: Actor, item: NoticeItem) -> Item | None:
    """What a notice speaks of; of an upstream that moved, theirs: the notice names our fork."""
    if item.notice.kind == "upstream" and item.model is not None:
        tie = await lineage.of(session, item.model)
        return await timelines.by_iri(session, tie.upstream_iri, us) if tie else None
    subject = item.remark or item.model
    return await timelines.status(session, subject.id, us) if subject else None
