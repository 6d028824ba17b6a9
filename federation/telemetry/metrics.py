"""Metrics: what this process has counted and timed since it began, for Prometheus.

A process is one instance, so these are of the process. Whoever does something worth a figure calls
one of the functions below; it costs a few microseconds and never fails. `figures` puts the text
together, with what is read from the database at that moment.

Every label is of a closed list: no series for each host, organisation, address or activity. A
stranger could make as many of those as he likes, and each lives until the process ends; which host
it is, the page of the post office, `essaim mail` and the log tell.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import cache
from http import HTTPStatus
from itertools import accumulate
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.gc_collector import GCCollector
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

import federation

OTHER: Final = "other"
"""The label of whatever is not in a closed list."""

MOMENTS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds: of what somebody waits for."""

WAITS: Final = (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 3600.0, 21_600.0, 86_400.0, 604_800.0)
"""Seconds: of mail on its way, up to a week."""

STALLS: Final = (0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0)
"""Seconds: 20 ms is what nothing should exceed."""

REGISTRY: Final = CollectorRegistry()
"""All of them, with memory, open files, processor time and garbage collection of the process."""

ProcessCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

_KNOWN_STATUSES: Final = frozenset(int(status) for status in HTTPStatus)


class Requests(Collector):
    """Counts and times requests, in plain numbers that become figures when somebody asks.

    This is on every request's way, and answers from memory take some forty microseconds: a counter
    and a histogram of the library would be a tenth of that.
    """

    def __init__(self) -> None:
        self._counts: dict[tuple[str, int], int] = {}
        self._times: dict[str, list[float]] = {}

    def add(self, family: str, status: int, seconds: float) -> None:
        """One was answered."""
        self._counts[family, status] = self._counts.get((family, status), 0) + 1
        times = self._times.get(family)
        if times is None:
            times = self._times[family] = [0.0] * (len(MOMENTS) + 2)
        times[bisect_left(MOMENTS, seconds)] += 1
        times[-1] += seconds

    def collect(self) -> Iterator[Metric]:
        """What Prometheus reads."""
        counted = CounterMetricFamily(
            "essaim_http_requests",
            "Requests that were answered, by family of addresses and status.",
            labels=["family", "status"],
        )
        for (family, status), count in self._by_known_status().items():
            counted.add_metric([family, status], count)
        yield counted
        timed = HistogramMetricFamily(
            "essaim_http_request_seconds",
            "From the head of a request to the end of its answer.",
            labels=["family"],
        )
        bounds = [*map(str, MOMENTS), "+Inf"]
        for family, (*counts, total) in self._times.items():
            buckets = list(zip(bounds, accumulate(counts), strict=True))
            timed.add_metric([family], buckets, total)
        yield timed

    def _by_known_status(self) -> dict[tuple[str, str], int]:
        known: dict[tuple[str, str], int] = {}
        for (family, status), count in self._counts.items():
            place = family, known_status(status)
            known[place] = known.get(place, 0) + count
        return known


_REQUESTS: Final = Requests()
_VERSION: Final = Gauge(
    "essaim_build_info", "The version that runs; always 1.", ["version"], registry=REGISTRY
)
_VERSION.labels(federation.__version__).set(1)
_INBOX_SECONDS: Final = Histogram(
    "essaim_inbox_seconds",
    "From a request to an inbox until it was judged, by accepted, duplicate, ignored or refused.",
    ["disposition"],
    buckets=MOMENTS,
    registry=REGISTRY,
)
_RECEIVED: Final = Counter(
    "essaim_received",
    "What became of accepted activities: applied, ignored, refused, postponed, put-aside.",
    ["result"],
    registry=REGISTRY,
)
_RECEIVED_SECONDS: Final = Histogram(
    "essaim_received_seconds",
    "From accepting an activity until it had its effect.",
    buckets=WAITS,
    registry=REGISTRY,
)
_DELIVERIES: Final = Counter(
    "essaim_deliveries",
    "Tries to deliver, by what became of them: delivered, later, never, gone.",
    ["result"],
    registry=REGISTRY,
)
_DELIVERY_SECONDS: Final = Histogram(
    "essaim_delivery_seconds",
    "From posting until it had arrived, of what arrived.",
    buckets=WAITS,
    registry=REGISTRY,
)
_CALL_SECONDS: Final = Histogram(
    "essaim_egress_seconds",
    "Calls of other servers, from beginning to end, by purpose.",
    ["purpose"],
    buckets=(*MOMENTS, 30.0),
    registry=REGISTRY,
)
_TRANSACTION_SECONDS: Final = Histogram(
    "essaim_database_transaction_seconds",
    "Transactions, the wait for their turn included, by read and write.",
    ["kind"],
    buckets=MOMENTS,
    registry=REGISTRY,
)
_STALLS: Final = Histogram(
    "essaim_loop_stall_seconds",
    "How late the event loop was, each time it was late by more than a millisecond.",
    buckets=STALLS,
    registry=REGISTRY,
)
_LONGEST_STALL: Final = Gauge(
    "essaim_loop_longest_stall_seconds",
    "The latest that the event loop has been within the last one to two minutes.",
    registry=REGISTRY,
)
REGISTRY.register(_REQUESTS)
LOG_LINES_DROPPED: Final = Counter(
    "essaim_log_lines_dropped",
    "Lines of the log that could not be written in time, or at all.",
    registry=REGISTRY,
)


def known_status(status: int) -> str:
    """The status as a label: what no standard names could be any of a thousand numbers."""
    return str(status) if status in _KNOWN_STATUSES else OTHER


def answered(family: str, status: int, seconds: float) -> None:
    """A request was answered.

    Args:
        family: of the addresses that it belongs to, of a closed list.
        status: of the answer.
        seconds: from the head of the request to the end of the answer.
    """
    _REQUESTS.add(family, status, seconds)


def judged(disposition: str, seconds: float) -> None:
    """An inbox has judged what came: `accepted`, `refused:<reason>` ..."""
    _INBOX_SECONDS.labels(disposition.partition(":")[0]).observe(seconds)


def received(result: str, wait: timedelta | None = None) -> None:
    """An accepted activity was worked on.

    Args:
        result: `applied`, `ignored`, `refused`, `postponed` or `put-aside`.
        wait: since it was accepted, where it had its effect.
    """
    _RECEIVED.labels(result).inc()
    if wait is not None:
        _RECEIVED_SECONDS.observe(max(0.0, wait.total_seconds()))


def delivered(result: str, waits: Iterable[timedelta] = (), times: int = 1) -> None:
    """Deliveries were tried.

    Args:
        result: `delivered`, `later`, `never` or `gone`.
        waits: since they were posted, of those that arrived.
        times: how many they are.
    """
    _DELIVERIES.labels(result).inc(times)
    for wait in waits:
        _DELIVERY_SECONDS.observe(max(0.0, wait.total_seconds()))


def called(purpose: str, seconds: float) -> None:
    """Another server was called."""
    _of_calls(purpose).observe(seconds)


@cache
def _of_calls(purpose: str) -> Histogram:
    return _CALL_SECONDS.labels(purpose)


def transacted(kind: str, seconds: float) -> None:
    """A transaction has ended; `kind` is `read` or `write`."""
    _of_transaction(kind).observe(seconds)


@cache
def _of_transaction(kind: str) -> Histogram:
    return _TRANSACTION_SECONDS.labels(kind)


def stalled(seconds: float) -> None:
    """The event loop was late."""
    _STALLS.observe(seconds)


def longest_stall(seconds: float) -> None:
    """How late the loop has been at most, lately."""
    _LONGEST_STALL.set(seconds)
