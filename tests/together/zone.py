"""A name server on loopback that says what a test wants: lies, silence, or nothing at all."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Answers = Callable[[], list[str]]


@dataclass
class Zone:
    """What is known, and what was asked.

    Attributes:
        names: name → its addresses, of both kinds, asked anew for each question.
        silent: names about which nothing is ever said.
        broken: names that are answered with SERVFAIL.
        asked: every question: name and type.
    """

    port: int = 0
    names: dict[str, Answers] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    asked: list[tuple[str, str]] = field(default_factory=list)

    @property
    def server(self) -> str:
        """As it stands in the settings."""
        return f"127.0.0.1:{self.port}"

    def has(self, name: str, *addresses: str) -> None:
        """Let a name have these addresses from now on."""
        self.names[name] = lambda: list(addresses)

    def answer(self, data: bytes) -> bytes | None:
        """The answer to one datagram; None is silence."""
        query = dns.message.from_wire(data)
        (question,) = query.question
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        if name in self.silent:
            return None
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if name in self.broken:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif name not in self.names:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:
            wanted = [one for one in self.names[name]() if (":" in one) == (kind == "AAAA")]
            if wanted:
                answer.answer.append(dns.rrset.from_text(question.name, 0, "IN", kind, *wanted))
        return answer.to_wire()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, zone: Zone) -> None:
        self._zone = zone

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if (answer := self._zone.answer(data)) is not None:
            self._transport.sendto(answer, addr)


@asynccontextmanager
async def answering() -> AsyncIterator[Zone]:
    """A name server for one test."""
    zone = Zone()
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Datagrams(zone), local_addr=("127.0.0.1", 0)
    )
    zone.port = transport.get_extra_info("sockname")[1]
    try:
        yield zone
    finally:
        transport.close()
