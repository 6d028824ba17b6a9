"""Connections: what happens below a request, while it is still bytes.

aiohttp judges the framing (RFC 9112) and closes an idle or dripping connection
(`application.KEEP_SECONDS`). Added here: what is no request is answered in one sentence that
quotes nothing of it and names no software, and said in one line of the log, of which a flood
leaves only samples; and what chunks may cost beside the data in them.

The line is the one of every refusal of an inbox (`inbox.refused`) where the request line names an
inbox: who watches that event sees all that was turned away there.
"""

import re
from collections.abc import Callable
from typing import Any, Final

import structlog
from aiohttp import HttpVersion10, HttpVersion11, web
from aiohttp.http_parser import RawRequestMessage
from aiohttp.web_protocol import RequestHandler

from activitypub.errors import Malformed
from federation.journal import NOTHING

SERVER: Final = "Essaim"
"""What the header `Server` says: versions tell an attacker which holes to try."""

WRAPPING: Final = 65_536
"""Bytes of chunk sizes, chunk extensions and trailers that any body may have."""

WRAPPING_PER_BYTE: Final = 8
"""Further ones for each byte of the body: chunks of one byte need five."""

SPOKEN: Final = (HttpVersion10, HttpVersion11)
"""Versions of HTTP that are answered."""

UNSPOKEN: Final = web.RequestKey("unspoken", bool)
"""Set on a request of another version, which is refused in HTTP/1.1: aiohttp would answer
`HTTP/0.9` and `HTTP/2.0` in kind, and nobody could read that.
"""

LINES: Final = 100
"""Malformed requests that are written down in one period; the others are counted. Whoever tries
something by hand is written down whole; ten short lines a second fill no disk.
"""

PERIOD: Final = 10.0
"""Seconds of such a period."""

_REQUEST_LINE: Final = re.compile(rb"[A-Za-z]{1,16} (?:https?://[^/\s]*)?(/[^\s?#]*)")
"""The beginning of a request, as far as it says what is asked for."""

_log = structlog.stdlib.get_logger("federation.web")


ReadyAnswer = Callable[[web.BaseRequest], web.StreamResponse | None]
"""Answers a request at once, or leaves it to the application."""


class Runner(web.AppRunner):
    """Runs an application whose connections are of the kind below.

    Args:
        application: answers requests.
        ready: is asked before the application is.
        **options: of `web.AppRunner`.
    """

    def __init__(self, application: web.Application, *, ready: ReadyAnswer, **options: Any) -> None:
        super().__init__(application, **options)
        self._ready = ready

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        ready = self._ready

        async def answer(request: Any) -> web.StreamResponse:
            return ready(request) or await made.request_handler(request)

        def request(message: RawRequestMessage, *rest: Any) -> web.BaseRequest:
            if message.version in SPOKEN:
                return made.request_factory(message, *rest)
            spoken = message._replace(version=HttpVersion11, should_close=True)
            asked = made.request_factory(spoken, *rest)
            asked[UNSPOKEN] = True
            return asked

        return _Server(answer, request_factory=request, **self._kwargs)


class _Server(web.Server):
    """Makes the connections, and remembers what was written of them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._begun = 0.0
        self._lines = 0

    def __call__(self) -> RequestHandler:
        return _Connection(self, loop=self._loop, **self._kwargs)

    def tell(
        self, peer: str | None, status: int, error: BaseException | None, *, is_inbox: bool
    ) -> None:
        """Write that something malformed came, unless that was written often enough just now."""
        now = self._loop.time()
        if now - self._begun > PERIOD:
            if self._lines > LINES:
                _log.info("request.malformed", suppressed=self._lines - LINES)
            self._begun, self._lines = now, 0
        self._lines += 1
        if self._lines > LINES:
            return
        told = {"reason": "framing", "peer": peer, "status": status, "error": type(error).__name__}
        if is_inbox:
            _log.info("inbox.refused", activity=NOTHING, **told)
        else:
            _log.info("request.malformed", **told)


class _Connection(RequestHandler):
    """One connection."""

    __slots__ = ("_before", "_is_inbox", "_read", "_received", "_server")

    def __init__(self, server: _Server, **options: Any) -> None:
        super().__init__(server, **options)
        self._server = server
        self._received = 0
        self._before = 0
        self._is_inbox = False
        self._read: web.BaseRequest | None = None

    def data_received(self, data: bytes) -> None:
        """Take bytes, and break off a body that is mostly wrapping."""
        if self._read is not self._current_request:
            self._read, self._before = self._current_request, self._received
        self._received += len(data)
        if (line := _REQUEST_LINE.match(data)) is not None:
            self._is_inbox = line[1].endswith(b"/inbox")
        super().data_received(data)
        request = self._read
        if request is None or "Transfer-Encoding" not in request.headers:
            return
        inside = request.content.total_bytes
        if self._received - self._before - inside > WRAPPING + WRAPPING_PER_BYTE * inside:
            request.content.set_exception(
                Malformed("the chunks hold less than what is around them", code="framing")
            )

    def connection_lost(self, exc: BaseException | None) -> None:
        """Let go of the request."""
        super().connection_lost(exc)
        self._read = None

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - it quotes the peer
    ) -> web.StreamResponse:
        """Answer what is no request, and close."""
        self._server.tell(request.remote, status, exc, is_inbox=self._is_inbox)
        if request.writer.output_size > 0:
            raise ConnectionError("an answer is under way already")
        text = "This is not a request that can be answered.\n"
        answer = web.Response(status=status, text=text, headers={"Server": SERVER})
        answer.force_close()
        return answer
