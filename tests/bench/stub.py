"""A stub fediverse: hosts by the thousand in one process, each with an address of its own.

Host `i` listens on 127.10.x.y (all at one port) and shows any number of actors, `/users/<name>`,
all with the same key. As many more on 127.20.x.y say that they read RFC 9421 by Ed25519 (FEP-844e).
Inboxes answer 202 at once and count what came, and when.

It is told what to do on standard input, one JSON object a line, and answers each with one line:
`{"do": "reset"}`, `{"do": "counts"}`, `{"do": "times"}`, `{"do": "mode", "hang": [0, 5],
"refuse": []}`. A host that hangs takes the request and says nothing; one that refuses has closed
its door. When standard input ends, so does the process.

    python -m bench.stub --hosts 1000 --port 7070 --key key.pem
"""

import argparse
import asyncio
import socket
import sys
import time
from pathlib import Path
from typing import Any, Final, cast

import orjson
import uvloop

from activitypub.signatures.keys import PrivateKey

RFC_9421: Final = "https://datatracker.ietf.org/doc/html/rfc9421"
ED25519: Final = f"{RFC_9421}#name-eddsa-using-curve-edwards25"
BACKLOG: Final = 256
"""Connections of one host that wait to be accepted."""


def address(host: int, *, is_modern: bool = False) -> str:
    """The IP address of the n-th host, from 0."""
    return f"127.{20 if is_modern else 10}.{host // 250}.{host % 250 + 1}"


class Fediverse:
    """What all hosts share.

    Attributes:
        hanging: addresses that answer nothing.
        refusing: addresses whose door is closed.
        conversations: connections that were opened.
        asked: documents that were asked for.
        modern: requests that were signed by RFC 9421.
    """

    def __init__(self, port: int, pem: str) -> None:
        self.port = port
        self._pem = pem
        self.hanging: set[str] = set()
        self.refusing: set[str] = set()
        self.doors: dict[str, asyncio.AbstractServer] = {}
        self.reset()

    def reset(self) -> None:
        """Forget what came."""
        self.arrived: dict[tuple[str, bytes], float] = {}
        self.again = 0
        self.asked = 0
        self.modern = 0
        self.conversations = 0

    def actor(self, host: str, name: str) -> bytes:
        """The document of one actor."""
        base = f"http://{host}:{self.port}"
        me = f"{base}/users/{name}"
        document: dict[str, Any] = {
            "@context": [
                "https://www.w3.org/ns/activitystreams",
                "https://w3id.org/security/v1",
            ],
            "id": me,
            "type": "Person",
            "preferredUsername": name,
            "name": name.title(),
            "inbox": f"{me}/inbox",
            "outbox": f"{me}/outbox",
            "followers": f"{me}/followers",
            "endpoints": {"sharedInbox": f"{base}/inbox"},
            "publicKey": {"id": f"{me}#main-key", "owner": me, "publicKeyPem": self._pem},
        }
        if host.startswith("127.20."):
            document["generator"] = {
                "type": "Application",
                "implements": [{"href": RFC_9421}, {"href": ED25519}],
            }
        return orjson.dumps(document)

    def took(self, host: str, path: bytes, head: bytes) -> None:
        """Something came to an inbox."""
        if (host, path) in self.arrived:
            self.again += 1
        else:
            self.arrived[host, path] = time.monotonic()
        self.modern += b"\r\nsignature-input:" in head

    def counts(self) -> dict[str, Any]:
        """What came so far."""
        return {
            "arrived": len(self.arrived),
            "again": self.again,
            "asked": self.asked,
            "modern": self.modern,
            "conversations": self.conversations,
        }

    async def open(self, host: str) -> None:
        """Open the door of one host."""
        door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((host, self.port))
        door.listen(BACKLOG)
        loop = asyncio.get_running_loop()
        self.doors[host] = await loop.create_server(lambda: _Conversation(self, host), sock=door)

    async def behave(self, hanging: set[str], refusing: set[str]) -> None:
        """From now on these hang, those refuse, and all others are well."""
        self.hanging = hanging
        for host in refusing - self.refusing:
            self.doors.pop(host).close()
        for host in self.refusing - refusing:
            await self.open(host)
        self.refusing = refusing


class _Conversation(asyncio.Protocol):
    """One connection to one host."""

    def __init__(self, fediverse: Fediverse, host: str) -> None:
        self._fediverse = fediverse
        self._host = host
        self._held = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        self._fediverse.conversations += 1

    def data_received(self, data: bytes) -> None:
        data = self._held + data if self._held else data
        while (end := data.find(b"\r\n\r\n")) >= 0:
            head = data[: end + 2].lower()
            size = _length(head, data[end + 4 :])
            if size is None:
                break
            self._answer(data[: data.find(b"\r\n")], head)
            data = data[end + 4 + size :]
        self._held = data

    def _answer(self, line: bytes, head: bytes) -> None:
        if self._host in self._fediverse.hanging:
            return
        method, target, _ = line.split(b" ", 2)
        if method == b"POST":
            self._fediverse.took(self._host, target, head)
            self._say(b"202 Accepted", b"text/plain", b"", head)
            return
        self._fediverse.asked += 1
        path = target.partition(b"?")[0].decode()
        name = path.removeprefix("/users/")
        if name == path or "/" in name:
            self._say(b"404 Not Found", b"text/plain", b"no", head)
        else:
            body = self._fediverse.actor(self._host, name)
            self._say(b"200 OK", b"application/activity+json", body, head)

    def _say(self, status: bytes, kind: bytes, body: bytes, head: bytes) -> None:
        is_last = b"\r\nconnection: close" in head
        self._transport.write(
            b"HTTP/1.1 %b\r\nContent-Type: %b\r\nContent-Length: %d\r\n%b\r\n%b"
            % (status, kind, len(body), b"Connection: close\r\n" if is_last else b"", body)
        )
        if is_last:
            self._transport.close()


def _length(head: bytes, rest: bytes) -> int | None:
    """How many bytes of the rest belong to the body; None while some are missing."""
    at = head.find(b"\r\ncontent-length:")
    if at >= 0:
        size = int(head[at + 17 : head.find(b"\r\n", at + 2)])
        return size if len(rest) >= size else None
    if b"\r\ntransfer-encoding: chunked" in head:
        _, last, after = (b"\r\n" + rest).partition(b"\r\n0\r\n\r\n")
        return len(rest) - len(after) if last else None
    return 0


async def _obey(fediverse: Fediverse) -> None:
    """Do what standard input says, until it ends."""
    reader = asyncio.StreamReader(limit=1 << 22)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        order = orjson.loads(line)
        answer: Any = True
        match order["do"]:
            case "reset":
                fediverse.reset()
            case "counts":
                answer = fediverse.counts()
            case "times":
                answer = sorted(fediverse.arrived.values())
            case "mode":
                both = [{address(one) for one in order[name]} for name in ("hang", "refuse")]
                await fediverse.behave(*both)
            case unknown:
                raise ValueError(unknown)
        _write(answer)


def _write(answer: object) -> None:
    sys.stdout.buffer.write(orjson.dumps(answer) + b"\n")
    sys.stdout.buffer.flush()


async def _run(fediverse: Fediverse, hosts: int) -> None:
    for is_modern in (False, True):
        for host in range(hosts):
            await fediverse.open(address(host, is_modern=is_modern))
    _write("ready")
    await _obey(fediverse)


def main() -> None:
    """Run until standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--hosts", type=int, default=1000)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--key", type=Path, required=True)
    given = parser.parse_args()
    pem = PrivateKey.from_pem(given.key.read_text()).public.pem()
    uvloop.run(_run(Fediverse(given.port, pem), given.hosts))


if __name__ == "__main__":
    main()
