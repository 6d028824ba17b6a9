"""Figures: the text that Prometheus reads, put together at the moment it asks.

Three sources: what this process has counted (`metrics`), what its journal has counted, and what
waits in the database. The last is the same whichever process of a database is asked: add it up over
none of them. It is asked for once in `FRESH` seconds at most, and where the database does not
answer within `PATIENCE` it is left out, and `essaim_database_up` is 0: an alarm must not need what
it is an alarm about.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from actors.database import Unusable
from actors.mail import clocks
from actors.rules.clocks import RIGHT, Judgement
from actors.views import queues
from actors.views.queues import Queue
from federation.app_keys import DATABASE, JOURNAL, SETTINGS, SITE
from federation.telemetry.metrics import REGISTRY
from federation.troubles import Trouble, trouble

FRESH: Final = 10.0
"""Seconds for which what was read from the database serves everybody who asks."""

PATIENCE: Final = 5.0
"""Seconds to wait for the database: scrapers give up after ten."""

_log = structlog.stdlib.get_logger("federation.figures")

_Lines = Iterator[str]


@dataclass
class Reading:
    """What was read from the database, and when; empty where it did not answer."""

    at: float = float("-inf")
    is_up: bool = False
    queues: Sequence[Queue] = ()
    failing: dict[Trouble, int] = field(default_factory=dict)
    clocks: Judgement = RIGHT
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


READING: Final = web.AppKey("reading", Reading)
"""What was read last."""


def prepare(application: web.Application) -> None:
    """Give the application what is kept here alone."""
    application[READING] = Reading()


async def answer(application: web.Application) -> web.Response:
    """All figures, in the text format of Prometheus."""
    text = "\n".join([*_noted(application), *await _waiting(application)]) + "\n"
    # The format of version 0.0.4 is what every reader of it takes.
    body = text.encode() + generate_latest(REGISTRY)
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


def _noted(application: web.Application) -> _Lines:
    """What the journal of this process has counted, and what the settings say."""
    noted, listed = application[JOURNAL], application[SETTINGS].federation.private_destinations
    yield from _head("private_destinations", "gauge", "Private addresses that may be called.")
    yield f"essaim_private_destinations {len(listed)}"
    yield from _head("journal_dropped_total", "counter", "Entries that found no room in memory.")
    yield f"essaim_journal_dropped_total {noted.dropped}"
    yield from _head("journal_waiting", "gauge", "Entries in memory, to be written.")
    yield f"essaim_journal_waiting {noted.waiting}"
    yield from _head("inbox_total", "counter", "Requests to an inbox, by what became of them.")
    for disposition, count in sorted(noted.inbox.items()):
        yield f'essaim_inbox_total{{disposition="{disposition}"}} {count}'
    yield from _head("egress_total", "counter", "Calls of other servers, by result and purpose.")
    for (result, purpose), count in sorted(noted.egress.items()):
        yield f'essaim_egress_total{{result="{result}",purpose="{purpose}"}} {count}'


async def _waiting(application: web.Application) -> _Lines:
    """What waits in the database."""
    reading = application[READING]
    loop = asyncio.get_running_loop()
    async with reading.lock:
        if loop.time() - reading.at >= FRESH or not reading.is_up:
            await _read(application, reading)
            reading.at = loop.time()
    return _shown(reading, application[SITE].now())


async def _read(application: web.Application, reading: Reading) -> None:
    try:
        async with asyncio.timeout(PATIENCE), application[DATABASE].read() as session:
            reading.queues = await queues.standing(session)
            failing: Counter[Trouble] = Counter()
            for reason, count in await queues.failing_reasons(session):
                failing[trouble(reason)] += count
            reading.clocks = await clocks.whose_is_wrong(session, application[SITE])
            reading.failing, reading.is_up = failing, True
    except (Unusable, OSError, TimeoutError) as error:
        reading.queues, reading.failing, reading.is_up = (), {}, False
        _log.warning("figures.incomplete", cause=str(error) or type(error).__name__)


def _shown(reading: Reading, now: datetime) -> _Lines:
    yield from _head("database_up", "gauge", "Whether the database answered.")
    yield f"essaim_database_up {int(reading.is_up)}"
    if not reading.is_up:
        return
    yield from _head("queue_rows", "gauge", f"Rows that wait, {queues.MOST_COUNTED} at most.")
    for one in reading.queues:
        yield f'essaim_queue_rows{{queue="{one.name}",state="{one.state}"}} {one.rows}'
    yield from _head("queue_oldest_seconds", "gauge", "How long the oldest of them waits.")
    for one in reading.queues:
        age = 0.0 if one.oldest_at is None else max(0.0, (now - one.oldest_at).total_seconds())
        yield f'essaim_queue_oldest_seconds{{queue="{one.name}",state="{one.state}"}} {age:.3f}'
    yield from _head("hosts_failing", "gauge", "Hosts that are left alone for a while, by trouble.")
    for kind in Trouble:
        yield f'essaim_hosts_failing{{trouble="{kind.value}"}} {reading.failing.get(kind, 0)}'
    yield from _head("clock_ahead_seconds", "gauge", "By how much our clock seems to be ahead.")
    yield f"essaim_clock_ahead_seconds {reading.clocks.ours or 0}"
    yield from _head("hosts_clock_wrong", "gauge", "Hosts with a wrong clock that refuse us.")
    yield f"essaim_hosts_clock_wrong {len(reading.clocks.theirs)}"


def _head(name: str, kind: str, says: str) -> _Lines:
    yield f"# HELP essaim_{name} {says}"
    yield f"# TYPE essaim_{name} {kind}"
