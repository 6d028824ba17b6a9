"""Reading documents from other servers.

A document is believed only as what its own address says: its `id` must be the address it was
read from. Otherwise a file that somebody uploaded to a server would speak for that server's actors,
or one host for another. So (as in Mastodon's `FetchResourceService` and `JsonLdHelper`):

* the answer is ActivityStreams by its content type, because uploads come as something else;
* when the `id` is another address of the same origin, it is read once more from there, and must
  then agree (a page's address, or a key served under the document of its owner);
* when the `id` is on another origin, the document is refused.

Requests are signed by the instance's own actor, since many servers answer nobody else, and since an
instance actor can be looked up without a signature in turn.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final, Protocol

from activitypub import canonical_json, iris, mediatypes, wire
from activitypub.canonical_json import Document
from activitypub.iris import Iri
from activitypub.jsonld import reading_alike
from federation.errors import Unsafe
from federation.transport.client import Client, refused
from federation.transport.redirects import land
from federation.transport.signing import UNREAD_STATUSES, Knocking, Signing, Way

ACCEPT: Final = 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document, read where it says it lives.

    Attributes:
        document: parsed within limits, and meaning the same to every JSON-LD processor.
        iri: its `id`; it may differ from the address that was asked for, after redirects.
    """

    document: Document
    iri: Iri


class Signatories(Protocol):
    """Who signs what we read, and how each host wants it."""

    async def for_host(self, host: str) -> Signing | None:
        """How to sign to a host; None while there is no key yet, and then nobody signs."""

    async def learned(self, host: str, way: Way) -> None:
        """The host took a request that was signed so, after it had refused another way."""


class Fetcher:
    """Reads documents in the name of one actor.

    Args:
        client: opens the connections.
        signatories: who signs.
        now: the time, aware and in UTC.
    """

    def __init__(
        self, client: Client, signatories: Signatories, now: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._signatories = signatories
        self._now = now

    async def document(self, iri: Iri, *, purpose: str) -> Fetched:
        """Read the document at `iri`; a fragment in it is left out.

        Raises:
            Refused: the server said no; 404 and 410 are in its `status`.
            Unreachable: no answer, or one that means "later"; `retry_after` may say when.
            Unsafe: the guard, the content type, or the `id` forbid to believe it.
            ProtocolError: it is not a document we can read.
        """
        document, where = await self._read(iri, purpose)
        stated = iris.parse(document.get("id"))
        if iris.without_fragment(stated) == where:
            return Fetched(document, stated)
        if not iris.same_origin(stated, where):
            elsewhere = Unsafe("the document says that it lives elsewhere", code="id-mismatch")
            raise refused(elsewhere, url=where, purpose=purpose)
        document, where = await self._read(stated, purpose)
        if iris.parse(document.get("id")) != stated or iris.without_fragment(stated) != where:
            absent = Unsafe("the document does not live where it says", code="id-mismatch")
            raise refused(absent, url=where, purpose=purpose)
        return Fetched(document, stated)

    async def _read(self, iri: Iri, purpose: str) -> tuple[Document, Iri]:
        async def call(request: wire.Request) -> wire.Response:
            return await self._call(request, purpose)

        landed = await land(self._client, iri, accept=ACCEPT, purpose=purpose, call=call)
        if not mediatypes.is_activity(landed.response.header("content-type") or ""):
            other = Unsafe("the answer is not an ActivityStreams document", code="content-type")
            raise refused(other, url=landed.iri, purpose=purpose)
        document = canonical_json.parse(landed.response.body)
        check = reading_alike.check_key if purpose == "key" else reading_alike.check
        check(document)
        return document, landed.iri

    async def _call(self, request: wire.Request, purpose: str) -> wire.Response:
        """Ask, in one way after the other until the signature is read."""
        host = iris.host(request.url)
        signing = await self._signatories.for_host(host)
        if signing is None:
            return await self._client.request("GET", request.url, request.headers, purpose=purpose)
        knocking = Knocking(request, signing, self._now)
        first = response = await self._knock(knocking, purpose)
        while knocking.goes_on(response):
            response = await self._knock(knocking, purpose)
        if response.status in UNREAD_STATUSES:
            return first
        if response.status == HTTPStatus.OK and knocking.is_news:
            await self._signatories.learned(host, knocking.way)
        return response

    async def _knock(self, knocking: Knocking, purpose: str) -> wire.Response:
        request = knocking.request()
        return await self._client.request("GET", request.url, request.headers, purpose=purpose)
