"""Drafts of records of practice: what was typed so far, for programs that help to write them."""

from typing import Any, Final

from aiohttp import web

from actors.database import Session
from actors.errors import NotFound
from actors.rules import jottings as rules
from actors.rules import permissions
from actors.site import id_in
from actors.tables.media import Media
from actors.tables.record_draft import RecordDraft
from actors.verbs import jotting
from actors.views import history, jottings
from actors.views import media as media_views
from actors.views.access import Acting
from federation.api import answers, bodies
from federation.api.answers import Answer
from federation.api.authenticating import READ, WRITE, acting
from federation.api.operations import ROOT, Operation
from federation.api.shapes import Record, Text, read_body
from federation.app_keys import DATABASE, SITE

_TYPED: Final = {
    name: Text(f"What stands in the field `{name}`, as it was typed.", may_be_empty=True)
    for name in rules.FIELDS
}
BODY: Final = Record(
    "A record of practice that is being written. It is published as a record, and the draft then"
    " thrown away.",
    {
        "model": Text("The id of the model; only for a new draft."),
        "file": Text("The id of a file of the organisation that goes with it."),
        "fields": Record("The form, as it was typed.", _TYPED),
    },
    frozenset({"fields"}),
)


def draft(row: RecordDraft) -> Answer:
    """Schema `RecordDraft`."""
    return {
        "id": str(row.id),
        "model": str(row.model_id),
        "file": None if row.media_id is None else str(row.media_id),
        "fields": row.fields,
        "changed": answers.time(row.changed_at),
    }


async def listed(request: web.Request) -> web.Response:
    """GET record-drafts."""
    who = await acting(request, READ)
    async with request.app[DATABASE].read() as session:
        found = await jottings.of(session, who.organisation)
    return answers.respond({"items": [draft(one.draft) for one in found]})


async def begin(request: web.Request) -> web.Response:
    """POST record-drafts."""
    who, values = await _written(request)
    if "model" not in values:
        raise NotFound("There is no such model here.")
    async with request.app[DATABASE].begin() as session:
        model = await history.model_by_id(session, bodies.number(values["model"], "model"))
        if model is None:
            raise NotFound("There is no such model here.")
        media = await _file(session, who, values)
        row = await jotting.save(
            session,
            request.app[SITE],
            who.organisation,
            who.member,
            model,
            values["fields"],
            media,
        )
        answer = draft(row)
    location = f"{request.app[SITE].origin}{ROOT}/record-drafts/{row.id}"
    return answers.respond(answer, status=201, location=location)


async def read(request: web.Request) -> web.Response:
    """GET record-drafts/{id}."""
    who = await acting(request, READ)
    async with request.app[DATABASE].read() as session:
        found = await jottings.one_of(session, who.organisation, id_in(request.match_info["id"]))
    return answers.respond(draft(found.draft))


async def replace(request: web.Request) -> web.Response:
    """PUT record-drafts/{id}: this is what stands in it now."""
    who, values = await _written(request)
    async with request.app[DATABASE].begin() as session:
        found = await jottings.one_of(session, who.organisation, id_in(request.match_info["id"]))
        media = await _file(session, who, values)
        row = await jotting.save(
            session,
            request.app[SITE],
            who.organisation,
            who.member,
            found.model,
            values["fields"],
            media,
            found.draft,
        )
        answer = draft(row)
    return answers.respond(answer)


async def discard(request: web.Request) -> web.Response:
    """DELETE record-drafts/{id}."""
    who = await acting(request, WRITE)
    permissions.must_publish(who.office)
    async with request.app[DATABASE].begin() as session:
        found = await jottings.one_of(session, who.organisation, id_in(request.match_info["id"]))
        await jotting.discard(session, found.draft)
    return web.Response(status=204)


async def _written(request: web.Request) -> tuple[Acting, dict[str, Any]]:
    who = await acting(request, WRITE)
    permissions.must_publish(who.office)
    return who, await read_body(request, BODY)


async def _file(session: Session, who: Acting, values: dict[str, Any]) -> Media | None:
    if "file" not in values:
        return None
    number = bodies.number(values["file"], "file")
    return await media_views.one_of(session, who.organisation, number)


_MISSING: Final = {404: "There is no such draft here.", 410: "It was published or thrown away."}
_FAULTY: Final = {422: "It is too long, or one too many."}

OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/record-drafts",
        name="listRecordDrafts",
        says="List the records of practice that the organisation has begun",
        handler=listed,
        scope=READ,
        answer="RecordDrafts",
    ),
    Operation(
        method="POST",
        path="/record-drafts",
        name="beginRecordDraft",
        says="Keep an unfinished record of practice",
        handler=begin,
        scope=WRITE,
        status=201,
        answer="RecordDraft",
        body=BODY,
        has_location=True,
        problems={404: "There is no such model or file here.", 410: "It was deleted.", **_FAULTY},
    ),
    Operation(
        method="GET",
        path="/record-drafts/{id}",
        name="readRecordDraft",
        says="Read an unfinished record of practice",
        handler=read,
        scope=READ,
        answer="RecordDraft",
        problems=_MISSING,
    ),
    Operation(
        method="PUT",
        path="/record-drafts/{id}",
        name="replaceRecordDraft",
        says="Say what stands in an unfinished record of practice",
        handler=replace,
        scope=WRITE,
        answer="RecordDraft",
        body=BODY,
        problems={**_MISSING, **_FAULTY},
    ),
    Operation(
        method="DELETE",
        path="/record-drafts/{id}",
        name="discardRecordDraft",
        says="Throw an unfinished record of practice away",
        handler=discard,
        scope=WRITE,
        status=204,
        problems=_MISSING,
    ),
)
