"""Bytes on a connection: for what no client library would send."""

import asyncio
from dataclasses import dataclass

from together.street import House

GET = b"GET /nodeinfo/2.1 HTTP/1.1\r\nHost: alpha.test\r\n"
"""The beginning of a request that `alpha` answers with 200."""

POST = b"POST /inbox HTTP/1.1\r\nHost: alpha.test\r\nContent-Type: application/activity+json\r\n"
"""The beginning of a request to its inbox."""


@dataclass(frozen=True)
class Heard:
    """What came back before the other side hung up, or fell silent for a second.

    Attributes:
        text: all of it.
        is_closed: whether the other side hung up.
    """

    text: bytes
    is_closed: bool

    @property
    def statuses(self) -> list[int]:
        """The status of each answer."""
        lines = (line.split(b" ") for line in self.text.split(b"\r\n"))
        return [int(line[1]) for line in lines if line[0].startswith(b"HTTP/")]


async def talk(house: House, *pieces: bytes) -> Heard:
    """Open a connection, send the pieces, and listen."""
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", house.port, ssl=house.street.trust, server_hostname=house.host
    )
    try:
        return await _listened(reader, writer, pieces)
    finally:
        writer.close()


async def _listened(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pieces: tuple[bytes, ...]
) -> Heard:
    heard = b""
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        while chunk := await asyncio.wait_for(reader.read(65_536), 1):
            heard += chunk
    except TimeoutError:
        return Heard(heard, is_closed=False)
    except ConnectionError:
        pass
    return Heard(heard, is_closed=True)
