"""Writing: a new model, a new version of one, and deleting one.

What was typed travels with the page until it is published: a button that adds a section, a fault, a
session that ended or a colleague who was faster shows the form again, with every word in it.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from aiohttp import web
from wtforms import BooleanField

from actors.database import Session
from actors.documents.model import render_ahead
from actors.errors import NotAllowed, Refusal, Unwise
from actors.rules import permissions, sections
from actors.rules.modifications import Modification, Nature, Reason
from actors.rules.sections import Sheet
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.verbs import forgetting, publishing
from actors.views import history, lineage
from actors.views.access import Acting
from federation.app_keys import DATABASE, SITE
from federation.pages import (
    addresses,
    commons,
    elsewhere,
    forms,
    models,
    reading,
    rendering,
    saying,
    sessions,
)
from federation.pages import sheet_form as sheets
from federation.pages.forms import Form
from federation.pages.sessions import Visitor
from federation.pages.sheet_form import Draft
from federation.pages.translating import N_

OVERTAKEN: Final = N_(
    "Somebody published another version since you opened this page. Compare it with yours, then"
    " send again: your text will become the newest version."
)
SAY_WHY: Final = N_("You rewrote this section: please say why, for those who compare.")
MAX_NOTE: Final = 500  # characters; what changed, in a sentence or two


@dataclass(frozen=True)
class Editing:
    """The model being edited, its newest version, and whether it is a fork."""

    model: Model
    number: int
    sheet: Sheet
    modifications: tuple[Modification, ...]
    is_fork: bool


async def write_page(request: web.Request) -> web.Response:
    """GET /write: an empty sheet."""
    here, acting = await sessions.acting(request)
    permissions.must_publish(acting.office)
    draft = sheets.blank(rendering.language(request))
    wanted = request.query.get("commons", "")[: sheets.LONGEST_HANDLE]
    return _show(request, here, replace(draft, commons=wanted))


async def write(request: web.Request) -> web.Response:
    """POST /write: a button of the form, or publishing."""
    here = await sessions.visitor(request)
    given = await forms.fields(request)
    draft, button = sheets.read(given), given.get("do", "preview")
    acting = here.acting
    if acting is None or not forms.token_fits(here, given):
        return _show(request, here, draft, problem=_session_problem(here))
    permissions.must_publish(acting.office)
    if button != "publish":
        return _pressed(request, here, draft, button, new_language=given.get("new-language", ""))
    sheet, faults = sheets.to_sheet(draft)
    try:
        _check(sheet, faults, draft)
        group = await _group(request, draft)
        await asyncio.to_thread(render_ahead, sheet)
        async with request.app[DATABASE].begin() as session:
            made = await publishing.publish(
                session,
                request.app[SITE],
                acting.organisation,
                sheet,
                author=acting.member,
                note=draft.note.strip(),
                commons=group,
            )
    except Refusal as refused:
        return _show(request, here, draft, refused=refused)
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
        editing = await _editing(session, acting, request.match_info["slug"])
    draft = sheets.from_sheet(editing.sheet, editing.number)
    told = {one.section: one for one in editing.modifications}
    draft = replace(
        draft,
        sections=tuple(
            replace(typed, reason=told[typed.key].reason, why=told[typed.key].note)
            if typed.key in told
            else typed
            for typed in draft.sections
        ),
    )
    return _show(request, here, draft, editing=editing)


async def edit(request: web.Request) -> web.Response:
    """POST /m/{slug}/edit: a button of the form, or a new version."""
    here = await sessions.visitor(request)
    given = await forms.fields(request)
    draft, button = sheets.read(given), given.get("do", "preview")
    acting = here.acting
    if acting is None or not forms.token_fits(here, given):
        async with request.app[DATABASE].read() as session:
            seen = await _open(session, request.match_info["slug"])
        return _show(request, here, draft, editing=seen, problem=_session_problem(here))
    async with request.app[DATABASE].read() as session:
        editing = await _editing(session, acting, request.match_info["slug"])
    if button != "publish":
        return _pressed(
            request, here, draft, button, editing, new_language=given.get("new-language", "")
        )
    if draft.base != editing.number:
        overtaken = replace(draft, base=editing.number)
        return _show(request, here, overtaken, editing=editing, problem=OVERTAKEN, since=draft.base)
    sheet, faults = sheets.to_sheet(draft, editing.sheet)
    modifications, unexplained = _modifications(draft, editing)
    try:
        _check(sheet, faults | unexplained, draft)
        await asyncio.to_thread(render_ahead, sheet)
        async with request.app[DATABASE].begin() as session:
            await publishing.revise(
                session,
                request.app[SITE],
                await models.find(session, request.match_info["slug"]),
                sheet,
                author=acting.member,
                note=draft.note.strip(),
                modifications=modifications,
            )
    except Refusal as refused:
        return _show(request, here, draft, editing=editing, refused=refused)
    raise web.HTTPSeeOther(saying.address(addresses.page_of(editing.model), "revised"))


class DeleteForm(Form):
    """A box that says so in words."""

    understood = BooleanField()


async def delete_page(request: web.Request) -> web.Response:
    """GET /m/{slug}/delete: what will happen, in words."""
    here, acting = await sessions.acting(request)
    async with request.app[DATABASE].read() as session:
        editing = await _editing(session, acting, request.match_info["slug"])
        forks = await lineage.forks(session, editing.model)
    return rendering.page(request, here, "delete.html", model=editing.model, forks=forks, faults={})


async def delete(request: web.Request) -> web.Response:
    """POST /m/{slug}/delete."""
    here, acting = await sessions.acting(request)
    form = await forms.read(request, here, DeleteForm)
    async with request.app[DATABASE].read() as session:
        editing = await _editing(session, acting, request.match_info["slug"])
        forks = await lineage.forks(session, editing.model)
    if not form.understood.data:
        return rendering.page(
            request,
            here,
            "delete.html",
            status=422,
            model=editing.model,
            forks=forks,
            faults={"understood": N_("Please tick the box if you really want to delete.")},
        )
    async with request.app[DATABASE].begin() as session:
        found = await models.find(session, request.match_info["slug"])
        await forgetting.delete_model(session, request.app[SITE], found)
    raise web.HTTPSeeOther(saying.address("/space", "deleted"))


async def _editing(session: Session, acting: Acting, slug: str) -> Editing:
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
    return Editing(
        model=found,
        number=head.number,
        sheet=history.sheet(head),
        modifications=history.modifications(head),
        is_fork=await lineage.of(session, found) is not None,
    )


def _modifications(draft: Draft, editing: Editing) -> tuple[list[Modification], dict[str, str]]:
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
        if typed.reason in set(Reason):
            nature = Nature.ADDED if was is None or was.upstream is None else Nature.SUBSTITUTED
            note = " ".join(typed.why.split())[:MAX_NOTE]
            key = typed.key or sheets.key_of(draft, place)
            told.append(Modification(key, nature, Reason(typed.reason), note))
        elif was is not None and was.upstream and sheets.is_rewritten(typed, was):
            faults[f"s{place}.reason"] = SAY_WHY
    return told, faults


def _check(sheet: Sheet, faults: Mapping[str, str], draft: Draft) -> None:
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


def _session_problem(here: Visitor) -> str:
    return forms.SIGNED_OUT if here.acting is None else forms.OTHER_SESSION


def _pressed(
    request: web.Request,
    here: Visitor,
    draft: Draft,
    button: str,
    editing: Editing | None = None,
    *,
    new_language: str,
) -> web.Response:
    if button == "preview":
        sheet, _ = sheets.to_sheet(draft, None if editing is None else editing.sheet)
        shown = reading.read(sheet, (draft.language,))
        return _show(request, here, draft, editing=editing, preview=(sheet, shown))
    changed, focus = sheets.press(draft, button, new_language)
    return _show(request, here, changed, editing=editing, focus=focus)


def _show(
    request: web.Request,
    here: Visitor,
    draft: Draft,
    *,
    editing: Editing | None = None,
    refused: Refusal | None = None,
    problem: str = "",
    focus: str = "",
    since: int = 0,
    preview: tuple[Sheet, reading.Reading] | None = None,
) -> web.Response:
    """The form, with everything that was typed and everything there is to say about it."""
    faults = dict(refused.fields) if isinstance(refused, Unwise) else {}
    if refused is not None and not faults:
        problem = refused.reason
    failed = bool(problem or faults)
    return rendering.page(
        request,
        here,
        "write.html",
        status=422 if failed else 200,
        draft=draft,
        editing=editing,
        faults=faults,
        problem=problem,
        focus=focus,
        since=since,
        preview=preview,
    )
