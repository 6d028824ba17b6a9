"""Same address, two readers: a document for peers, a page for people.

Answers to peers are `application/activity+json`; a person's browser gets HTML on
the same address, and both carry `Vary: Accept`, so that no cache gives one reader the other's
answer.
"""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import ETag, web

from activitypub import mediatypes

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
"""What answers a request."""

ETAG_DIGITS: Final = 32
"""Hexadecimal digits of a document's ETag: 128 bits, so that two documents never share one."""


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
    etag = ETag(hashlib.sha256(body).hexdigest()[:ETAG_DIGITS])
    fresh = request is not None and status == 200 and etag in (request.if_none_match or ())
    response = web.Response(status=304) if fresh else web.Response(status=status, body=body)
    if not fresh:
        response.headers["Content-Type"] = content_type
    response.etag = etag
    response.headers["Vary"] = "Accept"
    response.headers["Cache-Control"] = "no-cache"  # may be kept, is asked for again: an ETag away
    return response
