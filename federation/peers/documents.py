"""Documents: one thing as the world sees it, under its own address.

What is served is what was stored when the thing last changed, proof included, byte for byte: a peer
that verified it yesterday reads the same today. A deleted thing answers 410 with its Tombstone, for
ever.

What is public is given again from memory until it changes (`ready`).

Who may read is asked before (`readers`), except for a remark that is not for everybody: it exists
for those whom it is meant for, if they sign.
"""

from datetime import datetime
from typing import Final

from aiohttp import web

from activitypub import canonical_json
from activitypub.canonical_json import Document, encode
from activitypub.jsonld.loader import AS2
from actors import places
from actors.database import Session
from actors.documents.activities import tombstone
from actors.errors import NotFound
from actors.places import place
from actors.rules.proposals import State
from actors.site import id_in
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.views import history, mail, profiles, proposals, quotes, timelines
from federation.app_keys import DATABASE, SITE
from federation.negotiation import activity_response
from federation.peers import readers

STUB: Final = (
    "@context",
    "id",
    "type",
    "preferredUsername",
    "inbox",
    "publicKey",
    "assertionMethod",
)
"""What an actor's document still says when only its keys are shown: Mastodon takes no actor without
a name and an inbox."""

NEVER_CHANGES: Final = "public, max-age=86400, immutable"
"""For a version: nobody need ask whether it is still the same. A day only, because its owner may
delete the model, and what caches hold is out of their reach until then."""


async def instance_actor(request: web.Request) -> web.Response:
    """GET /actor: in whose name this instance reads documents elsewhere."""
    async with request.app[DATABASE].read() as session:
        found = await profiles.instance_actor(session)
    return activity_response(found.document)


async def actor(request: web.Request) -> web.Response:
    """GET /actors/{handle}, and /@{handle} for peers."""
    async with request.app[DATABASE].read() as session:
        found = await organisation(session, request)
    status = 200 if found.gone_at is None else 410
    return activity_response(found.document, status=status)


async def keys(request: web.Request) -> web.Response:
    """GET /actors/{handle} by somebody who has not signed, where that is asked for.

    What is needed to check our signatures, and nothing else; without a proof, for it is not what
    the actor said.
    """
    async with request.app[DATABASE].read() as session:
        found = await organisation(session, request)
    if found.gone_at is not None:
        return activity_response(found.document, status=410)
    whole = canonical_json.parse(found.document)
    stub: Document = {name: whole[name] for name in STUB if name in whole}
    return activity_response(encode(stub))


async def model(request: web.Request) -> web.Response:
    """GET /models/{slug}, and /m/{slug} for peers: the living model."""
    async with request.app[DATABASE].read() as session:
        found = await our_model(session, request)
    status = 200 if found.deleted_at is None else 410
    return activity_response(found.document, status=status)


async def version(request: web.Request) -> web.Response:
    """GET /models/{slug}/versions/{number}: what the model said then, never changed."""
    number = places.version_in(request.match_info["number"])
    if number is None:
        raise NotFound("there is no such version")
    async with request.app[DATABASE].read() as session:
        living = await our_model(session, request)
        found = await history.revision_by_number(session, living, number)
    if living.deleted_at is not None and 1 <= number <= living.number:
        return _gone(request, living.slug or "", number, living.deleted_at)
    if found is None:
        raise NotFound("there is no such version")
    response = activity_response(found.document)
    response.headers["Cache-Control"] = NEVER_CHANGES
    return response


async def proposal(request: web.Request) -> web.Response:
    """GET /proposals/{id}: a change that one of ours proposes; 410 once it was withdrawn."""
    number = id_in(request.match_info["id"])
    async with request.app[DATABASE].read() as session:
        found = await proposals.by_id(session, number) if number is not None else None
    if found is None or not found.proposer.is_ours:
        raise NotFound("there is no such proposal")
    status = 410 if found.proposal.state == State.WITHDRAWN else 200
    return activity_response(found.proposal.document, status=status)


async def remark(request: web.Request) -> web.StreamResponse:
    """GET /remarks/{id}: a note, for whom it is meant; for others it does not exist.

    A deleted one answers 410 with its Tombstone if it was for everybody.
    """
    async with request.app[DATABASE].read() as session:
        public = await _for_everybody(session, request)
    if public is not None:
        status = 200 if public.deleted_at is None else 410
        return activity_response(public.document, request=request, status=status)
    # Who signs is found out whether there is something or not: else that would tell.
    reader = await readers.signer(request)
    iri = place(request.app[SITE].origin, places.REMARK, id=request.match_info["id"])
    async with request.app[DATABASE].read() as session:
        meant = None if reader is None else await timelines.by_iri(session, iri, reader)
    if meant is None:
        raise NotFound("there is no such remark")
    return readers.kept_by_nobody(activity_response(meant.subject.document))


async def stamp(request: web.Request) -> web.Response:
    """GET /stamps/{id}: that one of ours agrees to be quoted; 410 once that was taken back."""
    iri = place(request.app[SITE].origin, places.STAMP, id=request.match_info["id"])
    async with request.app[DATABASE].read() as session:
        found = await quotes.stamp(session, iri)
    if found is None:
        raise NotFound("there is no such stamp")
    status = 200 if found.state == quotes.ACCEPTED else 410
    return activity_response(found.stamp, request=request, status=status)


async def activity(request: web.Request) -> web.Response:
    """GET /activities/{id}: something we told everybody."""
    site = request.app[SITE]
    iri = place(site.origin, places.ACTIVITY, id=request.match_info["id"])
    async with request.app[DATABASE].read() as session:
        found = await mail.activity(session, iri)
    if found is None:
        raise NotFound("there is no such activity")
    return activity_response(found.document, request=request)


async def organisation(session: Session, request: web.Request) -> Actor:
    """The organisation of ours that the address names, deleted ones too.

    Raises:
        NotFound: nobody here has that name. The instance's own actor has an address of its own.
    """
    found = await profiles.by_handle(session, request.match_info["handle"])
    site = request.app[SITE]
    if found is None or found.iri != place(site.origin, places.ACTOR, handle=found.handle):
        raise NotFound("nobody here has that name")
    return found


async def our_model(session: Session, request: web.Request) -> Model:
    """The model of ours that the address names, deleted ones too.

    Raises:
        NotFound: we have no such model; those of others have their own addresses.
    """
    found = await history.model_by_slug(session, request.match_info["slug"])
    if found is None:
        raise NotFound("there is no such model")
    return found


async def our_remark(session: Session, request: web.Request) -> Remark:
    """The remark of ours that the address names, deleted ones too.

    Raises:
        NotFound: there is none, or it is not for everybody.
    """
    found = await _for_everybody(session, request)
    if found is None:
        raise NotFound("there is no such remark")
    return found


async def _for_everybody(session: Session, request: web.Request) -> Remark | None:
    text = request.match_info["id"]
    iri = place(request.app[SITE].origin, places.REMARK, id=text)
    found = await timelines.by_iri(session, iri, None)
    if found is not None and found.subject.iri == iri and isinstance(found.subject, Remark):
        return found.subject
    number = id_in(text)
    buried = None if number is None else await timelines.gone(session, number)
    return buried if buried is not None and buried.iri == iri and buried.document else None


def _gone(request: web.Request, slug: str, number: int, at: datetime) -> web.Response:
    """The Tombstone of a version, which goes with its model."""
    iri = place(request.app[SITE].origin, places.VERSION, slug=slug, number=number)
    buried = tombstone({"id": iri, "type": "Article"}, at=at)
    return activity_response(encode({"@context": AS2, **buried}), status=410)
