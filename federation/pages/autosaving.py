"""Autosaving: a draft is kept while it is typed, by the small script of the form.

The page brings the id under which its draft will be kept: whoever sends the same again, because an
answer was lost, goes on with the same draft. Somebody else may write at it at the same time: what
she changed comes back with the answer, part by part (`rules.coediting`), and what collides is not
saved but told. Without the script, the form and its buttons do the same.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from aiohttp import web

from actors.database import Session
from actors.errors import Gone, NotFound, Refusal
from actors.rules import coediting, permissions
from actors.rules.coediting import LICENCE, NAMES, SUMMARIES, Joined, Text
from actors.site import id_in
from actors.tables.draft import Draft
from actors.tables.model import Model
from actors.verbs import coediting as together
from actors.verbs import drafting
from actors.verbs.drafting import Writing
from actors.views import drafts
from actors.views.access import Acting
from federation.app_keys import DATABASE, SITE
from federation.pages import forms, keeping, meanwhile, sessions, writing
from federation.pages import sheet_form as sheets
from federation.pages.translating import N_
from federation.pages.writing import Editing

NO_FACTS: Final = N_("Saved {time}, but for the facts: a word among them is no code yet.")
NOT_NOW: Final = N_("Another version was published since. Press “Save as a draft” to go on.")


async def typed(request: web.Request) -> web.Response:
    """POST /drafts/{id}/typed: what the form says just now."""
    here = await sessions.visitor(request)
    given = await forms.fields(request)
    if here.acting is None or not forms.token_fits(here, given):
        return keeping.signed_out(request, here)
    try:
        return await _keep(request, here.acting, given)
    except Refusal as refused:
        return keeping.refused(request, refused)


async def _keep(request: web.Request, acting: Acting, given: forms.Fields) -> web.Response:
    permissions.must_publish(acting.office)
    draft = sheets.read(given)
    async with request.app[DATABASE].read() as session:
        draft_id, kept, editing = await _place(session, acting, request, given.get("model", ""))
    if editing is not None and draft.base != editing.number:
        return keeping.answer(request, 409, NOT_NOW)
    what, is_whole = _written(draft, editing, kept)
    if kept is None and editing is None and not what.sheet.sections and not what.sheet.names:
        return keeping.answer(request, 200, "", values=[])
    site, seen = request.app[SITE], meanwhile.marks_in(draft.seen)
    mine = Text(what.sheet, what.note, tuple(what.modifications))
    async with request.app[DATABASE].begin() as session:
        us, member = acting.organisation, acting.member
        if kept is None:
            if draft_id > site.new_id():
                raise NotFound("There is no such draft here.")
            saved = await drafting.save(session, site, us, member, what, new_id=draft_id)
            done = Joined(mine)
        else:
            saved, done = await together.save(
                session, site, us, member, what, kept, seen=seen, is_partial=True
            )
        stored = together.text_of(saved)
    fields, shown = _changed(draft, done)
    own, now = coediting.marks(mine), coediting.marks(stored)
    marks = {
        part: now[part] if part in shown else seen.get(part, "") if _is_theirs(part, done) else mark
        for part, mark in own.items()
    }
    kept_whole = keeping.SAVED_FOR_US if is_whole else NO_FACTS
    joined = keeping.JOINED if done.taken else kept_whole
    said = keeping.COLLIDED if done.collided else joined
    return keeping.answer(
        request,
        200,
        said,
        values=[*({name: text} for name, text in fields.items()), {"seen": json.dumps(marks)}],
        collided=bool(done.collided),
        address=f"/drafts/{draft_id}",
    )


def _is_theirs(part: str, done: Joined) -> bool:
    return part in done.taken or part in done.collided


async def _place(
    session: Session, acting: Acting, request: web.Request, slug: str
) -> tuple[int, Draft | None, Editing | None]:
    """The draft of this id, if it is there already, and the model it is about."""
    draft_id = id_in(request.match_info["id"])
    if draft_id is None:
        raise NotFound("There is no such draft here.")
    kept = await session.get(Draft, draft_id)
    if kept is None:
        editing = await writing.editing_of(session, acting, slug) if slug else None
        return draft_id, None, editing
    kept = await drafts.one_of(session, acting.organisation, draft_id)
    if kept.model_id is None:
        return draft_id, kept, None
    model = await session.get_one(Model, kept.model_id)
    if model.deleted_at is not None:
        raise Gone("This draft was published or thrown away meanwhile.")
    return draft_id, kept, await writing.editing_of(session, acting, str(model.slug))


def _written(
    draft: sheets.Draft, editing: Editing | None, kept: Draft | None
) -> tuple[Writing, bool]:
    """What can be kept of what was typed, and whether that is all of it.

    Words among the facts that are no codes yet are left for the button, which offers codes.
    """
    started = editing.sheet if editing is not None else None
    before = drafts.sheet(kept) if kept is not None else started
    sheet, faults = sheets.to_sheet(draft, before)
    if faults:
        sheet = replace(sheet, facts={} if before is None else before.facts)
    told = [] if editing is None else writing.told_modifications(draft, editing)[0]
    what = Writing(
        sheet=sheet,
        note=draft.note.strip()[: drafting.MAX_NOTE],
        model=None if editing is None else editing.model,
        base=draft.base,
        modifications=told,
    )
    return what, not faults


def _changed(draft: sheets.Draft, done: Joined) -> tuple[dict[str, str], set[str]]:
    """Field → what somebody else wrote into it meanwhile, and the parts that are shown so."""
    sheet, fields, shown = done.text.sheet, dict[str, str](), set[str]()
    plain = {NAMES: ("name", sheet.names), SUMMARIES: ("summary", sheet.summaries)}
    for part in done.taken:
        section = sheet.section(part[1:]) if part.startswith("#") else None
        place = None if section is None else meanwhile.place_of(draft, section.key)
        if section is not None and place is not None:
            fields[f"s{place}.role"] = section.role.value
            fields[f"s{place}.adaptability"] = section.adaptability.value
            fields |= _by_language(draft, f"s{place}.name", section.names)
            fields |= _by_language(draft, f"s{place}.text", section.texts)
        elif part in plain:
            fields |= _by_language(draft, *plain[part])
        elif part == LICENCE:
            fields["license"] = sheet.license
        else:
            continue
        shown.add(part)
    return fields, shown


def _by_language(draft: sheets.Draft, name: str, texts: Mapping[str, str]) -> dict[str, str]:
    return {f"{name}.{tag}": texts.get(tag, "") for tag in draft.languages}
