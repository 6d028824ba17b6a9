"""What happens to every request before its handler, and to every answer after it.

In this order: the request gets a number; whatever is raised becomes an answer (`refusals`);
requests for other hosts, compressed bodies and bodies that are announced too large are turned away
unread. Every answer leaves with the headers that keep a browser from being talked into something.
"""

import asyncio
import re
from http import HTTPStatus
from typing import Final

import structlog
from aiohttp import web

from activitypub import iris
from activitypub.errors import Malformed, ProtocolError, TooLarge
from actors.database import working_as
from federation import proxies, refusals
from federation.app_keys import JOURNAL, SETTINGS
from federation.connections import SERVER, UNSPOKEN
from federation.journal import NOTHING
from federation.negotiation import Handler
from federation.rates import TooMany
from federation.refusals import FORESEEN, Answer
from federation.telemetry import logs
from federation.transport.causes import caused_by

LARGEST_BODY: Final = 2 * 1024 * 1024
"""Bytes of anything people or programs send us: four times the largest sheet, in the longest
encoding of a form.
"""

SLOWEST_BODY: Final = 30
"""Seconds that any body may take to arrive; an inbox has less patience."""

HTML_POLICY: Final = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self'"
)
"""Nothing inline, nothing from elsewhere. A page that must differ (a consent form leads to an app)
sets its own.
"""

DOCUMENT_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"
"""For everything that is not a page: a browser that is shown a document by mistake runs nothing in
it.
"""

PROTECTING: Final = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
)
"""What every answer tells a browser."""

OPENED_BY_APPS: Final = ("/oauth/authorize", "/oauth/authorize/", "/sign-in")
"""Pages that apps in a browser open in a window of their own, and wait for. A window that gives up
its opener looks to the app as if it had been closed: Phanpy then says that signing in has failed.
What an opener could do to a window of another origin is little, and none of these pages may stand
in a frame."""

OF_OPERATORS: Final = "/api/essaim/v1/admin/"
"""What is asked there changes nothing that people wrote."""

HEALTH: Final = "/healthz"
READINESS: Final = "/readyz"
OF_BALANCERS: Final = (HEALTH, READINESS)
"""What is asked there by machines that know an address and no name, and is the same for all."""

OF_FILES: Final = ("/archives", "/api/essaim/v1/archives")
"""Where members send files, which are larger and take longer than what they write."""

OF_MEDIA: Final = re.compile(
    r"(/api/v[12]/media|/api/essaim/v1/media|/m/[^/]+/media|/drafts/[^/]+/media|/pictures"
    r"|/m/[^/]+/record|/records/[^/]+/add|/bring|/look)/?"
)
"""Where pictures and documents are sent: how large they may be is told there, in the words of who
listens, before any of it is read."""

LARGEST_UPLOAD: Final = 16 * 1024 * 1024
"""Bytes of an archive that members may send: at a megabit a second it takes two minutes. Operators
restore larger ones with a command."""

UPLOAD_SECONDS: Final = 300
"""How long that may take to arrive."""

OPEN_TO_SCRIPTS: Final = ("/.well-known/", "/nodeinfo/")
"""Where scripts of any origin may read: apps in a browser find people and servers by themselves."""

PLACE: Final = web.RequestKey("place", str)
"""From where the request comes, as `callers` counts it; the log names who asks too often by it."""

WRITTEN_DOWN: Final = web.RequestKey("written_down", bool)
"""Set on a request by an inbox that has said in the log what became of it."""

_log = structlog.stdlib.get_logger("federation.web")


class Misdirected(ProtocolError):
    """The request is for a host that we are not (RFC 9110 15.5.20)."""

    status_hint = 421
    default_code = "host"


class CodedBody(ProtocolError):
    """The body is compressed: a small one could become a large one, and what is its digest?"""

    status_hint = 415
    default_code = "content-coding"


class UnknownVersion(ProtocolError):
    """A version of HTTP that we do not speak (RFC 9110 15.6.6); what it means would be a guess."""

    status_hint = 505
    default_code = "framing"


class UnknownTransfer(ProtocolError):
    """A transfer coding other than chunked: where the body ends would be a guess (RFC 9112 6.1)."""

    status_hint = 501
    default_code = "framing"


class TooSlow(ProtocolError):
    """The body did not arrive in time."""

    status_hint = 408
    default_code = "framing"


@web.middleware
async def refused(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Number the request, and turn what is raised into the one answer that the table has for it."""
    number = proxies.number_given(request) or logs.request_number()
    with logs.request_scope(number), caused_by("request", number):
        try:
            response = await handler(request)
        except web.HTTPException as error:
            if error.status < 400 or error.content_type != "text/plain":
                raise
            if error.status == HTTPStatus.METHOD_NOT_ALLOWED:
                _write_down(request, "method")
            response = await _told(request, refusals.from_http(error))
        except FORESEEN as error:
            _write_down(request, error.code)
            response = await _told(request, refusals.foreseen(error))
        except Exception as error:  # noqa: BLE001 - a bug in one handler must not stop the server
            if _is_broken_off(request, error):
                _log.info("request.broken_off", method=request.method, path=request.path)
                broken = Malformed("the body broke off", code="framing")
                response = await _told(request, refusals.foreseen(broken))
            else:
                _log.exception("request.failed", method=request.method, path=request.path)
                response = await _told(request, refusals.unforeseen(number))
        response.headers["X-Request-Id"] = number
        return response


def _write_down(request: web.Request, code: str) -> None:
    """Say in the log, and count, what an inbox has not seen because it was turned away before."""
    if not _is_inbox(request) or WRITTEN_DOWN in request:
        return
    noted = request.app[JOURNAL]
    noted.heard(
        noted.entry(
            peer=NOTHING, key=NOTHING, activity=None, disposition=f"refused:{code}", size=0, ms=0
        )
    )
    peer = request.get(PLACE, NOTHING) if code == TooMany.code else NOTHING
    _log.info("inbox.refused", reason=code, peer=peer, activity=NOTHING)


def _is_broken_off(request: web.Request, error: Exception) -> bool:
    """Whether the peer went away, or sent a body that is none, while a handler was reading it."""
    gone = isinstance(error, ConnectionError) and request.transport is None
    return gone or isinstance(error, web.RequestPayloadError | web.PayloadAccessError)


@web.middleware
async def admitted(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn away what no handler should see.

    An inbox judges bodies itself, because every refusal of an inbox is a line in the log.

    Raises:
        UnknownVersion: it is neither HTTP/1.1 nor HTTP/1.0.
        UnknownTransfer: the body is sent in another coding than chunked.
        Misdirected: the `Host`, or the request line, names another server; no address, link or
            redirect is ever made from either.
        Malformed: the address holds NUL, which PostgreSQL has no text for; or there are two
            credentials, of which a proxy and we might choose different ones.
        CodedBody, TooLarge: from `check_body`.
    """
    if UNSPOKEN in request:
        raise UnknownVersion("this server speaks HTTP/1.1")
    if request.headers.get("Transfer-Encoding", "chunked").strip().lower() != "chunked":
        raise UnknownTransfer("send the body in chunks or with its length")
    if not _is_ours(request) and request.path not in OF_BALANCERS:
        raise Misdirected("this server does not speak for that host")
    if "%00" in request.raw_path or len(request.headers.getall("Authorization", [])) > 1:
        raise Malformed("no address holds NUL, and nobody is two callers", code="framing")
    is_inbox = _is_inbox(request)
    if not is_inbox:
        check_body(request, LARGEST_UPLOAD if request.path in OF_FILES else LARGEST_BODY)
    is_api = not is_inbox and not request.path.startswith(OF_OPERATORS)
    with working_as("api" if is_api else ""):
        if request.content.is_eof():  # nothing is to come that could be late
            return await handler(request)
        is_file = request.path in OF_FILES or OF_MEDIA.fullmatch(request.path)
        patience = UPLOAD_SECONDS if is_file else SLOWEST_BODY
        late = asyncio.get_running_loop().call_later(patience, _give_up, request)
        try:
            return await handler(request)
        finally:
            late.cancel()


def _give_up(request: web.Request) -> None:
    """Let whoever waits for the body hear that it is too late; without a body nobody does."""
    if not request.content.is_eof():
        request.content.set_exception(TooSlow("the body did not arrive in time"))


def check_body(request: web.Request, most: int) -> None:
    """Judge a body by what is announced of it, before any of it is read.

    Args:
        request: which announces it.
        most: bytes that are accepted at this address; of media, their handlers judge.

    Raises:
        CodedBody: there is a `Content-Encoding`; aiohttp would inflate the body by itself.
        TooLarge: the announced length is more than is accepted here.
    """
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise CodedBody("send the body without a content coding")
    if OF_MEDIA.fullmatch(request.path):
        return
    if (request.content_length or 0) > most:
        raise TooLarge(f"at most {most} bytes are accepted here")


async def _told(request: web.Request, answer: Answer) -> web.StreamResponse:
    """The answer in its reader's form, or plainly where a fault prevents even that."""
    try:
        return await refusals.respond(request, answer)
    except Exception:  # noqa: BLE001 - what explains a fault may have one itself
        _log.exception("refusal.failed", path=request.path)
        return web.Response(status=answer.status, text=answer.reason)


def _is_inbox(request: web.Request) -> bool:
    return request.path.endswith("/inbox")


def _is_ours(request: web.Request) -> bool:
    scheme, _, ours = request.app[SETTINGS].instance.origin.partition("://")
    named = request.headers.getall("Host", [])
    target = request.raw_path
    if named == [ours] and target.startswith("/"):  # as nearly everybody writes it
        return True
    if len(named) != 1 or not target.startswith(("/", "*", f"{scheme}://{ours}/")):
        return False
    try:
        return iris.host(iris.parse(f"{scheme}://{named[0]}/")) == ours
    except Malformed:
        return False


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Signal `on_response_prepare`: what every answer carries where its handler said nothing."""
    headers = response.headers
    headers["Server"] = SERVER
    is_page = headers.get("Content-Type", "").startswith("text/html")
    headers.setdefault("Content-Security-Policy", HTML_POLICY if is_page else DOCUMENT_POLICY)
    if request.path in OPENED_BY_APPS:
        headers.setdefault("Cross-Origin-Opener-Policy", "unsafe-none")
    for name, value in PROTECTING:
        headers.setdefault(name, value)
    if request.path.startswith(OPEN_TO_SCRIPTS):
        headers.setdefault("Access-Control-Allow-Origin", "*")
