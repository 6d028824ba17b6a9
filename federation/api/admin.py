"""Admin: what operators, and tests from outside, ask about the work of this instance.

Only a token that a command made opens it (`essaim token admin`). Nothing here weakens a rule: these
operations look, wait, or decide about mail that does not arrive as `essaim mail` does; only a
laboratory has a clock that can be moved. deploy/testing.md describes all of it.
"""

import asyncio
import math
from datetime import UTC, datetime
from typing import Any, Final

from aiohttp import web

from actors.errors import NotFound, NotYet, Unwise
from actors.mail import by_hand, claims, outbox, quiet
from actors.tables.journal import Called, Heard
from actors.views import destinations, journal, state
from actors.views.destinations import Destination
from federation import figures, lab
from federation.api.answers import respond, time
from federation.api.authenticating import OPERATE_READ, OPERATE_WRITE, operating
from federation.api.operations import Argument, Operation
from federation.api.shapes import Record, Text, read_body
from federation.app_keys import CLIENT, DATABASE, JOURNAL, SITE, WAKE
from federation.lab import MovableClock

LOOK_EVERY: Final = 0.05
"""Seconds between two looks at whether all is quiet."""

PATIENCE: Final = 15.0
"""Seconds to wait for quiet when nobody says how long."""

LONGEST_PATIENCE: Final = 120.0

MOST: Final = 1000
"""Entries of one answer; `next` leads on."""

FIRST_TIMESTAMP: Final = 10**9
"""A plain number from here on is seconds since 1970, below it is the id of an entry."""


async def quiesce(request: web.Request) -> web.Response:
    """POST admin/quiesce: 204 as soon as nothing is due, in any process on this database."""
    await operating(request, OPERATE_WRITE)
    patience = _seconds(request.query.get("timeout", ""))
    app, loop = request.app, asyncio.get_running_loop()
    until = loop.time() + patience
    while not await _is_quiet(app):
        if loop.time() >= until:
            raise NotYet(f"Work was still under way after {patience:g} seconds.")
        app[WAKE]()
        await asyncio.sleep(LOOK_EVERY)
    await app[JOURNAL].flush()
    return web.Response(status=204)


async def _is_quiet(app: web.Application) -> bool:
    if app[CLIENT].under_way:
        return False
    async with app[DATABASE].read() as session:
        return await quiet.is_quiet(session, app[SITE])


async def state_digest(request: web.Request) -> web.Response:
    """GET admin/state_digest: one line of 64 hexadecimal digits."""
    await operating(request, OPERATE_READ)
    async with request.app[DATABASE].snapshot() as session:
        digest = await state.digest(session)
    return web.Response(text=digest + "\n", content_type="text/plain")


async def heard(request: web.Request) -> web.Response:
    """GET admin/journal."""
    await operating(request, OPERATE_READ)
    since, after = _since(request)
    limit = _limit(request)
    await request.app[JOURNAL].flush()
    async with request.app[DATABASE].read() as session:
        rows = await journal.heard(
            session,
            activity=request.query.get("activity"),
            peer=request.query.get("peer"),
            since=since,
            after=after,
            limit=limit,
        )
        items = [_heard(row) for row in rows]
    return respond({"items": items, "next": _next(items, limit)})


async def called(request: web.Request) -> web.Response:
    """GET admin/egress."""
    await operating(request, OPERATE_READ)
    since, after = _since(request)
    limit = _limit(request)
    await request.app[JOURNAL].flush()
    async with request.app[DATABASE].read() as session:
        rows = await journal.called(session, since=since, after=after, limit=limit)
        items = [_called(row) for row in rows]
    return respond({"items": items, "next": _next(items, limit)})


async def deliveries(request: web.Request) -> web.Response:
    """GET admin/deliveries."""
    await operating(request, OPERATE_READ)
    wanted = request.query.get("state")
    if wanted not in (None, claims.WAITING, outbox.PARKED):
        raise Unwise("There is no such state.", fields={"state": "It is waiting or parked."})
    limit = _limit(request)
    async with request.app[DATABASE].read() as session:
        found = await destinations.listed(
            session,
            state=wanted,
            host=request.query.get("host"),
            after=request.query.get("after", ""),
            limit=limit,
        )
    following = found[-1].host if len(found) == limit else None
    return respond({"items": [_destination(one) for one in found], "next": following})


async def retry(request: web.Request) -> web.Response:
    """POST admin/deliveries/retry: what waits for a time, and what was given up, is due now."""
    await operating(request, OPERATE_WRITE)
    app, host = request.app, request.query.get("host") or None
    number = await by_hand.try_again(app[DATABASE], app[SITE], host)
    return respond({"retried": number})


async def give_up(request: web.Request) -> web.Response:
    """POST admin/deliveries/give-up: what waits for a host is put aside, until it is retried."""
    await operating(request, OPERATE_WRITE)
    host = _host(request)
    number = await by_hand.give_up(request.app[DATABASE], host)
    return respond({"host": host, "givenUp": number})


async def drop(request: web.Request) -> web.Response:
    """POST admin/deliveries/drop: what was given up for a host is thrown away for ever."""
    await operating(request, OPERATE_WRITE)
    host = _host(request)
    if request.query.get("confirm") != host:
        words = "The name of the host again, because this cannot be taken back."
        raise Unwise("Say first that this is meant.", fields={"confirm": words})
    number = await by_hand.drop(request.app[DATABASE], host)
    return respond({"host": host, "dropped": number})


async def move_clock(request: web.Request) -> web.Response:
    """POST admin/clock: only in a laboratory."""
    await operating(request, OPERATE_WRITE)
    clock = request.app[SITE].now
    if not isinstance(clock, MovableClock):
        raise NotFound("Only a laboratory has a clock that can be moved.")
    text = request.query.get("offset", "").replace(" ", "+")  # a plus sign, as queries write it
    if not text and request.can_read_body:
        text = str((await read_body(request, _CLOCK))["offset"])
    try:
        clock.offset = lab.offset(text)
    except ValueError as error:
        words = "It looks like +3d, -90s or +2h."
        raise Unwise("This is no offset.", fields={"offset": words}) from error
    request.app[WAKE]()
    return respond({"offset": round(clock.offset.total_seconds()), "now": time(clock())})


async def metrics(request: web.Request) -> web.Response:
    """GET admin/metrics: what this process counts and what waits, as Prometheus reads it."""
    await operating(request, OPERATE_READ)
    return await figures.answer(request.app)


def _host(request: web.Request) -> str:
    if host := request.query.get("host"):
        return host
    raise Unwise("Name a host.", fields={"host": "As the list of deliveries names it."})


def _seconds(text: str) -> float:
    try:
        seconds = float(text or PATIENCE)
    except ValueError:
        seconds = math.nan
    if 0 <= seconds <= LONGEST_PATIENCE:
        return seconds
    words = f"A number of seconds from 0 to {LONGEST_PATIENCE:g}."
    raise Unwise("This is no time to wait.", fields={"timeout": words})


def _since(request: web.Request) -> tuple[datetime | None, int | None]:
    """`since` as a moment or as the id of an entry, and `after` as such an id."""
    after = request.query.get("after", "")
    text = request.query.get("since", "").strip() or after
    if not text:
        return None, None
    if text.isascii() and text.isdecimal() and int(text[:18]) < FIRST_TIMESTAMP:
        return None, int(text[:18])
    try:
        number = float(text) if text.replace(".", "", 1).isdecimal() else None
        if number is not None:
            return datetime.fromtimestamp(number, UTC), None
        moment = datetime.fromisoformat(text.replace(" ", "+").replace("Z", "+00:00"))
    except (ValueError, OverflowError, OSError) as error:
        words = "A time as in RFC 3339, seconds since 1970, or the id of an entry."
        raise Unwise("This is no moment.", fields={"since": words}) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)), None


def _limit(request: web.Request) -> int:
    text = request.query.get("limit", str(MOST))
    if text.isascii() and text.isdecimal() and len(text) <= len(str(MOST)) and int(text) > 0:
        return min(int(text), MOST)
    raise Unwise("This is no number.", fields={"limit": f"From 1 to {MOST}."})


def _next(items: list[dict[str, Any]], limit: int) -> int | None:
    return items[-1]["id"] if len(items) == limit else None


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _heard(row: Heard) -> dict[str, Any]:
    return {
        "id": row.id,
        "at": _moment(row.at),
        "peer": row.peer,
        "keyId": row.key_iri,
        "activity": row.activity_iri,
        "disposition": row.disposition,
        "bytes": row.size,
        "ms": row.ms,
    }


def _called(row: Called) -> dict[str, Any]:
    return {
        "id": row.id,
        "at": _moment(row.at),
        "purpose": row.purpose,
        "method": row.method,
        "url": row.url,
        "ip": row.ip,
        "port": row.port,
        "hop": row.hop,
        "result": row.result,
        "bytes": row.size,
        "ms": row.ms,
        "cause": row.cause,
    }


def _destination(one: Destination) -> dict[str, Any]:
    return {
        "host": one.host,
        "cursor": None if one.cursor is None else str(one.cursor),
        "waiting": one.waiting,
        "parked": one.parked,
        "attempts": one.attempts,
        "failures": one.failures,
        "oldest": {
            "activity": one.oldest.activity_iri,
            "inbox": one.oldest.inbox,
            "at": time(one.oldest.made_at),
            "state": one.oldest.state,
        },
        "nextTry": None if one.due_at is None else time(one.due_at),
        "lastError": one.reason,
    }


_CLOCK: Final = Record(
    "How far the clock is moved, counted from the real time.",
    {"offset": Text("Such as +3d, -90s or +2h.")},
    frozenset({"offset"}),
)
_LIMIT: Final = Argument(
    "limit", "How many at most.", {"type": "integer", "minimum": 1, "maximum": MOST}
)
_SINCE: Final = (
    Argument("since", "Only from this moment on, or after the entry with this id."),
    Argument("after", "Only after the entry with this id: `next` of the part before."),
    _LIMIT,
)
_LATE: Final = {503: "Something was still under way; Retry-After says when to ask again."}

OPERATIONS: Final = (
    Operation(
        method="POST",
        path="/admin/quiesce",
        name="quiesce",
        says="Wait until nothing is due: no activity to hear, no fetch, no delivery, no walk",
        handler=quiesce,
        scope=OPERATE_WRITE,
        status=204,
        arguments=(
            Argument(
                "timeout",
                "Seconds to wait at most; 15 if not said.",
                {"type": "number", "minimum": 0, "maximum": LONGEST_PATIENCE},
            ),
        ),
        problems=_LATE,
    ),
    Operation(
        method="GET",
        path="/admin/state_digest",
        name="digestState",
        says="One digest of everything durable, equal as long as nothing has changed",
        handler=state_digest,
        scope=OPERATE_READ,
        is_text=True,
    ),
    Operation(
        method="GET",
        path="/admin/journal",
        name="listJournal",
        says="What came to the inboxes, and what became of it",
        handler=heard,
        scope=OPERATE_READ,
        answer="Journal",
        arguments=(
            Argument("activity", "Only about the activity with this id."),
            Argument("peer", "Only from this host."),
            *_SINCE,
        ),
    ),
    Operation(
        method="GET",
        path="/admin/egress",
        name="listEgress",
        says="Every try to call another server",
        handler=called,
        scope=OPERATE_READ,
        answer="Egress",
        arguments=_SINCE,
    ),
    Operation(
        method="GET",
        path="/admin/deliveries",
        name="listDeliveries",
        says="What is on its way, by destination",
        handler=deliveries,
        scope=OPERATE_READ,
        answer="Deliveries",
        arguments=(
            Argument(
                "state", "Only in this state.", {"type": "string", "enum": ["waiting", "parked"]}
            ),
            Argument("host", "Only to this host."),
            Argument("after", "Only hosts after this name: `next` of the part before."),
            _LIMIT,
        ),
    ),
    Operation(
        method="POST",
        path="/admin/deliveries/retry",
        name="retryDeliveries",
        says="Try again now what waits or was given up",
        handler=retry,
        scope=OPERATE_WRITE,
        answer="Retried",
        arguments=(Argument("host", "Only to this host."),),
    ),
    Operation(
        method="POST",
        path="/admin/deliveries/give-up",
        name="giveUpDeliveries",
        says="Give up what waits for a host; a retry takes it up again",
        handler=give_up,
        scope=OPERATE_WRITE,
        answer="GivenUp",
        arguments=(Argument("host", "To this host."),),
    ),
    Operation(
        method="POST",
        path="/admin/deliveries/drop",
        name="dropDeliveries",
        says="Throw away for ever what was given up for a host",
        handler=drop,
        scope=OPERATE_WRITE,
        answer="Dropped",
        arguments=(
            Argument("host", "To this host."),
            Argument("confirm", "The host again, because this cannot be taken back."),
        ),
    ),
    Operation(
        method="POST",
        path="/admin/clock",
        name="moveClock",
        says="Move the clock, in a laboratory only",
        handler=move_clock,
        scope=OPERATE_WRITE,
        answer="Clock",
        body=_CLOCK,
        problems={404: "This is no laboratory."},
    ),
    Operation(
        method="GET",
        path="/admin/metrics",
        name="readMetrics",
        says="What this process counts and what waits, as Prometheus reads it",
        handler=metrics,
        scope=OPERATE_READ,
        is_text=True,
    ),
)
