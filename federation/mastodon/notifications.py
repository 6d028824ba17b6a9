"""Notifications: notices, in words that Mastodon's apps have.

Somebody follows us → follow, or waits for our yes → follow_request · forked a model of ours,
answered or named us → mention, with what they wrote · a model that we forked has moved → update,
with that model · likes and boosts → favourite and reblog · quoted us → quote (4.5). That a request
of ours was accepted is no
notification on Mastodon: apps see it in the relationship.

Source: docs.joinmastodon.org/methods/notifications (4.2).
"""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from actors.database import Session
from actors.tables.actor import Actor
from actors.views import lineage, notices, timelines
from actors.views.notices import NoticeItem
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
}
"""Kind of a notice → type of a notification."""

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
