"""Sockets: a WebSocket (RFC 6455) that weighs little while nothing is said.

aiohttp keeps for each the request, both of its tasks and every frame of what let it in, as long as
it is open: 19 KiB. Here the connection is taken from aiohttp as soon as its app is let in, and all
that goes. What reads the bytes of strangers is still aiohttp's reader of frames, with its limits,
and what writes frames is aiohttp's too; no task waits while nothing is said.
"""

import asyncio
import base64
import hashlib
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import WSCloseCode, WSMessage, WSMsgType, hdrs, web
from aiohttp._websocket.reader import WebSocketDataQueue
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http_websocket import WS_KEY, WebSocketError, WebSocketReader, WebSocketWriter

MOST_SAID: Final = 100
"""Messages that wait to be obeyed: twice as many as there may be streams. Who says more at once is
disconnected."""

Hear = Callable[["Socket", str], Awaitable[None]]
"""Obeys what an app says."""

_Said = WSMessage | Exception


class Socket(BaseProtocol):
    """One WebSocket; `take` opens it.

    Attributes:
        reader: of frames.

    Args:
        loop: of its transport.
        longest: bytes of a message that is read.
        hear: what is done with what is said, one message after the other.
        over: called once, when the connection has ended.
    """

    __slots__ = ("_ended", "_hear", "_is_silent", "_over", "_said", "_task", "reader")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        longest: int,
        hear: Hear,
        over: Callable[[], None],
    ) -> None:
        super().__init__(loop)
        self._hear = hear
        self._over = over
        self._said: list[_Said] = []
        self._task: asyncio.Task[None] | None = None
        self._ended: asyncio.Future[None] | None = None
        self._is_silent = False
        self.reader = WebSocketReader(_Ear(self, loop), longest, compress=False, decode_text=True)

    def data_received(self, data: bytes) -> None:
        """Something was said, or a part of it."""
        self._is_silent = False
        self.reader.feed_data(data)

    def connection_lost(self, exc: BaseException | None) -> None:
        """She has gone, or was sent away."""
        super().connection_lost(exc)
        if self._task is not None:
            self._task.cancel()
        self._end()
        self._over()

    def said(self, what: _Said) -> None:
        """A message is whole, or what came is none."""
        if len(self._said) >= MOST_SAID:
            self.cut()
            return
        self._said.append(what)
        if self._task is None and self.transport is not None:
            self._task = asyncio.create_task(self._attend(), name="sockets.attend")

    async def send(self, text: str) -> None:
        """Say something, as soon as what was said before is under way.

        Raises:
            ConnectionError: there is nobody any more.
        """
        await self._send(text.encode(), WSMsgType.TEXT)

    async def beat(self) -> None:
        """Ask for a sign of life.

        Raises:
            ConnectionError: there was none since the last time.
        """
        if self._is_silent:
            raise ConnectionResetError("no sign of life")
        self._is_silent = True
        await self._send(b"", WSMsgType.PING)

    async def hang_up(self, code: WSCloseCode = WSCloseCode.GOING_AWAY) -> None:
        """Say that it is over, and wait until she has said so too."""
        self._ended = self._loop.create_future()
        await self._send(int(code).to_bytes(2, "big"), WSMsgType.CLOSE)
        await self._ended
        if self.transport is not None:
            self.transport.close()

    def cut(self) -> None:
        """End it."""
        if self.transport is not None:
            self.transport.abort()

    async def _attend(self) -> None:
        """Obey what was said, one after the other."""
        try:
            while self._said:
                await self._obey(self._said.pop(0))
        except ConnectionError:
            self.cut()
        finally:
            self._task = None

    async def _obey(self, what: _Said) -> None:
        if isinstance(what, Exception):
            code = what.code if isinstance(what, WebSocketError) else WSCloseCode.PROTOCOL_ERROR
            await self._leave(code)
        elif what.type is WSMsgType.TEXT:
            await self._hear(self, what.data)
        elif what.type is WSMsgType.PING:
            await self._send(what.data, WSMsgType.PONG)
        elif what.type is WSMsgType.CLOSE and self._ended is None:
            await self._leave(WSCloseCode.OK)
        elif what.type is WSMsgType.CLOSE:
            self._end()

    async def _leave(self, code: int) -> None:
        """She has said that it is over, or something that ends it."""
        self._said.clear()
        await self._send(int(code).to_bytes(2, "big"), WSMsgType.CLOSE)
        if self.transport is not None:
            self.transport.close()

    async def _send(self, data: bytes, kind: WSMsgType) -> None:
        if self.transport is None:
            raise ConnectionResetError("there is nobody any more")
        await WebSocketWriter(self, self.transport).send_frame(data, kind)
        if self.writing_paused:
            await self._drain_helper()

    def _end(self) -> None:
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(None)


class _Ear(WebSocketDataQueue):
    """Gives on what is heard: aiohttp's own queue wants somebody who waits at it."""

    def __init__(self, socket: Socket, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(socket, 0, loop=loop)
        self._socket = socket

    def feed_data(self, data: Any, size: int) -> None:  # noqa: ARG002 - the interface
        """A message is whole."""
        self._socket.said(data)

    def set_exception(self, exc: BaseException, *_: Any) -> None:
        """What came is no frame."""
        self._socket.said(exc if isinstance(exc, Exception) else ConnectionResetError())


async def take(request: web.Request, protocol: str, socket: Socket) -> web.StreamResponse:
    """Answer that this is a WebSocket from now on, and take the connection.

    Args:
        request: who asks for one.
        protocol: one that she names; empty for none.
        socket: not open yet.

    Returns:
        What was answered, for whoever handles requests: there is nothing left to do.

    Raises:
        HTTPBadRequest: what she asks is not how one asks.
        ConnectionError: she has gone meanwhile.
    """
    transport = request.transport
    ready = web.WebSocketResponse(compress=False).can_prepare(request)
    if not ready.ok or transport is None:
        raise web.HTTPBadRequest(text="that is no handshake of a WebSocket")
    answer = _Switching(status=101)
    answer.headers[hdrs.UPGRADE] = "websocket"
    answer.headers[hdrs.CONNECTION] = "upgrade"
    answer.headers[hdrs.SEC_WEBSOCKET_ACCEPT] = _accepted(request)
    if protocol:
        answer.headers[hdrs.SEC_WEBSOCKET_PROTOCOL] = protocol
    await answer.prepare(request)
    if request.transport is None:
        raise ConnectionResetError("she has gone")
    before = request.protocol
    transport.set_protocol(socket)
    socket.connection_made(transport)
    before.set_parser(socket.reader)  # what came with the request
    before.transport = None  # it must not close what is ours now
    before.connection_lost(None)
    return answer


def _accepted(request: web.Request) -> str:
    """RFC 6455, 4.2.2: proof that the question was understood."""
    key = request.headers.get(hdrs.SEC_WEBSOCKET_KEY, "").encode()
    return base64.b64encode(hashlib.sha1(key + WS_KEY).digest()).decode()  # noqa: S324 - as it says


class _Switching(web.StreamResponse):
    """An answer that is whole with its head; after it nothing is written that is HTTP."""

    async def write_eof(self, data: bytes = b"") -> None:
        """Nothing."""
