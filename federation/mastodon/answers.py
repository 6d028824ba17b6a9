"""Answers: JSON for apps, readable by apps that live in a browser.

An app in a browser is a page of another origin, so every answer, a refusal included, says that it
may be read (the Fetch standard, "CORS protocol"). `*` stands for any origin, which is safe here
because nothing in this edge looks at cookies; it does not cover the Authorization header, so that
one is named.
"""

import functools
import hashlib
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Final

from aiohttp import web

from activitypub import canonical_json
from activitypub.canonical_json import Json
from actors.views.paging import Page
from federation import refusals
from federation.app_keys import SITE
from federation.mastodon import paging
from federation.mastodon.entities.entity import Entity
from federation.negotiation import Handler

CORS: Final[Mapping[str, str]] = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, *",
    "Access-Control-Expose-Headers": (
        "ETag, Link, Retry-After, WWW-Authenticate, X-RateLimit-Limit, X-RateLimit-Remaining, "
        "X-RateLimit-Reset, X-Request-Id"
    ),
    "Access-Control-Max-Age": "86400",  # a day, the most that browsers keep
}


def for_apps(handler: Handler) -> Handler:
    """The handler, with every answer and every refusal readable by a browser app."""

    @functools.wraps(handler)
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            response = await handler(request)
        except refusals.FORESEEN as error:
            response = await refusals.respond(request, refusals.foreseen(error))
        except web.HTTPException as error:
            response = await refusals.respond(request, refusals.from_http(error))
        response.headers.update(CORS)
        return _unless_known(request, response)

    return answer


def _unless_known(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """The answer, or 304 for an app that has these very bytes already (RFC 9110, 13.1.2).

    What is compared is the body: whoever asks again is not told it again, and it is read as often.
    """
    is_asked = request.method in ("GET", "HEAD") and response.status == HTTPStatus.OK
    if not (is_asked and isinstance(response, web.Response) and isinstance(response.body, bytes)):
        return response
    tag = f'W/"{hashlib.blake2b(response.body, digest_size=16).hexdigest()}"'
    response.headers["ETag"] = tag
    known = {one.strip() for one in request.headers.get("If-None-Match", "").split(",")}
    if tag not in known and "*" not in known:
        return response
    kept = {name: text for name, text in response.headers.items() if name not in _OF_BODIES}
    return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=kept)


_OF_BODIES: Final = ("Content-Type", "Content-Length")


async def preflight(_request: web.Request) -> web.StreamResponse:
    """OPTIONS: a browser asks whether its app may; it may."""
    return web.Response(status=204, headers=CORS)


async def no_such_endpoint(_request: web.Request) -> web.StreamResponse:
    """Any path of the API that we do not have: apps want JSON, even then."""
    raise web.HTTPNotFound(text="Endpoint not found")


def entity(content: Json, *, status: int = 200) -> web.Response:
    """One entity, or a list that has no pages. It is for this reader alone and not to be kept."""
    return written(canonical_json.encode(content), status=status)


def written(body: bytes, link: str | None = None, *, status: int = 200) -> web.Response:
    """The same, of JSON that is written already."""
    response = web.Response(
        status=status,
        body=body,
        content_type="application/json",
        charset="utf-8",
        headers={"Cache-Control": "private, no-store"},
    )
    if link is not None:
        response.headers["Link"] = link
    return response


def listed(
    request: web.Request, rows: Iterable[tuple[int, Entity | str | None]], page: Page
) -> web.Response:
    """One page of a list, the newest first, with the Link header to its neighbours.

    Args: request: whose address and arguments the links repeat. rows: each entity under the id that
        its list is paged by; None for what this reader does not want, which is
            left out and still counts for the links, so that a page of nothing leads on to the next.
        page: what was asked for.
    """
    ordered = sorted(rows, key=lambda row: row[0], reverse=True)
    response = entity([content for _, content in ordered if content is not None])
    address = request.app[SITE].origin + request.path
    cursors = [cursor for cursor, _ in ordered]
    link = paging.links(address, request.query.items(), cursors, page)
    if link is not None:
        response.headers["Link"] = link
    return response
