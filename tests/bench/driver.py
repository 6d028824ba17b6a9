"""The driver: ready-made requests over kept connections, as fast as they are answered.

It is a bare protocol on uvloop, so that it is never what limits the server: `limits` measures what
it reaches against a server that only writes bytes. One request is under way on each connection;
everything is bounded, by the number of requests or by seconds.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, cast

import uvloop

CONNECTIONS: Final = 32
"""Requests under way at a time: what a busy neighbour keeps open."""

MOST_ERRORS: Final = 200
"""Connections that may break in one run before it is given up: the server is gone then."""

GRACE: Final = 60.0
"""Seconds beyond the limit that answers under way are waited for."""


@dataclass(frozen=True)
class Outcome:
    """What became of the requests.

    Attributes:
        answered: how many got an answer.
        seconds: from the first connection to the last answer.
        statuses: how many of each status.
        errors: connections that broke with a request under way.
        median_ms: of the time to one answer.
        slowest_ms: what 99 of 100 answers are faster than.
    """

    answered: int
    seconds: float
    statuses: dict[int, int]
    errors: int
    median_ms: float
    slowest_ms: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answered / self.seconds if self.seconds else 0.0


class _Run:
    """What the connections of one run share."""

    def __init__(self, door: tuple[str, int], requests: Iterable[bytes], seconds: float) -> None:
        self.door = door
        self._requests = iter(requests)
        self._until = time.perf_counter() + seconds
        self.statuses: Counter[int] = Counter()
        self.times: list[float] = []
        self.last = time.perf_counter()
        self.errors = 0
        self.open = 0
        self.is_over = asyncio.get_running_loop().create_future()

    def next(self) -> bytes | None:
        """What is to be sent now; None when all is sent or the time is up."""
        return None if time.perf_counter() > self._until else next(self._requests, None)

    def closed(self) -> None:
        """One connection has nothing more to do."""
        self.open -= 1
        if self.open == 0 and not self.is_over.done():
            self.is_over.set_result(None)


class _Connection(asyncio.Protocol):
    """Sends one request after the other."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._held = b""
        self._is_waiting = False
        self._has_more = True
        self._sent_at = 0.0
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        self._send()

    def data_received(self, data: bytes) -> None:
        if self._held:
            data = self._held + data
        end = data.find(b"\r\n\r\n")
        head = data[:end].lower() if end > 0 else b""
        if not head or not _is_whole(head, data, end + 4):
            self._held = data
            return
        self._held = b""
        self._answered(int(data[9:12]))
        if b"\r\nconnection: close" in head:
            self._transport.close()
        else:
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the interface
        if self._is_waiting:
            self._run.errors += 1
        if self._has_more and self._run.errors < MOST_ERRORS:
            self._reopening = asyncio.ensure_future(_open(self._run))
        else:
            self._run.closed()

    def _send(self) -> None:
        request = self._run.next()
        if request is None:
            self._has_more = False
            self._transport.close()
            return
        self._is_waiting = True
        self._sent_at = time.perf_counter()
        self._transport.write(request)

    def _answered(self, status: int) -> None:
        run = self._run
        run.last = time.perf_counter()
        run.times.append(run.last - self._sent_at)
        run.statuses[status] += 1
        self._is_waiting = False


def _is_whole(head: bytes, data: bytes, begins: int) -> bool:
    """Whether the body has come to its end; the head is in lower case."""
    at = head.find(b"\r\ncontent-length:")
    if at >= 0:
        stop = head.find(b"\r\n", at + 2)
        length = int(head[at + 17 : stop if stop > 0 else None])
        return len(data) - begins >= length
    if b"\r\ntransfer-encoding: chunked" in head:
        return data.endswith(b"0\r\n\r\n")
    return True


async def _open(run: _Run) -> None:
    loop = asyncio.get_running_loop()
    try:
        await loop.create_connection(lambda: _Connection(run), *run.door)
    except OSError:
        run.errors += 1
        run.closed()


async def _fire(
    door: tuple[str, int], requests: Iterable[bytes], connections: int, seconds: float
) -> Outcome:
    run = _Run(door, requests, seconds)
    run.open = connections
    began = time.perf_counter()
    await asyncio.gather(*(_open(run) for _ in range(connections)))
    await asyncio.wait_for(run.is_over, seconds + GRACE)
    times = sorted(run.times)
    pick = [times[min(len(times) - 1, len(times) * part // 100)] for part in (50, 99) if times]
    median, slowest = pick or (0.0, 0.0)
    return Outcome(
        answered=len(times),
        seconds=run.last - began,
        statuses=dict(run.statuses),
        errors=run.errors,
        median_ms=median * 1000,
        slowest_ms=slowest * 1000,
    )


def fire(
    door: tuple[str, int],
    requests: Iterable[bytes],
    *,
    connections: int = CONNECTIONS,
    seconds: float,
) -> Outcome:
    """Send them all, or as many as are answered in that time.

    Args:
        door: host and port of the server.
        requests: whole HTTP/1.1 requests; may be endless.
        connections: how many are under way at a time.
        seconds: after which nothing more is sent.

    Raises:
        TimeoutError: a minute later not everything was answered.
    """
    return uvloop.run(_fire(door, requests, connections, seconds))
