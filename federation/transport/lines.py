"""Lines: connections over which requests are written, and answers heard by aiohttp's parser.

What is ours is little: when an answer is whole, when there has been enough of it, and whether the
connection may serve once more. What reads the bytes of strangers is the parser that aiohttp keeps
safe (llhttp), with its limits for lines, headers and chunks.
"""

import asyncio
from typing import Final, cast

from aiohttp import ClientPayloadError, ServerDisconnectedError
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http import HttpProcessingError, HttpResponseParser, RawResponseMessage
from aiohttp.streams import StreamReader

from activitypub import wire

LONGEST_ANSWER: Final = 65_536
"""Bytes read of an answer whose status is all that matters; reading it frees the connection."""

BUFFER: Final = LONGEST_ANSWER
"""Bytes after which aiohttp stops a sender for a while; before that the connection is closed."""

SWITCHING: Final = 101


class Line(BaseProtocol):
    """One connection, with one request at a time under way.

    Attributes:
        address: the IP address that it was made to.
        is_spent: it serves no other request.
        heard_at: when anything was last written or heard, by the loop's clock.
        until: when the answer has to be there.
    """

    __slots__ = ("_answer", "_content", "_message", "address", "heard_at", "is_spent", "until")

    def __init__(self, loop: asyncio.AbstractEventLoop, address: str) -> None:
        super().__init__(loop)
        self.address = address
        self.is_spent = False
        self.heard_at = self.until = 0.0
        self._answer: asyncio.Future[wire.Response] | None = None
        self._message: RawResponseMessage | None = None
        self._content: StreamReader | None = None

    def ask(self, head: bytes, body: bytes, *, until: float) -> asyncio.Future[wire.Response]:
        """Write a request.

        Args:
            head: with the empty line at its end.
            body: what follows it.
            until: the loop's time at which the answer has to be there; see `doors`.

        Returns:
            What becomes its answer, of whose body only the beginning is kept; or one of
            aiohttp.ClientError, HttpProcessingError, OSError.
        """
        if self.transport is None:
            raise ConnectionResetError("the connection was closed before it was used")
        self._parser = HttpResponseParser(
            self,
            self._loop,
            BUFFER,
            payload_exception=ClientPayloadError,
            read_until_eof=True,
            auto_decompress=False,
        )
        self._message = self._content = None
        self.heard_at, self.until = self._loop.time(), until
        answer = self._answer = self._loop.create_future()
        self.transport.writelines((head, body))
        return answer

    def fail(self, error: Exception) -> None:
        """There will be no answer."""
        self.is_spent = True
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_exception(error)

    def is_usable(self) -> bool:
        """Whether another request may be written."""
        return not self.is_spent and self.transport is not None and not self.transport.is_closing()

    def close(self) -> None:
        """Let go of the connection."""
        self.is_spent = True
        if self.transport is not None:
            self.transport.close()

    def abort(self) -> None:
        """The same, without writing what is still to be written."""
        self.is_spent = True
        if self.transport is not None:
            self.transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is open; every loop of ours sends small packets at once by itself."""
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Something came; nothing, where aiohttp goes on after it had enough for a moment."""
        if self._answer is None or self._parser is None:
            if data:  # unasked
                self.close()
            return
        self.heard_at = self._loop.time()
        try:
            messages, is_upgraded, rest = self._parser.feed_data(data)
        except HttpProcessingError as error:
            self.fail(error)
            return
        for message, content in messages:
            if message.code < 200 and message.code != SWITCHING:
                continue  # it says "go on"
            if self._message is None:
                self._message, self._content = message, content
            else:
                self.is_spent = True  # an answer to nothing
        if is_upgraded or rest:
            self.is_spent = True
        self._look()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Nothing more comes: an answer without an announced length ends so."""
        self.is_spent = True
        parser, self._parser = self._parser, None
        if self._answer is not None and parser is not None:
            try:
                parser.feed_eof()
                self._look()
            except (HttpProcessingError, ClientPayloadError):
                pass  # something is missing at the end
            self.fail(exc if isinstance(exc, OSError) else ServerDisconnectedError())
        super().connection_lost(exc)

    def _look(self) -> None:
        """Give the answer when all of it is there, or as much as is read."""
        message, content = self._message, self._content
        if message is None or content is None:
            return
        if (error := content.exception()) is not None:
            self.fail(error if isinstance(error, Exception) else ServerDisconnectedError())
            return
        if not content.is_eof():
            if content.total_bytes <= LONGEST_ANSWER:
                return
            self.is_spent = True
        answer, self._answer = self._answer, None
        self.is_spent = self.is_spent or message.should_close
        body = content.read_nowait()
        self._parser = self._message = self._content = None  # a connection may be kept for long
        if answer is None or answer.done():
            return
        answer.set_result(
            wire.Response(
                status=message.code,
                headers=tuple((name.lower(), value) for name, value in message.headers.items()),
                body=body[:LONGEST_ANSWER],
            )
        )
