"""Bare servers: how fast the parts are that Essaim is made of, with nothing around them.

`bytes`: a protocol that writes the same answer to everything: the limit of the driver itself.
`answer`: aiohttp on uvloop, a route with a parameter, ready bytes.
`inbox`: aiohttp on uvloop; a POST is parsed, its digest, date and RSA signature are checked with a
key in memory, and it is stored in SQLite (WAL, `synchronous=FULL`); everything that waits shares
one commit, and is answered after it. Who sent it, what it means and what follows: nothing of that.

    python -m bench.bare inbox 8000 store.db key.pem
"""

import asyncio
import base64
import hashlib
import queue
import re
import sqlite3
import sys
import threading
from contextlib import closing
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final, cast

import orjson
import uvloop
from aiohttp import web
from bench.letters import utc_now
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

_DOCUMENT: Final = orjson.dumps({"id": "http://127.0.0.1/users/alice", "is": "x" * 1500})
_KIND: Final = "application/activity+json"
_PARAMETER: Final = re.compile(r'(\w+)="([^"]*)"')
_OLDEST: Final = 3900
"""Seconds that a signature may be old."""

_SHARED: Final = 256
"""Activities that share one commit, at most."""

Row = tuple[str, str, str, bytes]


class _Writer:
    """The one writer of a database: takes all that waits, commits once, tells everybody."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._waiting: queue.SimpleQueue[tuple[Row, asyncio.Future[None]]] = queue.SimpleQueue()

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Write from now on, in a thread."""
        self._loop = loop
        threading.Thread(target=self._write, daemon=True).start()

    async def store(self, row: Row) -> None:
        """Return when the row is on the disk."""
        stored = self._loop.create_future()
        self._waiting.put((row, stored))
        await stored

    def _write(self) -> None:
        with closing(sqlite3.connect(self._file, isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=FULL")
            database.execute(
                "CREATE TABLE received (id TEXT PRIMARY KEY, actor TEXT, type TEXT, document BLOB)"
            )
            while True:
                together = self._some()
                database.execute("BEGIN IMMEDIATE")
                database.executemany(
                    "INSERT OR IGNORE INTO received VALUES (?, ?, ?, ?)",
                    [row for row, _ in together],
                )
                database.execute("COMMIT")
                self._loop.call_soon_threadsafe(_tell, [stored for _, stored in together])

    def _some(self) -> list[tuple[Row, asyncio.Future[None]]]:
        together = [self._waiting.get()]
        while len(together) < _SHARED and not self._waiting.empty():
            together.append(self._waiting.get())
        return together


def _tell(stored: list[asyncio.Future[None]]) -> None:
    for one in stored:
        if not one.done():
            one.set_result(None)


async def _answer(_: web.Request) -> web.Response:
    return web.Response(body=_DOCUMENT, content_type=_KIND)


def _inbox(file: Path, key: rsa.RSAPublicKey) -> web.Application:
    keys: dict[str, rsa.RSAPublicKey] = {}
    application = web.Application()

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        claim = dict(_PARAMETER.findall(request.headers["Signature"]))
        known = keys.setdefault(claim["keyId"], key)
        if not _is_signed(request, body, claim, known):
            return web.Response(status=401)
        document = orjson.loads(body)
        if claim["keyId"].partition("#")[0] != document["actor"]:
            return web.Response(status=403)
        await writer.store((document["id"], document["actor"], document["type"], body))
        return web.Response(status=202)

    async def begin(_: web.Application) -> None:
        writer.start(asyncio.get_running_loop())

    writer = _Writer(file)
    application.on_startup.append(begin)
    application.router.add_post("/users/{name}/inbox", take)
    return application


def _is_signed(
    request: web.Request, body: bytes, claim: dict[str, str], key: rsa.RSAPublicKey
) -> bool:
    headers = request.headers
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    age = (utc_now() - parsedate_to_datetime(headers["Date"])).total_seconds()
    if headers["Digest"] != f"SHA-256={digest}" or age > _OLDEST:
        return False
    target = f"(request-target): post {request.path_qs}"
    text = "\n".join(
        target if name == "(request-target)" else f"{name}: {headers[name]}"
        for name in claim["headers"].split()
    )
    signature = base64.b64decode(claim["signature"])
    try:
        key.verify(signature, text.encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


class _Bytes(asyncio.Protocol):
    """Says the same to everything."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name

    def data_received(self, _: bytes) -> None:
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b"
            % (_KIND.encode(), len(_DOCUMENT), _DOCUMENT)
        )


async def _serve_bytes(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(_Bytes, "127.0.0.1", port)
    await server.serve_forever()


def _serve(application: web.Application, port: int) -> None:
    uvloop.install()
    web.run_app(application, host="127.0.0.1", port=port, access_log=None, print=None)


def main() -> None:
    """Serve until the process is told to end."""
    kind, port, *rest = sys.argv[1:]
    match kind:
        case "bytes":
            uvloop.run(_serve_bytes(int(port)))
        case "answer":
            application = web.Application()
            application.router.add_get("/users/{name}", _answer)
            _serve(application, int(port))
        case "inbox":
            key = load_pem_private_key(Path(rest[1]).read_bytes(), None)
            assert isinstance(key, rsa.RSAPrivateKey)
            _serve(_inbox(Path(rest[0]), key.public_key()), int(port))
        case unknown:
            raise ValueError(unknown)


if __name__ == "__main__":
    main()
