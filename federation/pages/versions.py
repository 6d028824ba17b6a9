"""Versions: the history of a model, a reference to one version, and an earlier one made new again.

Nothing in a history is ever overwritten; whoever wants an earlier text back publishes it anew, with
a reason, after a look at what that changes.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import orjson
from aiohttp import web
from wtforms import StringField

from activitypub.lettering import upright
from actors.documents.model import render_ahead
from actors.errors import NotAllowed, NotFound, Refusal, Unwise
from actors.places import version_in
from actors.rules import citing, core, permissions
from actors.rules import comparing as changes_of
from actors.rules.comparing import SectionChange
from actors.rules.heading import ValueChange, differing
from actors.tables.model import Model
from actors.tables.revision import Revision
from actors.verbs import reverting
from actors.views import history, lineage
from actors.views.access import Acting
from federation.app_keys import DATABASE, SITE
from federation.pages import (
    addresses,
    comparing,
    forms,
    illustrated,
    models,
    proofs,
    reading,
    rendering,
    saying,
    sessions,
)
from federation.pages.forms import Form
from federation.pages.sessions import Visitor

AT_ONCE: Final = 30
"""Versions of one page: each is compared with the one before it."""

MAX_NOTE: Final = 500  # characters; why, in a sentence or two

FORMATS: Final = {
    "bibtex": "application/x-bibtex",
    "csl": "application/vnd.citationstyles.csl+json",
}


@dataclass(frozen=True)
class Step:
    """One version in the history, with what changed since the one before, if we know both.

    `who` is the member who made it, told to her own organisation alone; `again` the number of the
    earlier version that says the same.
    """

    revision: Revision
    changes: tuple[SectionChange, ...]
    values: tuple[ValueChange, ...]
    names: Mapping[str, str]
    is_first: bool
    who: str = ""
    again: int | None = None


class RestoreForm(Form):
    """Why an earlier version is made new again."""

    note = StringField(validators=forms.required(MAX_NOTE))


async def versions(request: web.Request) -> web.Response:
    """GET /m/{slug}/versions: the history, the newest first; `below` cuts it."""
    here = await sessions.visitor(request)
    below = version_in(request.query.get("below", ""))
    async with request.app[DATABASE].read() as session:
        found = await models.find(session, request.match_info["slug"])
        author = await history.author(session, found)
        known = await history.revisions_below(session, found, below, AT_ONCE + 1)
        numbers = await history.numbers(session, found)
        is_mine = here.organisation is not None and here.organisation.id == found.actor_id
        who = await history.makers(session, known) if is_mine else {}
        again = await history.said_before(session, found, known)
        taken = await history.taken(session, known)
    language = rendering.language(request)
    steps = [
        _step(one, known[place + 1] if place + 1 < len(known) else None, language, who, again)
        for place, one in enumerate(known[:AT_ONCE])
    ]
    older = steps[-1].revision.number if len(known) > AT_ONCE else None
    return rendering.page(
        request,
        here,
        "versions.html",
        model=found,
        author=author,
        steps=steps,
        numbers=numbers,
        older=older,
        taken=taken,
        is_mine=is_mine,
    )


async def version(request: web.Request) -> web.Response:
    """GET /m/{slug}/versions/{number}: what a model said then, and how to cite it."""
    here = await sessions.visitor(request)
    async with request.app[DATABASE].read() as session:
        found = await models.find(session, request.match_info["slug"])
        author = await history.author(session, found)
        revision = await models.numbered(session, found, request.match_info["number"])
        proof = await proofs.of(session, request.app[SITE], found, author, revision)
        cited = await history.citation(session, found, revision)
        sheet = history.sheet(revision)
        kept_files = await illustrated.copies_of(session, request.app[SITE].origin, sheet)
    return await asyncio.to_thread(
        rendering.page,
        request,
        here,
        "version.html",
        model=found,
        author=author,
        revision=revision,
        sheet=sheet,
        kept_files=kept_files,
        text=reading.read(sheet, models.wanted(request)),
        is_head=revision.id == found.head_id,
        is_mine=here.organisation is not None and here.organisation.id == found.actor_id,
        proof=proof,
        cited=cited,
        citing=citing,
    )


async def restore_page(request: web.Request) -> web.Response:
    """GET /m/{slug}/versions/{number}/restore: what it would change."""
    here, acting = await sessions.acting(request)
    return await _show_restore(request, here, acting, "", {})


async def restore(request: web.Request) -> web.Response:
    """POST /m/{slug}/versions/{number}/restore: it becomes the newest version."""
    here, acting = await sessions.acting(request)
    form = await forms.read(request, here, RestoreForm)
    note = str(form.note.data or "")
    if not form.validate():
        return await _show_restore(request, here, acting, note, forms.faults(form))
    async with request.app[DATABASE].read() as session:
        found = await models.find(session, request.match_info["slug"])
        earlier = await models.numbered(session, found, request.match_info["number"])
    await asyncio.to_thread(render_ahead, history.sheet(earlier))
    try:
        async with request.app[DATABASE].begin() as session:
            found = await models.find(session, request.match_info["slug"])
            _must_own(found, acting)
            number = version_in(request.match_info["number"]) or 0
            await reverting.revert(
                session, request.app[SITE], found, number, note=note, author=acting.member
            )
    except NotAllowed:
        raise
    except Refusal as refused:
        faults = dict(refused.fields) if isinstance(refused, Unwise) else {}
        return await _show_restore(request, here, acting, note, faults, problem=refused.reason)
    raise web.HTTPSeeOther(saying.address(addresses.page_of(found), "restored"))


async def cite(request: web.Request) -> web.Response:
    """GET /m/{slug}/versions/{number}/cite?format=bibtex: a reference as a file."""
    async with request.app[DATABASE].read() as session:
        found = await models.find(session, request.match_info["slug"])
        revision = await models.numbered(session, found, request.match_info["number"])
        cited = await history.citation(session, found, revision)
    wanted = request.query.get("format", "bibtex")
    if wanted == "csl":
        body, ending = orjson.dumps([citing.csl(cited)], option=orjson.OPT_INDENT_2), "json"
    elif wanted == "bibtex":
        body, ending = citing.bibtex(cited).encode(), "bib"
    else:
        raise NotFound("References are given as bibtex or csl.")
    body = upright(body.decode()).encode()
    response = web.Response(body=body, content_type=FORMATS[wanted])
    response.headers["Content-Disposition"] = f'attachment; filename="{cited.key}.{ending}"'
    return response


def _step(
    revision: Revision,
    before: Revision | None,
    language: str,
    who: Mapping[int, str],
    again: Mapping[str, int],
) -> Step:
    sheet = history.sheet(revision)
    earlier = None if before is None else history.sheet(before)
    names = reading.titles(sheet, language)
    said = again.get(revision.digest)
    return Step(
        revision,
        () if earlier is None else changes_of.changed(earlier, sheet),
        () if earlier is None else differing(earlier, sheet),
        names if earlier is None else {**reading.titles(earlier, language), **names},
        is_first=earlier is None,
        who=who.get(revision.author_id or 0, ""),
        again=said if said is not None and said < revision.number else None,
    )


async def _show_restore(
    request: web.Request,
    here: Visitor,
    acting: Acting,
    note: str,
    faults: Mapping[str, str],
    *,
    problem: str = "",
) -> web.Response:
    async with request.app[DATABASE].read() as session:
        found = await models.find(session, request.match_info["slug"])
        _must_own(found, acting)
        earlier = await models.numbered(session, found, request.match_info["number"])
        head = await history.head(session, found)
        tie = await lineage.of(session, found)
        base = await lineage.base_of(session, tie) if tie else None
    old, now = history.sheet(earlier), history.sheet(head)
    language = rendering.language(request)
    source = None if base is None else history.sheet(base)
    return rendering.page(
        request,
        here,
        "restore.html",
        status=422 if faults or problem else 200,
        model=found,
        revision=earlier,
        head=head,
        consequence=None if source is None else core.consequence(now, old, source),
        core_names={} if source is None else reading.titles(source, language),
        values=comparing.values(now, old, language),
        sections=comparing.sections(now, old, language),
        note=note,
        faults=faults,
        problem=problem,
    )


def _must_own(model: Model, acting: Acting) -> None:
    if not model.is_ours or model.actor_id != acting.organisation.id:
        raise NotAllowed("Only the organisation that published a model can change it.")
    permissions.must_publish(acting.office)
