"""Records of practice as documents: each one, what is said of it, and a model's list of them.

A record is a remark too, under the same address; what was deleted or taken back answers 410 with
its Tombstone, for ever.
"""

from aiohttp import web

from activitypub.canonical_json import encode
from actors import places
from actors.documents import collections
from actors.errors import Gone, NotFound
from actors.places import place
from actors.site import id_in
from actors.views import coverage, timelines
from actors.views.paging import Page
from federation.app_keys import DATABASE, SITE
from federation.negotiation import activity_response
from federation.peers.collections import page_asked, part, whole
from federation.peers.documents import our_model


async def record(request: web.Request) -> web.Response:
    """GET /records/{id}: what an organisation of ours records of its practice."""
    iri = place(request.app[SITE].origin, places.RECORD, id=request.match_info["id"])
    async with request.app[DATABASE].read() as session:
        found = await timelines.by_iri(session, iri, None)
        row = await coverage.by_iri(session, iri)
        stone = b"" if row is None else await coverage.stone(session, row)
    if row is None or not row.is_ours:
        raise NotFound("there is no such record")
    if found is None or row.deleted_at is not None:
        return activity_response(stone, status=410)
    return activity_response(row.document, request=request)


async def attestation(request: web.Request) -> web.Response:
    """GET /attestations/{id}: what one of ours says of a record; 410 once it is taken back."""
    iri = place(request.app[SITE].origin, places.ATTESTATION, id=request.match_info["id"])
    async with request.app[DATABASE].read() as session:
        found = await coverage.statement(session, iri)
    if found is None or not found.author.is_ours:
        raise NotFound("there is no such statement")
    status = 200 if found.row.revoked_at is None else 410
    return activity_response(found.row.document, request=request, status=status)


async def attestations(request: web.Request) -> web.Response:
    """GET /records/{id}/attestations: what we know that others say of a record of ours."""
    number = id_in(request.match_info["id"])
    async with request.app[DATABASE].read() as session:
        found = None if number is None else await coverage.by_id(session, number)
        if found is None or not found.row.is_ours:
            raise NotFound("there is no such record")
        said = await coverage.statements(session, found.row)
    iri = place(request.app[SITE].origin, places.RECORD_ATTESTATIONS, id=found.row.id)
    items = [one.row.iri for one in said]
    return activity_response(encode(collections.ordered(iri, total=len(items), items=list(items))))


async def replications(request: web.Request) -> web.Response:
    """GET /models/{slug}/replications: the records that count for a model of ours, by address."""
    async with request.app[DATABASE].read() as session:
        model = await our_model(session, request)
        if model.deleted_at is not None:
            raise Gone("that model was deleted")
        iri = place(request.app[SITE].origin, places.REPLICATIONS, slug=str(model.slug))
        page: Page | None = page_asked(request)
        if page is None:
            return whole(iri, total=await coverage.total(session, model))
        rows = await coverage.iris(session, model, page)
    return part(iri, [row[1] for row in rows], [row[0] for row in rows], page)
