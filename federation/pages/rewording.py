"""Rewording and deleting a remark of one's own organisation."""

from collections.abc import Mapping

from aiohttp import web
from wtforms import StringField

from actors.database import Session
from actors.errors import NotAllowed, Refusal
from actors.rules import permissions
from actors.rules.languages import MAX_TAG, canonical_tag, is_tag
from actors.tables.remark import Remark
from actors.verbs import forgetting, rewording
from actors.verbs.remarking import LONGEST_REMARK
from actors.views.access import Acting
from actors.views.timelines import Item
from actors.views.unsent import Begun
from federation import addressees
from federation.app_keys import DATABASE, LOOKUP, SITE
from federation.pages import forms, pausing, rendering, saying, sessions
from federation.pages.forms import Form
from federation.pages.remarks import seen, source_of
from federation.pages.sessions import Visitor
from federation.pages.translating import N_


class RewordForm(Form):
    """The new text, and its language."""

    text = StringField(validators=forms.required(LONGEST_REMARK))
    language = StringField(validators=forms.optional(MAX_TAG))


class DeleteForm(Form):
    """Whether she means it."""

    understood = StringField()


async def edit_page(request: web.Request) -> web.Response:
    """GET /remarks/{id}/edit."""
    here, acting = await sessions.acting(request)
    async with request.app[DATABASE].read() as session:
        item, remark = await _own(session, request, acting)
        begun = await pausing.begun(session, here, f"/remarks/{remark.id}/edit")
    said = {} if begun is None else begun.fields
    text, language = said.get("text") or source_of(remark), said.get("language") or remark.language
    return _show(request, here, item, text=text, language=language, faults={}, begun=begun)


async def edit(request: web.Request) -> web.Response:
    """POST /remarks/{id}/edit: it says something else from now on."""
    here, acting = await sessions.acting(request)
    form = await forms.read(request, here, RewordForm)
    text, language = form.text.data or "", canonical_tag(form.language.data or "")
    async with request.app[DATABASE].read() as session:
        item, remark = await _own(session, request, acting)
    if not form.validate():
        return _show(request, here, item, text=text, language=language, faults=forms.faults(form))
    await addressees.make_known(request.app[LOOKUP], text)
    try:
        async with request.app[DATABASE].begin() as session:
            await rewording.reword(
                session,
                request.app[SITE],
                remark,
                text=text,
                summary=remark.summary,
                language=language if is_tag(language) else None,
            )
            await pausing.done(session, acting, f"/remarks/{remark.id}/edit")
    except Refusal as refused:
        faults = {"text": refused.reason}
        return _show(request, here, item, text=text, language=language, faults=faults)
    raise web.HTTPSeeOther(saying.address(f"/remarks/{remark.id}", "reworded"))


async def delete_page(request: web.Request) -> web.Response:
    """GET /remarks/{id}/delete: a question."""
    here, acting = await sessions.acting(request)
    async with request.app[DATABASE].read() as session:
        item, _ = await _own(session, request, acting)
    return rendering.page(request, here, "remark_delete.html", item=item, faults={})


async def delete(request: web.Request) -> web.Response:
    """POST /remarks/{id}/delete: for good, if she means it."""
    here, acting = await sessions.acting(request)
    form = await forms.read(request, here, DeleteForm)
    async with request.app[DATABASE].begin() as session:
        item, remark = await _own(session, request, acting)
        if form.understood.data == "yes":
            await forgetting.delete_remark(session, request.app[SITE], remark)
    if form.understood.data == "yes":
        raise web.HTTPSeeOther(saying.address("/space", "remark-deleted"))
    faults = {"understood": N_("Please tick the box if you really want to delete.")}
    return rendering.page(request, here, "remark_delete.html", status=422, item=item, faults=faults)


async def _own(session: Session, request: web.Request, acting: Acting) -> tuple[Item, Remark]:
    """The remark of the address, for a member who may change it.

    Raises:
        NotFound, Gone: there is none.
        NotAllowed: it is somebody else's, or her office does not allow it.
    """
    item = await seen(session, request.match_info["id"], acting.organisation)
    if not isinstance(item.subject, Remark) or item.author.id != acting.organisation.id:
        raise NotAllowed("Only its own organisation can change a remark.")
    permissions.must_publish(acting.office)
    return item, item.subject


def _show(
    request: web.Request,
    here: Visitor,
    item: Item,
    *,
    text: str,
    language: str | None,
    faults: Mapping[str, str],
    begun: Begun | None = None,
) -> web.Response:
    return rendering.page(
        request,
        here,
        "remark_edit.html",
        status=422 if faults else 200,
        item=item,
        begun=begun,
        text=text,
        language=language or rendering.language(request),
        faults=faults,
    )
