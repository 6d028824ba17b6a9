"""Drafts: keep, read, plan, publish, throw away. Nobody else sees them."""

import dataclasses
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import available_timezones

from aiohttp import web

from actors.database import Session
from actors.errors import NotAllowed, NotFound, Unwise
from actors.rules import illustrations, permissions
from actors.site import id_in
from actors.tables.draft import Draft
from actors.tables.model import Model
from actors.verbs import drafting
from actors.verbs.drafting import Writing
from actors.views import drafts, history
from actors.views.access import Acting
from federation.api import answers, bodies, models
from federation.api.authenticating import READ, WRITE, acting
from federation.api.operations import ROOT, Operation
from federation.api.shapes import read_body
from federation.app_keys import DATABASE, SETTINGS, SITE


async def listed(request: web.Request) -> web.Response:
    """GET drafts."""
    who = await acting(request, READ)
    permissions.must_publish(who.office)
    async with request.app[DATABASE].read() as session:
        items = [answers.draft(one) for one in await drafts.of(session, who.organisation)]
    return answers.respond({"items": items, "next": None})


async def begin(request: web.Request) -> web.Response:
    """POST drafts."""
    who, what = await _written(request)
    site = request.app[SITE]
    async with request.app[DATABASE].begin() as session:
        kept = await drafting.save(session, site, who.organisation, who.member, what)
        answer = answers.draft(kept)
    address = f"{request.app[SETTINGS].instance.origin}{ROOT}/drafts/{kept.id}"
    return answers.respond(answer, status=201, location=address)


async def read(request: web.Request) -> web.Response:
    """GET drafts/{id}."""
    who = await acting(request, READ)
    permissions.must_publish(who.office)
    async with request.app[DATABASE].read() as session:
        answer = answers.draft(await _named(request, session, who))
    return answers.respond(answer)


async def replace(request: web.Request) -> web.Response:
    """PUT drafts/{id}: the whole draft as it is from now on."""
    who, what = await _written(request)
    async with request.app[DATABASE].begin() as session:
        kept = await _named(request, session, who)
        named = None if what.model is None else what.model.id
        if named != kept.model_id:
            words = "A draft stays with its model."
            raise Unwise(words, fields={"model": words})
        sheet = illustrations.carried(drafts.sheet(kept), what.sheet)
        what = dataclasses.replace(what, sheet=sheet)
        try:
            await drafting.save(
                session, request.app[SITE], who.organisation, who.member, what, kept
            )
        except Unwise as refusal:
            raise models.in_words_of_the_body(refusal) from refusal
        answer = answers.draft(kept)
    return answers.respond(answer)


async def discard(request: web.Request) -> web.Response:
    """DELETE drafts/{id}."""
    who = await _publisher(request)
    async with request.app[DATABASE].begin() as session:
        await drafting.discard(session, await _named(request, session, who))
    return web.Response(status=204)


async def publish(request: web.Request) -> web.Response:
    """POST drafts/{id}/publish: at once."""
    who = await _publisher(request)
    async with request.app[DATABASE].begin() as session:
        kept = await _named(request, session, who)
        try:
            row = await drafting.publish(session, request.app[SITE], kept)
        except Unwise as refusal:
            raise models.in_words_of_the_body(refusal) from refusal
        answer = await answers.model(session, row)
    return answers.respond(answer, status=201, location=models.location(request, row))


async def plan(request: web.Request) -> web.Response:
    """PUT drafts/{id}/plan: publish it by itself, then."""
    who = await _publisher(request)
    values = await read_body(request, bodies.PLAN)
    at, zone = _moment(values["publishAt"]), values.get("zone", "UTC")
    if zone != "UTC" and zone not in available_timezones():
        words = "This is no time zone such as Europe/Paris."
        raise Unwise(words, fields={"zone": words})
    async with request.app[DATABASE].begin() as session:
        kept = await _named(request, session, who)
        try:
            await drafting.schedule(session, request.app[SITE], kept, at, zone)
        except Unwise as refusal:
            fields = {
                "publishAt" if name == "at" else name: one for name, one in refusal.fields.items()
            }
            raise models.in_words_of_the_body(Unwise(refusal.reason, fields=fields)) from refusal
        answer = answers.draft(kept)
    return answers.respond(answer)


async def call_off(request: web.Request) -> web.Response:
    """DELETE drafts/{id}/plan: it is not published by itself any more."""
    who = await _publisher(request)
    async with request.app[DATABASE].begin() as session:
        kept = await _named(request, session, who)
        await drafting.call_off(session, kept)
        answer = answers.draft(kept)
    return answers.respond(answer)


async def _publisher(request: web.Request) -> Acting:
    who = await acting(request, WRITE)
    permissions.must_publish(who.office)
    return who


async def _named(request: web.Request, session: Session, who: Acting) -> Draft:
    return await drafts.one_of(session, who.organisation, id_in(request.match_info["id"]))


async def _written(request: web.Request) -> tuple[Acting, Writing]:
    who = await _publisher(request)
    values = await read_body(request, bodies.DRAFT)
    commons = values.get("commons")
    group = await models.commons_named(request, commons) if commons else None
    model, base = await _model(request, who, values)
    return who, Writing(
        sheet=bodies.sheet(values),
        note=values.get("note", ""),
        model=model,
        base=base,
        commons=group,
        modifications=bodies.modifications(values),
    )


async def _model(
    request: web.Request, who: Acting, values: dict[str, Any]
) -> tuple[Model | None, int]:
    """The model that a draft is to be the next version of, and the version it starts from."""
    if "model" not in values:
        return None, 0
    async with request.app[DATABASE].read() as session:
        row = await history.model_by_id(session, bodies.number(values["model"], "model"))
        if row is None or row.deleted_at is not None:
            raise NotFound("There is no such model here.")
        if row.actor_id != who.organisation.id:
            raise NotAllowed("This model belongs to another organisation; fork it instead.")
        return row, (await history.head(session, row)).number


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    words = "This is no moment with its offset, such as 2026-03-12T14:00:00+01:00."
    raise Unwise(words, fields={"publishAt": words})


_MISSING: Final = {404: "There is no such draft here.", 410: "It was published or thrown away."}
_FAULTY: Final = {422: "It cannot be published; every fault is named."}

OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/drafts",
        name="listDrafts",
        says="List the drafts of the organisation",
        handler=listed,
        scope=READ,
        answer="Drafts",
    ),
    Operation(
        method="POST",
        path="/drafts",
        name="beginDraft",
        says="Keep something unfinished",
        handler=begin,
        scope=WRITE,
        status=201,
        answer="Draft",
        body=bodies.DRAFT,
        has_location=True,
        problems={404: "There is no such model here.", 422: "It is too large, or one too many."},
    ),
    Operation(
        method="GET",
        path="/drafts/{id}",
        name="readDraft",
        says="Read a draft",
        handler=read,
        scope=READ,
        answer="Draft",
        problems=_MISSING,
    ),
    Operation(
        method="PUT",
        path="/drafts/{id}",
        name="replaceDraft",
        says="Say what a draft is from now on",
        handler=replace,
        scope=WRITE,
        answer="Draft",
        body=bodies.DRAFT,
        problems={**_MISSING, 422: "It has a time, and cannot be published like this."},
    ),
    Operation(
        method="DELETE",
        path="/drafts/{id}",
        name="discardDraft",
        says="Throw a draft away",
        handler=discard,
        scope=WRITE,
        status=204,
        problems=_MISSING,
    ),
    Operation(
        method="POST",
        path="/drafts/{id}/publish",
        name="publishDraft",
        says="Publish a draft at once",
        handler=publish,
        scope=WRITE,
        status=201,
        answer="Model",
        has_location=True,
        problems={**_MISSING, **_FAULTY, 409: "Its model has moved on, or it changes nothing."},
    ),
    Operation(
        method="PUT",
        path="/drafts/{id}/plan",
        name="planDraft",
        says="Have a draft published by itself, at a time",
        handler=plan,
        scope=WRITE,
        answer="Draft",
        body=bodies.PLAN,
        problems={**_MISSING, **_FAULTY},
    ),
    Operation(
        method="DELETE",
        path="/drafts/{id}/plan",
        name="callDraftOff",
        says="Have a draft not published by itself any more",
        handler=call_off,
        scope=WRITE,
        answer="Draft",
        problems=_MISSING,
    ),
)
