"""Pushing: apps that are told while they are closed, through the push service of their makers.

Source: docs.joinmastodon.org/methods/push (4.5). What an app is told is locked for it alone
(`federation.transport.pushing`); it holds a title, the beginning of the text, and the app's own
token, by which apps with several accounts find the one that is meant.
"""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from activitypub import canonical_json, iris, markup
from activitypub.canonical_json import Json
from activitypub.errors import ProtocolError
from actors.database import Session
from actors.errors import NotFound, Unwise
from actors.mail import pushes
from actors.mail.pushes import Push
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.push import PushSubscription
from actors.verbs import alerting
from actors.verbs.alerting import Wanted
from actors.views import notices, profiles
from federation.app_keys import CLIENT, DATABASE, SITE
from federation.errors import TransportError, Unsafe
from federation.mastodon import answers, arguments, authenticating, push_words
from federation.mastodon.arguments import Arguments
from federation.mastodon.describing import Describer
from federation.mastodon.entities import alerts
from federation.mastodon.notifications import KINDS, notification

SCOPE: Final = "push"

ALERTS: Final = (
    *("mention", "status", "reblog", "follow", "follow_request", "favourite", "poll", "update"),
    *("quote", "quoted_update", "admin.sign_up", "admin.report"),
)
"""Types that an app can ask for (4.5); of the last three nobody is told anything here."""

LONGEST_NAME: Final = 100
LONGEST_BODY: Final = 140
"""Characters of a name and of the beginning of a text, as on Mastodon: what a telephone shows."""

LONGEST_ICON: Final = 512
"""Characters of the address of a picture; one that is longer is left out, for the whole message has
to fit."""


async def subscription(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/push/subscription.

    Raises:
        NotFound: this app has asked for none.
    """
    async with request.app[DATABASE].read() as session:
        await authenticating.member(request, session, SCOPE)
        return await _told(session, await _own(request, session))


async def subscribe(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/push/subscription: instead of what this app asked for before."""
    given = await arguments.read(request)
    async with request.app[DATABASE].read() as session:
        await authenticating.member(request, session, SCOPE)
    wanted = Wanted(
        endpoint=given.text("subscription[endpoint]"),
        p256dh=given.text("subscription[keys][p256dh]"),
        auth=given.text("subscription[keys][auth]"),
        alerts=_alerts(given),
        policy=_policy(given) or "all",
        is_standard=given.flag("subscription[standard]"),
    )
    alerting.must_be_sound(wanted)
    await _must_be_reachable(request, wanted.endpoint)
    async with request.app[DATABASE].begin() as session:
        acting = await authenticating.member(request, session, SCOPE)
        secret = authenticating.bearer(request) or ""
        row = await alerting.subscribe(
            session, request.app[SITE], acting.organisation.id, secret, wanted
        )
        return await _told(session, row)


async def change(request: web.Request) -> web.StreamResponse:
    """PUT /api/v1/push/subscription: be told of other things.

    Raises:
        NotFound: this app has asked for nothing yet.
    """
    given = await arguments.read(request)
    async with request.app[DATABASE].begin() as session:
        await authenticating.member(request, session, SCOPE)
        row = await _own(request, session)
        await alerting.change(session, row, _alerts(given), _policy(given) or row.policy)
        return await _told(session, row)


async def unsubscribe(request: web.Request) -> web.StreamResponse:
    """DELETE /api/v1/push/subscription: fine where there was none."""
    async with request.app[DATABASE].begin() as session:
        await authenticating.member(request, session, SCOPE)
        await alerting.unsubscribe(session, authenticating.bearer(request) or "")
    return answers.entity({})


class Composer:
    """Puts into words what an app is told of one notice.

    Args:
        site: our origin and clock.
    """

    def __init__(self, site: Site) -> None:
        self._site = site

    async def __call__(self, session: Session, parcel: Push) -> bytes | None:
        """One message; None where this app does not want to be told, or nothing is left to tell."""
        us = await profiles.by_id(session, parcel.owner_id)
        item = await notices.one(session, us, parcel.notice_id) if us else None
        if us is None or us.gone_at is not None or item is None:
            return None
        kind = KINDS.get(item.notice.kind)
        if kind is None or not parcel.alerts.get(kind):
            return None
        if not await _is_meant(session, us, item.sender, parcel.policy):
            return None
        entity = await notification(session, Describer(session, self._site, us), us, item)
        if entity is None:
            return None
        organisation = await profiles.of_ours(session, us)
        name = item.sender.name or item.sender.handle
        icon = _object(entity["account"])["avatar_static"]
        message: Mapping[str, Json] = {
            "access_token": parcel.bearer,
            "preferred_locale": organisation.locale,
            "notification_id": item.notice.id,  # a number, as on Mastodon: Swift apps insist
            "notification_type": kind,
            "icon": icon if len(str(icon)) <= LONGEST_ICON else "",
            "title": push_words.title(kind, organisation.locale, name[:LONGEST_NAME]),
            "body": _beginning(entity),
        }
        return canonical_json.encode(dict(message))


async def _is_meant(session: Session, us: Actor, them: Actor, policy: str) -> bool:
    if policy == "all":
        return True
    if policy == "none":
        return False
    follower, followee = (us, them) if policy == "followed" else (them, us)
    follow = await profiles.follow_of(session, follower, followee)
    return follow is not None and follow.state == "accepted"


async def _must_be_reachable(request: web.Request, endpoint: str) -> None:
    """Refuse at once what could never be called: http, our own host, one that is blocked.

    Raises:
        Unwise: nothing can be sent there.
    """
    client = request.app[CLIENT]
    try:
        place = iris.host(iris.parse(endpoint))
        if place == iris.host(request.app[SITE].origin):
            raise Unwise(alerting.BAD_ENDPOINT)
        await client.check_dealings(place)
        if endpoint.startswith("http:") and not await client.speaks_privately(place):
            raise Unwise(alerting.BAD_ENDPOINT)
    except Unsafe as error:
        raise Unwise(f"Validation failed: Endpoint: {error.reason}") from error
    except (ProtocolError, TransportError) as error:
        raise Unwise(alerting.BAD_ENDPOINT) from error


async def _own(request: web.Request, session: Session) -> PushSubscription:
    row = await alerting.of_token(session, authenticating.bearer(request) or "")
    if row is None:
        raise NotFound("Record not found")
    return row


async def _told(session: Session, row: PushSubscription) -> web.Response:
    key = await pushes.public_key(session)
    return answers.entity(alerts.push_subscription(row, ALERTS, key))


def _policy(given: Arguments) -> str:
    """Of whom one wants to hear; Mastodon.py says it beside `data`, as older versions had it."""
    return given.text("data[policy]") or given.text("policy")


def _alerts(given: Arguments) -> dict[str, bool]:
    return {name: given.flag(f"data[alerts][{name}]") for name in ALERTS}


def _beginning(entity: Mapping[str, Json]) -> str:
    """The first words of what it is about: of a follower, what she says of herself."""
    status = entity.get("status")
    if isinstance(status, dict):
        said = str(status["spoiler_text"] or status["content"])
    else:
        said = str(_object(entity["account"])["note"])
    text = " ".join(markup.plain(said).split())
    return text if len(text) <= LONGEST_BODY else text[: LONGEST_BODY - 1] + "…"


def _object(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}
