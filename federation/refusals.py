"""One table: what was raised → what the reader is told.

Three kinds of reader, one form each: peers and programs get a problem document (RFC 9457),
Mastodon's apps get `{"error": …}`, people get a page in their language. Handlers raise and contain
no `try`; `middleware` calls `answer`.

What a stranger is told is the error's `reason`, never a trace. An error that nobody foresaw is a
500 with the id of the request, and one line in the log under the same id.
"""

import enum
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Final

import orjson
from aiohttp import web

from activitypub import mediatypes
from activitypub.errors import NotAuthentic, ProtocolError
from activitypub.signatures import rfc9421
from actors.errors import Refusal
from federation.errors import TransportError

PageOfRefusal = Callable[[web.Request, int, str, int], Awaitable[web.StreamResponse]]
"""Draws the page for people: request, HTTP status, one plain sentence in English, and how many
seconds to wait; 0 where that helps nobody."""

PAGE: Final[web.AppKey[PageOfRefusal]] = web.AppKey("page_of_refusal")
"""Set by `federation.pages.rendering`; without it people get the sentence as plain text."""

Foreseen = ProtocolError | Refusal | TransportError
"""What our own floors raise: whose fault it is, in a type."""

FORESEEN: Final = (ProtocolError, Refusal, TransportError)

RETRY_AFTER: Final = timedelta(seconds=30)
"""How long a reader is asked to wait where the error itself does not say: one worker's round and a
bit.
"""

OF_APPS: Final = frozenset({"/oauth/token", "/oauth/revoke", "/oauth/userinfo"})
"""What apps ask for outside of their API."""

LAST_WORDS: Final = frozenset({"framing", "too-large"})
"""Codes after which a connection is closed: where the next request begins is unknown, or what is
left of this one is too much to read."""

PROBLEM_JSON: Final = "application/problem+json"


class Reader(enum.Enum):
    """Who is waiting for the answer."""

    PROGRAM = "a peer or a program: RFC 9457"
    APP = "one of Mastodon's client applications"
    PERSON = "somebody with a browser"


@dataclass(frozen=True)
class Answer:
    """What the reader is told, whatever its form.

    Attributes:
        status: of HTTP.
        reason: one plain sentence.
        code: a short word for programs.
        errors: field path → what is wrong with it.
        keys: what is in conflict.
        headers: what HTTP wants beside the body.
    """

    status: int
    reason: str
    code: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def reader(request: web.Request) -> Reader:
    """Who asks: told by the address first, by `Accept` where an address has two readers."""
    path = request.path
    if path.startswith("/api/essaim"):
        return Reader.PROGRAM
    if path.startswith("/api/") or path.rstrip("/") in OF_APPS:
        return Reader.APP
    accept = request.headers.get("Accept", "")
    if "text/html" in accept and not mediatypes.prefers_activity(accept):
        return Reader.PERSON
    machine = path.startswith(("/.well-known/", "/nodeinfo")) or path.endswith("/inbox")
    asks_json = "json" in accept
    return Reader.PROGRAM if machine or asks_json else Reader.PERSON


def foreseen(error: Foreseen) -> Answer:
    """The answer to an error of our own floors."""
    headers: dict[str, str] = dict(getattr(error, "headers", {}))
    if isinstance(error, NotAuthentic):
        headers["WWW-Authenticate"] = "Signature"
        headers["Accept-Signature"] = rfc9421.ACCEPTED
    if error.temporary:
        wait = getattr(error, "retry_after", None) or RETRY_AFTER
        headers["Retry-After"] = str(int(wait.total_seconds()))
    return Answer(
        status=503 if error.temporary else error.status_hint,
        reason=error.reason,
        code=error.code,
        errors=getattr(error, "fields", {}),
        keys=getattr(error, "keys", ()),
        headers=headers,
    )


def from_http(error: web.HTTPException) -> Answer:
    """The answer to what aiohttp or an edge raised as an HTTP status."""
    ours = error.text if error.text and not error.text.startswith(f"{error.status}:") else None
    kept = {
        name: value
        for name, value in error.headers.items()
        if name.lower() not in ("content-type", "content-length")
    }
    return Answer(error.status, ours or error.reason, headers=kept)


def unforeseen(request_id: str) -> Answer:
    """The answer to a bug."""
    return Answer(500, f"Something went wrong here. Please tell us the number {request_id}.", "bug")


async def respond(request: web.Request, answer: Answer) -> web.StreamResponse:
    """Put an answer into the form its reader understands."""
    response = await _in_form(request, answer)
    response.headers.update(answer.headers)
    if "Accept-Signature" in answer.headers and request.method != "POST":
        response.headers["Accept-Signature"] = rfc9421.ACCEPTED_ON_GET
    response.headers.setdefault("Cache-Control", "no-store")
    if answer.code in LAST_WORDS or answer.status == 413:
        response.force_close()
    return response


async def _in_form(request: web.Request, answer: Answer) -> web.StreamResponse:
    match reader(request):
        case Reader.PERSON:
            return await _page(request, answer)
        case Reader.APP:
            told = {"error": answer.reason, **_details(answer)}
            return _json(told, answer, "application/json")
        case Reader.PROGRAM:
            return _json(_problem(answer), answer, PROBLEM_JSON)


async def _page(request: web.Request, answer: Answer) -> web.StreamResponse:
    draw = request.app.get(PAGE)
    if draw is None:
        return web.Response(status=answer.status, text=answer.reason)
    wait = answer.headers.get("Retry-After", "")
    return await draw(request, answer.status, answer.reason, int(wait) if wait.isdecimal() else 0)


def _problem(answer: Answer) -> dict[str, object]:
    title = HTTPStatus(answer.status).phrase
    problem: dict[str, object] = {"type": "about:blank", "title": title, "status": answer.status}
    problem["detail"] = answer.reason
    if answer.code:
        problem["code"] = answer.code
    return problem | _details(answer)


def _details(answer: Answer) -> dict[str, object]:
    details: dict[str, object] = {}
    if answer.errors:
        details["errors"] = dict(answer.errors)
    if answer.keys:
        details["keys"] = list(answer.keys)
    return details


def _json(content: Mapping[str, object], answer: Answer, content_type: str) -> web.Response:
    return web.Response(status=answer.status, body=orjson.dumps(content), content_type=content_type)
