"""Records of practice: list, count, write, add to, vouch for, take back."""

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from actors.database import Session
from actors.errors import Gone, NotFound, Unwise
from actors.rules import permissions
from actors.rules.evidence import Level
from actors.rules.records import Stage
from actors.site import id_in
from actors.tables.attestation import Attestation
from actors.tables.media import Media
from actors.tables.remark import Remark
from actors.verbs import attesting, forgetting, replicating
from actors.views import coverage, history, timelines
from actors.views import media as media_views
from actors.views.access import Acting
from actors.views.coverage import Listed
from federation.api import answers, record_shapes
from federation.api.authenticating import WRITE, acting
from federation.api.models import named
from federation.api.operations import ROOT, Argument, Operation
from federation.api.paging import ARGUMENTS, cut, page_of
from federation.api.shapes import read_body
from federation.app_keys import DATABASE, SETTINGS, SITE

_FACETS: Final = ("territory", "level", "stage")


async def listing(request: web.Request) -> web.Response:
    """GET models/{id}/records."""
    page = page_of(request)
    chosen = {name: request.query.get(name, "").strip() for name in _FACETS}
    faults = {}
    if chosen["level"] and chosen["level"] not in Level.__members__:
        faults["level"] = f"This must be one of: {', '.join(Level.__members__)}."
    if chosen["stage"] and chosen["stage"] not in list(Stage):
        faults["stage"] = f"This must be one of: {', '.join(Stage)}."
    if faults:
        raise Unwise("An argument cannot be understood.", fields=faults)
    async with request.app[DATABASE].read() as session:
        model = await named(request, session)
        found = await coverage.records(
            session,
            model,
            page,
            territory=chosen["territory"].upper()[:5],
            level=int(Level[chosen["level"]]) if chosen["level"] else None,
            stage=chosen["stage"],
        )
    items = [record_shapes.short(one) for one in found]
    return answers.respond(
        cut(request, f"{ROOT}/models/{model.id}/records", items, page, keep=_FACETS)
    )


async def count(request: web.Request) -> web.Response:
    """GET models/{id}/coverage."""
    async with request.app[DATABASE].read() as session:
        found = await coverage.coverage(session, await named(request, session))
    return answers.respond(record_shapes.coverage(found))


async def write(request: web.Request) -> web.Response:
    """POST models/{id}/records: the organisation does this model."""
    who = await acting(request, WRITE)
    permissions.must_publish(who.office)
    values = await read_body(request, record_shapes.RECORD)
    said = record_shapes.record(values)
    async with request.app[DATABASE].begin() as session:
        model = await named(request, session)
        head = await history.head(session, model)
        row = await replicating.replicate(
            session,
            request.app[SITE],
            who.organisation,
            model,
            head,
            said,
            await _files(session, who, values),
        )
        answer = record_shapes.full(Listed(row, who.organisation), [])
    location = f"{request.app[SETTINGS].instance.origin}{ROOT}/records/{row.id}"
    return answers.respond(answer, status=201, location=location)


async def read(request: web.Request) -> web.Response:
    """GET records/{id}."""
    async with request.app[DATABASE].read() as session:
        found = await _found(session, request)
        said = await coverage.statements(session, found.row)
        answer = record_shapes.full(found, said)
    return answers.respond(answer)


async def add(request: web.Request) -> web.Response:
    """POST records/{id}/additions."""
    who = await acting(request, WRITE)
    permissions.must_publish(who.office)
    values = await read_body(request, record_shapes.ADDITION)
    more = record_shapes.addition(values)
    async with request.app[DATABASE].begin() as session:
        found = await _found(session, request)
        attesting.must_be_own(found.row, who.organisation)
        files = await _files(session, who, values)
        row = await replicating.add(session, request.app[SITE], found.row, more, files)
        said = await coverage.statements(session, row)
        answer = record_shapes.full(Listed(row, found.author), said)
    return answers.respond(answer, status=201)


async def delete(request: web.Request) -> web.Response:
    """DELETE records/{id}: its address answers 410 from now on."""
    who = await acting(request, WRITE)
    permissions.must_publish(who.office)
    async with request.app[DATABASE].begin() as session:
        found = await _found(session, request)
        attesting.must_be_own(found.row, who.organisation)
        item = await timelines.by_iri(session, found.row.iri, who.organisation)
        if item is None or not isinstance(item.subject, Remark):
            raise Gone("This record was deleted.")
        await forgetting.delete_remark(session, request.app[SITE], item.subject)
    return web.Response(status=204)


async def attest(request: web.Request) -> web.Response:
    """POST records/{id}/statements: say of somebody else's record whether it is so."""
    who = await acting(request, WRITE)
    permissions.must_publish(who.office)
    saying = record_shapes.saying(await read_body(request, record_shapes.SAYING))
    async with request.app[DATABASE].begin() as session:
        found = await _found(session, request)
        await attesting.attest(session, request.app[SITE], who.organisation, found.row, saying)
        said = await coverage.statements(session, found.row)
        answer = record_shapes.full(found, said)
    return answers.respond(answer, status=201)


async def revoke(request: web.Request) -> web.Response:
    """DELETE statements/{id}: take back what one's own organisation said."""
    who = await acting(request, WRITE)
    permissions.must_publish(who.office)
    number = id_in(request.match_info["id"])
    async with request.app[DATABASE].begin() as session:
        said = None if number is None else await session.get(Attestation, number)
        if said is None or said.actor_id != who.organisation.id:
            raise NotFound("Your organisation has said nothing under this id.")
        await attesting.revoke(session, request.app[SITE], said)
    return web.Response(status=204)


async def _files(session: Session, who: Acting, values: Mapping[str, Any]) -> list[Media]:
    """The files that a body names.

    Raises:
        Unwise: the organisation has none of an id.
    """
    said = [id_in(one) for one in values.get("files", ())]
    known = {
        one.id: one
        for one in await media_views.own(session, who.organisation, [one for one in said if one])
    }
    faults = {
        f"files[{place}]": "This is none of your files."
        for place, one in enumerate(said)
        if one not in known
    }
    if faults:
        raise Unwise("These files cannot be shown.", fields=faults)
    return [known[one] for one in said if one]


async def _found(session: Session, request: web.Request) -> Listed:
    number = id_in(request.match_info["id"])
    found = None if number is None else await coverage.by_id(session, number)
    if found is None:
        if number is not None and await coverage.is_gone(session, number):
            raise Gone("This record was deleted.")
        raise NotFound("There is no such record here.")
    return found


_ABSENT: Final = {404: "There is no such record here.", 410: "It was deleted."}
_MODEL_ABSENT: Final = {404: "There is no such model here.", 410: "It was deleted."}

OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/models/{id}/records",
        name="listRecords",
        says="List the records of practice that count for a model",
        handler=listing,
        answer="Records",
        arguments=(
            Argument("territory", "What lies there: the beginning of a NUTS code, such as FR."),
            Argument("level", "A level of evidence, such as E3."),
            Argument("stage", "A stage, such as Running."),
            *ARGUMENTS,
        ),
        problems={**_MODEL_ABSENT, 422: "An argument cannot be understood."},
    ),
    Operation(
        method="GET",
        path="/models/{id}/coverage",
        name="readCoverage",
        says="Count where a model is done, and how well that is shown",
        handler=count,
        answer="Coverage",
        problems=_MODEL_ABSENT,
    ),
    Operation(
        method="POST",
        path="/models/{id}/records",
        name="recordPractice",
        says="Record that the organisation does this model",
        handler=write,
        scope=WRITE,
        status=201,
        answer="PracticeRecord",
        body=record_shapes.RECORD,
        has_location=True,
        problems={**_MODEL_ABSENT, 422: "The record is not complete; every fault is named."},
    ),
    Operation(
        method="GET",
        path="/records/{id}",
        name="readRecord",
        says="Read a record of practice, with what others say of it",
        handler=read,
        answer="PracticeRecord",
        problems=_ABSENT,
    ),
    Operation(
        method="DELETE",
        path="/records/{id}",
        name="deleteRecord",
        says="Delete a record of the organisation for ever",
        handler=delete,
        scope=WRITE,
        status=204,
        problems=_ABSENT,
    ),
    Operation(
        method="POST",
        path="/records/{id}/additions",
        name="addToRecord",
        says="Add stages, figures, links, observations or files to a record",
        handler=add,
        scope=WRITE,
        status=201,
        answer="PracticeRecord",
        body=record_shapes.ADDITION,
        problems={**_ABSENT, 409: "Nothing is added.", 422: "Every fault is named."},
    ),
    Operation(
        method="POST",
        path="/records/{id}/statements",
        name="attestRecord",
        says="Say of somebody else's record whether it is so; replaces what was said before",
        handler=attest,
        scope=WRITE,
        status=201,
        answer="PracticeRecord",
        body=record_shapes.SAYING,
        problems={**_ABSENT, 422: "Every fault is named."},
    ),
    Operation(
        method="DELETE",
        path="/statements/{id}",
        name="revokeStatement",
        says="Take back what the organisation said of a record",
        handler=revoke,
        scope=WRITE,
        status=204,
        problems={404: "The organisation has said nothing under this id."},
    ),
)
