"""Streaming: what happens, told to apps at once, over WebSocket or server-sent events.

Source: docs.joinmastodon.org/methods/streaming (4.5) and what Mastodon's streaming server does
beyond it; the HTML standard, 9.2 (server-sent events). A browser can give no header with a
WebSocket, so the token may come in the address or as its protocol (`Sec-WebSocket-Protocol`), as
with Mastodon; nowhere else is it read from there. A payload is JSON written as text, inside JSON.
Every stream wants a member's token, as on Mastodon since 4.2; what is public wants no scope.

Here apps are let in and listen; what they are told is looked up in `onlooking`.
"""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Final

from aiohttp import web

from activitypub.canonical_json import Json
from actors.errors import Refusal
from actors.rules import scopes
from actors.rules.secrets import digest
from actors.rules.speech import tag_name
from actors.site import id_in
from actors.views import access, circles, profiles
from actors.views.access import Acting
from federation import streams
from federation.app_keys import DATABASE, STREAMS
from federation.mastodon import answers, authenticating, sockets
from federation.mastodon.arguments import FALSE
from federation.mastodon.entities.entity import Entity
from federation.mastodon.sockets import Socket
from federation.negotiation import Handler
from federation.rates import FIVE_MINUTES, TooMany
from federation.streams import Connection, Event, Stream

MOST_STREAMS: Final = 50
"""Streams that one connection listens to: each event is compared with each."""

LONGEST_MESSAGE: Final = 4096
"""Bytes of what an app says: the longest has a stream's name and a hashtag in it."""

LONGEST_TAG: Final = 200
"""Characters of a hashtag that is listened to; nobody writes longer ones."""

FOR_ALL: Final = ("public", "public:local", "public:remote")
OF_HASHTAGS: Final = ("hashtag", "hashtag:local")
NAMES: Final[Mapping[str, str | None]] = {
    "user": "read:statuses",
    "user:notification": "read:notifications",
    "direct": "read:statuses",
    "list": "read:statuses",
    **dict.fromkeys((*FOR_ALL, *(f"{name}:media" for name in FOR_ALL), *OF_HASHTAGS)),
}
"""Every stream → the scope that it wants; what is public wants none."""


class Unlistenable(Refusal):
    """There is no such stream, or what it should be about is missing."""

    status_hint = 400
    code = "stream"


class Closed(Refusal):
    """The token does not open this stream: 401, as Mastodon's streaming server says it."""

    status_hint = 401
    code = "stream"


async def healthy(_: web.Request) -> web.StreamResponse:
    """GET /api/v1/streaming/health."""
    return web.Response(text="OK")


async def unknown(_: web.Request) -> web.StreamResponse:
    """Any other path below: Mastodon's answer."""
    raise Unlistenable("Unknown channel requested")


async def websocket(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/streaming: a WebSocket, on which an app says what it listens to."""
    if request.headers.get("Upgrade", "").lower() != "websocket":
        raise Unlistenable("Unknown channel requested")
    protocol = request.headers.get("Sec-WebSocket-Protocol", "").partition(",")[0].strip()
    connection = await _admitted(request, request.query.get("access_token") or protocol)
    app, hub = request.app, request.app[STREAMS]
    loop = asyncio.get_running_loop()
    socket = Socket(
        loop, LONGEST_MESSAGE, partial(_heard, app, connection), partial(hub.close, connection)
    )
    answer = await sockets.take(request, protocol, socket)
    connection.line, connection.wants_beats = _Socket(socket), True
    hub.open(connection)
    if request.query.get("stream"):
        asked = {name: request.query.get(name, "") for name in ("stream", "tag", "list")}
        with suppress(ConnectionError):  # she has gone
            await _obey(app, socket, connection, {"type": "subscribe", **asked})
    return answer


def events(name: str) -> Handler:
    """GET /api/v1/streaming/…: server-sent events of one stream."""

    async def stream(request: web.Request) -> web.StreamResponse:
        connection = await _admitted(request, request.query.get("access_token") or "")
        only_media = request.query.get("only_media", "").lower() not in FALSE
        wanted = f"{name}:media" if only_media and name in FOR_ALL else name
        tag, number = request.query.get("tag", ""), request.query.get("list", "")
        connection.streams.add(await _listened(request.app, connection, wanted, tag, number))
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream",
                "Cache-Control": "private, no-store",
                "X-Accel-Buffering": "no",  # a proxy that collects them tells them too late
                **answers.CORS,
            }
        )
        await response.prepare(request)
        await response.write(b":)\n")
        response.headers.clear()  # as above
        line = _Lines(request, response)
        connection.line, connection.wants_beats = line, True
        hub = request.app[STREAMS]
        hub.open(connection)
        try:
            await line.ended
        finally:
            hub.close(connection)
        return response

    return stream


class _Socket:
    """A WebSocket."""

    __slots__ = ("_socket",)

    def __init__(self, socket: Socket) -> None:
        self._socket = socket

    async def tell(self, event: Event | None) -> None:
        """Once for each stream in which it stands; or ask whether she is still there."""
        if event is None:
            await self._socket.beat()
            return
        for stream in event.streams:
            told: Entity = {"stream": list(stream.label), "event": event.name}
            if event.payload is not None:
                told["payload"] = event.payload
            await self._socket.send(text(told))

    async def hang_up(self) -> None:
        """Say so, and hear it."""
        await self._socket.hang_up()

    def cut(self) -> None:
        """End it."""
        self._socket.cut()


class _Lines:
    """An answer that goes on, one event after the other; `ended` is set when it does not."""

    __slots__ = ("_request", "_response", "ended")

    def __init__(self, request: web.Request, response: web.StreamResponse) -> None:
        self._request = request
        self._response = response
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def tell(self, event: Event | None) -> None:
        """Two lines and an empty one; or a comment."""
        said = ":thump\n\n"
        if event is not None:
            said = f"event: {event.name}\ndata: {event.payload or 'undefined'}\n\n"
        await self._response.write(said.encode())

    async def hang_up(self) -> None:
        """The answer is complete."""
        self._end()

    def cut(self) -> None:
        """End it."""
        self._end()
        if self._request.transport is not None:
            self._request.transport.abort()

    def _end(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)


async def _admitted(request: web.Request, secret: str) -> Connection:
    """A connection for whoever has this token.

    Raises:
        Closed: there is none, or none that we know, or it is nobody's.
        TooMany: there are too many connections already.
    """
    secret = authenticating.bearer(request) or secret
    if not secret:
        raise Closed("Missing access token")
    hub = request.app[STREAMS]
    async with request.app[DATABASE].read() as session:
        acting = await access.by_token(session, secret)
    if not isinstance(acting, Acting):
        raise Closed("Invalid access token")
    if hub.is_full or hub.of(acting.organisation.id) >= streams.MOST_OF_ONE:
        raise TooMany(FIVE_MINUTES)
    return Connection(digest(secret), acting.organisation.id, acting.scopes)


async def _listened(
    app: web.Application, connection: Connection, name: str, tag: str, number: str
) -> Stream:
    """The stream of this name, if this reader may listen to it.

    Raises:
        Unlistenable: there is none, or what it should be about is missing.
        Closed: the token does not cover it, or it is about a list of somebody else.
    """
    if name not in NAMES:
        raise Unlistenable("Unknown stream type")
    if len(connection.streams) >= MOST_STREAMS:
        raise Unlistenable(f"At most {MOST_STREAMS} channels on one connection")
    scope = NAMES[name]
    if scope is not None and not scopes.allows(connection.scopes, scope):
        raise Closed("Access token does not have the required scopes")
    if name == "list":
        if not number:
            raise Unlistenable("Missing list name parameter")
        await _must_own(app, connection, number)
        return Stream(name, str(id_in(number)), number)
    if name in OF_HASHTAGS:
        folded = tag_name(tag[:LONGEST_TAG])
        if not folded:
            raise Unlistenable("Missing tag name parameter")
        return Stream(name, folded, tag[:LONGEST_TAG])
    return Stream(name)


async def _must_own(app: web.Application, connection: Connection, number: str) -> None:
    found = id_in(number)
    async with app[DATABASE].read() as session:
        us = await profiles.by_id(session, connection.owner_id)
        if us is None or found is None or await circles.by_id(session, us, found) is None:
            raise Closed("Not authorized to stream this list")


def _said(message: str) -> Mapping[str, str]:
    """What an app says: an object of texts and numbers; nothing where it is something else."""
    try:
        said: Json = json.loads(message)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(said, dict):
        return {}
    return {name: str(value) for name, value in said.items() if isinstance(value, str | int)}


async def _heard(
    app: web.Application, connection: Connection, socket: Socket, message: str
) -> None:
    await _obey(app, socket, connection, _said(message))


async def _obey(
    app: web.Application,
    socket: Socket,
    connection: Connection,
    said: Mapping[str, str],
) -> None:
    """Do what an app says; what it says wrongly it is told."""
    kind, name = said.get("type", ""), said.get("stream", "")
    tag, number = said.get("tag", ""), said.get("list", "")
    if kind == "unsubscribe":
        about = str(id_in(number)) if name == "list" else tag_name(tag[:LONGEST_TAG])
        connection.streams.discard(Stream(name, about if name in _NAMED else ""))
        return
    try:
        connection.streams.add(
            await _listened(app, connection, name if kind == "subscribe" else "", tag, number)
        )
    except (Unlistenable, Closed) as refusal:
        answer: Entity = {"error": refusal.reason, "status": refusal.status_hint}
        await socket.send(text(answer))


_NAMED: Final = (*OF_HASHTAGS, "list")
"""Streams that are about something."""


def text(entity: Json) -> str:
    """JSON as it is sent: without blanks."""
    return json.dumps(entity, ensure_ascii=False, separators=(",", ":"))
