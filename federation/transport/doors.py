"""Doors: connections to inboxes, each request written and each answer heard without a session.

aiohttp's client session is made for everything that HTTP can be; of a delivery it takes more time
than its connection. What a session would do besides is wanted by no delivery: redirects, cookies,
proxies, passwords, compression, files, and trying again. What talks to strangers is the same:
aiohttp's parser with its limits reads every answer (`lines`), aiohappyeyeballs opens every socket
as aiohttp has it done, and the guard judges the address there.

Nothing has a clock of its own: twice a second all requests that are under way are looked at, and
those that have taken too long, or heard nothing for too long, end.

Connections are kept and used again, those to so many hosts at most. A host has a few requests at a
time; how many there are in all is for whoever sends (`workers.flights`).
"""

import asyncio
import socket
import ssl
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import aiohappyeyeballs
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from activitypub import wire
from federation.transport.deadlines import Deadlines
from federation.transport.guard import Guard, GuardedResolver, GuardedSockets, dialling
from federation.transport.lines import Line
from federation.transport.names import nameless
from federation.transport.regulars import Regulars
from federation.transport.turns import Turns

KEEP_SECONDS: Final = 15
"""How long an idle connection is kept: enough for the redirects and deliveries of one burst."""

KEPT: Final = 500
"""Hosts to which connections are kept after a delivery: each costs a descriptor and some 10 KB, and
most hosts are not written to again within `KEEP_SECONDS`."""

NAMED_SECONDS: Final = 10
"""How long an address is used without asking again: the deliveries of one burst (aiohttp's own)."""

NAMES: Final = 1000
"""Names whose addresses are remembered: the oldest give way."""

EYEBALLS_SECONDS: Final = 0.25
"""After this time without a connection the next address of a host is tried too (RFC 8305)."""

LOOK_EVERY: Final = 0.5
"""Seconds between two looks at what is under way: so much later than its time a request ends."""

Headers = Sequence[tuple[str, str]]
_Address = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int]]


class Place(NamedTuple):
    """Where a connection leads to."""

    scheme: str
    host: str
    port: int


class _Kept(NamedTuple):
    """A connection that nobody uses, and since when."""

    line: Line
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
        self._resolvers = {
            scheme: GuardedResolver(resolver, guard, scheme) for scheme in ("https", "http")
        }
        self._sockets = {scheme: GuardedSockets(guard, scheme) for scheme in self._resolvers}
        self._trust = trust
        self._connecting = connecting
        self._silence = silence
        self._turns: Turns[Place] = Turns(per_host)
        self._known: OrderedDict[Place, tuple[float, list[_Address]]] = OrderedDict()
        self._regulars: Regulars[Place] = Regulars()
        self._idle: dict[Place, list[_Kept]] = {}
        self._busy: set[Line] = set()
        self._opening = Deadlines()
        self._sweeping: asyncio.TimerHandle | None = None
        self._looking: asyncio.TimerHandle | None = None

    async def post(
        self, target: URL, headers: Headers, body: bytes, *, total: float, dialled: list[str]
    ) -> wire.Response:
        """Write one request and hear its answer, of which only the beginning is read.

        Args:
            target: with a host, in ASCII.
            headers: sent as they are, names in lower case; what the connection and the body ask for
                is added, and Host where it is missing.
            body: sent as it is.
            total: seconds that all of it may take.
            dialled: takes the addresses that are called.

        Raises:
            TimeoutError: it took too long.
            Unsafe, OSError: its address may not be called.
            Unreachable: its name has no address.
            aiohttp.ClientError, HttpProcessingError, OSError: the connection broke, or what came
                was no HTTP.
            ValueError: a header would be read as two.
        """
        until = self._loop.time() + total
        place = Place(target.scheme, target.raw_host or "", target.port or 0)
        if not self._turns.take(place):
            async with asyncio.timeout_at(until):
                await self._turns.wait(place)
        try:
            is_kept = self._regulars.has(place, self._loop.time(), most=KEPT, seconds=KEEP_SECONDS)
            head = _head(target, headers, len(body), is_kept=is_kept)
            line = self._take(place)
            if line is None:
                line = await self._open(place, until, dialled)
            else:
                dialled.append(line.address)
            return await self._exchange(place, line, head, body, until, is_kept=is_kept)
        finally:
            self._turns.give_back(place)

    async def close(self) -> None:
        """Close every connection; what is under way breaks."""
        for timer in (self._sweeping, self._looking):
            if timer is not None:
                timer.cancel()
        self._sweeping = self._looking = None
        lines = [*self._busy, *(one.line for kept in self._idle.values() for one in kept)]
        self._idle.clear()
        for line in lines:
            line.abort()
        await asyncio.sleep(0)  # the loop tells them that they are closed

    async def _exchange(
        self, place: Place, line: Line, head: bytes, body: bytes, until: float, *, is_kept: bool
    ) -> wire.Response:
        self._busy.add(line)
        self._watch()
        try:
            response = await line.ask(head, body, until=until)
        except BaseException:
            line.close()
            raise
        finally:
            self._busy.discard(line)
        if is_kept and line.is_usable():
            self._keep(place, line)
        else:
            line.close()
        return response

    def _watch(self) -> None:
        if self._looking is None:
            self._looking = self._loop.call_later(LOOK_EVERY, self._look)

    def _look(self) -> None:
        """End what has taken too long."""
        now = self._loop.time()
        for line in list(self._busy):
            if line.until < now or line.heard_at + self._silence < now:
                line.fail(TimeoutError("the other server is too slow"))
        self._opening.look(now)
        self._looking = None
        if self._busy or self._opening:
            self._watch()

    async def _open(self, place: Place, until: float, dialled: list[str]) -> Line:
        addresses = _literal(place) or await self._looked_up(place, until)
        self._watch()
        with self._opening.until(min(until, self._loop.time() + self._connecting)):
            trust = self._trust if place.scheme == "https" else None
            while len(addresses) > 1:
                connected = await self._raced(place, addresses, dialled)
                try:
                    address = connected.getpeername()[0]
                    return await self._connect(place, address, trust, sock=connected)
                except ssl.SSLError:
                    # Somebody else may be at the address that answered first.
                    aiohappyeyeballs.pop_addr_infos_interleave(addresses, 1)
                    if not addresses:
                        raise
            # No race where only one runs: the loop connects by itself, for half the price.
            host, port, *_ = addresses[0][4]
            self._sockets[place.scheme].judge(host, port)
            dialled.append(host)
            return await self._connect(place, host, trust, host=host, port=port)

    async def _raced(
        self, place: Place, addresses: list[_Address], dialled: list[str]
    ) -> socket.socket:
        """A socket to the address that answered first."""
        with dialling() as tried:
            try:
                return await aiohappyeyeballs.start_connection(
                    addresses,
                    happy_eyeballs_delay=EYEBALLS_SECONDS,
                    loop=self._loop,
                    socket_factory=self._sockets[place.scheme],
                )
            finally:
                dialled += tried

    async def _connect(
        self, place: Place, address: str, trust: ssl.SSLContext | None, **where: Any
    ) -> Line:
        line = Line(self._loop, address)
        await self._loop.create_connection(
            lambda: line,
            ssl=trust,
            server_hostname=place.host.rstrip(".") if trust else None,
            **where,
        )
        return line

    async def _looked_up(self, place: Place, until: float) -> list[_Address]:
        known_until, addresses = self._known.get(place, (0.0, []))
        if known_until < self._loop.time():
            try:
                async with asyncio.timeout_at(until):
                    found = await self._resolvers[place.scheme].resolve(place.host, place.port)
            except TimeoutError:
                raise
            except OSError as error:
                raise nameless(error) from error
            addresses = [_found(one) for one in found]
            self._known[place] = self._loop.time() + NAMED_SECONDS, addresses
            self._known.move_to_end(place)
            if len(self._known) > NAMES:
                self._known.popitem(last=False)
        return addresses[:]

    def _take(self, place: Place) -> Line | None:
        """A kept connection; none over which somebody has spoken unasked."""
        kept = self._idle.get(place)
        while kept:
            line, since = kept.pop()
            is_fresh = since > self._loop.time() - KEEP_SECONDS
            if is_fresh and line.is_usable():
                return line
            line.close()
        return None

    def _keep(self, place: Place, line: Line) -> None:
        self._idle.setdefault(place, []).append(_Kept(line, self._loop.time()))
        if self._sweeping is None:
            self._sweeping = self._loop.call_later(KEEP_SECONDS, self._sweep)

    def _sweep(self) -> None:
        """Close what was kept for long enough."""
        self._sweeping = None
        oldest = self._loop.time() - KEEP_SECONDS
        for place, kept in list(self._idle.items()):
            fresh = [one for one in kept if one.since > oldest and one.line.is_usable()]
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
    ends = len(lines) - 1
    if text.count("\n") != ends or text.count("\r") != ends or "\0" in text:
        raise ValueError("a header may not hold the end of a line")
    return f"{text}\r\n\r\n".encode()


def _literal(place: Place) -> list[_Address]:
    """Of what looks like an address, itself: it is judged at its socket alone; else nothing."""
    if ":" in place.host:
        return [_address(socket.AF_INET6, 0, place.host, place.port)]
    if place.host.rpartition(".")[2].isdigit():  # no name ends in a number
        return [_address(socket.AF_INET, 0, place.host, place.port)]
    return []


def _found(one: ResolveResult) -> _Address:
    return _address(one["family"], one["proto"], one["host"], one["port"])


def _address(family: int, protocol: int, host: str, port: int) -> _Address:
    where = (host, port, 0, 0) if family == socket.AF_INET6 else (host, port)
    return family, socket.SOCK_STREAM, protocol, "", where
