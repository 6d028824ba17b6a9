"""Same address, two readers: a document for peers, a page for people.

Answers to peers are `application/activity+json`; a person's browser gets HTML on
the same address, and both carry `Vary: Accept`, so that no cache gives one reader the other's
answer.
"""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import ETag, hdrs, web

from activitypub import mediatypes

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
"""What answers a request."""

ETAG_DIGITS: Final = 32
"""Hexadecimal digits of a document's ETag: 128 bits, so that two documents never share one."""


ASK_AGAIN: Final = "no-cache"
"""A document may be kept, and is asked for again each time: an ETag away."""


def wants_activity(request: web.Request) -> bool:
    """Whether this reader is a program that asks for ActivityStreams rather than for a page."""
    return mediatypes.prefers_activity(request.headers.get("Accept", ""))


def both(document: Handler, page: Handler) -> Handler:
    """One handler for an address that has a document and a page: `Accept` decides."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = await (document if wants_activity(request) else page)(request)
        response.headers.setdefault("Vary", "Accept")
        return response

    return answer


def activity_response(
    body: bytes,
    *,
    request: web.Request | None = None,
    status: int = 200,
    content_type: str = mediatypes.ACTIVITY_JSON,
) -> web.Response:
    """A document for peers, byte for byte as it is stored.

    Args:
        body: the JSON document.
        request: when given, and the reader has these bytes already (`If-None-Match`), the answer is
            an empty 304.
        status: 200, or 410 with a Tombstone.
        content_type: another JSON type, where the document is not ActivityStreams.
    """
    response = web.Response(status=status, body=body)
    response.headers["Content-Type"] = content_type
    response.headers["Vary"] = "Accept"
    response.headers["Cache-Control"] = ASK_AGAIN
    tag(response, body)
    return response if request is None else unless_unchanged(request, response)


def tag(response: web.StreamResponse, body: bytes) -> None:
    """Give an answer the strong ETag of its bytes."""
    response.etag = ETag(hashlib.sha256(body).hexdigest()[:ETAG_DIGITS])


def unless_unchanged(request: web.Request, response: web.Response) -> web.Response:
    """The answer, or an empty 304 where its reader has these bytes already (RFC 9110 13.1.2)."""
    tagged = response.headers.get(hdrs.ETAG, "")
    if response.status != 200 or not tagged or not has_already(request, tagged):
        return response
    empty = web.Response(status=304, headers=response.headers)
    del empty.headers[hdrs.CONTENT_TYPE]
    return empty


def has_already(request: web.BaseRequest, etag: str) -> bool:
    """Whether the reader names this ETag, quoted as in the header, in `If-None-Match`.

    Proxies that compress an answer make its ETag weak, and send that back: it counts.
    """
    if request.headers.get(hdrs.IF_NONE_MATCH) == etag:
        return True
    known = request.if_none_match or ()
    return any(each.value in ("*", etag.strip('"')) for each in known)
