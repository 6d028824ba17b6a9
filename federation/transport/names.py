"""Looking names up: at the system's own resolver, or at name servers that the operator names.

`getaddrinfo` blocks for as long as a name server is silent. In the threads that the event loop
shares with everything else, a handful of names under a dead zone would stop every other look-up;
so it gets threads of its own. Name servers of `[dns] servers` are asked by dnspython instead, with
a port of their own, and nobody else is asked when they are silent (`listed_names`).

Either way a look-up ends within 5 s (as on Mastodon), and that a name has no address is remembered
for a minute: a stranger who names the same missing host a thousand times costs one question. What
is found is not kept here; whether it may be called is judged by `guard`, on every address.
"""

import asyncio
import socket
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from aiohttp.abc import AbstractResolver, ResolveResult

from federation.errors import NoSuchHost, Unreachable

LOOK_UPS_AT_ONCE: Final = 32
"""Threads that may wait for name servers at the same time."""

LOOK_UP_SECONDS: Final = 5.0
"""A name whose servers say nothing for so long has no address for now."""

ASK_AGAIN_SECONDS: Final = 2.0
"""A datagram may be lost: after this time the question is asked once more, or the next server."""

MISSING_SECONDS: Final = 60.0
"""How long a name that has no address is not asked for again; not for ever, since it may get one
(RFC 2308 lets zones say hours)."""

MISSING_NAMES: Final = 2000
"""Names without address that are remembered: the oldest give way."""

MOST_ADDRESSES: Final = 64
"""Addresses of one name that are looked at. Every one is judged: a longer answer is no answer."""

_NO_SUCH_NAME: Final = frozenset(
    {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
)


class NoAddress(OSError):
    """The name servers have answered: there is no address of that name."""


class SystemResolver(AbstractResolver):
    """Asks the operating system, hosts file included."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(LOOK_UPS_AT_ONCE, thread_name_prefix="names")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Every address of a name, in the system's order of preference.

        Raises:
            NoAddress: there is none.
            OSError: no name server answered.
        """
        try:
            found = await asyncio.get_running_loop().run_in_executor(
                self._threads,
                lambda: socket.getaddrinfo(
                    host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
                ),
            )
        except socket.gaierror as error:
            if error.errno in _NO_SUCH_NAME:
                raise NoAddress(*error.args) from error
            raise
        return [
            result(host, str(sockaddr[0]), port, kind, protocol)
            for kind, _, protocol, _, sockaddr in found
        ]

    async def close(self) -> None:
        """Take no more look-ups; those under way are forgotten, not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class PatientResolver(AbstractResolver):
    """Another resolver, with an end to its patience and a memory for names without address.

    Args:
        inner: asked; closed with this one.
        clock: seconds that only grow; the event loop's.
    """

    def __init__(self, inner: AbstractResolver, clock: Callable[[], float] | None = None) -> None:
        self._inner = inner
        self._clock = clock or asyncio.get_running_loop().time
        self._missing: OrderedDict[str, float] = OrderedDict()  # name → until when

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """What the inner resolver says.

        Raises:
            NoAddress: there is none, or was none within the last minute.
            OSError: no name server answered in time.
        """
        name = host.rstrip(".").lower()
        if self._missing.get(name, 0.0) > self._clock():
            raise NoAddress(f"{host} has no address")
        try:
            async with asyncio.timeout(LOOK_UP_SECONDS):
                return await self._inner.resolve(host, port, family)
        except NoAddress:
            self._missing[name] = self._clock() + MISSING_SECONDS
            self._missing.move_to_end(name)
            while len(self._missing) > MISSING_NAMES:
                self._missing.popitem(last=False)
            raise
        except TimeoutError as error:
            raise OSError(f"the name servers are silent about {host}") from error

    async def close(self) -> None:
        """Close the inner resolver."""
        await self._inner.close()


def nameless(error: OSError) -> Unreachable:
    """Why a name has no address: nobody is there, or only no name server answered just now."""
    if isinstance(error, NoAddress):
        return NoSuchHost("that host has no address")
    return Unreachable("the address of that host cannot be found just now", code="dns")


def result(host: str, address: str, port: int, family: int, protocol: int) -> ResolveResult:
    """One address, as aiohttp wants it."""
    return ResolveResult(
        hostname=host,
        host=address,
        port=port,
        family=family,
        proto=protocol,
        flags=socket.AI_NUMERICHOST,
    )
