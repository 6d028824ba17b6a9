"""Followers synchronisation at the door (FEP-8fcf): what a peer announces, and what we show it.

Announced is something only by who signed the request, about its own followers, on its own origin,
in a header that the signature covers. If we count otherwise, that is one errand: nothing is
fetched while the sender waits. Shown is to each server which of its own follow one of ours, and
nothing of anybody else's: so the request is signed.
"""

import structlog
from aiohttp import web

from activitypub import iris, synchronisation, wire
from activitypub.canonical_json import encode
from activitypub.errors import Malformed
from activitypub.iris import Iri
from activitypub.signatures.claims import Claim
from activitypub.signatures.claims import claim as read_claim
from activitypub.synchronisation import HEADER, Announced
from actors import places
from actors.documents import collections
from actors.errors import Gone
from actors.mail import errands
from actors.mail.errands import Kind
from actors.places import place
from actors.tables.actor import Actor
from actors.verbs import synchronising
from actors.views import followers
from federation.app_keys import DATABASE, LOOKUP, SITE
from federation.negotiation import activity_response
from federation.peers.authenticating import as_wire, speaker, window
from federation.peers.documents import organisation

_log = structlog.stdlib.get_logger("federation.inbox")


async def compare(request: web.Request, signed: wire.Request, claim: Claim, actor: Actor) -> None:
    """Note that our follows of the sender are to be compared, where it announces other ones."""
    announced = _announced(signed, claim, actor)
    if announced is None:
        return
    site = request.app[SITE]
    async with request.app[DATABASE].begin() as session:
        if await synchronising.differs(session, site, actor, announced):
            await errands.ask(
                session, site, Kind.FOLLOWERS, announced.url, actor, digest=announced.digest
            )
            _log.info("inbox.followers_differ", peer=actor.host, actor=actor.iri)


async def partial(request: web.Request) -> web.Response:
    """GET /actors/{handle}/followers_synchronization: the asking server's own followers.

    Raises:
        NotAuthentic: nobody signed the request.
        Gone: the organisation was deleted.
    """
    site = request.app[SITE]
    signed = as_wire(request, site.origin, b"")
    claim = read_claim(signed)
    asker = await speaker(
        signed, claim, request.app[LOOKUP], now=site.now(), window=window(request)
    )
    async with request.app[DATABASE].read() as session:
        owner = await organisation(session, request)
        if owner.gone_at is not None:
            raise Gone("that organisation was deleted")
        listed = await followers.at_host(session, owner, asker.host)
    iri = place(site.origin, places.FOLLOWERS_SYNCHRONIZATION, handle=owner.handle)
    response = activity_response(
        encode(collections.ordered(iri, total=len(listed), items=list(listed)))
    )
    # It is another list for everybody who asks: no cache may give one's to the other.
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _announced(signed: wire.Request, claim: Claim, actor: Actor) -> Announced | None:
    """What the sender says of its own followers; None where it says nothing that counts."""
    values = signed.headers_named(HEADER)
    if len(values) != 1 or HEADER not in claim.covered or actor.followers is None:
        return None
    try:
        announced = synchronisation.read(values[0])
    except Malformed:
        return None
    own = Iri(actor.iri)
    is_own = announced.collection == actor.followers and iris.same_origin(announced.url, own)
    return announced if is_own else None
