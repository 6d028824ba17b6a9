"""Doors: connections to inboxes, each request written and each answer heard without a session.

aiohttp's client session is made for everything that HTTP can be; of a delivery it takes more time
than its connection (measured over loopback: 0.31 ms, and 0.13 like this). What talks to strangers
is the same: aiohttp's protocol with its parser, its limits and its clock reads every answer,
aiohappyeyeballs opens every socket as aiohttp has it done, and the guard judges the address there.
What a session would do besides is wanted by no delivery: redirects, cookies, proxies, passwords,
compression, files, and trying again.

Connections are kept and used again, those to so many hosts at most. A host has a few requests at a
time; how many there are in all is for whoever sends (`workers.flights`).
"""

import asyncio
import functools
import socket
import ssl
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from weakref import WeakValueDictionary

import aiohappyeyeballs
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler
from aiohttp.streams import StreamReader
from yarl import URL

from activitypub import wire
from federation.transport.guard import Guard, GuardedResolver, GuardedSockets
from federation.transport.names import nameless

KEEP_SECONDS: Final = 15
"""How long an idle connection is kept: enough for the redirects and deliveries of one burst."""

KEPT: Final = 500
"""Hosts to which connections are kept after a delivery: each costs a descriptor and some 10 KB, and
most hosts are not written to again within `KEEP_SECONDS`."""

LONGEST_ANSWER: Final = 65_536
"""Bytes read of an answer whose status is all that matters; reading it frees the connection."""

NAMED_SECONDS: Final = 10
"""How long an address is used without asking again: the deliveries of one burst (aiohttp's own)."""

NAMES: Final = 1000
"""Names whose addresses are remembered: the oldest give way."""

EYEBALLS_SECONDS: Final = 0.25
"""After this time without a connection the next address of a host is tried too (RFC 8305)."""

SWITCHING: Final = 101

Headers = Sequence[tuple[str, str]]
_Address = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int]]


class Place(NamedTuple):
    """Where a connection leads to."""

    scheme: str
    host: str
    port: int


class _Kept(NamedTuple):
    """A connection that nobody uses, and since when."""

    line: ResponseHandler
    since: float


class Doors:
    """Opens connections to inboxes, and keeps them for a while.

    Args:
        resolver: asked for the addresses of names.
        guard: judges them.
        trust: the certificates we trust.
        connecting: seconds that a connection may take, TLS included.
        silence: seconds that an answer may be silent.
        per_host: requests under way to one host; others wait for their turn.
    """

    def __init__(
        self,
        resolver: AbstractResolver,
        guard: Guard,
        trust: ssl.SSLContext,
        *,
        connecting: float,
        silence: float,
        per_host: int,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._new_line = functools.partial(ResponseHandler, self._loop)
        self._resolvers = {
            scheme: GuardedResolver(resolver, guard, scheme) for scheme in ("https", "http")
        }
        self._sockets = {scheme: GuardedSockets(guard, scheme) for scheme in self._resolvers}
        self._trust = trust
        self._connecting = connecting
        self._silence = silence
        self._per_host = per_host
        self._turns: WeakValueDictionary[Place, asyncio.Semaphore] = WeakValueDictionary()
        self._known: OrderedDict[Place, tuple[float, list[_Address]]] = OrderedDict()
        self._written_to: OrderedDict[Place, float] = OrderedDict()  # the oldest first
        self._idle: dict[Place, list[_Kept]] = {}
        self._busy: set[ResponseHandler] = set()
        self._sweeping: asyncio.TimerHandle | None = None

    async def post(self, target: URL, headers: Headers, body: bytes) -> wire.Response:
        """Write one request and hear its answer, of which only the beginning is read.

        Args:
            target: with a host, in ASCII.
            headers: sent as they are, names in lower case; what the connection and the body ask for
                is added, and Host where it is missing.
            body: sent as it is.

        Raises:
            Unsafe, OSError: its address may not be called.
            Unreachable: its name has no address.
            aiohttp.ClientError, HttpProcessingError, OSError: the connection broke, or what came
                was no HTTP.
            ValueError: a header would be read as two.
        """
        place = Place(target.scheme, target.raw_host or "", target.port or 0)
        turn = self._turns.get(place)
        if turn is None:
            turn = self._turns[place] = asyncio.Semaphore(self._per_host)
        async with turn:
            return await self._post(place, target, headers, body)

    async def _post(
        self, place: Place, target: URL, headers: Headers, body: bytes
    ) -> wire.Response:
        is_kept = self._keeps(place)
        head = _head(target, headers, len(body), is_kept=is_kept)
        line = self._take(place)
        if line is None:
            line = await self._open(place)
        self._busy.add(line)
        try:
            response = await self._exchange(line, head, body)
        except BaseException:
            line.close()
            raise
        finally:
            self._busy.discard(line)
        if is_kept and not line.should_close:
            self._keep(place, line)
        else:
            line.close()
        return response

    async def close(self) -> None:
        """Close every connection; what is under way breaks."""
        if self._sweeping is not None:
            self._sweeping.cancel()
            self._sweeping = None
        lines = [*self._busy, *(one.line for kept in self._idle.values() for one in kept)]
        self._idle.clear()
        closing = [one.closed for one in lines if one.closed is not None]
        for line in lines:
            line.abort()
        await asyncio.gather(*closing, return_exceptions=True)

    async def _exchange(self, line: ResponseHandler, head: bytes, body: bytes) -> wire.Response:
        line.set_response_params(
            read_until_eof=True, auto_decompress=False, read_timeout=self._silence
        )
        if line.transport is None:
            raise ConnectionResetError("the connection was closed before it was used")
        line.transport.writelines([head, body])
        line.start_timeout()
        while True:
            message, content = await line.read()
            if message.code >= 200 or message.code == SWITCHING:  # else it says "go on"
                break
        return wire.Response(
            status=message.code,
            headers=tuple((name.lower(), value) for name, value in message.headers.items()),
            body=await _beginning(line, content),
        )

    async def _open(self, place: Place) -> ResponseHandler:
        addresses = await self._addresses(place)
        trust = self._trust if place.scheme == "https" else None
        async with asyncio.timeout(self._connecting):
            while len(addresses) > 1:
                connected = await aiohappyeyeballs.start_connection(
                    addresses,
                    happy_eyeballs_delay=EYEBALLS_SECONDS,
                    loop=self._loop,
                    socket_factory=self._sockets[place.scheme],
                )
                try:
                    return await self._connect(place, trust, sock=connected)
                except ssl.SSLError:
                    # Somebody else may be at the address that answered first.
                    aiohappyeyeballs.pop_addr_infos_interleave(addresses, 1)
                    if not addresses:
                        raise
            # No race where only one runs: the loop connects by itself, for half the price.
            host, port, *_ = addresses[0][4]
            self._sockets[place.scheme].judge(host, port)
            return await self._connect(place, trust, host=host, port=port)

    async def _connect(
        self, place: Place, trust: ssl.SSLContext | None, **where: Any
    ) -> ResponseHandler:
        _, line = await self._loop.create_connection(
            self._new_line,
            ssl=trust,
            server_hostname=place.host.rstrip(".") if trust else None,
            **where,
        )
        return line

    async def _addresses(self, place: Place) -> list[_Address]:
        """Where to connect to; what looks like an address is judged at its socket alone."""
        if ":" in place.host:
            return [_address(socket.AF_INET6, 0, place.host, place.port)]
        if place.host.rpartition(".")[2].isdigit():  # no name ends in a number
            return [_address(socket.AF_INET, 0, place.host, place.port)]
        return await self._looked_up(place)

    async def _looked_up(self, place: Place) -> list[_Address]:
        until, addresses = self._known.get(place, (0.0, []))
        if until < self._loop.time():
            try:
                found = await self._resolvers[place.scheme].resolve(place.host, place.port)
            except OSError as error:
                raise nameless(error) from error
            addresses = [_found(one) for one in found]
            self._known[place] = self._loop.time() + NAMED_SECONDS, addresses
            self._known.move_to_end(place)
            if len(self._known) > NAMES:
                self._known.popitem(last=False)
        return addresses[:]

    def _keeps(self, place: Place) -> bool:
        """Whether the connection is kept after this delivery."""
        now = self._loop.time()
        while self._written_to and next(iter(self._written_to.values())) < now - KEEP_SECONDS:
            self._written_to.popitem(last=False)
        if place not in self._written_to and len(self._written_to) >= KEPT:
            return False
        self._written_to[place] = now
        self._written_to.move_to_end(place)
        return True

    def _take(self, place: Place) -> ResponseHandler | None:
        """A kept connection; none over which somebody has spoken unasked."""
        kept = self._idle.get(place)
        while kept:
            line, since = kept.pop()
            is_fresh = since > self._loop.time() - KEEP_SECONDS
            if is_fresh and line.is_connected() and not line.should_close:
                return line
            line.close()
        return None

    def _keep(self, place: Place, line: ResponseHandler) -> None:
        self._idle.setdefault(place, []).append(_Kept(line, self._loop.time()))
        if self._sweeping is None:
            self._sweeping = self._loop.call_later(KEEP_SECONDS, self._sweep)

    def _sweep(self) -> None:
        """Close what was kept for long enough."""
        self._sweeping = None
        oldest = self._loop.time() - KEEP_SECONDS
        for place, kept in list(self._idle.items()):
            fresh = [one for one in kept if one.since > oldest and one.line.is_connected()]
            for one in kept:
                if one not in fresh:
                    one.line.close()
            if fresh:
                self._idle[place] = fresh
            else:
                del self._idle[place]
        if self._idle:
            self._sweeping = self._loop.call_later(KEEP_SECONDS, self._sweep)


def _head(target: URL, headers: Headers, size: int, *, is_kept: bool) -> bytes:
    lines = [f"POST {target.raw_path_qs} HTTP/1.1"]
    if all(name != "host" for name, _ in headers):
        lines.append(f"host: {target.raw_authority}")
    lines += [f"{name}: {value}" for name, value in headers]
    lines.append(f"content-length: {size}")
    if not is_kept:
        lines.append("connection: close")
    text = "\r\n".join(lines)
    if len(text.splitlines()) != len(lines) or "\0" in text:
        raise ValueError("a header may not hold the end of a line")
    return f"{text}\r\n\r\n".encode()


async def _beginning(line: ResponseHandler, content: StreamReader) -> bytes:
    """The first bytes of a body; when there are more, the connection is closed."""
    body = bytearray()
    async for chunk in content.iter_any():
        body += chunk
        if len(body) > LONGEST_ANSWER:
            line.close()
            break
    return bytes(body[:LONGEST_ANSWER])


def _found(one: ResolveResult) -> _Address:
    return _address(one["family"], one["proto"], one["host"], one["port"])


def _address(family: int, protocol: int, host: str, port: int) -> _Address:
    where = (host, port, 0, 0) if family == socket.AF_INET6 else (host, port)
    return family, socket.SOCK_STREAM, protocol, "", where
