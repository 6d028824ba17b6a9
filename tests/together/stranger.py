"""A stranger: a server on the street that says whatever a test wants it to say.

It shows documents, signs what it sends as anybody would, or bends it afterwards; it keeps what
others ask of it and tell it. Its protocol code is that of `activitypub`, so an honest stranger is
understood.
"""

import asyncio
import io
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import aiohttp
import orjson
from aiohttp import web
from together.street import House, Street
from yarl import URL

from activitypub import wire
from activitypub.iris import Iri
from activitypub.mediatypes import ACTIVITY_JSON
from activitypub.signatures.claims import Scheme
from activitypub.signatures.keys import PrivateKey
from activitypub.signatures.signing import sign

WEBFINGER = "/.well-known/webfinger"

Document = dict[str, Any]
"""JSON as tests bend it."""

AS2 = "https://www.w3.org/ns/activitystreams"
SECURITY = "https://w3id.org/security/v1"

Bend = Callable[[wire.Request], wire.Request]
"""Changes a signed request before it is sent."""


class Stranger:
    """One server with one actor, `mallory`.

    Attributes:
        documents: path → status and document; changed by tests.
        asked: every path that was asked for, in order.
        told: every activity that came to its inbox.
        answers: what its inbox answers; 202 unless a test says otherwise.
        heard: set whenever something comes to its inbox.
        signatures: of everything that came to its inbox.
        requests: everything that was asked of it, as it came in.
        hold: while set, its inbox does not answer.
        reads: the ways to sign that its inbox understands; it answers 401 to the others.
        judge: says what a request of ours is answered, in place of `reads` and `answers`.
        before: done before a request is answered.
        challenge: what its 401 asks for.
        redirects: path → another address, for whoever asks and whatever is sent there.
        clock_ahead: of ours, by the `Date` of its 401; the machine's own clock without.
        knocks: how everything was signed that came to its inbox, understood or not.
    """

    def __init__(self, street: Street, host: str) -> None:
        self.street = street
        self.host = host
        self.port = street.door(host)
        self.origin = f"https://{host}"
        self.iri = Iri(f"{self.origin}/users/mallory")
        self.key_id = Iri(f"{self.iri}#main-key")
        self.key = PrivateKey.from_pem(street.next_keys().rsa)
        self.documents: dict[str, tuple[int, Document]] = {}
        self.asked: list[str] = []
        self.told: list[Document] = []
        self.answers = 202
        self.heard = asyncio.Event()
        self.signatures: list[str] = []
        self.requests: list[wire.Request] = []
        self.hold = asyncio.Event()
        self.reads = frozenset(Scheme)
        self.knocks: list[Scheme] = []
        self.judge: Callable[[wire.Request], int] | None = None
        self.challenge = ""
        self.before: Callable[[wire.Request], Awaitable[None]] | None = None
        self.redirects: dict[str, str] = {}
        self.clock_ahead: timedelta | None = None
        self.moves_out = asyncio.Event()
        self.documents["/users/mallory"] = (200, self.actor())
        self._numbers = iter(range(1, 1_000_000))

    def actor(self, **changes: Any) -> Document:
        """Its actor's document, with changes."""
        return {
            "@context": [AS2, SECURITY],
            "id": self.iri,
            "type": "Person",
            "preferredUsername": "mallory",
            "inbox": f"{self.iri}/inbox",
            "outbox": f"{self.iri}/outbox",
            "followers": f"{self.iri}/followers",
            "publicKey": {
                "id": self.key_id,
                "owner": self.iri,
                "publicKeyPem": self.key.public.pem(),
            },
        } | changes

    def activity(self, kind: str, subject: Any, **changes: Any) -> Document:
        """Something that mallory does, under a fresh id."""
        return {
            "@context": AS2,
            "id": f"{self.origin}/activities/{next(self._numbers)}",
            "type": kind,
            "actor": self.iri,
            "object": subject,
        } | changes

    def note(self, path: str = "/notes/1", **changes: Any) -> Document:
        """A public note of mallory's, shown at that path."""
        document: Document = {
            "@context": AS2,
            "id": self.origin + path,
            "type": "Note",
            "attributedTo": self.iri,
            "content": "<p>Bonjour</p>",
            "published": "2026-03-02T08:00:00Z",
            "to": [f"{AS2}#Public"],
        } | changes
        self.documents[path] = (200, document)
        return document

    async def send(
        self,
        house: House,
        activity: Document | bytes,
        *,
        path: str = "/inbox",
        bend: Bend = lambda request: request,
        key: PrivateKey | None = None,
        key_id: Iri | None = None,
        late: float = 0,
        content_type: str = ACTIVITY_JSON,
        is_announced: bool = True,
        scheme: Scheme = Scheme.CAVAGE,
        more: tuple[tuple[str, str], ...] = (),
    ) -> aiohttp.ClientResponse:
        """Sign and send an activity.

        Args:
            house: to whom.
            activity: what; bytes are sent as they are.
            path: of the inbox.
            bend: changes the request after it was signed.
            key: signs, instead of mallory's.
            key_id: is named in the signature, instead of mallory's.
            late: minutes by which the signature is older than now.
            content_type: what the body is said to be; covered by the signature.
            is_announced: say how long the body is before sending it.
            scheme: how it is signed.
            more: further headers; signed where we would sign them.
        """
        body = activity if isinstance(activity, bytes) else orjson.dumps(activity)
        unsigned = wire.Request(
            "POST", Iri(house.url(path)), (("content-type", content_type), *more), body
        )
        clock = self.street.clock
        clock.turn(minutes=-late)
        request = sign(
            unsigned,
            key_id=key_id or self.key_id,
            key=key or self.key,
            now=clock(),
            scheme=scheme,
        )
        clock.turn(minutes=late)
        request = bend(request)
        async with self.street.session.post(
            URL(request.url, encoded=True),
            data=io.BytesIO(request.body) if is_announced else _in_chunks(request.body),
            headers=list(request.headers),
            skip_auto_headers=("Content-Type", "User-Agent", "Accept"),
        ) as response:
            await response.read()
            return response

    async def answer(self, request: web.Request) -> web.Response:
        """Show a document, or take mail."""
        headers = tuple((name.lower(), value) for name, value in request.headers.items())
        url = Iri(self.origin + request.raw_path)
        self.requests.append(wire.Request(request.method, url, headers, await request.read()))
        if self.before is not None:
            await self.before(self.requests[-1])
        verdict = None if self.judge is None else self.judge(self.requests[-1])
        if request.method == "POST":
            by_rfc9421 = "Signature-Input" in request.headers
            self.knocks.append(Scheme.RFC9421 if by_rfc9421 else Scheme.CAVAGE)
            if self.knocks[-1] not in self.reads or (verdict or 0) >= 400:
                return self._unread()
            if request.path in self.redirects:
                return web.Response(status=307, headers={"Location": self.redirects[request.path]})
            self.told.append(orjson.loads(await request.read()))
            self.signatures.append(request.headers["Signature"])
            self.heard.set()
            if self.hold.is_set():
                await self.moves_out.wait()
            return web.Response(status=verdict or self.answers)
        if (verdict or 0) >= 400:
            return self._unread()
        if request.path in self.redirects:
            return web.Response(status=307, headers={"Location": self.redirects[request.path]})
        self.asked.append(request.path)
        status, document = self.documents.get(request.path, (404, {}))
        kind = "application/jrd+json" if request.path == WEBFINGER else ACTIVITY_JSON
        return web.Response(status=status, body=orjson.dumps(document), content_type=kind)

    def _unread(self) -> web.Response:
        headers = {"Accept-Signature": self.challenge} if self.challenge else {}
        if self.clock_ahead is not None:
            headers["Date"] = format_datetime(self.street.clock() + self.clock_ahead, usegmt=True)
        return web.Response(status=401, headers=headers)


@asynccontextmanager
async def moved_in(street: Street, host: str = "evil.test") -> AsyncIterator[Stranger]:
    """A stranger behind a door of the street."""
    stranger = Stranger(street, host)
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", stranger.answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.bind(("127.0.0.1", stranger.port))
    await web.SockSite(runner, door, ssl_context=street.certificate(host)).start()
    try:
        yield stranger
    finally:
        stranger.moves_out.set()
        await runner.cleanup()


async def _in_chunks(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 65_536):
        yield body[start : start + 65_536]


def without(*names: str) -> Bend:
    """Leave headers out."""
    return lambda request: wire.Request(
        request.method,
        request.url,
        tuple(one for one in request.headers if one[0] not in names),
        request.body,
    )


def with_header(name: str, value: str) -> Bend:
    """Replace a header."""
    return lambda request: wire.Request(
        request.method,
        request.url,
        (*(one for one in request.headers if one[0] != name), (name, value)),
        request.body,
    )


def with_body(body: bytes) -> Bend:
    """Replace the body."""
    return lambda request: wire.Request(request.method, request.url, request.headers, body)
