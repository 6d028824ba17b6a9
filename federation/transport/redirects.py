"""GET an address, following redirects one judged step at a time.

Each step is a call of its own: judged by the guard, signed anew for its host, counted. A chain is
at most `federation.redirects` long, meets no address twice and ends within
`federation.total_timeout`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urljoin

from activitypub import iris, wire
from activitypub.errors import ProtocolError
from activitypub.iris import Iri
from federation.errors import TEMPORARY_STATUSES, Refused, Unreachable, Unsafe
from federation.transport.client import Client, refused

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
"""Statuses whose Location is followed (RFC 9110, section 15.4); 300 leaves the choice to people."""

LONGEST_WAIT: Final = timedelta(days=7)
"""A longer Retry-After is not believed: it would silence a host by one bad header."""


Call = Callable[[wire.Request], Awaitable[wire.Response]]
"""Makes one step of a chain."""


@dataclass(frozen=True, slots=True)
class Landed:
    """Where a chain of redirects ended.

    Attributes:
        response: its status is 200.
        iri: the address that gave it, without fragment.
    """

    response: wire.Response
    iri: Iri


async def land(
    client: Client,
    iri: Iri,
    *,
    accept: str,
    purpose: str,
    call: Call | None = None,
) -> Landed:
    """GET `iri`, and where it redirects to.

    Args:
        client: makes the calls.
        iri: where to begin; its fragment is left out.
        accept: the media types that are wanted.
        purpose: why, for the log.
        call: makes each call, signed for its own address; without it none is signed.

    Raises:
        Refused: the answer was final, and not 200.
        Unreachable: no answer, or one that means "later".
        Unsafe: a step that may not be taken, or one too many.
    """
    try:
        async with asyncio.timeout(client.settings.total_timeout):
            return await _land(client, iri, accept, purpose, call)
    except TimeoutError as error:
        slow = Unreachable("the redirects took too long", code="deadline")
        raise refused(slow, url=iri, purpose=purpose) from error


async def _land(
    client: Client,
    iri: Iri,
    accept: str,
    purpose: str,
    call: Call | None,
) -> Landed:
    here = iris.without_fragment(iri)
    seen = {here}
    for hop in range(client.settings.redirects + 1):
        request = wire.Request(method="GET", url=here, headers=(("accept", accept),), body=b"")
        response = await (
            client.request("GET", here, request.headers, purpose=purpose, hop=hop)
            if call is None
            else call(request)
        )
        location = response.header("location")
        if response.status not in REDIRECTS or location is None:
            _check_status(response)
            return Landed(response, here)
        try:
            here = _next(here, location, seen)
        except Unsafe as error:
            raise refused(error, url=location, purpose=purpose) from error.__cause__
        seen.add(here)
    raise refused(Unsafe("too many redirects", code="redirect-limit"), url=here, purpose=purpose)


def _next(here: Iri, location: str, seen: set[Iri]) -> Iri:
    try:
        target = urljoin(here, location)
        if not target.lower().startswith(("https://", "http://")):
            raise Unsafe("the redirect leaves the web", code="scheme")
        there = iris.without_fragment(iris.parse(target))
    except (ProtocolError, ValueError) as error:
        raise Unsafe("the redirect leads to no address", code="url") from error
    if there in seen:
        raise Unsafe("the redirects go in a circle", code="redirect-loop")
    return there


def _check_status(response: wire.Response) -> None:
    status = response.status
    if status == 200:
        return
    if status >= 500 or status in TEMPORARY_STATUSES:
        raise Unreachable(
            f"the other server answered {status}",
            code="status",
            status=status,
            retry_after=retry_after(response),
        )
    raise Refused(f"the other server answered {status}", status=status)


def retry_after(response: wire.Response) -> timedelta | None:
    """How long the answer asks us to wait (RFC 9110, section 10.2.3), at most a week.

    A date counts from the answer's own `Date`, so that a wrong clock over there does not matter.
    None when it does not say, or says nonsense.
    """
    text = (response.header("retry-after") or "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(text)
        wait = until - parsedate_to_datetime(response.header("date") or "")
    except (ValueError, TypeError, OverflowError):  # no date, or only one of them has a zone
        return None
    return min(max(wait, timedelta()), LONGEST_WAIT)


def clock_ahead(response: wire.Response, now: datetime) -> int | None:
    """By how many seconds the server's clock is ahead of ours, by the `Date` of its answer.

    None where it does not say, or says nonsense. An answer is some seconds on its way.

    Args:
        response: what just came.
        now: the time here, aware.
    """
    try:
        there = parsedate_to_datetime(response.header("date") or "")
        return round((there - now).total_seconds())
    except (ValueError, TypeError, OverflowError):  # none, or one without a zone
        return None
