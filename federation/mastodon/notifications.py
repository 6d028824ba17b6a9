"""Notifications: notices, in words that Mastodon's apps have.

Somebody follows us → follow, or waits for our yes → follow_request · forked a model of ours,
answered or named us, records how they do one of ours, proposed a change to us or answered one of
ours → mention, with what they wrote · a model that we forked has moved → update, with that model ·
likes and boosts → favourite and reblog · quoted us → quote (4.5) · whom we asked to be told of
published something → status · a poll has ended → poll. That a request of ours was accepted is no
notification on Mastodon: apps see it in the relationship.

Source: docs.joinmastodon.org/methods/notifications (4.5).
"""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from actors.database import Session
from actors.errors import NotFound
from actors.tables.actor import Actor
from actors.verbs import noticing
from actors.views import lineage, notices, records, timelines
from actors.views.notices import NoticeItem, Wanted
from actors.views.timelines import Item
from federation.app_keys import DATABASE, SITE
from federation.mastodon import answers, arguments, authenticating, grouping, paging
from federation.mastodon.arguments import Arguments
from federation.mastodon.describing import Describer
from federation.mastodon.entities import alerts
from federation.mastodon.entities.entity import Entity

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
    "post": "status",
    "poll": "poll",
    "record": "mention",
    "proposal": "mention",
    "proposal-asked": "mention",
    "proposal-accepted": "mention",
    "proposal-rejected": "mention",
}
"""Kind of a notice → type of a notification."""

COUNTED: Final = (100, 1_000)
"""Usual and highest number to which unread notifications are counted, as on Mastodon."""

_ALONE: Final = frozenset({"follow", "follow_request"})  # the types that have no status


async def notifications(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/notifications: what the organisation was told, newest first."""
    given = await arguments.read(request)
    page = paging.wanted(given, paging.NOTIFICATIONS)
    which = wanted(given)
    async with request.app[DATABASE].read() as session:
        acting = await authenticating.member(request, session, "read:notifications")
        us = acting.organisation
        items = await notices.wanted(session, us, page, which)
        describer = Describer(session, request.app[SITE], us, "notifications")
        rows = [
            (item.notice.id, await notification(session, describer, us, item)) for item in items
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
    """GET /api/v1/notifications/unread_count: how many nobody has looked at."""
    given = await arguments.read(request)
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:notifications")).organisation
        limit = paging.size(given, COUNTED)
        count = await notices.unread_of(session, us, wanted(given), limit)
    return answers.entity({"count": count})


async def clear(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/notifications/clear: throw all of them away."""
    return await _dismissed(request, None)


async def dismiss(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/notifications/{id}/dismiss: throw this one away.

    Raises:
        NotFound: there is none of hers, or no more.
    """
    return await _dismissed(request, paging.number(request.match_info["id"]))


def wanted(given: Arguments) -> Wanted:
    """Which notices a request asks for.

    Raises:
        Malformed: the account is no id.
    """
    asked, left_out = set(given.many("types")), set(given.many("exclude_types"))
    sender = given.text("account_id")
    return Wanted(
        kinds=frozenset(
            kind
            for kind, name in KINDS.items()
            if name not in left_out and (not asked or name in asked)
        ),
        sender_id=paging.number(sender) if sender else None,
        with_held=given.flag("include_filtered"),
    )


async def _dismissed(request: web.Request, number: int | None) -> web.StreamResponse:
    async with request.app[DATABASE].begin() as session:
        acting = await authenticating.member(request, session, "write:notifications")
        had_any = await noticing.dismiss(session, acting.organisation, number)
    if number is not None and not had_any:
        raise NotFound("Record not found")
    return answers.entity({})


async def notification(
    session: Session, describer: Describer, us: Actor, item: NoticeItem
) -> Entity | None:
    """A Notification, or None where what it speaks of is gone: apps cannot show it without."""
    kind = KINDS[item.notice.kind]
    is_there, status = await spoken_of(session, describer, us, item)
    if not is_there:
        return None
    sender = await describer.account(item.sender)
    entity = alerts.notification(
        item.notice.id, kind, item.notice.made_at, sender, status, grouping.key_of(item.notice)
    )
    return entity | ({"filtered": True} if item.notice.is_held else {})


async def spoken_of(
    session: Session, describer: Describer, us: Actor, item: NoticeItem
) -> tuple[bool, Entity | None]:
    """Whether what a notice speaks of is still there, and the Status of it where it is one."""
    if KINDS[item.notice.kind] in _ALONE:
        return True, None
    shown = await _subject(session, us, item)
    return (False, None) if shown is None else (True, await describer.status(shown))


async def _subject(session: Session, us: Actor, item: NoticeItem) -> Item | None:
    """What a notice speaks of.

    Of an upstream that moved, theirs: the notice names our fork. Of a record, the record: the
    notice names our model.
    """
    if item.notice.kind == "upstream" and item.model is not None:
        tie = await lineage.of(session, item.model)
        return await timelines.by_iri(session, tie.upstream_iri, us) if tie else None
    if item.notice.kind == "record":
        iri = await records.iri_of(session, item.notice.about.get("record"))
        return await timelines.by_iri(session, iri, us) if iri else None
    subject = item.remark or item.model
    return await timelines.status(session, subject.id, us) if subject else None
