"""Readers: who asks for a document, where that matters.

Two things depend on it. A remark that is not for everybody is shown to those it is meant for, and
does not exist for others. And where the operator wants it (`documents.readers = "signed"`), no
document of ours is shown without a valid signature, nor to a host that is blocked; then an actor's
address shows to everybody else the keys alone, because nobody could check our signatures otherwise.

The instance's own actor, WebFinger and NodeInfo never ask: a peer that wants to know who asks it
must be able to find out without being asked in turn (GoToSocial's handshake would dead-lock).

What was shown to one reader is kept by no cache.
"""

from typing import Final

from aiohttp import web

from activitypub.errors import NotAuthentic, NotAuthoritative
from activitypub.signatures.claims import claim as read_claim
from actors.mail import hosts
from actors.tables.actor import Actor
from federation.app_keys import DATABASE, LOOKUP, SETTINGS, SITE
from federation.negotiation import Handler
from federation.peers.authenticating import as_wire, speaker, window
from federation.settings import SIGNED

VARY: Final = "Accept, Signature, Signature-Input"
"""What an answer depends on that is not for everybody."""


def for_readers(document: Handler, *, otherwise: Handler | None = None) -> Handler:
    """A handler that asks for a signature where the operator wants that.

    Args:
        document: answers whoever may read.
        otherwise: answers who has not signed; without it that is refused.
    """

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.app[SETTINGS].documents.readers != SIGNED:
            return await document(request)
        if await signer(request) is not None:
            return kept_by_nobody(await document(request))
        if otherwise is not None:
            return kept_by_nobody(await otherwise(request))
        raise NotAuthentic("this server shows documents to those who sign", code="no-signature")

    return answer


async def signer(request: web.Request) -> Actor | None:
    """Who signed this request; None if nobody did.

    Raises:
        NotAuthentic: the signature does not hold.
        NotAuthoritative: it does, but that actor was deleted, or its host is blocked here.
        Unreachable: the key cannot be read at present.
    """
    if not {"Signature", "Signature-Input"} & request.headers.keys():
        return None
    site = request.app[SITE]
    signed = as_wire(request, site.origin, b"")
    claim = read_claim(signed)
    actor = await speaker(
        signed, claim, request.app[LOOKUP], now=site.now(), window=window(request)
    )
    if actor.gone_at is not None:
        raise NotAuthoritative("that actor was deleted", code="tombstone")
    async with request.app[DATABASE].read() as session:
        if await hosts.is_blocked(session, actor.host):
            raise NotAuthoritative("this server does not speak with that host", code="blocked")
    return actor


def kept_by_nobody(response: web.StreamResponse) -> web.StreamResponse:
    """The same answer, for this one reader."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Vary"] = VARY
    return response
