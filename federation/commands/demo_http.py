"""Asking the instances of the demo, as any program would: their JSON API with a token."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from federation.api.operations import ROOT
from federation.commands.demo_words import Words
from federation.commands.output import Failed

PATIENCE: Final = 45
"""Seconds in which what one instance says must have arrived at another one of the same machine."""

_PAUSE: Final = 0.1  # seconds between two questions
_TIMEOUT: Final = aiohttp.ClientTimeout(total=30)

Answer = dict[str, Any]
T = TypeVar("T")


class _Loopback(AbstractResolver):
    """Names below `.localhost` are this machine, and nothing else is asked for here (RFC 6761)."""

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 - the interface
    ) -> list[ResolveResult]:
        """This machine."""
        if not host.endswith(".localhost"):
            raise OSError(f"{host} is no instance of the demo")
        return [
            ResolveResult(
                hostname=host,
                host="127.0.0.1",
                port=port,
                family=socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True)
class Visitor:
    """Somebody who asks the instances.

    Attributes:
        session: open until the visit is over.
        words: in which complaints are made.
        logs: where the logs are, to be named in complaints.
    """

    session: aiohttp.ClientSession
    words: Words
    logs: Path

    async def get(self, origin: str, path: str, token: str | None = None) -> Answer:
        """GET an operation of the API.

        Raises:
            Failed: the answer is not 2xx.
        """
        return await self._ask("GET", origin, path, token, None)

    async def post(self, origin: str, path: str, token: str, body: Answer) -> Answer:
        """POST to an operation of the API.

        Raises:
            Failed: the answer is not 2xx.
        """
        return await self._ask("POST", origin, path, token, body)

    async def is_answered(self, origin: str) -> bool | None:
        """Whether an instance answers: True, or None for "not yet"."""
        try:
            async with self.session.get(f"{origin}{ROOT}/directory?limit=1") as response:
                return response.ok or None
        except (aiohttp.ClientError, TimeoutError):
            return None

    async def until(self, what: str, question: Callable[[], Awaitable[T | None]]) -> T:
        """Ask until there is an answer.

        Args:
            what: what is waited for, for the complaint.
            question: gives None for "not yet".

        Raises:
            Failed: it took too long.
        """
        try:
            return await asked_again(question, PATIENCE)
        except TimeoutError as error:
            raise Failed(
                self.words(
                    "This did not arrive within {seconds} seconds: {what}. See the logs: {logs}",
                    seconds=PATIENCE,
                    what=what,
                    logs=self.logs,
                )
            ) from error

    async def _ask(
        self, method: str, origin: str, path: str, token: str | None, body: Answer | None
    ) -> Answer:
        url = f"{origin}{ROOT}{path}"
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        async with self.session.request(method, url, json=body, headers=headers) as response:
            answer: Answer = await response.json(content_type=None)
            if response.ok:
                return answer
            detail = answer.get("detail") or answer.get("title") or ""
            faults = "; ".join(f"{at}: {fault}" for at, fault in answer.get("errors", {}).items())
            raise Failed(
                self.words(
                    "{url} answered {status}: {detail}",
                    url=url,
                    status=response.status,
                    detail=" ".join((detail, faults)).strip(),
                )
            )


async def asked_again(question: Callable[[], Awaitable[T | None]], seconds: int) -> T:
    """Ask until there is an answer; None means "not yet".

    Raises:
        TimeoutError: it took too long.
    """
    async with asyncio.timeout(seconds):
        while (answer := await question()) is None:  # noqa: ASYNC110 - others cannot wake us
            await asyncio.sleep(_PAUSE)
    return answer


@asynccontextmanager
async def visitor(words: Words, logs: Path) -> AsyncIterator[Visitor]:
    """Somebody who asks the instances, until the block ends."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(resolver=_Loopback()), timeout=_TIMEOUT
    ) as session:
        yield Visitor(session, words, logs)
