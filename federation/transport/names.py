"""The system's look-up of names, in threads of its own.

`getaddrinfo` blocks for as long as a name server is silent. In the threads that the event loop
shares with everything else, a handful of names under a dead zone would stop every other look-up.
"""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from aiohttp.abc import AbstractResolver, ResolveResult

LOOK_UPS_AT_ONCE: Final = 32
"""Threads that may wait for name servers at the same time."""


class SystemResolver(AbstractResolver):
    """Asks the operating system, hosts file included."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(LOOK_UPS_AT_ONCE, thread_name_prefix="names")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Every address of a name, in the system's order of preference.

        Raises:
            OSError: there is none, or no name server answered.
        """
        found = await asyncio.get_running_loop().run_in_executor(
            self._threads,
            lambda: socket.getaddrinfo(
                host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
            ),
        )
        return [
            ResolveResult(
                hostname=host,
                host=str(sockaddr[0]),
                port=port,
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST,
            )
            for kind, _, protocol, _, sockaddr in found
        ]

    async def close(self) -> None:
        """Take no more look-ups; those under way are forgotten, not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)
