"""Workspace: what is still to be done on an adaptation, and where to go on.

Its members see each section with its state, what stands beside the sections, and the next step. A
draft that somebody has begun counts: progress is that of the draft, and its form is where one goes
on. Nothing here is public.
"""

from aiohttp import web

from actors.errors import NotAllowed
from actors.rules import adapting, core, permissions
from actors.rules.merging import Verdict
from actors.views import drafts, history, lineage
from federation.app_keys import DATABASE
from federation.pages import addresses, models, reading, rendering, sessions


async def workspace(request: web.Request) -> web.Response:
    """GET /m/{slug}/workspace: the checklist of an adaptation, for its own organisation."""
    here, acting = await sessions.acting(request)
    async with request.app[DATABASE].read() as session:
        model = await models.find(session, request.match_info["slug"])
        tie = await lineage.of(session, model)
        if tie is None or not model.is_ours:
            raise NotAllowed("This model is not an adaptation of ours.")
        if model.actor_id != acting.organisation.id:
            raise NotAllowed("Only the organisation that published a model can change it.")
        permissions.must_publish(acting.office)
        head = await history.head(session, model)
        base = await lineage.base_of(session, tie)
        upstream = await lineage.upstream(session, model)
        draft = await drafts.newest_of(session, acting.organisation, model)
    sheet = history.sheet(head) if draft is None else drafts.sheet(draft)
    recorded = history.modifications(head) if draft is None else drafts.modifications(draft)
    source = None if base is None else history.sheet(base)
    form = f"{addresses.page_of(model)}/edit" if draft is None else f"/drafts/{draft.id}"
    language = rendering.language(request)
    waiting = () if upstream is None or not upstream.moved else upstream.sections
    return rendering.page(
        request,
        here,
        "workspace.html",
        model=model,
        tie=tie,
        upstream=upstream,
        draft=draft,
        form=form,
        sheet=sheet,
        progress=adapting.progress(sheet, source, recorded, kind=tie.kind),
        names={
            **({} if source is None else reading.titles(source, language)),
            **reading.titles(sheet, language),
        },
        moved=[row for row in waiting if row.verdict in (Verdict.THEIRS, Verdict.CONFLICT)],
        consequence=None
        if source is None
        else core.consequence(history.sheet(head), sheet, source),
        core_names={} if source is None else reading.titles(source, language),
    )
