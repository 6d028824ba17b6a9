"""Groups: notifications by the group, each account and status told once.

Source: docs.joinmastodon.org/methods/grouped_notifications (4.5).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from actors.database import Session
from actors.errors import NotFound
from actors.site import Site
from actors.tables.actor import Actor
from actors.verbs import noticing
from actors.views import notices
from actors.views.notices import GROUPED, Group
from actors.views.paging import Page
from federation.app_keys import DATABASE, SITE
from federation.mastodon import answers, arguments, authenticating, grouping, paging
from federation.mastodon.arguments import Arguments
from federation.mastodon.describing import Describer
from federation.mastodon.entities import alerts
from federation.mastodon.entities.entity import Entity
from federation.mastodon.notifications import COUNTED, KINDS, spoken_of, wanted

SAMPLE: Final = 8
"""Accounts that are shown for a group, as on Mastodon."""

FIRST_ONLY: Final = "partial_avatars"
"""Asks for whole accounts of the first of each group alone."""


@dataclass
class _Told:
    """One answer as it grows.

    Attributes:
        accounts: whole ones, by id.
        faces: of the others, what is enough to draw a face.
        statuses: by id.
        groups: each under its newest id.
    """

    accounts: dict[str, Entity] = field(default_factory=dict)
    faces: dict[str, Entity] = field(default_factory=dict)
    statuses: dict[str, Entity] = field(default_factory=dict)
    groups: list[tuple[int, Entity | None]] = field(default_factory=list)


async def every(request: web.Request) -> web.StreamResponse:
    """GET /api/v2/notifications."""
    given = await arguments.read(request)
    page = paging.wanted(given, paging.NOTIFICATIONS)
    is_short = given.text("expand_accounts") == FIRST_ONLY
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:notifications")).organisation
        found = await notices.groups(session, us, page, wanted(given), _grouped(given))
        told = await _told(session, request.app[SITE], us, found, is_short=is_short)
    response = answers.listed(request, told.groups, page)
    body = answers.entity(_answer(told, is_short=is_short))
    if "Link" in response.headers:
        body.headers["Link"] = response.headers["Link"]
    return body


async def one(request: web.Request) -> web.StreamResponse:
    """GET /api/v2/notifications/{group_key}.

    Raises:
        NotFound: nothing of it is left.
    """
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:notifications")).organisation
        group = await _addressed(request, session, us)
        told = await _told(session, request.app[SITE], us, [group], is_short=False)
    if told.groups[0][1] is None:
        raise NotFound("Record not found")
    return answers.entity(_answer(told, is_short=False))


async def dismiss(request: web.Request) -> web.StreamResponse:
    """POST /api/v2/notifications/{group_key}/dismiss: fine where nothing of it is left."""
    key = grouping.read(request.match_info["group_key"])
    async with request.app[DATABASE].begin() as session:
        acting = await authenticating.member(request, session, "write:notifications")
        us = acting.organisation
        group = await notices.group(session, us, key.kind, key.subject_id, key.bucket)
        if group is not None:
            await noticing.dismiss_group(session, us, group)
    return answers.entity({})


async def accounts(request: web.Request) -> web.StreamResponse:
    """GET /api/v2/notifications/{group_key}/accounts: everybody who is in it."""
    page = paging.wanted(await arguments.read(request), paging.ACCOUNTS)
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:notifications")).organisation
        group = await _addressed(request, session, us)
        found = await notices.senders(session, us, group, page)
        rows = await Describer(session, request.app[SITE], us).account_rows(found)
    return answers.listed(request, rows, page)


async def unread_count(request: web.Request) -> web.StreamResponse:
    """GET /api/v2/notifications/unread_count: groups with something that nobody has looked at."""
    given = await arguments.read(request)
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "read:notifications")).organisation
        limit = paging.size(given, COUNTED)
        which, grouped = wanted(given), _grouped(given)
        count = await notices.unread_groups(session, us, which, grouped, limit)
    return answers.entity({"count": count})


async def _addressed(request: web.Request, session: Session, us: Actor) -> Group:
    key = grouping.read(request.match_info["group_key"])
    group = await notices.group(session, us, key.kind, key.subject_id, key.bucket)
    if group is None or group.kind not in KINDS:
        raise NotFound("Record not found")
    return group


def _grouped(given: Arguments) -> Collection[str]:
    """The kinds that are to be grouped: all that can be, unless the request names some."""
    if "grouped_types" not in given.values:
        return GROUPED
    asked = given.many("grouped_types")
    return frozenset(kind for kind, name in grouping.TYPES.items() if name in asked)


async def _told(
    session: Session, site: Site, us: Actor, groups: Sequence[Group], *, is_short: bool
) -> _Told:
    told = _Told()
    describer = Describer(session, site, us, "notifications")
    newest = await notices.several(session, us, [one.newest_id for one in groups])
    for group in groups:
        item = newest[group.newest_id]
        is_there, status = await spoken_of(session, describer, us, item)
        if not is_there:
            told.groups.append((group.newest_id, None))
            continue
        people = [item.sender]
        if group.count > 1:
            rows = await notices.senders(session, us, group, Page(limit=SAMPLE))
            people = [actor for _, actor in rows]
        shown = await describer.accounts(people)
        _remember(told, shown, is_short=is_short)
        if status is not None:
            told.statuses[str(status["id"])] = status
            author = status["account"]
            if isinstance(author, dict):
                told.accounts[str(author["id"])] = author
        entity = alerts.notification_group(
            group, KINDS[group.kind], grouping.name(group), shown, status
        )
        told.groups.append((group.newest_id, entity))
    return told


def _remember(told: _Told, shown: Sequence[Entity], *, is_short: bool) -> None:
    for place, each in enumerate(shown):
        if place and is_short:
            told.faces[str(each["id"])] = alerts.partial_account(each)
        else:
            told.accounts[str(each["id"])] = each


def _answer(told: _Told, *, is_short: bool) -> Entity:
    ordered = sorted(told.groups, key=lambda row: row[0], reverse=True)
    answer: Entity = {
        "accounts": list(told.accounts.values()),
        "statuses": list(told.statuses.values()),
        "notification_groups": [entity for _, entity in ordered if entity is not None],
    }
    faces: Mapping[str, Entity] = {
        number: face for number, face in told.faces.items() if number not in told.accounts
    }
    return answer | ({"partial_accounts": list(faces.values())} if is_short else {})
