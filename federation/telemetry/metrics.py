"""Metrics: what this process has counted and timed since it began, for Prometheus.

A process is one instance, so these are of the process. Whoever does something worth a figure calls
one of the functions below; it costs a few microseconds and never fails. `figures` puts the text
together, with what is read from the database at that moment.

Every label is of a closed list: no series for each host, organisation, address or activity. A
stranger could make as many of those as he likes, and each lives until the process ends; which host
it is, the page of the post office, `essaim mail` and the log tell.
"""

import time
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from functools import cache, lru_cache
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


class Counts(Collector):
    """A counter in plain numbers, which become figures when somebody asks.

    This and `Times` are for what every request does: answers from memory take some forty
    microseconds, and a counter and a histogram of the library would be a tenth of that.

    Where `is_dated`, it is also said since when each series is counted, as the library does.
    """

    def __init__(
        self, name: str, told: str, labels: Sequence[str], *, is_dated: bool = True
    ) -> None:
        self._name, self._told, self._labels, self._is_dated = name, told, labels, is_dated
        self._counts: dict[tuple[str, ...], int] = {}
        self._since: dict[tuple[str, ...], float] = {}
        REGISTRY.register(self)

    def add(self, *values: str) -> None:
        """One more with these values of the labels."""
        count = self._counts.get(values)
        if count is None:
            count, self._since[values] = 0, _now()
        self._counts[values] = count + 1

    def collect(self) -> Iterator[Metric]:
        """What Prometheus reads."""
        family = CounterMetricFamily(self._name, self._told, labels=self._labels)
        for values, count in self._counts.items():
            since = self._since[values] if self._is_dated else None
            family.add_metric(values, count, created=since)
        yield family


class Times(Collector):
    """A histogram of seconds in plain numbers, which become figures when somebody asks."""

    def __init__(
        self,
        name: str,
        told: str,
        label: str = "",
        *,
        bounds: Sequence[float] = MOMENTS,
        is_dated: bool = True,
    ) -> None:
        self._name, self._told, self._bounds, self._is_dated = name, told, bounds, is_dated
        self._labels = [label] if label else []
        self._times: dict[str, list[float]] = {}  # for each bound, beyond them, and their sum
        self._since: dict[str, float] = {}
        if not label:
            self._begin("")
        REGISTRY.register(self)

    def add(self, seconds: float, value: str = "") -> None:
        """One took so long; `value` is that of the label, where there is one."""
        times = self._times.get(value) or self._begin(value)
        times[bisect_left(self._bounds, seconds)] += 1
        times[-1] += seconds

    def collect(self) -> Iterator[Metric]:
        """What Prometheus reads."""
        family = HistogramMetricFamily(self._name, self._told, labels=self._labels)
        bounds = [*map(str, self._bounds), "+Inf"]
        for value, (*counts, total) in self._times.items():
            values = [value] if self._labels else []
            family.add_metric(values, list(zip(bounds, accumulate(counts), strict=True)), total)
            if self._is_dated:
                labels = dict(zip(self._labels, values, strict=True))
                family.add_sample(f"{self._name}_created", labels, self._since[value])
        yield family

    def _begin(self, value: str) -> list[float]:
        self._since[value] = _now()
        times = self._times[value] = [0.0] * (len(self._bounds) + 2)
        return times


def _now() -> float:
    """When a series begins: like the library, by the system's clock."""
    return time.time()  # noqa: TID251 - a process has one, whatever the time of its site


_VERSION: Final = Gauge(
    "essaim_build_info", "The version that runs; always 1.", ["version"], registry=REGISTRY
)
_VERSION.labels(federation.__version__).set(1)
_INBOX_SECONDS: Final = Times(
    "essaim_inbox_seconds",
    "From a request to an inbox until it was judged, by accepted, duplicate, ignored or refused.",
    "disposition",
)
_RECEIVED: Final = Counts(
    "essaim_received",
    "What became of accepted activities: applied, ignored, refused, postponed, put-aside.",
    ["result"],
)
_RECEIVED_SECONDS: Final = Times(
    "essaim_received_seconds", "From accepting an activity until it had its effect.", bounds=WAITS
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
_TRANSACTION_SECONDS: Final = Times(
    "essaim_database_transaction_seconds",
    "Transactions, the wait for their turn included, by read and write.",
    "kind",
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
_REQUESTS: Final = Counts(
    "essaim_http_requests",
    "Requests that were answered, by family of addresses and status.",
    ["family", "status"],
    is_dated=False,
)
_REQUEST_SECONDS: Final = Times(
    "essaim_http_request_seconds",
    "From the head of a request to the end of its answer.",
    "family",
    is_dated=False,
)
LOG_LINES_DROPPED: Final = Counter(
    "essaim_log_lines_dropped",
    "Lines of the log that could not be written in time, or at all.",
    registry=REGISTRY,
)


@lru_cache
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
    _REQUESTS.add(family, known_status(status))
    _REQUEST_SECONDS.add(seconds, family)


def judged(disposition: str, seconds: float) -> None:
    """An inbox has judged what came: `accepted`, `refused:<reason>` ..."""
    _INBOX_SECONDS.add(seconds, disposition.partition(":")[0])


def received(result: str, wait: timedelta | None = None) -> None:
    """An accepted activity was worked on.

    Args:
        result: `applied`, `ignored`, `refused`, `postponed` or `put-aside`.
        wait: since it was accepted, where it had its effect.
    """
    _RECEIVED.add(result)
    if wait is not None:
        _RECEIVED_SECONDS.add(max(0.0, wait.total_seconds()))


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
    _TRANSACTION_SECONDS.add(seconds, kind)


def stalled(seconds: float) -> None:
    """The event loop was late."""
    _STALLS.observe(seconds)


def longest_stall(seconds: float) -> None:
    """How late the loop has been at most, lately."""
    _LONGEST_STALL.set(seconds)
