"""Bare callers: how fast one process can deliver, storing nothing and waiting for nobody's rules.

`aiohttp`: its client with a hundred requests under way, each signed on the loop. `raw`: the same
over bare protocols: what a leaner client would bring. Each delivers one Create of 1.7 kB to each
host of the stub, once.

It takes orders like the stub: `{"do": "aiohttp", "hosts": 1000, "sign": "rsa"}`, where `sign` is
`rsa`, `ed25519` or `none`, and answers with the seconds that it took, and its CPU time.

    python -m bench.callers --port 7070
"""

import argparse
import asyncio
import base64
import functools
import hashlib
import sys
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Final, cast

import aiohttp
import orjson
import uvloop
from bench.letters import Receiver, create
from bench.stub import address
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

AT_ONCE: Final = 100
"""Requests under way: enough that none waits for an answer of a neighbour on loopback."""

_SENDER: Final = "http://127.0.0.1/users/alice"
_RECEIVER: Final = Receiver("http://127.10.0.1/users/a", "", "a@127.10.0.1")
_BODY: Final = orjson.dumps(create(_SENDER, _RECEIVER))
_DIGEST: Final = base64.b64encode(hashlib.sha256(_BODY).digest()).decode()

Sign = Callable[[bytes], bytes]


def _signers() -> dict[str, Sign]:
    by_rsa = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    by_curve = ed25519.Ed25519PrivateKey.generate()
    return {
        "rsa": lambda text: by_rsa.sign(text, padding.PKCS1v15(), hashes.SHA256()),
        "ed25519": by_curve.sign,
        "none": lambda _: b"",
    }


def _headers(host: str, sign: Sign) -> dict[str, str]:
    date = formatdate(usegmt=True)
    text = f"(request-target): post /inbox\nhost: {host}\ndate: {date}\ndigest: SHA-256={_DIGEST}"
    signature = base64.b64encode(sign(text.encode())).decode()
    return {
        "Host": host,
        "Date": date,
        "Digest": f"SHA-256={_DIGEST}",
        "Content-Type": "application/activity+json",
        "Signature": f'keyId="{_SENDER}#main-key",algorithm="rsa-sha256",'
        f'headers="(request-target) host date digest",signature="{signature}"',
    }


async def _by_aiohttp(hosts: list[str], sign: Sign) -> None:
    left = iter(hosts)
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=AT_ONCE, limit_per_host=0)
    ) as session:

        async def deliver() -> None:
            for host in left:
                async with session.post(
                    f"http://{host}/inbox", data=_BODY, headers=_headers(host, sign)
                ) as answer:
                    await answer.read()
                    assert answer.status == 202, answer.status

        await asyncio.gather(*(deliver() for _ in range(AT_ONCE)))


class _Call(asyncio.Protocol):
    """One request, one answer."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self.status = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast(asyncio.Transport, transport).write(self._request)

    def data_received(self, data: bytes) -> None:
        if not self.status.done():
            self.status.set_result(int(data[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.status.done():
            self.status.set_exception(exc or ConnectionError("closed without an answer"))


async def _by_hand(hosts: list[str], sign: Sign) -> None:
    left = iter(hosts)
    loop = asyncio.get_running_loop()

    async def deliver() -> None:
        for host in left:
            lines = [f"{name}: {value}" for name, value in _headers(host, sign).items()]
            head = ["POST /inbox HTTP/1.1", *lines, f"Content-Length: {len(_BODY)}", "", ""]
            request = "\r\n".join(head).encode() + _BODY
            name, _, port = host.rpartition(":")
            dial = functools.partial(_Call, request)
            transport, call = await loop.create_connection(dial, name, int(port))
            assert await call.status == 202
            transport.close()

    await asyncio.gather(*(deliver() for _ in range(AT_ONCE)))


async def _deliver(kind: str, hosts: list[str], sign: Sign) -> None:
    await (_by_aiohttp if kind == "aiohttp" else _by_hand)(hosts, sign)


def main() -> None:
    """Do what standard input says, until it ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    signers = _signers()
    _write("ready")
    for line in sys.stdin.buffer:
        order = orjson.loads(line)
        hosts = [f"{address(one)}:{port}" for one in range(order["hosts"])]
        began, used = time.perf_counter(), time.process_time()
        uvloop.run(_deliver(order["do"], hosts, signers[order["sign"]]))
        seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - used
        _write({"seconds": seconds, "cpu_seconds": cpu_seconds})


def _write(answer: object) -> None:
    sys.stdout.buffer.write(orjson.dumps(answer) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
