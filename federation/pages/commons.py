"""Commons: the list, the page of one, opening and tending it, putting things into it."""

import asyncio
from collections.abc import Mapping
from typing import Final

from aiohttp import web
from wtforms import BooleanField, StringField

from actors.errors import NotFound, Refusal, Unwise
from actors.mail import keyring
from actors.rules import permissions
from actors.rules.commons import LONGEST_NAME, LONGEST_RULES, LONGEST_SUMMARY, MayPost
from actors.rules.languages import MAX_TAG, canonical_tag, is_tag
from actors.rules.naming import MAX_HANDLE
from actors.tables.actor import Actor
from actors.tables.commons import Commons
from actors.verbs import opening, publishing, remarking, tending
from actors.verbs.opening import Charter
from actors.verbs.remarking import LONGEST_REMARK
from actors.verbs.tending import ABOUT_THINGS, Act
from actors.views import commons as view
from actors.views import profiles, reception
from actors.views.paging import Page
from federation.app_keys import DATABASE, SITE
from federation.pages import (
    addresses,
    elsewhere,
    forms,
    models,
    organisations,
    pausing,
    rendering,
    saying,
    sessions,
)
from federation.pages.forms import Form
from federation.pages.sessions import Visitor

SHOWN: Final = 40
"""Things of a commons on its page: what people scroll through."""


class CharterForm(Form):
    """What a commons says of itself, in one language; the other languages stay as they are."""

    handle = StringField(validators=forms.optional(MAX_HANDLE))
    name = StringField(validators=forms.required(LONGEST_NAME))
    summary = StringField(validators=forms.optional(LONGEST_SUMMARY))
    rules = StringField(validators=forms.optional(LONGEST_RULES))
    family = StringField(validators=forms.optional(60))
    posting = StringField(default=MayPost.EVERYBODY.value)
    approves = BooleanField()


class TendingForm(Form):
    """What to do, to what or to whom, and why."""

    do = StringField(validators=forms.required(20))
    iri = StringField(validators=forms.optional(2048))
    handle = StringField(validators=forms.optional(300))
    reason = StringField(validators=forms.optional(LONGEST_SUMMARY))


class SayingForm(Form):
    """A remark that begins a conversation in a commons."""

    text = StringField(validators=forms.required(LONGEST_REMARK))
    language = StringField(validators=forms.optional(MAX_TAG))


class PlaceForm(Form):
    """Into which commons a model goes; none when empty."""

    commons = StringField(validators=forms.optional(300))


async def listing(request: web.Request) -> web.Response:
    """GET /commons: the commons of this site."""
    here = await sessions.visitor(request)
    return await _list(request, here, CharterForm(), {})


async def open_one(request: web.Request) -> web.Response:
    """POST /commons: open one, in the name of the network."""
    here, acting = await sessions.acting(request)
    form = await forms.read(request, here, CharterForm)
    permissions.must_administer(acting.office, is_network=acting.is_network)
    if not form.validate():
        return await _list(request, here, form, forms.faults(form))
    keys = await asyncio.to_thread(keyring.new_keys)
    language = rendering.language(request)
    try:
        charter = _charter(form, language, {}, {})
        async with request.app[DATABASE].begin() as session:
            made = await opening.open_commons(
                session,
                request.app[SITE],
                acting.organisation,
                form.handle.data or "",
                charter,
                keys=keys,
            )
    except Refusal as refused:
        return await _list(request, here, form, _faults(refused, "handle"))
    raise web.HTTPSeeOther(saying.address(addresses.page_of_actor(made), "commons-opened"))


async def actor(request: web.Request) -> web.Response:
    """GET /@{handle}: the page of a commons of ours, or of any other account."""
    async with request.app[DATABASE].read() as session:
        found = await organisations.find(session, request.match_info["handle"])
        row = await view.of(session, found)
    if row is None:
        return await organisations.organisation(request)
    here = await sessions.visitor(request)
    return await _show(request, here, found)


async def say(request: web.Request) -> web.Response:
    """POST /@{handle}/say: begin a conversation in a commons."""
    here, acting = await sessions.acting(request)
    form = await forms.read(request, here, SayingForm)
    permissions.must_publish(acting.office)
    found = await _named(request)
    if not form.validate():
        return await _show(request, here, found, text=form.text.data, faults=forms.faults(form))
    chosen = canonical_tag(form.language.data or "")
    async with request.app[DATABASE].begin() as session:
        await remarking.remark(
            session,
            request.app[SITE],
            acting.organisation,
            text=form.text.data or "",
            language=chosen if is_tag(chosen) else rendering.language(request),
            commons=found,
        )
        await pausing.done(session, acting, addresses.page_of_actor(found))
    raise web.HTTPSeeOther(saying.address(addresses.page_of_actor(found), "said"))


async def charter_page(request: web.Request) -> web.Response:
    """GET /@{handle}/charter: what it says of itself, as a form."""
    here, acting = await sessions.acting(request)
    found = await _named(request)
    async with request.app[DATABASE].read() as session:
        await tending.must_tend(session, found, acting.organisation)
        row = await view.row_of(session, found)
    return _form_of(request, here, found, _filled(found, row), {})


async def charter(request: web.Request) -> web.Response:
    """POST /@{handle}/charter: change it."""
    here, acting = await sessions.acting(request)
    form = await forms.read(request, here, CharterForm)
    permissions.must_manage_members(acting.office)
    found = await _named(request)
    if not form.validate():
        return _form_of(request, here, found, form, forms.faults(form))
    try:
        async with request.app[DATABASE].begin() as session:
            await tending.must_tend(session, found, acting.organisation)
            row = await view.row_of(session, found)
            told = _charter(form, row.language, row.names, row.summaries)
            await opening.describe(session, request.app[SITE], found, told)
    except Refusal as refused:
        return _form_of(request, here, found, form, _faults(refused, "name"))
    raise web.HTTPSeeOther(saying.address(addresses.page_of_actor(found), "commons-changed"))


async def tend(request: web.Request) -> web.Response:
    """POST /@{handle}/tend: remove, pin, keep out, let in, appoint."""
    here, acting = await sessions.acting(request)
    form = await forms.read(request, here, TendingForm)
    permissions.must_publish(acting.office)
    found = await _named(request)
    act = Act(form.do.data) if form.do.data in set(Act) else None
    if act is None:
        raise Unwise(forms.UNREADABLE)
    if not form.validate():
        return await _show(request, here, found, form=form, faults=forms.faults(form))
    try:
        somebody = (
            None
            if act in ABOUT_THINGS
            else await organisations.somebody(request, form.handle.data or "")
        )
        async with request.app[DATABASE].begin() as session:
            await tending.tend(
                session,
                request.app[SITE],
                found,
                acting.organisation,
                act,
                iri=form.iri.data or "",
                somebody=somebody,
                reason=form.reason.data or "",
            )
    except elsewhere.FORESEEN as refused:
        faults = {"thing" if act in ABOUT_THINGS else "handle": elsewhere.plainly(refused)}
        return await _show(request, here, found, form=form, faults=faults)
    raise web.HTTPSeeOther(saying.address(addresses.page_of_actor(found), "tended"))


async def place(request: web.Request) -> web.Response:
    """POST /m/{slug}/commons: put a model into a commons, or take it out."""
    here, acting = await sessions.acting(request)
    form = await forms.read(request, here, PlaceForm)
    permissions.must_publish(acting.office)
    group = await chosen(request, form.commons.data or "")
    async with request.app[DATABASE].begin() as session:
        found = await models.find(session, request.match_info["slug"])
        if found.actor_id != acting.organisation.id:
            raise NotFound("There is no such model of yours.")
        await publishing.place_in(session, request.app[SITE], found, group)
    raise web.HTTPSeeOther(saying.address(addresses.page_of(found), "placed"))


async def chosen(request: web.Request, text: str) -> Actor | None:
    """The commons whose handle somebody wrote, here or elsewhere; None for none.

    Raises:
        NotFound: there is nobody of that name.
    """
    return await organisations.somebody(request, text.strip()) if text.strip() else None


async def _named(request: web.Request) -> Actor:
    """The commons in the path.

    Raises:
        NotFound: there is none of that name here.
    """
    async with request.app[DATABASE].read() as session:
        found = await organisations.find(session, request.match_info["handle"])
        await view.row_of(session, found)
    return found


async def _list(
    request: web.Request, here: Visitor, form: CharterForm, faults: Mapping[str, str]
) -> web.Response:
    acting = here.acting
    async with request.app[DATABASE].read() as session:
        found = [(one, await profiles.counts(session, one)) for one in await view.here(session)]
    may_open = acting is not None and permissions.may_administer(
        acting.office, is_network=acting.is_network
    )
    return rendering.page(
        request,
        here,
        "commons_list.html",
        status=422 if faults else 200,
        found=found,
        form=form,
        may_open=may_open,
        faults=faults,
    )


async def _show(
    request: web.Request,
    here: Visitor,
    found: Actor,
    *,
    text: str | None = "",
    form: TendingForm | None = None,
    faults: Mapping[str, str] | None = None,
) -> web.Response:
    """The page of a commons, with what was typed into its forms and what is wrong with that."""
    us = here.organisation
    async with request.app[DATABASE].read() as session:
        row = await view.row_of(session, found)
        moderators = await view.moderators(session, found)
        tending_it = us is not None and any(one.id == us.id for one in moderators)
        entries = await view.entries(session, found, Page(limit=SHOWN))
        shown = {
            "entries": entries,
            "receptions": await reception.receptions(
                session, us, [entry.subject for entry in entries]
            ),
            "counts": await profiles.counts(session, found),
            "relationship": None if us is None else await profiles.relationship(session, us, found),
            "applicants": await view.applicants(session, found) if tending_it else [],
            "kept_out": await view.kept_out(session, found) if tending_it else [],
            "begun": await pausing.begun(session, here, addresses.page_of_actor(found)),
        }
    return rendering.page(
        request,
        here,
        "commons.html",
        status=422 if faults else 200,
        actor=found,
        commons=row,
        moderators=moderators,
        is_tended_by_us=tending_it,
        text=text or "",
        form=form,
        faults=faults or {},
        **shown,
    )


def _form_of(
    request: web.Request,
    here: Visitor,
    found: Actor,
    form: CharterForm,
    faults: Mapping[str, str],
) -> web.Response:
    return rendering.page(
        request,
        here,
        "commons_charter.html",
        status=422 if faults else 200,
        actor=found,
        form=form,
        faults=faults,
    )


def _filled(found: Actor, row: Commons) -> CharterForm:
    return CharterForm(
        data={
            "name": row.names.get(row.language, found.name),
            "summary": row.summaries.get(row.language, ""),
            "rules": row.rules,
            "family": row.family or "",
            "posting": row.posting,
            "approves": found.approves_followers,
        }
    )


def _charter(
    form: CharterForm, language: str, names: Mapping[str, str], summaries: Mapping[str, str]
) -> Charter:
    """What was typed, beside what other languages say already."""
    known = form.posting.data in set(MayPost)
    summary = (form.summary.data or "").strip()
    return Charter(
        language=language,
        names={**names, language: (form.name.data or "").strip()},
        summaries={**summaries, language: summary} if summary else {**summaries},
        rules=(form.rules.data or "").strip(),
        family=form.family.data or None,
        posting=MayPost(form.posting.data) if known else MayPost.EVERYBODY,
        approves=bool(form.approves.data),
    )


def _faults(refused: Refusal, otherwise: str) -> Mapping[str, str]:
    fields: Mapping[str, str] = getattr(refused, "fields", {})
    return fields or {otherwise: refused.reason}
