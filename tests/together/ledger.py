"""A peer that keeps a ledger: what it was answered, and what it was told, byte for byte.

Its actors are as honest as can be; they send again what got no answer, under the same id.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import orjson
from aiohttp import web
from together.street import key_pems
from yarl import URL

from activitypub import wire
from activitypub.iris import Iri
from activitypub.mediatypes import ACTIVITY_JSON
from activitypub.signatures.keys import PrivateKey
from activitypub.signatures.signing import sign
from federation.application import utc_now

AS2 = "https://www.w3.org/ns/activitystreams"

Document = dict[str, Any]


class Ledger:
    """Two actors, mallory and nils, and everything that passed between them and an instance.

    Attributes:
        answered: activities of theirs that were answered 2xx, by id.
        told: activity id → the digests of the bodies under which it came, for each actor's inbox.
        order: activity ids in the order of their first arrival, for each actor's inbox.
        holds: whether it takes what is delivered and answers nothing.
        held: how many deliveries were left without an answer.
    """

    def __init__(self) -> None:
        self.key = PrivateKey.from_pem(key_pems(0).rsa)
        self.answered: dict[str, Document] = {}
        self.told: dict[tuple[str, str], list[str]] = {}
        self.order: dict[str, list[Document]] = {}
        self.origin = ""
        self.holds = False
        self._released = asyncio.Event()
        self.held = 0
        self._session: aiohttp.ClientSession | None = None

    def iri(self, name: str) -> Iri:
        return Iri(f"{self.origin}/users/{name}")

    def activity(
        self, name: str, number: int | str, kind: str, subject: Any, **more: Any
    ) -> Document:
        return {
            "@context": AS2,
            "id": f"{self.origin}/activities/{number}",
            "type": kind,
            "actor": self.iri(name),
            "object": subject,
        } | more

    async def send(self, inbox: str, activity: Document) -> int | None:
        """Sign and send; the status, or None when there was no answer."""
        assert self._session is not None
        body = orjson.dumps(activity)
        unsigned = wire.Request("POST", Iri(inbox), (("content-type", ACTIVITY_JSON),), body)
        key_id = Iri(f"{activity['actor']}#main-key")
        request = sign(unsigned, key_id=key_id, key=self.key, now=utc_now())
        try:
            async with self._session.post(
                URL(request.url, encoded=True),
                data=body,
                headers=list(request.headers),
                skip_auto_headers=("Content-Type",),
            ) as answer:
                await answer.read()
        except (aiohttp.ClientError, OSError):
            return None
        if 200 <= answer.status < 300:
            self.answered[activity["id"]] = activity
        return answer.status

    def release(self) -> None:
        """Answer again, and send away whoever still waits."""
        self.holds = False
        self._released.set()

    async def answer(self, request: web.Request) -> web.Response:
        name = request.path.split("/")[2]
        if request.method == "POST":
            body = await request.read()
            if self.holds:
                self.held += 1
                await self._released.wait()
                return web.Response(status=503)
            activity = orjson.loads(body)
            seen = self.told.setdefault((name, activity["id"]), [])
            if not seen:
                self.order.setdefault(name, []).append(activity)
            seen.append(hashlib.sha256(body).hexdigest())
            return web.Response(status=202)
        iri = self.iri(name)
        key = {"id": f"{iri}#main-key", "owner": iri, "publicKeyPem": self.key.public.pem()}
        actor = {
            "@context": [AS2, "https://w3id.org/security/v1"],
            "id": iri,
            "type": "Person",
            "preferredUsername": name,
            "inbox": f"{iri}/inbox",
            "outbox": f"{iri}/outbox",
            "publicKey": key,
        }
        return web.Response(body=orjson.dumps(actor), content_type=ACTIVITY_JSON)


@asynccontextmanager
async def kept() -> AsyncIterator[Ledger]:
    """A ledger whose owner answers at a port of 127.0.0.1."""
    ledger = Ledger()
    application = web.Application()
    application.router.add_route("*", "/users/{path:.*}", ledger.answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    ledger.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    # A new connection each time: whichever of several processes may take it.
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector) as ledger._session:
        try:
            yield ledger
        finally:
            ledger.release()
            await runner.cleanup()
