"""Sending an activity to an inbox: delivered, later, never again, or gone.

What an answer means, after Mastodon's `ActivityPub::DeliveryWorker` and what the others send:

| answer | meaning |
|---|---|
| 2xx | delivered |
| 5xx, 408, 425, 429, no answer | later |
| 401 | later: a peer that could not read our key just now says so |
| 302, 303, 307 | later: under maintenance; a POST is never sent on to another address |
| 410 | the inbox is gone |
| other 3xx and 4xx, and what the guard refuses | never |

A host that answers 400 or 401 is asked again, signed in another way (`signing`). A later answer
counts unless it is "never": then the host understood none, and the first one says more.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum
from typing import Final, NamedTuple

from activitypub import mediatypes, wire
from activitypub.iris import Iri
from activitypub.synchronisation import HEADER, Announced, written
from federation.errors import TEMPORARY_STATUSES, TransportError, Unsafe
from federation.transport.client import Client
from federation.transport.pens import Pen
from federation.transport.redirects import clock_ahead, retry_after
from federation.transport.signing import Knocking, Signing, Way

LATER_STATUSES: Final = TEMPORARY_STATUSES | {401, 302, 303, 307}
MAY_BE_THE_TIME: Final = frozenset({400, 401, 403})
"""What servers answer to a signature that is too old for them, or of a time to come."""

EXPLANATION: Final = 200
"""Characters of a peer's explanation that are kept for the operator."""


class Sent(Enum):
    """What became of one try."""

    DELIVERED = "delivered"
    LATER = "later"
    NEVER = "never"
    GONE = "gone"


class SendResult(NamedTuple):
    """What became of one try, and why.

    Attributes:
        sent: what to do with the delivery.
        status: the answer's, or None when there was no answer.
        retry_after: how long the host asked us to wait, where it did.
        reason: for the operator: one line, partly in the peer's words, without control characters.
        way: how the request was signed that this is the answer to.
        is_news: in another scheme, or by another kind of key, than was tried first.
        clock_ahead: by how many seconds the clock over there was ahead of ours, where the signature
            may have been refused for that.
    """

    sent: Sent
    status: int | None
    retry_after: timedelta | None
    reason: str
    way: Way
    is_news: bool
    clock_ahead: int | None = None


async def send(
    client: Client,
    *,
    inbox: Iri,
    body: bytes,
    signing: Signing,
    now: Callable[[], datetime],
    pen: Pen,
    synchronisation: Announced | None = None,
) -> SendResult:
    """POST one activity. Never raises for what the network or the peer does.

    Args:
        client: opens the connections; whether the host is blocked is not asked there once more.
        inbox: where to.
        body: the activity.
        signing: whose it is, and how to sign.
        now: tells the time, aware and in UTC, when it is signed.
        pen: signs it.
        synchronisation: what is said of the receiver's own among the followers, where it is.
    """
    headers = [("content-type", mediatypes.ACTIVITY_JSON)]
    if synchronisation is not None:
        headers.append((HEADER, written(synchronisation)))
    unsigned = wire.Request(
        method="POST",
        url=inbox,
        headers=tuple(headers),
        body=body,
    )
    knocking = Knocking(unsigned, signing, now)
    counts, response = await _knock(client, knocking, pen, now)
    while response is not None and knocking.goes_on(response):
        result, response = await _knock(client, knocking, pen, now)
        if result.sent is not Sent.NEVER:
            counts = result
    return counts


async def _knock(
    client: Client, knocking: Knocking, pen: Pen, now: Callable[[], datetime]
) -> tuple[SendResult, wire.Response | None]:
    """Try once; no answer without a response."""
    request, way, is_news = await pen.sign(knocking), knocking.way, knocking.is_news
    try:
        response = await client.request(
            request.method,
            request.url,
            request.headers,
            request.body,
            purpose="delivery",
            may_be_blocked=False,
        )
    except Unsafe as error:
        return SendResult(Sent.NEVER, None, None, error.reason, way, is_news), None
    except TransportError as error:
        return SendResult(Sent.LATER, None, None, error.reason, way, is_news), None
    status, reason = response.status, _reason(response)
    meaning = _meaning(status)
    wait = None if meaning is Sent.DELIVERED else retry_after(response)
    ahead = clock_ahead(response, now()) if status in MAY_BE_THE_TIME else None
    return SendResult(meaning, status, wait, reason, way, is_news, ahead), response


def _meaning(status: int) -> Sent:
    if 200 <= status < 300:
        return Sent.DELIVERED
    if status == 410:
        return Sent.GONE
    if status >= 500 or status in LATER_STATUSES:
        return Sent.LATER
    return Sent.NEVER


def _reason(response: wire.Response) -> str:
    said = ""
    if response.status >= 400 and not response.header("content-encoding"):
        text = response.body[: EXPLANATION * 4].decode(errors="replace")
        said = " ".join("".join(c if c.isprintable() else " " for c in text).split())[:EXPLANATION]
    return f"{response.status}: {said}" if said else str(response.status)
