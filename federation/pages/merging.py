"""Merging: take what the source of an adaptation changed.

Three columns for each thing that needs a look: what it was, what the source says now, and what ours
says. Nothing is taken that somebody could want to decide otherwise, and what she decides is kept
as she goes: every button keeps it first, so that it survives a reload, a colleague, and a source
that changes again. It is published after a look at the result, or straight away.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from aiohttp import web

from actors.database import Session
from actors.documents.model import render_ahead
from actors.errors import Conflicting, NotAllowed, Refusal, Unwise
from actors.rules import core, heading, permissions
from actors.rules.merging import Verdict
from actors.rules.sections import Section, Sheet
from actors.tables.model import Model
from actors.verbs import choosing, forking
from actors.verbs.choosing import Chosen
from actors.views import choices, history, kin, siblings
from actors.views.access import Acting
from actors.views.kin import Candidate
from actors.views.lineage import Upstream
from federation.app_keys import DATABASE, SITE
from federation.pages import (
    addresses,
    columns,
    comparing,
    forms,
    keeping,
    models,
    reading,
    rendering,
    saying,
    sessions,
)
from federation.pages.columns import Row
from federation.pages.forms import Fields
from federation.pages.kin import Varied, varied_by
from federation.pages.sessions import Visitor
from federation.pages.translating import N_

MOVED_ON: Final = N_(
    "Something changed while you were choosing. Your choices are still here: check them, and save."
)
COLLIDED: Final = N_(
    "Somebody else chose otherwise here meanwhile. What they chose is shown; if you save again,"
    " yours takes its place."
)
MAX_NOTE: Final = 500  # characters; what changed, in a sentence or two
PUBLISHING: Final = ("publish", "result")
"""Buttons for which every choice has to be made."""


@dataclass(frozen=True)
class Beside:
    """A model of ours beside another one, with what has been decided so far."""

    model: Model
    upstream: Upstream
    kept: Mapping[str, Chosen]

    @property
    def iri(self) -> str:
        """Of the model on the other side."""
        return self.upstream.other_iri

    @property
    def seen(self) -> str:
        """Which two versions a page shows."""
        return f"{self.upstream.current.iri} {self.upstream.ours.iri}"


async def merge_page(request: web.Request) -> web.Response:
    """GET /m/{slug}/merge: what the source changed, beside ours."""
    here, acting = await sessions.acting(request)
    async with request.app[DATABASE].read() as session:
        beside = await _beside(session, acting, request)
    return await _show(request, here, beside, None, {})


async def merge(request: web.Request) -> web.Response:
    """POST /m/{slug}/merge: keep the choices; then what the button says."""
    here = await sessions.visitor(request)
    given = await forms.fields(request)
    acting = here.acting
    async with request.app[DATABASE].read() as session:
        beside = await _beside(session, acting, request)
    if acting is None or not forms.token_fits(here, given):
        if keeping.is_script(request):
            return keeping.signed_out(request, here)
        problem = forms.SIGNED_OUT if acting is None else forms.OTHER_SESSION
        return await _show(request, here, beside, given, {}, problem=problem)
    verb, _, target = given.get("do", "keep").partition(":")
    try:
        async with request.app[DATABASE].begin() as session:
            beside, collided = await _kept(session, request, acting, beside, given, verb, target)
    except Refusal as refused:
        if keeping.is_script(request):
            return keeping.refused(request, refused)
        return await _show(request, here, beside, given, _fields(refused), problem=refused.reason)
    if keeping.is_script(request):
        return _told(request, beside, given, collided)
    if collided:
        faults = {f"choice.{key}": COLLIDED for key in collided}
        return await _show(request, here, beside, given, faults, collided=collided)
    if verb not in PUBLISHING:
        raise web.HTTPSeeOther(_back(request, beside.model, verb, target))
    return await _publish(request, here, acting, beside, given, verb)


async def _publish(
    request: web.Request,
    here: Visitor,
    acting: Acting,
    beside: Beside,
    given: Fields,
    verb: str,
) -> web.Response:
    rows = _rows(beside, None, rendering.language(request))
    if given.get("seen") != beside.seen:
        return await _show(request, here, beside, given, {}, problem=MOVED_ON)
    if faults := columns.faults(rows):
        return await _show(request, here, beside, None, faults)
    chosen = columns.choices(rows)
    note = _note(beside, given)
    try:
        if verb == "result":
            return await _show_result(
                request, here, beside, forking.merged(beside.upstream, chosen), note
            )
        await asyncio.to_thread(render_ahead, forking.merged(beside.upstream, chosen))
        async with request.app[DATABASE].begin() as session:
            await forking.merge(
                session,
                request.app[SITE],
                await models.find(session, request.match_info["slug"]),
                chosen,
                author=acting.member,
                note=note,
                reasons=columns.reasons(rows),
                taken_from=request.query.get("from"),
            )
    except Refusal as refused:
        return await _show(request, here, beside, None, _fields(refused), problem=refused.reason)
    raise web.HTTPSeeOther(saying.address(addresses.page_of(beside.model), "merged"))


async def _kept(
    session: Session,
    request: web.Request,
    acting: Acting,
    beside: Beside,
    given: Fields,
    verb: str,
    target: str,
) -> tuple[Beside, Mapping[str, Row]]:
    """What was typed, kept; with what its button changes.

    Returns:
        What is kept now; and the rows that somebody else decided otherwise meanwhile, where nothing
        was kept of this form.
    """
    site, collided = request.app[SITE], dict[str, Row]()
    if verb == "undo":
        await choosing.undo(session, beside.model, beside.iri, target or None)
    elif verb == "forget":
        await choosing.undo(session, beside.model, beside.iri)
    else:
        beside = await _now(session, beside)
        rows = _rows(beside, None, rendering.language(request))
        typed = columns.typed(given, rows, target.rpartition(":")[2])
        decided, collided = columns.apart(given, rows, typed)
        if verb == "start":
            decided |= _started(rows, decided, beside, target)
        if "note" in given:
            texts = {"": note} if (note := given["note"].strip()[:MAX_NOTE]) else {}
            decided[heading.NOTE] = Chosen(texts=texts)
        await choosing.keep(session, site, beside.model, beside.iri, decided, author=acting.member)
    return await _now(session, beside), collided


async def _now(session: Session, beside: Beside) -> Beside:
    kept = await choices.of(session, beside.model, beside.iri)
    return replace(beside, kept={key: choosing.read(row) for key, row in kept.items()})


def _told(
    request: web.Request, beside: Beside, given: Fields, collided: Mapping[str, Row]
) -> web.Response:
    """What the script of the form is told: what is kept, with what others decided meanwhile.

    Rows that collide keep the mark from which they started: the button shows both.
    """
    values: list[dict[str, str]] = []
    joined = False
    for row in _rows(beside, None, rendering.language(request)):
        if row.key in collided or f"saw.{row.key}" not in given:
            continue
        told, mark = columns.fields(row), {f"was.{row.key}": row.mark}
        is_theirs = any(
            given.get(name, "").replace("\r\n", "\n").strip() != text.strip()
            for name, text in told.items()
        )
        joined |= is_theirs
        values.append(told | mark if is_theirs else mark)
    said = keeping.JOINED if joined else keeping.SAVED_FOR_US
    said = keeping.COLLIDED if collided else said
    return keeping.answer(request, 200, said, values=values, collided=bool(collided))


def _started(
    rows: Sequence[Row], decided: Mapping[str, Chosen], beside: Beside, target: str
) -> dict[str, Chosen]:
    """A third text, begun as one of the sides: `theirs:costs`."""
    side, _, key = target.partition(":")
    row = next((one for one in rows if one.key == key), None)
    merged = next((one for one in beside.upstream.sections if one.key == key), None)
    section: Section | None = None
    if merged is not None:
        section = merged.theirs if side == "theirs" else merged.ours
    if row is None or section is None or key not in decided:
        return {}
    return {key: columns.started(row, decided[key], section.texts)}


def _back(request: web.Request, model: Model, verb: str, target: str) -> str:
    """The same page again, at the row that was worked at."""
    key = target.rpartition(":")[2]
    said = "choice-undone" if verb in ("undo", "forget") else "choices-kept"
    query = {name: value for name, value in request.query.items() if name != "said"}
    url = request.rel_url.with_path(f"{addresses.page_of(model)}/merge")
    url = url.with_query({**query, "said": said})
    return str(url.with_fragment(f"row-{key}" if key else None))


def _fields(refused: Refusal) -> dict[str, str]:
    if isinstance(refused, Conflicting):
        return {f"choice.{key}": columns.CHOOSE for key in refused.keys}
    if isinstance(refused, Unwise):
        return {path.replace("choices.", "choice.", 1): say for path, say in refused.fields.items()}
    return {}


async def _beside(session: Session, acting: Acting | None, request: web.Request) -> Beside:
    """A fork and its source, or the relative that is asked for, for a member who may change it.

    Raises:
        NotAllowed: it is no fork, somebody else's, or her office does not allow it. A reader whose
            session has just ended is let through, to be shown what she typed.
    """
    model = await models.find(session, request.match_info["slug"])
    upstream = await kin.choose(session, model, request.query.get("from"))
    if upstream is None or not model.is_ours:
        raise NotAllowed("This model is not an adaptation of ours.")
    if acting is None:
        return Beside(model, upstream, {})
    if model.actor_id != acting.organisation.id:
        raise NotAllowed("Only the organisation that published a model can change it.")
    permissions.must_publish(acting.office)
    kept = await choices.of(session, model, upstream.other_iri)
    return Beside(model, upstream, {key: choosing.read(row) for key, row in kept.items()})


def _rows(beside: Beside, given: Fields | None, language: str) -> list[Row]:
    """Everything that somebody has to look at, values first, with what is chosen so far."""
    known = {one.section: one for one in history.modifications(beside.upstream.ours)}
    rows = [columns.of_value(one, language) for one in heading.changes(beside.upstream.heading)]
    rows += [
        columns.of_section(one, language, known.get(one.key))
        for one in reading.source_changes(beside.upstream)
    ]
    return [columns.as_chosen(row, beside.kept, given) for row in rows]


def _note(beside: Beside, given: Fields | None) -> str:
    kept = beside.kept.get(heading.NOTE)
    before = "" if kept is None else kept.texts.get("", "")
    return before if given is None else given.get("note", before).strip()[:MAX_NOTE]


async def _show_result(
    request: web.Request, here: Visitor, beside: Beside, result: Sheet, note: str
) -> web.Response:
    """What the choices make of ours: the last look before it is published."""
    return await asyncio.to_thread(_result, request, here, beside, result, note)


def _result(
    request: web.Request, here: Visitor, beside: Beside, result: Sheet, note: str
) -> web.Response:
    language, upstream = rendering.language(request), beside.upstream
    # Whoever it is taken from, it is the source's core that counts.
    ours, base = history.sheet(upstream.ours), history.sheet(upstream.own_base or upstream.base)
    taken = history.sheet(upstream.current) if upstream.is_direct else None
    return rendering.page(
        request,
        here,
        "merge_result.html",
        model=beside.model,
        upstream=upstream,
        consequence=core.consequence(ours, result, base, taken),
        core_names=reading.titles(taken or base, language),
        values=comparing.values(ours, result, language),
        sections=comparing.sections(ours, result, language),
        seen=beside.seen,
        note=note,
    )


async def _show(
    request: web.Request,
    here: Visitor,
    beside: Beside,
    given: Fields | None,
    faults: Mapping[str, str],
    *,
    problem: str = "",
    collided: Mapping[str, Row] | None = None,
) -> web.Response:
    """The three columns; marking the words of long texts takes a while, so in a thread."""
    async with request.app[DATABASE].read() as session:
        relatives = await _relatives(session, beside, rendering.language(request))
    return await asyncio.to_thread(
        _columns, request, here, beside, given, faults, problem, relatives, collided or {}
    )


@dataclass(frozen=True)
class Relatives:
    """Others of the same lineage.

    Attributes:
        candidates: from whom one may take.
        varied: section key → others who changed it too.
    """

    candidates: Sequence[Candidate]
    varied: Mapping[str, Sequence[Varied]]


async def _relatives(session: Session, beside: Beside, language: str) -> Relatives:
    shown = beside.upstream.source.id if beside.upstream.source is not None else 0
    others = await siblings.of(session, beside.model)
    return Relatives(
        await kin.candidates(session, beside.model),
        {
            key: [varied_by(one, language) for one in varied if one.by.model.id != shown]
            for key, varied in others.by_section.items()
        },
    )


def _columns(
    request: web.Request,
    here: Visitor,
    beside: Beside,
    given: Fields | None,
    faults: Mapping[str, str],
    problem: str,
    relatives: Relatives,
    collided: Mapping[str, Row],
) -> web.Response:
    rows = _rows(beside, given, rendering.language(request))
    if here.acting is None and given is not None:  # what is kept is not told, so it is not judged
        rows = [replace(row, mark=given.get(f"was.{row.key}", "")) for row in rows]
    upstream = beside.upstream
    kept = [row for row in upstream.sections if row.verdict in (Verdict.OURS, Verdict.ALIKE)]
    return rendering.page(
        request,
        here,
        "merge.html",
        status=422 if faults or problem else 200,
        model=beside.model,
        upstream=upstream,
        rows=rows,
        kept=kept,
        seen=beside.seen,
        note=_note(beside, given),
        faults=faults,
        problem=problem,
        candidates=relatives.candidates,
        varied=relatives.varied,
        collided=collided,
    )
