"""Models: publish, read, revise, delete."""

import asyncio
from typing import Final

from aiohttp import web

from activitypub import handles
from activitypub.errors import ProtocolError
from actors import places
from actors.database import Session
from actors.documents.model import render_ahead
from actors.errors import Gone, NotAllowed, NotFound, Refusal, Unwise
from actors.rules import illustrations, permissions
from actors.site import id_in
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.verbs import forgetting, publishing
from actors.views import history
from actors.views.access import Acting
from federation.api import answers, bodies, paging
from federation.api.authenticating import WRITE, acting
from federation.api.operations import ROOT, Argument, Operation
from federation.api.shapes import read_body
from federation.app_keys import DATABASE, LOOKUP, SETTINGS, SITE


async def publish(request: web.Request) -> web.Response:
    """POST models: the organisation publishes a model."""
    who = await acting(request, WRITE)
    permissions.must_publish(who.office)
    values = await read_body(request, bodies.MODEL)
    sheet = bodies.sheet(values)
    await asyncio.to_thread(render_ahead, sheet)
    group = await commons_named(request, values["commons"]) if values.get("commons") else None
    async with request.app[DATABASE].begin() as session:
        try:
            row = await publishing.publish(
                session,
                request.app[SITE],
                who.organisation,
                sheet,
                author=who.member,
                commons=group,
            )
        except Unwise as refusal:
            raise in_words_of_the_body(refusal) from refusal
        answer = await answers.model(session, row)
    return answers.respond(answer, status=201, location=location(request, row))


async def read(request: web.Request) -> web.Response:
    """GET models/{id}."""
    async with request.app[DATABASE].read() as session:
        answer = await answers.model(session, await named(request, session))
    return answers.respond(answer)


async def revise(request: web.Request) -> web.Response:
    """POST models/{id}/versions: the whole sheet as it is to be from now on."""
    who = await acting(request, WRITE)
    values = await read_body(request, bodies.REVISION)
    sheet = bodies.sheet(values)
    await asyncio.to_thread(render_ahead, sheet)
    async with request.app[DATABASE].begin() as session:
        row = await owned(request, session, who)
        now = history.sheet(await history.head(session, row))
        sheet = illustrations.carried(now, sheet)
        try:
            await publishing.revise(
                session,
                request.app[SITE],
                row,
                sheet,
                author=who.member,
                note=values.get("note", ""),
                modifications=bodies.modifications(values),
                after=values.get("after"),
            )
        except Unwise as refusal:
            raise in_words_of_the_body(refusal) from refusal
        answer = await answers.model(session, row)
    return answers.respond(answer, status=201, location=location(request, row, answer))


async def versions(request: web.Request) -> web.Response:
    """GET models/{id}/versions: the newest first, cut at a number."""
    below = places.version_in(request.query.get("below", ""))
    async with request.app[DATABASE].read() as session:
        row = await named(request, session)
        known = await history.revisions_below(session, row, below, paging.MOST + 1)
        items = [answers.version(one) for one in known[: paging.MOST]]
    following = None
    if len(known) > paging.MOST:
        following = f"{location(request, row)}/versions?below={items[-1]['number']}"
    return answers.respond({"items": items, "next": following})


async def version(request: web.Request) -> web.Response:
    """GET models/{id}/versions/{number}."""
    async with request.app[DATABASE].read() as session:
        row = await named(request, session)
        number = places.version_in(request.match_info["number"])
        revision = (
            None if number is None else await history.revision_by_number(session, row, number)
        )
        if revision is None:
            raise NotFound("There is no such version of this model here.")
        answer = answers.version_in_full(revision)
    return answers.respond(answer)


async def delete(request: web.Request) -> web.Response:
    """DELETE models/{id}: its address answers 410 from now on."""
    who = await acting(request, WRITE)
    async with request.app[DATABASE].begin() as session:
        row = await owned(request, session, who)
        await forgetting.delete_model(session, request.app[SITE], row)
    return web.Response(status=204)


async def commons_named(request: web.Request, text: str) -> Actor:
    """Whoever has this handle; whether that is a commons is for the verb to judge.

    Raises:
        Unwise: it is no handle.
        NotFound: nobody has it.
    """
    try:
        handle = handles.parse(text)
    except ProtocolError as error:
        words = {"commons": "It looks like user@host."}
        raise Unwise("This is no handle.", fields=words) from error
    return await request.app[LOOKUP].by_address(handle)


async def named(request: web.Request, session: Session) -> Model:
    """The model in the path, ours or a remembered one.

    Raises:
        NotFound: nothing is known under that id.
        Gone: it was deleted.
    """
    number = id_in(request.match_info["id"])
    row = None if number is None else await history.model_by_id(session, number)
    if row is None:
        raise NotFound("There is no such model here.")
    if row.deleted_at is not None:
        raise Gone("This model was deleted.")
    return row


async def owned(request: web.Request, session: Session, who: Acting) -> Model:
    """The model in the path, if the organisation may change it.

    Raises:
        NotFound, Gone: as `named`.
        NotAllowed: it is another's, or the member's office does not reach that far.
    """
    row = await named(request, session)
    if row.actor_id != who.organisation.id:
        raise NotAllowed("This model belongs to another organisation; fork it instead.")
    permissions.must_publish(who.office)
    return row


def location(request: web.Request, row: Model, answer: answers.Answer | None = None) -> str:
    """The address of a model in this API, or of its newest version."""
    address = f"{request.app[SETTINGS].instance.origin}{ROOT}/models/{row.id}"
    return address if answer is None else f"{address}/versions/{answer['version']['number']}"


def in_words_of_the_body(refusal: Unwise) -> Refusal:
    """The same refusal, naming the members of the body."""
    return Unwise(refusal.reason, fields=bodies.in_words_of_the_body(refusal.fields))


OPERATIONS: Final = (
    Operation(
        method="POST",
        path="/models",
        name="publishModel",
        says="Publish a model",
        handler=publish,
        scope=WRITE,
        status=201,
        answer="Model",
        body=bodies.MODEL,
        has_location=True,
        problems={422: "The sheet cannot be published; every fault is named."},
    ),
    Operation(
        method="GET",
        path="/models/{id}",
        name="readModel",
        says="Read a model as it is now",
        handler=read,
        answer="Model",
        problems={404: "There is no such model here.", 410: "It was deleted."},
    ),
    Operation(
        method="DELETE",
        path="/models/{id}",
        name="deleteModel",
        says="Delete a model for ever",
        handler=delete,
        scope=WRITE,
        status=204,
        problems={404: "There is no such model here.", 410: "It was deleted."},
    ),
    Operation(
        method="GET",
        path="/models/{id}/versions",
        name="listVersions",
        says="List the versions of a model",
        handler=versions,
        answer="Versions",
        arguments=(Argument("below", "Only versions with a smaller number than this."),),
        problems={404: "There is no such model here.", 410: "It was deleted."},
    ),
    Operation(
        method="POST",
        path="/models/{id}/versions",
        name="reviseModel",
        says="Publish a new version of a model",
        handler=revise,
        scope=WRITE,
        status=201,
        answer="Model",
        body=bodies.REVISION,
        has_location=True,
        problems={
            404: "There is no such model here.",
            409: "It says what the newest version says already, or was made from an older one.",
            410: "It was deleted.",
            422: "The sheet cannot be published; every fault is named.",
        },
    ),
    Operation(
        method="GET",
        path="/models/{id}/versions/{number}",
        name="readVersion",
        says="Read one version of a model",
        handler=version,
        answer="VersionInFull",
        problems={404: "There is no such version here.", 410: "The model was deleted."},
    ),
)
