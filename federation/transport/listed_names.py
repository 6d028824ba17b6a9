"""Looking names up at name servers that the operator lists (`[dns] servers`), with dnspython."""

import asyncio
import socket
from collections.abc import Sequence

import dns.asyncresolver
import dns.exception
import dns.name
import dns.nameserver
import dns.rdatatype
import dns.resolver
from aiohttp.abc import AbstractResolver, ResolveResult

from federation.transport.names import (
    ASK_AGAIN_SECONDS,
    LOOK_UP_SECONDS,
    MOST_ADDRESSES,
    NoAddress,
    result,
)


class ListedResolver(AbstractResolver):
    """Asks the name servers that it is given, and nobody else; no hosts file, no search domains.

    Args:
        servers: `IP:port` each, IPv6 in brackets; asked in this order.
    """

    def __init__(self, servers: Sequence[str]) -> None:
        self._resolver = dns.asyncresolver.Resolver(configure=False)
        self._resolver.nameservers = [_server(each) for each in servers]
        self._resolver.timeout = ASK_AGAIN_SECONDS
        self._resolver.lifetime = LOOK_UP_SECONDS

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Every address of a name, those of IPv4 first.

        Raises:
            NoAddress: there is none.
            OSError: no name server answered, or not with sense.
        """
        kinds = [
            kind for kind in (socket.AF_INET, socket.AF_INET6) if family in (kind, socket.AF_UNSPEC)
        ]
        answers = await asyncio.gather(*(self._ask(host, kind) for kind in kinds))
        found = [
            result(host, address, port, kind, socket.IPPROTO_TCP)
            for kind, addresses in zip(kinds, answers, strict=True)
            for address in addresses or ()
        ]
        if not found and None in answers:
            raise OSError(f"the name servers do not say where {host} is")
        if not found:
            raise NoAddress(f"{host} has no address")
        if len(found) > MOST_ADDRESSES:
            raise OSError(f"{host} has more than {MOST_ADDRESSES} addresses")
        return found

    async def close(self) -> None:
        """Nothing is open between look-ups."""

    async def _ask(self, host: str, kind: socket.AddressFamily) -> list[str] | None:
        """The addresses of one kind; None when that cannot be had."""
        wanted = dns.rdatatype.A if kind is socket.AF_INET else dns.rdatatype.AAAA
        try:
            name = dns.name.from_text(host)
            answer = await self._resolver.resolve(
                name, wanted, search=False, raise_on_no_answer=False
            )
        except dns.resolver.NXDOMAIN:
            return []
        except (dns.exception.DNSException, OSError, ValueError):
            return None
        return [] if answer.rrset is None else [str(each.address) for each in answer.rrset]


def _server(text: str) -> dns.nameserver.Nameserver:
    address, _, port = text.rpartition(":")
    return dns.nameserver.Do53Nameserver(address.strip("[]"), int(port))
