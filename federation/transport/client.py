"""The one HTTP client: every call to another server goes through here.

What it holds to, whoever asks (numbers after Mastodon's `app/lib/request.rb`):

* the guard judges every address (`guard`), and our own host is never called;
* nor is a host that is blocked, or not listed where only listed ones are dealt with;
* no call while a transaction is open: a slow peer must never hold the database;
* a connection within 5 s, silence of at most 10 s, an end after `fetch_timeout` or `total_timeout`;
* bodies are counted while they are read, and cut off at the limit;
* no redirect is followed here, no cookie kept, no proxy asked, nothing inflated: we ask for
  `identity` and refuse any other content coding, so a small answer cannot become a large one;
* what was signed is what is sent: addresses are passed on byte for byte;
* one line in the log for every call, `egress.done` (debug) or `egress.refused`, and one `Call` for
  whoever keeps the record of them.

Connections are kept and reused. Fetches have a pool, bounded in all and for each host; deliveries
have doors of their own (`doors`), whose number is for whoever sends: a host that makes our
deliveries wait cannot keep us from reading its keys.
"""

import asyncio
import logging
import re
import ssl
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self
from urllib.parse import urlsplit

import aiohttp
import structlog
from aiohttp.abc import AbstractResolver
from aiohttp.http import HttpProcessingError
from multidict import CIMultiDict
from yarl import URL

import federation
from activitypub import iris, wire
from activitypub.iris import Iri
from actors.database import in_transaction
from actors.rules import hosts
from federation.errors import TransportError, Unreachable, Unsafe
from federation.settings import Settings
from federation.transport.causes import cause
from federation.transport.doors import KEEP_SECONDS, Doors, Headers
from federation.transport.guard import (
    Forbidden,
    Guard,
    GuardedResolver,
    GuardedSockets,
    dialling,
    look_up,
)
from federation.transport.names import nameless
from federation.transport.resolvers import resolver_for

CONNECT_SECONDS: Final = 5
"""A server that does not accept a connection within this time is not there."""

READ_SECONDS: Final = 10
"""The longest silence in the middle of an answer."""

FETCHES_AT_ONCE: Final = 64
"""Documents being read at the same time, from all hosts together."""

PLACES: Final = 1000
"""Hosts whose last address is remembered, to be named when a connection is used again."""

BLOCKED: Final = "that host is blocked here"

_CLOSED: Final = "the client is not open"

_BROKEN: Final = (
    *(aiohttp.ClientError, HttpProcessingError, asyncio.IncompleteReadError, OSError, ValueError),
)
"""What becomes of a call that did not come to its end."""

_UNWRITABLE: Final = re.compile("[\x00-\x20\x7f]")

_LOG: Final = "federation.transport"

_log = structlog.stdlib.get_logger(_LOG)


@dataclass(frozen=True, slots=True)
class Call:
    """One try to call another server, as it is recorded.

    Attributes:
        purpose: why: `key actor object delivery webfinger nodeinfo` ...
        url: what was asked for.
        ip: the address that was called, or that was refused; empty when it never came to one.
        port: of that address.
        hop: how many redirects led here.
        result: `done:<status>`, or `refused:<reason code>`.
        size: bytes that were read.
        ms: milliseconds from beginning to end.
        cause: see `causes`.
    """

    purpose: str
    method: str
    url: str
    ip: str
    port: int
    hop: int
    result: str
    size: int
    ms: int
    cause: str


def _unrecorded(_: Call) -> None:
    """Nobody keeps a record."""


def _unheard(_: str) -> None:
    """Nobody wants to know how far the program has come."""


class Client:
    """Opens every outgoing connection of this process.

    Use it as an asynchronous context manager, or call `open` and `close`.

    Args:
        settings: limits, private destinations, and where we listen.
        resolver: asked for the addresses of names; the system's, unless a test brings its own.
        trust: the certificates we trust; the system's by default. Verification has no switch.
        own_origin: our public address, which we never call, and which the User-Agent names.
        is_blocked: whether the operator has blocked a host since; asked before every call.
        record: told of every call when it has ended, whatever became of it.
        passes: see `actors.site.Site`.

    Attributes:
        under_way: calls that have begun and not ended.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        own_origin: Iri,
        resolver: AbstractResolver | None = None,
        trust: ssl.SSLContext | None = None,
        is_blocked: Callable[[str], Awaitable[bool]] | None = None,
        record: Callable[[Call], None] = _unrecorded,
        passes: Callable[[str], None] = _unheard,
    ) -> None:
        self.settings = settings.federation
        self.own_origin = own_origin
        self._is_blocked = is_blocked
        self._guard = Guard.from_settings(settings)
        self._given_resolver = resolver
        self._resolver: AbstractResolver | None = None
        self._trust = trust
        self._dns = settings.dns.servers
        self._record = record
        self._passes = passes
        self._addresses: OrderedDict[tuple[str, int], str] = OrderedDict()
        self.under_way = 0
        self._agent = f"Essaim/{federation.__version__} (+{own_origin}/)"
        self._own_place = _place(own_origin)
        self._sessions: dict[str, aiohttp.ClientSession] = {}
        self._doors: Doors | None = None

    async def open(self) -> None:
        """Make the pools; nothing is called yet. Private destinations are announced in the log."""
        if self._sessions:
            return
        for entry in self.settings.private_destinations:
            _log.warning("egress.private_destination", entry=str(entry))
        resolver = self._resolver = self._given_resolver or resolver_for(self._dns)
        trust = self._trust or ssl.create_default_context()
        for scheme in ("https", "http"):
            self._sessions[scheme] = self._session(resolver, trust, scheme)
        self._doors = Doors(
            resolver,
            self._guard,
            trust,
            connecting=CONNECT_SECONDS,
            silence=READ_SECONDS,
            per_host=self.settings.per_host,
        )

    async def close(self) -> None:
        """Close every connection; calls under way fail as unreachable."""
        sessions, self._sessions = list(self._sessions.values()), {}
        for session in sessions:
            await session.close()
        doors, self._doors = self._doors, None
        if doors is not None:
            await doors.close()
        resolver, self._resolver = self._resolver, None
        if resolver is not None and self._given_resolver is None:
            await resolver.close()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _session(
        self, resolver: AbstractResolver, trust: ssl.SSLContext, scheme: str
    ) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            resolver=GuardedResolver(resolver, self._guard, scheme),
            socket_factory=GuardedSockets(self._guard, scheme),
            ssl=trust,
            limit=FETCHES_AT_ONCE,
            limit_per_host=self.settings.per_host,
            keepalive_timeout=KEEP_SECONDS,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            skip_auto_headers=("Accept", "Content-Type"),
            timeout=aiohttp.ClientTimeout(
                total=self.settings.fetch_timeout,
                sock_connect=CONNECT_SECONDS,
                sock_read=READ_SECONDS,
            ),
        )

    async def request(
        self,
        method: str,
        url: Iri,
        headers: Headers,
        body: bytes = b"",
        *,
        purpose: str,
        max_body: int | None = None,
        hop: int = 0,
        may_be_blocked: bool = True,
    ) -> wire.Response:
        """Make one call and read the whole answer, whatever its status.

        Args:
            method: `GET` or `POST`, upper case.
            url: sent byte for byte, without its fragment.
            headers: sent as they are; `User-Agent` and `Accept-Encoding` are added.
            body: sent as it is.
            purpose: why, for the log: `key actor object delivery webfinger nodeinfo media` ...
            max_body: bytes of the largest answer that is read; `federation.max_body` by default.
                The answer to a POST is cut instead (`doors`): only its status is wanted.
            hop: how many redirects led here, for the record.
            may_be_blocked: false where the caller has just asked whether the host is blocked.

        Raises:
            Unreachable: no complete answer this time.
            Unsafe: the guard said no, or the answer was too large or in a content coding.
            RuntimeError: a transaction is open in this task: a mistake of ours.
        """
        if in_transaction():
            raise RuntimeError("the network is called while a transaction is open")
        limit = self.settings.max_body if max_body is None else max_body

        host, port = _place(url)
        began = asyncio.get_running_loop().time()

        def record(result: str, size: int = 0, ip: str = "") -> None:
            ms = round((asyncio.get_running_loop().time() - began) * 1000)
            called = Call(purpose, method, url, ip, port, hop, result, size, ms, cause())
            self._record(called)

        self.under_way += 1
        with dialling() as dialled:
            try:
                target = self._target(url, (host, port))
                self._check_listed(host)
                if may_be_blocked:
                    await self._check_open(host)
                response = await self._exchange(method, target, headers, body, limit)
            except TransportError as error:
                tried = error.address if isinstance(error, Unsafe) else ""
                record(f"refused:{error.code}", ip=tried or next(iter(dialled), ""))
                raise refused(error, url=url, purpose=purpose) from error.__cause__
            except asyncio.CancelledError:
                record("refused:deadline", ip=next(iter(dialled), ""))
                raise
            finally:
                self.under_way -= 1
        record(f"done:{response.status}", len(response.body), self._address(host, port, dialled))
        if method == "GET":
            self._passes("fetch.sent")
        if logging.getLogger(_LOG).isEnabledFor(logging.DEBUG):
            _log.debug(
                "egress.done",
                purpose=purpose,
                host=host,
                port=port,
                method=method,
                path=target.raw_path,
                status=response.status,
                bytes=len(response.body),
            )
        return response

    def _address(self, host: str, port: int, dialled: Sequence[str]) -> str:
        """The address that answered; of a connection that was kept, the one it was made to."""
        place = (host, port)
        if dialled:
            self._addresses[place] = dialled[-1]
            self._addresses.move_to_end(place)
            if len(self._addresses) > PLACES:
                self._addresses.popitem(last=False)
        return self._addresses.get(place, "")

    async def speaks_privately(self, host: str) -> bool:
        """Whether every address of `host[:port]` is a private destination, so that http is allowed.

        Raises:
            Unreachable: the name has no address.
        """
        if self._resolver is None:
            raise RuntimeError(_CLOSED)
        url = URL(f"https://{host}", encoded=True)
        try:
            async with asyncio.timeout(self.settings.fetch_timeout):
                found = await look_up(self._resolver, url.raw_host or "", url.port or 443)
        except Unsafe:
            return False
        except OSError as error:
            raise nameless(error) from error
        return self._guard.is_private([each["host"] for each in found], url.port or 443)

    async def check_dealings(self, host: str) -> None:
        """Refuse a host that the operator has nothing to do with, before its name is looked up.

        Raises:
            Unsafe: it is blocked, or none of those that this instance deals with.
        """
        self._check_listed(host)
        await self._check_open(host)

    def _check_listed(self, host: str) -> None:
        if self.settings.only_hosts and not hosts.is_covered(host, self.settings.only_hosts):
            raise Unsafe("this instance does not deal with that host", code="not-listed")

    async def _check_open(self, host: str) -> None:
        if self._is_blocked is not None and await self._is_blocked(host):
            raise Unsafe(BLOCKED, code="blocked")

    def _target(self, url: Iri, place: tuple[str, int]) -> URL:
        if not url.startswith(("https://", "http://")):
            raise Unsafe("only http and https addresses are called", code="scheme")
        if not url.isascii() or _UNWRITABLE.search(url):
            raise Unsafe("the address holds characters that must be escaped", code="url")
        if place == self._own_place:
            raise Unsafe("that is this server itself", code="own-host")
        return _spelled(url)

    async def _exchange(
        self, method: str, target: URL, headers: Headers, body: bytes, limit: int
    ) -> wire.Response:
        sent = [*headers, ("user-agent", self._agent), ("accept-encoding", "identity")]
        try:
            if method == "POST":
                return await self._deliver(target, sent, body)
            return await self._ask(method, target, sent, limit)
        except TimeoutError as error:
            raise Unreachable("the other server is too slow", code="deadline") from error
        except _BROKEN as error:
            raise _translated(error) from error

    async def _deliver(self, target: URL, headers: Headers, body: bytes) -> wire.Response:
        if self._doors is None:
            raise RuntimeError(_CLOSED)
        async with asyncio.timeout(self.settings.total_timeout):
            return await self._doors.post(target, headers, body)

    async def _ask(self, method: str, target: URL, headers: Headers, limit: int) -> wire.Response:
        session = self._sessions.get(target.scheme)
        if session is None:
            raise RuntimeError(_CLOSED)
        async with session.request(
            method, target, headers=CIMultiDict(headers), allow_redirects=False
        ) as answer:
            content = await _whole(answer, limit)
            return wire.Response(
                status=answer.status,
                headers=tuple((name.lower(), value) for name, value in answer.headers.items()),
                body=content,
            )


def refused(error: TransportError, *, url: str, purpose: str) -> TransportError:
    """The same error, written to the log as `egress.refused`: once, where it is raised.

    A server that is down is everyday news (info); what the guard refuses is not (warning).
    """
    host, port = _place(url)
    _log.log(
        logging.INFO if error.temporary else logging.WARNING,
        "egress.refused",
        reason=error.code,
        purpose=purpose,
        host=host,
        port=port,
        ip=error.address if isinstance(error, Unsafe) else "",
        detail=error.reason,
    )
    return error


def not_even_tried(text: str, *, purpose: str) -> None:
    """Write to the log that what a stranger gave us for an address is none, and was not called."""
    if re.match("https?://", text, re.IGNORECASE) is None:
        code = "scheme"
    else:
        code = "url" if len(text) > iris.LONGEST else "host-syntax"
    refused(Unsafe("that is no address", code=code), url=text, purpose=purpose)


@lru_cache(PLACES)
def _spelled(url: Iri) -> URL:
    try:
        target = URL(iris.without_fragment(url), encoded=True)
        named = target.user is not None or target.password is not None
    except ValueError as error:
        raise Unsafe("that is not an address", code="url") from error
    if named:
        raise Unsafe("the address holds a name or password", code="url")
    return target


@lru_cache(PLACES)
def _place(url: str) -> tuple[str, int]:
    """Host and port of an address that may be nonsense; a final dot does not make another host."""
    try:
        parts = urlsplit(url)
        port = parts.port or (80 if parts.scheme == "http" else 443)
        return (parts.hostname or "").rstrip("."), port
    except ValueError:
        return "", 0


async def _whole(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    """The body, or Unsafe as soon as it is known to be coded or larger than `limit`."""
    coding = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in {"", "identity"}:
        answer.close()
        raise Unsafe("the answer is compressed, although we asked for plain", code="content-coding")
    body = bytearray()
    if (answer.content_length or 0) <= limit:
        async for chunk in answer.content.iter_any():
            body += chunk
            if len(body) > limit:
                break
        else:
            return bytes(body)
    answer.close()
    raise Unsafe(f"the answer is larger than {limit} bytes", code="too-large")


def _translated(error: Exception) -> TransportError:
    """The connector's error in our words."""
    if isinstance(error, Forbidden):
        return error.unsafe
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, Forbidden):
        return error.os_error.unsafe
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return nameless(error.os_error)
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
        return Unreachable("no secure connection to that host", code="tls")
    if isinstance(error, aiohttp.InvalidURL | ValueError):
        return Unsafe("that address cannot be called", code="url")
    return Unreachable("no connection to that host, or it broke", code="connection")
