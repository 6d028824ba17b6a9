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

There are two ways to sign, and no host says beforehand which it reads. So one that answers 400 or
401 is asked once more, signed in the other way (as Mastodon 4.7 and Fedify do). The second answer
counts unless it is "never": then the host understood neither, and the first one says more.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from activitypub import mediatypes, wire
from activitypub.iris import Iri
from activitypub.signatures.claims import Scheme
from activitypub.synchronisation import HEADER, Announced, written
from federation.errors import TEMPORARY_STATUSES, TransportError, Unsafe
from federation.transport.client import Client
from federation.transport.redirects import retry_after
from federation.transport.signing import Signatory, signed

LATER_STATUSES: Final = TEMPORARY_STATUSES | {401, 302, 303, 307}
UNREAD_STATUSES: Final = frozenset({400, 401})
"""What a server answers that cannot read a signature: malformed, or none."""

OTHER: Final = {Scheme.CAVAGE: Scheme.RFC9421, Scheme.RFC9421: Scheme.CAVAGE}

EXPLANATION: Final = 200
"""Characters of a peer's explanation that are kept for the operator."""


class Sent(Enum):
    """What became of one try."""

    DELIVERED = "delivered"
    LATER = "later"
    NEVER = "never"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class SendResult:
    """What became of one try, and why.

    Attributes:
        sent: what to do with the delivery.
        status: the answer's, or None when there was no answer.
        retry_after: how long the host asked us to wait, where it did.
        reason: for the operator: one line, partly in the peer's words, without control characters.
        scheme: how the request was signed that this is the answer to.
    """

    sent: Sent
    status: int | None
    retry_after: timedelta | None
    reason: str
    scheme: Scheme


async def send(
    client: Client,
    *,
    inbox: Iri,
    body: bytes,
    signatory: Signatory,
    now: datetime,
    scheme: Scheme = Scheme.CAVAGE,
    synchronisation: Announced | None = None,
) -> SendResult:
    """POST one activity, signed at `now`. Never raises for what the network or the peer does.

    Args:
        client: opens the connections.
        inbox: where to.
        body: the activity.
        signatory: whose it is.
        now: the time, aware and in UTC.
        scheme: how to sign first; the other one follows when the host seems not to read it.
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
    first = await _knock(client, signed(unsigned, signatory, now, scheme), scheme)
    if first.status not in UNREAD_STATUSES:
        return first
    other = OTHER[scheme]
    second = await _knock(client, signed(unsigned, signatory, now, other), other)
    return first if second.sent is Sent.NEVER else second


async def _knock(client: Client, request: wire.Request, scheme: Scheme) -> SendResult:
    try:
        response = await client.request(
            request.method, request.url, request.headers, request.body, purpose="delivery"
        )
    except Unsafe as error:
        return SendResult(Sent.NEVER, None, None, error.reason, scheme)
    except TransportError as error:
        return SendResult(Sent.LATER, None, None, error.reason, scheme)
    return SendResult(
        _meaning(response.status),
        response.status,
        retry_after(response),
        _reason(response),
        scheme,
    )


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
