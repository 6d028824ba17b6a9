"""Real servers on loopback, and settings under which exactly those may be called."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from activitypub import iris, wire
from activitypub.iris import Iri
from activitypub.signatures.keys import PrivateKey
from federation.settings import Federation, Instance, PrivateDestination, Settings
from federation.transport.client import Client
from federation.transport.signing import Signatory, Signing, Way

HOME = iris.parse("http://home.localhost:7999")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)

Opened = Callable[..., Awaitable[Client]]
Answer = Callable[[wire.Request], web.StreamResponse | Awaitable[web.StreamResponse]]


@dataclass
class Peer:
    """Another server: what it answers by path, and what it was asked."""

    origin: Iri
    port: int
    answers: dict[str, Answer] = field(default_factory=dict)
    requests: list[wire.Request] = field(default_factory=list)

    def url(self, path: str) -> Iri:
        return iris.parse(self.origin + path)

    def says(
        self, path: str, *, status: int = 200, body: str | bytes = b"", **headers: str
    ) -> None:
        """Always answer so; `content_type="a/b"` becomes the header Content-Type."""
        named = {name.replace("_", "-").title(): value for name, value in headers.items()}
        content = body.encode() if isinstance(body, str) else body
        self.answers[path] = lambda _: web.Response(status=status, body=content, headers=named)


@asynccontextmanager
async def serving(name: str = "peer.localhost", **options: Any) -> AsyncIterator[Peer]:
    """A server at 127.0.0.1 that calls itself `name`; TLS with the option `ssl_context`."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        heard = wire.Request(
            method=request.method,
            url=iris.parse(peer.origin + request.raw_path),
            headers=tuple((key.lower(), value) for key, value in request.headers.items()),
            body=await request.read(),
        )
        peer.requests.append(heard)
        found = peer.answers.get(request.raw_path)
        if found is None:
            return web.Response(status=404)
        answered = found(heard)
        return await answered if isinstance(answered, Awaitable) else answered

    runner = web.ServerRunner(web.Server(answer), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, **options)
    await site.start()
    port: int = runner.addresses[0][1]
    scheme = "https" if options.get("ssl_context") else "http"
    peer = Peer(iris.parse(f"{scheme}://{name}:{port}"), port)
    try:
        yield peer
    finally:
        await runner.cleanup()


def settings_for(*ports: int, **federation: Any) -> Settings:
    """Settings under which 127.0.0.1 may be called at these ports only."""
    allowed = tuple(PrivateDestination.parse(f"127.0.0.1:{port}") for port in ports)
    return Settings(
        directory=Path("/nowhere"),
        instance=Instance(origin=HOME, listen="127.0.0.1:7999"),
        federation=replace(Federation(private_destinations=allowed), **federation),
    )


class Signs:
    """Signs what is read, for every host alike; what was learnt of hosts stands in `learnt`."""

    def __init__(self, signing: Signing | None) -> None:
        self.signing = signing
        self.learnt: list[tuple[str, Way]] = []

    async def for_host(self, _: str) -> Signing | None:
        """How everybody is signed to."""
        return self.signing

    async def learned(self, host: str, way: Way) -> None:
        """Remember it for the test."""
        self.learnt.append((host, way))


def new_signatory(actor: str = f"{HOME}/actor") -> Signatory:
    """Somebody with a fresh key, `<actor>#main-key`."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return Signatory(iris.parse(f"{actor}#main-key"), PrivateKey.from_pem(pem))
