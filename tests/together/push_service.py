"""A push service on the street, and the apps that it wakes.

It does what RFC 8030 says and no more; the apps unlock by RFC 8291 and by its draft of 2016,
written here from those texts, and the service checks who sends by RFC 8292, with another library
than ours.
"""

import asyncio
import base64
import json
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jws
from joserfc.jwk import ECKey
from together.street import Street


@dataclass
class Message:
    """What came for an app: its headers, and its body as it was locked."""

    headers: dict[str, str]
    body: bytes


@dataclass
class PushService:
    """It takes messages for every address, or answers what a test wants.

    Attributes:
        origin: where it is.
        came: path → messages.
        status: what it answers.
        more: headers of its answer.
        hold: while set, it takes the message and does not answer.
    """

    origin: str
    came: dict[str, list[Message]] = field(default_factory=dict)
    status: int = 201
    more: dict[str, str] = field(default_factory=dict)
    hold: set[str] = field(default_factory=set)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.came.setdefault(request.path, []).append(Message(headers, await request.read()))
        if request.path in self.hold:
            await self.over.wait()
        return web.Response(status=self.status, headers=self.more)


@dataclass
class ClosedApp:
    """An app that has given a server its keys and waits to be woken."""

    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    auth: bytes = b"0123456789abcdef"

    @property
    def point(self) -> bytes:
        return _point(self.key.public_key())

    def arguments(self, endpoint: str, *, is_standard: bool, **alerts: bool) -> dict[str, Any]:
        """What it sends to its server."""
        keys = {"p256dh": text(self.point), "auth": text(self.auth)}
        return {
            "subscription": {"endpoint": endpoint, "keys": keys, "standard": is_standard},
            "data": {"alerts": alerts},
        }

    def reads(self, message: Message) -> dict[str, Any]:
        """What it is told."""
        if message.headers["content-encoding"] == "aes128gcm":
            found = self._by_the_standard(message.body)
        else:
            found = self._by_the_draft(message)
        read: dict[str, Any] = json.loads(found)
        return read

    def _by_the_standard(self, body: bytes) -> bytes:
        salt, length = body[:16], body[20]
        theirs, locked = body[21 : 21 + length], body[21 + length :]
        info = b"WebPush: info\0" + self.point + theirs
        first = _hkdf(self.auth, self._shared(theirs), info, 32)
        key = _hkdf(salt, first, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _hkdf(salt, first, b"Content-Encoding: nonce\0", 12)
        opened = AESGCM(key).decrypt(nonce, locked, None)
        return opened.rstrip(b"\0").removesuffix(b"\x02")

    def _by_the_draft(self, message: Message) -> bytes:
        salt = raw(_named(message.headers["encryption"])["salt"])
        theirs = raw(_named(message.headers["crypto-key"])["dh"])
        first = _hkdf(self.auth, self._shared(theirs), b"Content-Encoding: auth\0", 32)
        sides = b"".join(len(one).to_bytes(2, "big") + one for one in (self.point, theirs))
        context = b"P-256\0" + sides
        key = _hkdf(salt, first, b"Content-Encoding: aesgcm\0" + context, 16)
        nonce = _hkdf(salt, first, b"Content-Encoding: nonce\0" + context, 12)
        opened = AESGCM(key).decrypt(nonce, message.body, None)
        return opened[2 + int.from_bytes(opened[:2], "big") :]

    def _shared(self, theirs: bytes) -> bytes:
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        return self.key.exchange(ec.ECDH(), point)


def sender(message: Message) -> tuple[str, dict[str, Any]]:
    """The key that signed a message, in base64, and what was signed."""
    scheme, _, rest = message.headers["authorization"].partition(" ")
    if scheme == "vapid":
        said = _named(rest)
        token, key = said["t"], said["k"]
    else:
        assert scheme == "WebPush"
        token, key = rest, _named(message.headers["crypto-key"])["p256ecdsa"]
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(key))
    pem = public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    signed = jws.deserialize_compact(token, ECKey.import_key(pem), algorithms=["ES256"])
    claims: dict[str, Any] = json.loads(signed.payload)
    return key, claims


def text(found: bytes) -> str:
    return base64.urlsafe_b64encode(found).rstrip(b"=").decode()


def raw(found: str) -> bytes:
    return base64.urlsafe_b64decode(found + "=" * (-len(found) % 4))


def _named(header: str) -> dict[str, str]:
    pairs = (one.strip().partition("=") for one in header.replace(";", ",").split(","))
    return {name: value.strip('"') for name, _, value in pairs}


def _hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


@asynccontextmanager
async def opened(street: Street, host: str = "push.test") -> AsyncIterator[PushService]:
    """A push service behind a door of the street."""
    async with served(
        PushService(f"https://{host}"), street.door(host), street.certificate(host)
    ) as service:
        yield service


@asynccontextmanager
async def served(
    service: PushService, port: int, papers: ssl.SSLContext | None
) -> AsyncIterator[PushService]:
    """A push service at a port of 127.0.0.1, with a certificate or, in a laboratory, without."""
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", service.answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.bind(("127.0.0.1", port))
    await web.SockSite(runner, door, ssl_context=papers).start()
    try:
        yield service
    finally:
        service.over.set()
        await runner.cleanup()
