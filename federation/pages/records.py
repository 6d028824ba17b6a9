"""Records of practice: who does a model where, how it goes, and what others say of it.

Everybody reads; an organisation writes and adds to its own records, and vouches for those of
others. Whoever stopped is shown as plainly as whoever goes on.
"""

import asyncio
import csv
import io
from collections.abc import Mapping, Sequence
from typing import Final

import orjson
from aiohttp import web

from activitypub.canonical_json import Json
from actors import places
from actors.database import Session
from actors.documents import replication as documents
from actors.errors import Gone, NotAllowed, NotFound, Refusal, Unwise
from actors.places import place
from actors.rules import permissions
from actors.rules.cells import plain
from actors.rules.evidence import Level, Verdict
from actors.rules.records import Stage
from actors.site import id_in
from actors.tables.attestation import Attestation
from actors.tables.media import Media
from actors.tables.model import Model
from actors.tables.organisation import Organisation
from actors.tables.record_draft import RecordDraft
from actors.verbs import attesting, jotting, replicating
from actors.verbs.attesting import Saying
from actors.views import coverage, history, jottings, timelines
from actors.views.access import Acting
from actors.views.coverage import Line, Listed
from actors.views.jottings import Begun
from actors.views.paging import Page
from federation.app_keys import DATABASE, SITE
from federation.pages import (
    forms,
    keeping,
    mapping,
    models,
    reading,
    record_files,
    rendering,
    saying,
    sessions,
)
from federation.pages import record_form as form
from federation.pages.record_form import Typed
from federation.pages.sessions import Visitor

PAGE_SIZE: Final = 40
MOST_EXPORTED: Final = 10_000
"""Records of one file: more than any model known has; a file of this size is opened by any
spreadsheet program, and takes a second to make, others in between."""

COLUMNS: Final = (
    "record", "organisation", "organisation_iri", "model", "version", "territory", "stage",
    "since", "level", "title", "sentence", "language", "updated",
)  # fmt: skip


async def record(request: web.Request) -> web.Response:
    """GET /records/{id}: one record, everything that it says, and what others say of it."""
    here = await sessions.visitor(request)
    async with request.app[DATABASE].read() as session:
        found = await _found(session, request)
        counted = await coverage.counted_for(session, found.row)
        said = await coverage.statements(session, found.row)
        sections = await attesting.section_keys(session, found.row) or {}
        version = await history.revision_by_iri(session, found.row.version_iri)
        item = await timelines.by_iri(session, found.row.iri, here.organisation)
    own = here.organisation
    return rendering.page(
        request,
        here,
        "record.html",
        found=found,
        record=found.record,
        files=documents.shown(found.record),
        models=counted,
        statements=said,
        disputes=sum(one.row.verdict == Verdict.DISPUTED for one in said),
        sections=sections,
        version=version,
        status_id=item.id if item else None,
        is_mine=own is not None and own.id == found.author.id,
        own_statement=next((one for one in said if own and one.author.id == own.id), None),
        level=Level(found.row.level).name,
    )


async def statement(request: web.Request) -> web.Response:
    """GET /attestations/{id}: what one of ours says of a record, on the record's page."""
    iri = place(request.app[SITE].origin, places.ATTESTATION, id=request.match_info["id"])
    async with request.app[DATABASE].read() as session:
        said = await coverage.statement(session, iri)
        row = None if said is None else await coverage.by_iri(session, said.row.replication_iri)
    if said is None or row is None:
        raise NotFound("There is no such statement here.")
    if said.row.revoked_at is not None:
        raise Gone("This statement was taken back.")
    raise web.HTTPSeeOther(f"/records/{row.id}#statements")


async def of_model(request: web.Request) -> web.Response:
    """GET /m/{slug}/records: every record that counts for a model, with counts and a map."""
    here = await sessions.visitor(request)
    chosen = {name: request.query.get(name, "") for name in ("territory", "level", "stage")}
    level = Level[chosen["level"]] if chosen["level"] in Level.__members__ else None
    stage = chosen["stage"] if chosen["stage"] in list(Stage) else ""
    max_id = id_in(request.query.get("max_id", ""))
    async with request.app[DATABASE].read() as session:
        model = await models.find(session, request.match_info["slug"])
        practice = await coverage.coverage(session, model)
        found = await coverage.records(
            session,
            model,
            Page(max_id=max_id, limit=PAGE_SIZE),
            territory=chosen["territory"][:5].upper(),
            level=None if level is None else int(level),
            stage=stage,
        )
    older = ""
    if len(found) == PAGE_SIZE:
        query = {name: value for name, value in chosen.items() if value}
        older = str(request.rel_url.with_query({**query, "max_id": str(found[-1].row.id)}))
    return rendering.page(
        request,
        here,
        "records.html",
        model=model,
        practice=practice,
        map=mapping.drawn(practice),
        records=found,
        chosen=chosen,
        older=older,
        is_narrowed=any(chosen.values()),
    )


async def as_csv(request: web.Request) -> web.Response:
    """GET /m/{slug}/records.csv: the same list for a spreadsheet; UTF-8 with its mark."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(COLUMNS)
    async with request.app[DATABASE].read() as session:
        model = await models.find(session, request.match_info["slug"])
        async for some in coverage.lines(session, model, MOST_EXPORTED):
            table.writerows([plain(said) for said in _row(one).values()] for one in some)
            await asyncio.sleep(0)  # others have their turn: SQLite answers without waiting
    body = await asyncio.to_thread(lambda: text.getvalue().encode("utf-8-sig"))
    response = web.Response(body=body, content_type="text/csv", charset="utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="records.csv"'
    return response


async def as_json(request: web.Request) -> web.Response:
    """GET /m/{slug}/records.json: the same list for programs, with its counts."""
    parts: list[bytes] = []
    async with request.app[DATABASE].read() as session:
        model = await models.find(session, request.match_info["slug"])
        practice = await coverage.by_country(session, model)
        async for some in coverage.lines(session, model, MOST_EXPORTED):
            parts += [orjson.dumps(_row(one)) for one in some]
            await asyncio.sleep(0)
    levels = {Level(level).name: count for level, count in practice.levels.items()}
    countries = {one.code: one.total for one in practice.countries}
    said = {"model": model.iri, "total": practice.total, "levels": levels}
    said |= {"stages": practice.stages, "countries": countries}
    body = b"".join(
        (orjson.dumps(said).removesuffix(b"}"), b',"records":[', b",".join(parts), b"]}")
    )
    response = web.Response(body=body, content_type="application/json", charset="utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="records.json"'
    return response


async def write_page(request: web.Request) -> web.Response:
    """GET /m/{slug}/record: "we do this here"."""
    here, acting = await sessions.acting(request)
    permissions.must_publish(acting.office)
    wanted = request.query.get("draft")
    async with request.app[DATABASE].read() as session:
        model = await models.find(session, request.match_info["slug"])
        if wanted is not None:
            begun = await jottings.one_of(session, acting.organisation, id_in(wanted))
            file = await session.get(Media, begun.draft.media_id or 0)
            typed = form.blank(**begun.draft.fields)
            return _show(request, here, model, typed, draft=begun.draft, file=file)
        others = await jottings.of(session, acting.organisation, model)
        own = await session.get(Organisation, acting.organisation.id)
    typed = form.beginning(
        language=rendering.language(request),
        today=request.app[SITE].now().date(),
        name=reading.best(model.names, rendering.language(request), model.language)[0],
        organisation=acting.organisation.name,
        territory=_listed(own.facts.get("areaServed")) if own is not None else [],
    )
    return _show(request, here, model, typed, others=others)


async def write(request: web.Request) -> web.Response:
    """POST /m/{slug}/record: it is published, and the model's organisation is told."""
    here = await sessions.visitor(request)
    async with record_files.sent(request, here) as given:
        return await _write(request, here, given)


async def _write(request: web.Request, here: Visitor, given: record_files.Sent) -> web.Response:
    typed, slug = form.read(given.fields), request.match_info["slug"]
    async with request.app[DATABASE].read() as session:
        model = await models.find(session, slug)
    if here.acting is None or not forms.token_fits(here, given.fields):
        if keeping.is_script(request):
            return keeping.signed_out(request, here)
        problem = forms.SIGNED_OUT if here.acting is None else forms.OTHER_SESSION
        return _show(request, here, model, typed, problem=problem)
    permissions.must_publish(here.acting.office)
    draft = await _draft(request, here.acting, given.fields)
    if given.fields.get("do") == "discard" and draft is not None:
        async with request.app[DATABASE].begin() as session:
            await jotting.discard(session, draft)
        raise web.HTTPSeeOther(saying.address("/space", "record-draft-thrown"))
    if given.fields.get("do") == "save":
        return await _save(request, here, here.acting, model, typed, given, draft)
    said = form.record(typed, request.app[SITE].now().date())
    file = await record_files.keep(request, here.acting, given, typed)
    if typed.faults:
        return _show(request, here, model, typed, file=file, draft=draft)
    try:
        async with request.app[DATABASE].begin() as session:
            model = await models.find(session, slug)
            row = await replicating.replicate(
                session,
                request.app[SITE],
                here.acting.organisation,
                model,
                await history.head(session, model),
                said,
                [file] if file else [],
            )
            if draft is not None:
                await jotting.discard(session, draft)
    except Refusal as refused:
        problem = _noted(typed, refused)
        return _show(request, here, model, typed, problem=problem, file=file, draft=draft)
    raise web.HTTPSeeOther(saying.address(f"/records/{row.id}", "recorded"))


async def _save(
    request: web.Request,
    here: Visitor,
    acting: Acting,
    model: Model,
    typed: Typed,
    given: record_files.Sent,
    draft: RecordDraft | None,
) -> web.Response:
    """Keep what was typed, whatever it means; only a file must be one that can be shown."""
    file = None
    arrived = given.arrived
    if arrived.path is not None or arrived.refused is not None or given.fields.get("kept"):
        file = await record_files.keep(request, acting, given, typed)
    if typed.faults:
        if keeping.is_script(request):
            return keeping.answer(request, 422, next(iter(typed.faults.values())))
        return _show(request, here, model, typed, file=file, draft=draft)
    try:
        async with request.app[DATABASE].begin() as session:
            saved = await jotting.save(
                session,
                request.app[SITE],
                acting.organisation,
                acting.member,
                model,
                typed.values,
                file,
                draft,
            )
    except Refusal as refused:
        if keeping.is_script(request):
            return keeping.refused(request, refused)
        problem = _noted(typed, refused)
        return _show(request, here, model, typed, problem=problem, file=file, draft=draft)
    back = f"{request.path}?draft={saved.id}"
    if keeping.is_script(request):
        values = [{"draft": str(saved.id)}]
        return keeping.answer(request, 200, keeping.SAVED_FOR_US, values=values)
    raise web.HTTPSeeOther(saying.address(back, "record-draft-saved"))


async def _draft(
    request: web.Request, acting: Acting, given: Mapping[str, str]
) -> RecordDraft | None:
    """The draft from which the form was filled; None where it was published or thrown away."""
    number = id_in(given.get("draft", ""))
    if number is None:
        return None
    async with request.app[DATABASE].read() as session:
        try:
            return (await jottings.one_of(session, acting.organisation, number)).draft
        except NotFound:
            return None


async def add_page(request: web.Request) -> web.Response:
    """GET /records/{id}/add: what has happened since."""
    here, acting = await sessions.acting(request)
    permissions.must_publish(acting.office)
    async with request.app[DATABASE].read() as session:
        found = await _own(session, request, here)
    return _show_add(request, here, found, form.blank())


async def add(request: web.Request) -> web.Response:
    """POST /records/{id}/add: a stage, an indicator, an observation, a link or a file more."""
    here = await sessions.visitor(request)
    async with record_files.sent(request, here) as given:
        return await _add(request, here, given)


async def _add(request: web.Request, here: Visitor, given: record_files.Sent) -> web.Response:
    typed = form.read(given.fields)
    if here.acting is None:
        async with request.app[DATABASE].read() as session:
            found = await _found(session, request)
        return _show_add(request, here, found, typed, problem=forms.SIGNED_OUT)
    permissions.must_publish(here.acting.office)
    async with request.app[DATABASE].read() as session:
        found = await _own(session, request, here)
    if not forms.token_fits(here, given.fields):
        return _show_add(request, here, found, typed, problem=forms.OTHER_SESSION)
    more = form.addition(typed, request.app[SITE].now().date())
    file = await record_files.keep(request, here.acting, given, typed)
    if typed.faults:
        return _show_add(request, here, found, typed, file=file)
    try:
        async with request.app[DATABASE].begin() as session:
            row = (await _own(session, request, here)).row
            files = [file] if file else []
            await replicating.add(session, request.app[SITE], row, more, files)
    except Refusal as refused:
        problem = _noted(typed, refused)
        return _show_add(request, here, found, typed, problem=problem, file=file)
    raise web.HTTPSeeOther(saying.address(f"/records/{found.row.id}", "record-grown"))


async def attest_page(request: web.Request) -> web.Response:
    """GET /records/{id}/attest: say of somebody else's record whether it is so."""
    here, acting = await sessions.acting(request)
    permissions.must_publish(acting.office)
    async with request.app[DATABASE].read() as session:
        attesting.must_be_others((await _found(session, request)).row, acting.organisation)
    return await _show_attest(request, here, {}, {})


async def attest(request: web.Request) -> web.Response:
    """POST /records/{id}/attest."""
    here = await sessions.visitor(request)
    given = await forms.fields(request)
    chosen = list(dict.fromkeys(given.getall("section", [])))
    if here.acting is None or not forms.token_fits(here, given):
        problem = forms.SIGNED_OUT if here.acting is None else forms.OTHER_SESSION
        return await _show_attest(request, here, given, {}, chosen=chosen, problem=problem)
    permissions.must_publish(here.acting.office)
    typed = Typed({name: given[name].strip() for name in given})
    since, until = form.day(typed, "since"), form.day(typed, "until")
    if typed["verdict"] not in list(Verdict):
        typed.faults["verdict"] = forms.MISSING
    if typed.faults:
        return await _show_attest(request, here, given, typed.faults, chosen=chosen)
    said = Saying(
        verdict=Verdict(typed["verdict"]),
        content=typed["content"],
        language=rendering.language(request),
        sections=tuple(chosen),
        since=since,
        until=until,
        links=form.links(typed),
    )
    try:
        async with request.app[DATABASE].begin() as session:
            found = await _found(session, request)
            await attesting.attest(
                session, request.app[SITE], here.acting.organisation, found.row, said
            )
    except Refusal as refused:
        problem = _noted(typed, refused)
        return await _show_attest(
            request, here, given, typed.faults, chosen=chosen, problem=problem
        )
    raise web.HTTPSeeOther(saying.address(f"/records/{found.row.id}", "attested"))


async def revoke(request: web.Request) -> web.Response:
    """POST /attestations/{id}/revoke: take back what one's own organisation said."""
    here, acting = await sessions.acting(request)
    given = await forms.fields(request)
    forms.require_token(here, given)
    permissions.must_publish(acting.office)
    number = id_in(request.match_info["id"])
    async with request.app[DATABASE].begin() as session:
        said = None if number is None else await session.get(Attestation, number)
        if said is None or said.actor_id != acting.organisation.id:
            raise NotFound("There is no such statement here.")
        await attesting.revoke(session, request.app[SITE], said)
        row = await coverage.by_iri(session, said.replication_iri)
    back = f"/records/{row.id}" if row is not None else "/space"
    raise web.HTTPSeeOther(saying.address(back, "unattested"))


async def _found(session: Session, request: web.Request) -> Listed:
    number = id_in(request.match_info["id"])
    found = None if number is None else await coverage.by_id(session, number)
    if found is None:
        if number is not None and await coverage.is_gone(session, number):
            raise Gone("This record was deleted by its organisation.")
        raise NotFound("There is no such record here.")
    return found


async def _own(session: Session, request: web.Request, here: Visitor) -> Listed:
    found = await _found(session, request)
    if here.organisation is None or found.author.id != here.organisation.id:
        raise NotAllowed("Only its own organisation adds to a record.")
    return found


def _listed(fact: Json) -> list[Json]:
    return fact if isinstance(fact, list) else [fact] if fact else []


def _noted(typed: Typed, refused: Refusal) -> str:
    """Note the faults beside their fields; the words above the form, where there are none."""
    if isinstance(refused, Unwise) and refused.fields:
        typed.faults.update(form.beside_fields(refused.fields))
        return ""
    return refused.reason


def _show(
    request: web.Request,
    here: Visitor,
    model: Model,
    typed: Typed,
    *,
    problem: str = "",
    file: Media | None = None,
    draft: RecordDraft | None = None,
    others: Sequence[Begun] = (),
) -> web.Response:
    return rendering.page(
        request,
        here,
        "record_write.html",
        status=422 if typed.faults or problem else 200,
        model=model,
        typed=typed,
        faults=typed.faults,
        problem=problem,
        found=None,
        draft=draft,
        others=others,
        **record_files.shown(file),
    )


def _show_add(
    request: web.Request,
    here: Visitor,
    found: Listed,
    typed: Typed,
    *,
    problem: str = "",
    file: Media | None = None,
) -> web.Response:
    return rendering.page(
        request,
        here,
        "record_add.html",
        status=422 if typed.faults or problem else 200,
        typed=typed,
        faults=typed.faults,
        problem=problem,
        found=found,
        **record_files.shown(file),
    )


async def _show_attest(
    request: web.Request,
    here: Visitor,
    given: Mapping[str, str],
    faults: Mapping[str, str],
    *,
    chosen: Sequence[str] = (),
    problem: str = "",
) -> web.Response:
    async with request.app[DATABASE].read() as session:
        found = await _found(session, request)
        sections = await attesting.section_keys(session, found.row) or {}
    return rendering.page(
        request,
        here,
        "record_attest.html",
        status=422 if faults or problem else 200,
        found=found,
        sections=sections,
        chosen=chosen,
        typed=Typed(given),
        faults=faults,
        problem=problem,
    )


def _row(one: Line) -> dict[str, str]:
    """One line, in the order of `COLUMNS`."""
    told = (
        one.iri,
        one.author,
        one.author_iri,
        one.model_iri,
        one.version_iri,
        one.territory,
        one.stage,
        str(one.record["steps"][-1]["since"]),
        Level(one.level).name,
        one.name,
        str(one.record["summary"]),
        one.language,
        one.updated_at.date().isoformat(),
    )
    return dict(zip(COLUMNS, told, strict=True))
