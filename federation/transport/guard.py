"""Which addresses may be called: judged after DNS, and once more at the socket.

What a stranger writes decides whom we call: keys, actors, objects, inboxes, redirects. So every
connection passes here, and the address that was judged is the address that is connected to.

The decision, for one address and one port:

1. listed in `federation.private_destinations`: allowed, with http or https;
2. globally routable unicast, https, and a port of `federation.public_ports`: allowed;
3. everything else: refused.

A name with several addresses is refused as a whole when any of them is. `localhost` and names below
it are 127.0.0.1 by definition (RFC 6761, section 6.3) and are never asked of DNS.

"Globally routable" is decided by the tables below and not by the standard library, whose answers
change with the patch release of Python. They are the IANA special-purpose registries (RFC 6890, as
of October 2025) read strictly: a block is refused when the registry does not call it globally
reachable, when it is a relay or translation prefix that hides another address (6to4, Teredo, NAT64,
IPv4-mapped and IPv4-compatible), or when the registry lists exceptions inside it. IPv6 outside
2000::/3 is not global unicast at all (RFC 4291, section 2.4).
"""

import ipaddress
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final

from aiohttp.abc import AbstractResolver, ResolveResult

from federation.errors import Unsafe
from federation.settings import PrivateDestination, Settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
AddressInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[str, int]]

JUDGED: Final = 4096
"""Addresses that are remembered as allowed: the settings by which they are judged never change."""

_NEVER_V4: Final = tuple(
    ipaddress.IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # "this network"; Linux connects 0.0.0.0 to itself
        "10.0.0.0/8",  # private, RFC 1918
        "100.64.0.0/10",  # carrier-grade NAT, RFC 6598; some clouds keep metadata there
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # global by registry, but the host of every Azure machine
        "169.254.0.0/16",  # link-local, and the metadata service of most clouds
        "172.16.0.0/12",  # private, RFC 1918
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relay anycast, withdrawn by RFC 7526
        "192.168.0.0/16",  # private, RFC 1918
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and the limited broadcast address
    )
)
_GLOBAL_V6: Final = ipaddress.IPv6Network("2000::/3")
_NEVER_V6: Final = tuple(
    ipaddress.IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments: Teredo, benchmarking, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4 holds an IPv4 address of any kind
        "3fff::/20",  # documentation, RFC 9637
    )
)


def judge(
    address: str,
    port: int,
    *,
    scheme: str,
    allowed: Sequence[PrivateDestination],
    public_ports: Sequence[int],
) -> None:
    """Allow one connection, or raise.

    Args:
        address: what the socket would connect to, as text; a name is refused.
        port: what the socket would connect to.
        scheme: `http` or `https`.
        allowed: the private destinations of the settings.
        public_ports: ports at which global addresses may be called.

    Raises:
        Unsafe: with the code `scheme`, `address` or `port`.
    """
    if scheme not in {"http", "https"}:
        raise Unsafe("only http and https addresses are called", code="scheme", address=address)
    try:
        ip = ipaddress.ip_address(address)
    except ValueError as error:
        raise Unsafe("that is not an address", code="host-syntax", address=address) from error
    # A scope id (fe80::1%eth0) names a network of ours: nobody outside can mean it.
    scoped = isinstance(ip, ipaddress.IPv6Address) and ip.scope_id is not None
    if not scoped and any(destination.allows(ip, port) for destination in allowed):
        return
    if not scoped and any(destination.covers(ip) for destination in allowed):
        raise Unsafe("this port of that address is not called", code="port", address=address)
    if scoped or not is_global(ip):
        raise Unsafe("that address is not on the public internet", code="address", address=address)
    if scheme != "https":
        raise Unsafe("public servers are called with https only", code="scheme", address=address)
    if port not in public_ports:
        raise Unsafe("this port of public servers is not called", code="port", address=address)


def is_global(address: Address) -> bool:
    """Whether the address is unicast, reachable by everybody, and hides no other address."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in block for block in _NEVER_V4)
    return address in _GLOBAL_V6 and not any(address in block for block in _NEVER_V6)


_dialled: ContextVar[list[str] | None] = ContextVar("essaim_dialled", default=None)


@contextmanager
def dialling() -> Iterator[list[str]]:
    """Collect the addresses to which connections are opened inside, in order."""
    addresses: list[str] = []
    token = _dialled.set(addresses)
    try:
        yield addresses
    finally:
        _dialled.reset(token)


class Forbidden(PermissionError):
    """An `Unsafe` on its way through the connector, which passes on only errors of sockets."""

    def __init__(self, unsafe: Unsafe) -> None:
        super().__init__(unsafe.reason)
        self.unsafe = unsafe


@dataclass(frozen=True, slots=True)
class Guard:
    """The decision, with what the operator said about it.

    Attributes:
        allowed: `federation.private_destinations`.
        public_ports: `federation.public_ports`.
        own: the address and port at which this server itself listens; never called, since what is
            ours is answered from the database.
    """

    allowed: tuple[PrivateDestination, ...]
    public_ports: tuple[int, ...]
    own: tuple[str, int]

    @classmethod
    def from_settings(cls, settings: Settings) -> "Guard":
        """The guard that the settings describe."""
        return cls(
            settings.federation.private_destinations,
            settings.federation.public_ports,
            (settings.instance.listen_host, settings.instance.listen_port),
        )

    def judge(self, address: str, port: int, scheme: str) -> None:
        """Allow one connection, or raise `Unsafe`."""
        if self._is_own(address, port):
            raise Unsafe("that is this server itself", code="own-host", address=address)
        judge(address, port, scheme=scheme, allowed=self.allowed, public_ports=self.public_ports)

    def _is_own(self, address: str, port: int) -> bool:
        host, own_port = self.own
        if port != own_port:
            return False
        if host in {"0.0.0.0", "::"}:  # noqa: S104  nothing is bound here
            return address == "::1" or address.startswith("127.")
        return address == ("127.0.0.1" if host == "localhost" else host)

    def judge_all(self, addresses: Sequence[str], port: int, scheme: str) -> None:
        """Allow a name by all its addresses, or raise `Unsafe`.

        The code is `mixed-answer` when some of the addresses were fine: an honest zone does not
        mix the public internet with private networks.
        """
        refusals = []
        for address in addresses:
            try:
                self.judge(address, port, scheme)
            except Unsafe as unsafe:
                refusals.append(unsafe)
        if not refusals:
            return
        if len(refusals) < len(addresses):
            raise Unsafe(
                "only some addresses of that name may be called",
                code="mixed-answer",
                address=refusals[0].address,
            ) from refusals[0]
        raise refusals[0]

    def is_private(self, addresses: Sequence[str], port: int) -> bool:
        """Whether every address is a private destination at this port: then http may be spoken."""
        return bool(addresses) and all(
            any(each.allows(ipaddress.ip_address(address), port) for each in self.allowed)
            for address in addresses
        )


class GuardedResolver(AbstractResolver):
    """Looks names up, and answers only with addresses that may be called.

    One for each scheme, because the same address may be allowed with https and not with http.
    """

    def __init__(self, inner: AbstractResolver, guard: Guard, scheme: str) -> None:
        self._inner = inner
        self._guard = guard
        self._scheme = scheme

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a name.

        Raises:
            Unsafe: any of them may not be called.
            OSError: there are none.
        """
        found = await look_up(self._inner, host, port, family)
        self._guard.judge_all([each["host"] for each in found], port, self._scheme)
        return found

    async def close(self) -> None:
        """Nothing: the inner resolver belongs to whoever made it."""


async def look_up(
    inner: AbstractResolver,
    host: str,
    port: int,
    family: socket.AddressFamily = socket.AF_UNSPEC,
) -> list[ResolveResult]:
    """The addresses of a name or literal, not judged yet. Raises OSError when there are none."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return [_literal(host, "127.0.0.1", port)]
    try:
        return [_literal(host, str(ipaddress.ip_address(host.strip("[]"))), port)]
    except ValueError:
        pass
    # The system's look-up would read "127.1" or "0x7f.1" as an address: no name ends in a number.
    if name.rpartition(".")[2][:1].isdigit():
        raise Unsafe("that is not the name of a host", code="host-syntax")
    return await inner.resolve(host, port, family)


def _literal(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(
        hostname=host,
        host=address,
        port=port,
        family=family,
        proto=0,
        flags=socket.AI_NUMERICHOST,
    )


class GuardedSockets:
    """Makes the sockets of one scheme's connector: the last look at an address before it is called.

    Literal addresses never meet a resolver, so this is where they are judged.
    """

    def __init__(self, guard: Guard, scheme: str) -> None:
        # What is refused is raised, so only what is allowed is remembered.
        self._judge = lru_cache(JUDGED)(partial(guard.judge, scheme=scheme))

    def __call__(self, info: AddressInfo) -> socket.socket:
        """A socket for that address. Raises `Forbidden` when it may not be called."""
        family, kind, protocol, _, where = info
        self.judge(where[0], where[1])
        return socket.socket(family=family, type=kind, proto=protocol)

    def judge(self, address: str, port: int) -> None:
        """The same for who makes the socket herself. Raises `Forbidden` when it may not be."""
        try:
            self._judge(address, port)
        except Unsafe as unsafe:
            raise Forbidden(unsafe) from unsafe
        if (dialled := _dialled.get()) is not None:
            dialled.append(address)
