"""Streaming: what happens, told to apps at once, over WebSocket or server-sent events.

Source: docs.joinmastodon.org/methods/streaming (4.5), and the HTML standard, 9.2 (server-sent
events). A browser can give no header with a WebSocket, so the token may come in the address or as
its protocol (`Sec-WebSocket-Protocol`), as with Mastodon; nowhere else is it read from there. A
payload is JSON written as text, inside JSON. Every stream wants a token, as on Mastodon since 4.2.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Final

from aiohttp import WSCloseCode, WSMsgType, web

from activitypub.canonical_json import Json
from actors.database import Session
from actors.errors import NotAllowed, NotFound, Unwise
from actors.rules import news, scopes
from actors.rules.news import Word
from actors.rules.speech import tag_name
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.remark import Remark
from actors.views import access, blocks, circles, notices, profiles, shelves, timelines
from actors.views.access import Acting
from actors.views.paging import Page
from actors.views.timelines import Item
from federation import streams
from federation.app_keys import DATABASE, SITE, STREAMS
from federation.mastodon import answers, authenticating, bookmarks, notifications, paging
from federation.mastodon.describing import Describer
from federation.mastodon.entities import Entity
from federation.negotiation import Handler
from federation.rates import FIVE_MINUTES, TooMany
from federation.streams import Connection, Event, Looked, Stream

BEAT: Final = 15.0
"""Seconds of silence after which a reader is sent a sign of life, as with Mastodon, and her token
is looked at again."""

MOST_STREAMS: Final = 50
"""Streams that one connection listens to: each event is compared with each."""

LONGEST_MESSAGE: Final = 4096
"""Bytes of what an app says: the longest has a stream's name and a hashtag in it."""

FOR_ALL: Final = ("public", "public:local", "public:remote", "public:media", "public:local:media")
_OF_HASHTAGS: Final = ("hashtag", "hashtag:local")
NAMES: Final[Mapping[str, str]] = {
    "user": "read:statuses",
    "user:notification": "read:notifications",
    "direct": "read:statuses",
    "list": "read:lists",
    **dict.fromkeys((*FOR_ALL, *_OF_HASHTAGS), "read:statuses"),
}
"""Every stream → the scope that it wants."""


DIRECT: Final = Stream("direct")
"""Where Mastodon tells of conversations, and not of what is said in them."""


async def healthy(_: web.Request) -> web.StreamResponse:
    """GET /api/v1/streaming/health."""
    return web.Response(text="OK")


async def websocket(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/streaming: a WebSocket, on which an app says what it listens to.

    Some apps ask here for server-sent events, with the stream's name as they would for a WebSocket.
    """
    if request.headers.get("Upgrade", "").lower() != "websocket":
        if named := request.query.get("stream"):
            return await events(named)(request)
        raise NotFound("Endpoint not found")
    protocol = request.headers.get("Sec-WebSocket-Protocol", "").partition(",")[0].strip()
    connection = await _admitted(request, request.query.get("access_token") or protocol)
    named = request.query.get("stream")
    if named:
        about = request.query.get("tag") or request.query.get("list") or ""
        connection.streams.add(await _listened(request, connection, named, about))
    socket = web.WebSocketResponse(
        heartbeat=BEAT,
        protocols=(protocol,) if protocol else (),
        max_msg_size=LONGEST_MESSAGE,
        compress=False,
    )
    await socket.prepare(request)
    hub = request.app[STREAMS]
    hub.open(connection)
    telling = asyncio.create_task(_tell_socket(request, socket, connection))
    try:
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await _obey(request, socket, connection, message.data)
    finally:
        hub.close(connection)
        telling.cancel()
        with suppress(asyncio.CancelledError, ConnectionError):
            await telling
    return socket


def events(name: str) -> Handler:
    """GET /api/v1/streaming/…: server-sent events of one stream."""

    async def stream(request: web.Request) -> web.StreamResponse:
        connection = await _admitted(request, request.query.get("access_token") or "")
        about = request.query.get("tag") or request.query.get("list") or ""
        connection.streams.add(await _listened(request, connection, name, about))
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream",
                "Cache-Control": "private, no-store",
                "X-Accel-Buffering": "no",  # a proxy that collects them tells them too late
                **answers.CORS,
            }
        )
        await response.prepare(request)
        hub = request.app[STREAMS]
        hub.open(connection)
        try:
            await response.write(b":)\n")
            await _tell_lines(request, response, connection)
        except ConnectionError:
            pass  # she has gone
        finally:
            hub.close(connection)
        return response

    return stream


def looking(application: web.Application) -> Looked:
    """What looks words up for connections, one organisation after the other."""

    async def looked(words: list[Word], connections: list[Connection]) -> None:
        if any(word.kind == news.TOKENS for word in words):
            for connection in connections:
                await _check(application, connection)
        by_owner: dict[int, list[Connection]] = {}
        for connection in connections:
            by_owner.setdefault(connection.owner_id, []).append(connection)
        for owner_id, readers in by_owner.items():
            async with application[DATABASE].read() as session:
                us = await profiles.by_id(session, owner_id)
                if us is None:
                    continue
                onlooker = _Onlooker(session, application[SITE], us, readers)
                for word in words:
                    await onlooker.look(word)

    return looked


class _Onlooker:
    """One organisation, the connections that it has, and one transaction in which it looks."""

    def __init__(self, session: Session, site: Site, us: Actor, readers: list[Connection]) -> None:
        self._session = session
        self._us = us
        self._readers = readers
        self._describer = Describer(session, site, us)

    async def look(self, word: Word) -> None:
        """Look one word up, and tell who wants to hear of it."""
        match word.kind, word.numbers:
            case news.SHOWN, (owner_id, number) if owner_id == self._us.id:
                await self._status(number, "update", is_at_home=True, is_said=False)
            case news.SAID, (number,):
                await self._status(number, "update", is_at_home=False, is_said=True)
            case news.CHANGED, (number,):
                is_at_home = await timelines.stands_at_home(self._session, self._us, number)
                await self._status(number, "status.update", is_at_home=is_at_home, is_said=True)
            case news.GONE, (number,):
                self._tell(lambda one: one.name != "user:notification", "delete", str(number))
            case news.NOTICE, (owner_id, number) if owner_id == self._us.id:
                await self._notice(number)
            case news.FILTERS, (owner_id,) if owner_id == self._us.id:
                self._tell(lambda one: one.name == "user", "filters_changed", None)

    async def _status(self, number: int, event: str, *, is_at_home: bool, is_said: bool) -> None:
        item = await timelines.status(self._session, number, self._us)
        if item is None:
            return
        wanted = await self._places(item, is_at_home=is_at_home, is_said=is_said)
        if event == "update" and DIRECT in wanted:
            wanted.discard(DIRECT)
            if item.author.id == self._us.id:  # others': when we are told of it, in `_notice`
                await self._conversation(number)
        if any(one in wanted for reader in self._readers for one in reader.streams):
            entity = await self._describer.status(item)
            self._tell(lambda one: one in wanted, event, _text(entity))

    async def _conversation(self, number: int) -> None:
        """Tell of the exchange in which this is the last that was said."""
        if not any(DIRECT in reader.streams for reader in self._readers):
            return
        newest = Page(limit=1, max_id=number + 1)
        for one in await shelves.conversations(self._session, self._us, newest):
            if one.last.id == number:
                entity = await bookmarks.shown(self._describer, one)
                self._tell(lambda each: each == DIRECT, "conversation", _text(entity))

    async def _places(self, item: Item, *, is_at_home: bool, is_said: bool) -> set[Stream]:
        """The streams in which it stands: on home timelines, or where things are just said."""
        found: set[Stream] = set()
        subject, is_own = item.subject, item.author.id == self._us.id
        if is_own or is_at_home:
            found.add(Stream("user"))
        if is_at_home:
            found |= await self._circles(item)
        if not is_said or item.boost is not None:
            return found
        if await blocks.bars(self._session, self._us.id, item.author):
            return found
        if isinstance(subject, Remark) and subject.visibility == "direct":
            found.add(DIRECT)
        if not isinstance(subject, Remark) or subject.visibility == "public":
            found |= {Stream("public")}
            found.add(Stream("public:local" if item.author.is_ours else "public:remote"))
            for each in (one for reader in self._readers for one in reader.streams):
                if each.name in _OF_HASHTAGS and isinstance(subject, Remark):
                    is_here = item.author.is_ours or each.name == "hashtag"
                    if is_here and await timelines.is_tagged(self._session, subject, each.about):
                        found.add(each)
        return found

    async def _circles(self, item: Item) -> set[Stream]:
        asked = {one.about for r in self._readers for one in r.streams if one.name == "list"}
        if not asked:
            return set()
        teller = item.booster or item.author
        inside = await circles.with_member(self._session, self._us, teller)
        return {Stream("list", str(row.id)) for row in inside if str(row.id) in asked}

    async def _notice(self, number: int) -> None:
        names = ("user", "user:notification", "direct")
        if not any(one.name in names for reader in self._readers for one in reader.streams):
            return
        item = await notices.one(self._session, self._us, number)
        if item is None or item.notice.kind not in notifications.KINDS:
            return
        if item.remark is not None and item.remark.visibility == "direct":
            await self._conversation(item.remark.id)
        entity = await notifications.notification(self._session, self._describer, self._us, item)
        if entity is not None:
            self._tell(lambda one: one.name in names[:2], "notification", _text(entity))

    def _tell(self, wants: Callable[[Stream], bool], event: str, payload: str | None) -> None:
        for reader in self._readers:
            chosen = tuple(one for one in reader.streams if wants(one))
            if chosen:
                reader.tell(Event(chosen, event, payload))


async def _admitted(request: web.Request, secret: str) -> Connection:
    """A connection for whoever has this token.

    Raises:
        HTTPUnauthorized: there is none, or none that we know.
        TooMany: there are too many connections already.
    """
    secret = authenticating.bearer(request) or secret
    hub = request.app[STREAMS]
    async with request.app[DATABASE].read() as session:
        acting = await access.by_token(session, secret) if secret else None
    if not isinstance(acting, Acting):
        raise authenticating.unauthorized("Missing access token" if not secret else "Invalid token")
    if hub.is_full or hub.of(acting.organisation.id) >= streams.MOST_OF_ONE:
        raise TooMany(FIVE_MINUTES)
    return Connection(secret, acting.organisation.id)


async def _listened(request: web.Request, connection: Connection, name: str, about: str) -> Stream:
    """The stream of this name, if this reader may listen to it.

    Raises:
        Unwise: there is none, or what it should be about is missing.
        NotAllowed: the token does not cover it.
        NotFound: it is about a list of somebody else.
    """
    if name not in NAMES:
        raise Unwise("Unknown channel requested")
    if len(connection.streams) >= MOST_STREAMS:
        raise Unwise(f"At most {MOST_STREAMS} channels on one connection")
    async with request.app[DATABASE].read() as session:
        acting = await access.by_token(session, connection.secret)
        if not isinstance(acting, Acting) or not scopes.allows(acting.scopes, NAMES[name]):
            raise NotAllowed("Access token does not have the required scopes")
        if name == "list":
            number = paging.number(about)
            if await circles.by_id(session, acting.organisation, number) is None:
                raise NotFound("Not authorized to stream this list")
            return Stream(name, str(number))
    if name in _OF_HASHTAGS:
        folded = tag_name(about)
        if not folded:
            raise Unwise("Missing tag name parameter")
        return Stream(name, folded)
    return Stream(name)


async def _obey(
    request: web.Request, socket: web.WebSocketResponse, connection: Connection, text: str
) -> None:
    """Do what an app says; what it says wrongly it is told."""
    try:
        said: Json = json.loads(text)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        await socket.send_str(_text({"error": "Unexpected message", "status": 400}))
        return
    name, about = said.get("stream"), said.get("tag") or said.get("list") or ""
    try:
        stream = await _listened(request, connection, str(name), str(about))
    except (Unwise, NotAllowed, NotFound) as refusal:
        answer: Entity = {"error": refusal.reason, "status": refusal.status_hint}
        await socket.send_str(_text(answer))
        return
    if said.get("type") == "subscribe":
        connection.streams.add(stream)
    elif said.get("type") == "unsubscribe":
        connection.streams.discard(stream)


async def _tell_socket(
    request: web.Request, socket: web.WebSocketResponse, connection: Connection
) -> None:
    while not connection.is_over:
        for event in await _next(request.app, connection):
            for stream in event.streams:
                told: Entity = {"stream": list(stream.label), "event": event.name}
                if event.payload is not None:
                    told["payload"] = event.payload
                await socket.send_str(_text(told))
    await socket.close(code=WSCloseCode.GOING_AWAY)


async def _tell_lines(
    request: web.Request, response: web.StreamResponse, connection: Connection
) -> None:
    while not connection.is_over:
        told = await _next(request.app, connection)
        lines = "".join(
            f"event: {event.name}\ndata: {event.payload or 'undefined'}\n\n" for event in told
        )
        await response.write((lines or ":thump\n\n").encode())


async def _next(application: web.Application, connection: Connection) -> Iterable[Event]:
    """What she is to be told next; nothing after a silence, or when it is over."""
    try:
        await asyncio.wait_for(connection.stirred.wait(), BEAT)
    except TimeoutError:
        await _check(application, connection)
        return ()
    connection.stirred.clear()
    told = list(connection.waiting)
    connection.waiting.clear()
    return told


async def _check(application: web.Application, connection: Connection) -> None:
    """Disconnect whoever's token holds no longer."""
    async with application[DATABASE].read() as session:
        acting = await access.by_token(session, connection.secret)
    if not isinstance(acting, Acting):
        connection.end()


def _text(entity: Json) -> str:
    return json.dumps(entity, ensure_ascii=False, separators=(",", ":"))
