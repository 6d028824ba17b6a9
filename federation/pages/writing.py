"""Writing: a new model, a new version of one, and deleting one.

What was typed travels with the page until it is published: a button that adds a section, a fault, a
session that ended or a colleague who was faster shows the form again, with every word in it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NoReturn

from aiohttp import web
from wtforms import BooleanField

from actors.database import Session
from actors.documents.model import render_ahead
from actors.errors import NotAllowed, Refusal, Unwise
from actors.rules import core, permissions, provenance, sections
from actors.rules.core import Consequence
from actors.rules.languages import canonical_tag
from actors.rules.modifications import Modification, Nature, Reason, adapted
from actors.rules.sections import Sheet
from actors.site import Site
from actors.tables import draft as tables
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.verbs import coediting, drafting, forgetting, publishing
from actors.verbs.coediting import Collided
from actors.verbs.drafting import Writing
from actors.views import drafts, history, lineage
from actors.views.access import Acting
from federation.app_keys import DATABASE, SITE
from federation.pages import (
    addresses,
    commons,
    elsewhere,
    facts_form,
    forms,
    meanwhile,
    models,
    planning,
    prompting,
    reading,
    rendering,
    saying,
    sessions,
)
from federation.pages import sheet_form as sheets
from federation.pages.forms import Form
from federation.pages.meanwhile import Theirs
from federation.pages.sessions import Visitor
from federation.pages.sheet_form import Draft
from federation.pages.translating import N_

OVERTAKEN: Final = N_(
    "Somebody published another version since you opened this page. Compare it with yours, then"
    " send again: your text will become the newest version."
)
LEAVES_CORE: Final = N_(
    "This changes a core section of the source: your text would be “inspired by” it and no longer"
    " counted among its replications. If you mean it, tick the box and publish."
)
SAY_WHY: Final = N_("You rewrote this section: please say why, for those who compare.")
KEEPING: Final = ("save", "schedule")
"""Buttons that keep what was typed as a draft."""

LASTING: Final = ("publish", *KEEPING)
"""Buttons that write something down; all others only change the form."""

MAX_NOTE: Final = 500  # characters; what changed, in a sentence or two


@dataclass(frozen=True)
class Editing:
    """The model being edited, its newest version, and whether it is a fork.

    `source` is what it took of its source, if we know that.
    """

    model: Model
    number: int
    sheet: Sheet
    modifications: tuple[Modification, ...]
    is_fork: bool
    source: Sheet | None = None


@dataclass(frozen=True)
class Preview:
    """The sheet as readers will see it; `foreign` is the language of a stranger abroad, if one.

    For a fork, `consequence` tells what it would be to its source.
    """

    sheet: Sheet
    shown: reading.Reading
    foreign: str = ""
    consequence: Consequence | None = None


async def write_page(request: web.Request) -> web.Response:
    """GET /write: an empty sheet."""
    here, acting = await sessions.acting(request)
    permissions.must_publish(acting.office)
    draft = sheets.blank(rendering.language(request))
    wanted = request.query.get("commons", "")[: sheets.LONGEST_HANDLE]
    return show(request, here, replace(draft, commons=wanted))


async def write(request: web.Request) -> web.Response:
    """POST /write: a button of the form, or publishing."""
    here = await sessions.visitor(request)
    given = await forms.fields(request)
    draft, button = sheets.read(given), given.get("do", "preview")
    acting = here.acting
    if acting is None or not forms.token_fits(here, given):
        return show(request, here, draft, problem=_session_problem(here))
    permissions.must_publish(acting.office)
    if button not in LASTING:
        return pressed(request, here, draft, given)
    try:
        if button in KEEPING:
            await keep(request, acting, given, draft)
        what = await written(request, draft, is_final=True)
        await asyncio.to_thread(render_ahead, what.sheet)
        async with request.app[DATABASE].begin() as session:
            made = await publishing.publish(
                session,
                request.app[SITE],
                acting.organisation,
                what.sheet,
                author=acting.member,
                note=what.note,
                commons=what.commons,
            )
    except Refusal as refused:
        return show(request, here, draft, refused=refused)
    raise web.HTTPSeeOther(saying.address(addresses.page_of(made), "published"))


async def _group(request: web.Request, draft: Draft) -> Actor | None:
    """The commons whose handle was typed.

    Raises:
        Unwise: nobody of that name can be found.
    """
    try:
        return await commons.chosen(request, draft.commons)
    except elsewhere.FORESEEN as refused:
        words = elsewhere.plainly(refused)
        raise Unwise(words, fields={"commons": words}) from refused


async def edit_page(request: web.Request) -> web.Response:
    """GET /m/{slug}/edit: the newest version as a form."""
    here, acting = await sessions.acting(request)
    async with request.app[DATABASE].read() as session:
        editing = await editing_of(session, acting, request.match_info["slug"])
    draft = sheets.from_sheet(editing.sheet, editing.number)
    return show(request, here, with_reasons(draft, editing.modifications), editing=editing)


def with_reasons(draft: Draft, modifications: Sequence[Modification]) -> Draft:
    """The draft with what its author said before about why she adapted sections."""
    told = {one.section: one for one in modifications}
    return replace(
        draft,
        sections=tuple(
            replace(
                typed,
                reason=told[typed.key].reason,
                why=told[typed.key].note,
                nature=told[typed.key].nature,
                unplanned=not told[typed.key].planned,
            )
            if typed.key in told
            else typed
            for typed in draft.sections
        ),
    )


async def edit(request: web.Request) -> web.Response:
    """POST /m/{slug}/edit: a button of the form, or a new version."""
    here = await sessions.visitor(request)
    given = await forms.fields(request)
    draft, button = sheets.read(given), given.get("do", "preview")
    acting = here.acting
    if acting is None or not forms.token_fits(here, given):
        async with request.app[DATABASE].read() as session:
            seen = await _open(session, request.match_info["slug"])
        return show(request, here, draft, editing=seen, problem=_session_problem(here))
    async with request.app[DATABASE].read() as session:
        editing = await editing_of(session, acting, request.match_info["slug"])
    if button not in LASTING:
        return pressed(request, here, draft, given, editing)
    if draft.base != editing.number:
        return overtaken(request, here, draft, editing)
    try:
        if button in KEEPING:
            await keep(request, acting, given, draft, editing)
        what = await written(request, draft, editing, is_final=True)
        await asyncio.to_thread(render_ahead, what.sheet)
        async with request.app[DATABASE].begin() as session:
            await publishing.revise(
                session,
                request.app[SITE],
                await models.find(session, request.match_info["slug"]),
                what.sheet,
                author=acting.member,
                note=what.note,
                modifications=what.modifications,
                after=editing.number,
            )
    except Refusal as refused:
        return show(request, here, draft, editing=editing, refused=refused)
    raise web.HTTPSeeOther(saying.address(addresses.page_of(editing.model), "revised"))


class DeleteForm(Form):
    """A box that says so in words."""

    understood = BooleanField()


async def delete_page(request: web.Request) -> web.Response:
    """GET /m/{slug}/delete: what will happen, in words."""
    here, acting = await sessions.acting(request)
    async with request.app[DATABASE].read() as session:
        editing = await editing_of(session, acting, request.match_info["slug"])
        fork_count = await lineage.count_forks(session, editing.model)
    return rendering.page(
        request, here, "delete.html", model=editing.model, fork_count=fork_count, faults={}
    )


async def delete(request: web.Request) -> web.Response:
    """POST /m/{slug}/delete."""
    here, acting = await sessions.acting(request)
    form = await forms.read(request, here, DeleteForm)
    async with request.app[DATABASE].read() as session:
        editing = await editing_of(session, acting, request.match_info["slug"])
        fork_count = await lineage.count_forks(session, editing.model)
    if not form.understood.data:
        return rendering.page(
            request,
            here,
            "delete.html",
            status=422,
            model=editing.model,
            fork_count=fork_count,
            faults={"understood": N_("Please tick the box if you really want to delete.")},
        )
    async with request.app[DATABASE].begin() as session:
        found = await models.find(session, request.match_info["slug"])
        await forgetting.delete_model(session, request.app[SITE], found)
    raise web.HTTPSeeOther(saying.address("/space", "deleted"))


async def editing_of(session: Session, acting: Acting, slug: str) -> Editing:
    """The model, for a member who may change it.

    Raises:
        NotAllowed: it is somebody else's, or her office does not allow it.
    """
    found = await _open(session, slug)
    if not found.model.is_ours or found.model.actor_id != acting.organisation.id:
        raise NotAllowed("Only the organisation that published a model can change it.")
    permissions.must_publish(acting.office)
    return found


async def _open(session: Session, slug: str) -> Editing:
    found = await models.find(session, slug)
    head = await history.head(session, found)
    tie = await lineage.of(session, found)
    base = await lineage.base_of(session, tie) if tie else None
    return Editing(
        model=found,
        number=head.number,
        sheet=history.sheet(head),
        modifications=history.modifications(head),
        is_fork=tie is not None,
        source=None if base is None else history.sheet(base),
    )


def told_modifications(draft: Draft, editing: Editing) -> tuple[list[Modification], dict[str, str]]:
    """What the author of a fork says about why she adapted its sections.

    Returns:
        The modifications, and field → fault: a text that she wrote for itself needs a reason, since
        whoever compares the adaptations of a model reads those first.
    """
    if not editing.is_fork:
        return [], {}
    told: list[Modification] = []
    faults: dict[str, str] = {}
    for place, typed in enumerate(draft.sections):
        was = editing.sheet.section(typed.key)
        if typed.is_blank:
            continue
        if typed.reason in set(Reason):
            nature = Nature.ADDED if was is None or was.upstream is None else Nature.SUBSTITUTED
            if typed.nature in set(Nature):
                nature = Nature(typed.nature)
            note = " ".join(typed.why.split())[:MAX_NOTE]
            key = typed.key or sheets.key_of(draft, place)
            planned = not typed.unplanned
            told.append(Modification(key, nature, Reason(typed.reason), note, planned))
        elif was is not None and was.upstream and sheets.is_rewritten(typed, was):
            faults[f"s{place}.reason"] = SAY_WHY
    return told, faults


def _consequence(
    editing: Editing | None, sheet: Sheet, modifications: Sequence[Modification]
) -> Consequence | None:
    """What publishing this would make of a fork; None for all else."""
    if editing is None or editing.source is None:
        return None
    carried = provenance.carried(
        editing.sheet,
        sheet,
        upstream_language=editing.source.language,
        adapted=adapted(modifications),
    )
    return core.consequence(editing.sheet, carried, editing.source)


def must_fit(sheet: Sheet, faults: Mapping[str, str], draft: Draft) -> None:
    """All faults at once, beside the fields they belong to.

    Raises:
        Unwise: with `fields` by the names of the form.
    """
    found = dict(faults)
    if len(draft.note) > MAX_NOTE:
        found["note"] = forms.TOO_LONG
    try:
        sections.check(sheet)
    except Unwise as unwise:
        found |= sheets.faults_by_field(unwise.fields, draft)
    if found:
        raise Unwise(N_("This sheet cannot be published yet."), fields=found)


async def written(
    request: web.Request,
    draft: Draft,
    editing: Editing | None = None,
    kept: tables.Draft | None = None,
    *,
    is_final: bool,
) -> Writing:
    """What was typed, to be published (`is_final`) or to be kept for later.

    Raises:
        Unwise: it cannot be published; or a word in it would be lost if it were kept like this.
    """
    before = None if editing is None else editing.sheet
    sheet, faults = sheets.to_sheet(draft, before if kept is None else drafts.sheet(kept))
    modifications, unexplained = ([], {}) if editing is None else told_modifications(draft, editing)
    if is_final:
        sheet = prompting.titled(sheet)
        missing = sheets.unfinished_faults(draft, sheet) if editing is None else {}
        left = _consequence(editing, sheet, modifications)
        unseen = {"core": LEAVES_CORE} if left and left.left and not draft.leaves_core else {}
        must_fit(sheet, missing | faults | unexplained | unseen, draft)
    elif faults:
        raise Unwise(N_("This draft cannot be saved yet."), fields=faults)
    return Writing(
        sheet=sheet,
        note=draft.note.strip(),
        model=None if editing is None else editing.model,
        base=draft.base,
        commons=None if editing is not None else await _group(request, draft),
        modifications=modifications,
    )


async def keep(
    request: web.Request,
    acting: Acting,
    given: forms.Fields,
    draft: Draft,
    editing: Editing | None = None,
    kept: tables.Draft | None = None,
) -> NoReturn:
    """Keep what was typed as a draft, and plan its publication if that is the button.

    Raises:
        HTTPSeeOther: it is kept: go on there.
        Unwise: it is not, and why.
    """
    is_planned = given.get("do") == "schedule"
    zone = given.get("zone", "")
    at = planning.moment(given.get("at", ""), zone) if is_planned else None
    what = await written(request, draft, editing, kept, is_final=is_planned)
    site = request.app[SITE]
    async with request.app[DATABASE].begin() as session:
        saved = await saved_beside(session, site, acting, what, kept, draft)
        if at is not None:
            await drafting.schedule(session, site, saved, at, zone)
    word = "draft-saved" if at is None else "draft-planned"
    raise web.HTTPSeeOther(saying.address(f"/drafts/{saved.id}", word))


async def saved_beside(
    session: Session,
    site: Site,
    acting: Acting,
    what: Writing,
    kept: tables.Draft | None,
    draft: Draft,
) -> tables.Draft:
    """Keep what was typed, beside what others have kept of the same draft meanwhile.

    Raises:
        Collided: both changed the same part.
    """
    us, member = acting.organisation, acting.member
    if kept is None:
        return await drafting.save(session, site, us, member, what)
    seen = meanwhile.marks_in(draft.seen)
    saved, _ = await coediting.save(session, site, us, member, what, kept, seen=seen)
    return saved


def overtaken(
    request: web.Request,
    here: Visitor,
    draft: Draft,
    editing: Editing,
    kept: tables.Draft | None = None,
) -> web.Response:
    """The form again, because the model moved on while it was filled in."""
    again = replace(draft, base=editing.number)
    return show(
        request, here, again, editing=editing, kept=kept, problem=OVERTAKEN, since=draft.base
    )


def _session_problem(here: Visitor) -> str:
    return forms.SIGNED_OUT if here.acting is None else forms.OTHER_SESSION


def pressed(
    request: web.Request,
    here: Visitor,
    draft: Draft,
    given: forms.Fields,
    editing: Editing | None = None,
    kept: tables.Draft | None = None,
) -> web.Response:
    """The form after one of its buttons, or with a preview."""
    button = given.get("do", "preview")
    if button in ("preview", "abroad"):
        sheet, _ = sheets.to_sheet(draft, None if editing is None else editing.sheet)
        foreign = canonical_tag(given.get("reader", "")) if button == "abroad" else ""
        shown = (
            reading.abroad(sheet, foreign) if foreign else reading.read(sheet, (draft.language,))
        )
        modifications = [] if editing is None else told_modifications(draft, editing)[0]
        preview = Preview(sheet, shown, foreign, _consequence(editing, sheet, modifications))
        return show(request, here, draft, editing=editing, kept=kept, preview=preview)
    changed, focus = sheets.press(draft, button, given.get("new-language", ""))
    return show(request, here, changed, editing=editing, kept=kept, focus=focus)


def show(
    request: web.Request,
    here: Visitor,
    draft: Draft,
    *,
    editing: Editing | None = None,
    kept: tables.Draft | None = None,
    refused: Refusal | None = None,
    problem: str = "",
    focus: str = "",
    since: int = 0,
    preview: Preview | None = None,
) -> web.Response:
    """The form, with everything that was typed and everything there is to say about it."""
    faults = dict(refused.fields) if isinstance(refused, Unwise) else {}
    theirs: list[Theirs] = []
    if isinstance(refused, Collided):
        problem, faults = meanwhile.COLLIDED, meanwhile.faults(draft, refused)
        draft, theirs = meanwhile.again(draft, refused), meanwhile.theirs(refused)
    elif refused is not None and not faults:
        problem = refused.reason
    failed = bool(problem or faults)
    offered = facts_form.offers(draft.facts)
    return rendering.page(
        request,
        here,
        "write.html",
        status=422 if failed else 200,
        draft=draft,
        editing=editing,
        kept=kept,
        faults=faults,
        problem=problem,
        focus=focus,
        since=since,
        preview=preview,
        theirs=theirs,
        autosaved=(kept.id if kept else request.app[SITE].new_id()) if here.acting else None,
        codes_offered=offered,
        codes_told=facts_form.told(draft.facts),
        core_names={}
        if editing is None or editing.source is None
        else reading.titles(editing.source, rendering.language(request)),
        facts_open=bool(offered) or any(facts_form.concerns(name) for name in faults),
    )
