"""An invitation: what somebody sees who opens its link, and what she answers."""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from actors.errors import Unwise
from actors.tables.member import Member
from actors.verbs import inviting, signing_in
from actors.views import members
from federation.app_keys import DATABASE, SITE
from federation.pages import forms, newcomers, rendering, saying, sessions
from federation.pages.newcomers import NewcomerForm
from federation.pages.sessions import Visitor

PAGE: Final = "/invitation/{secret}"


async def invitation_page(request: web.Request) -> web.Response:
    """GET /invitation/{secret}: by whom, to what, as what."""
    here = sessions.with_form_secret(await sessions.visitor(request))
    return await _show(request, here, NewcomerForm(), faults={})


async def answer(request: web.Request) -> web.Response:
    """POST /invitation/{secret}: accept, with the account she has or with a new one; decline."""
    here = await sessions.visitor(request)
    given = await forms.fields(request)
    forms.require_token(here, given)
    site, secret = request.app[SITE], request.match_info["secret"]
    if given.get("do") == "decline":
        async with request.app[DATABASE].begin() as session:
            await inviting.decline(session, site, secret)
        raise web.HTTPSeeOther(saying.address("/", "invitation-declined"))
    if here.visit is not None:
        return await _join(request, here, here.visit.member)
    return await _sign_up(request, here, NewcomerForm(given))


async def _join(request: web.Request, here: Visitor, member: Member) -> web.Response:
    site, secret = request.app[SITE], request.match_info["secret"]
    try:
        async with request.app[DATABASE].begin() as session:
            _, organisation = await inviting.accept(session, site, secret, member)
            await signing_in.act_for(session, here.secret, organisation.id)
    except Unwise as refused:
        return await _show(request, here, NewcomerForm(), faults={"email": refused.reason})
    raise web.HTTPSeeOther(saying.address("/space", "joined"))


async def _sign_up(request: web.Request, here: Visitor, form: NewcomerForm) -> web.Response:
    site, secret = request.app[SITE], request.match_info["secret"]
    async with request.app[DATABASE].read() as session:
        _, organisation, _ = await members.invitation(session, site, secret)
    if faults := await newcomers.faults(form, organisation.name):
        return await _show(request, here, form, faults=faults)
    hashed = await newcomers.hashed(form)
    try:
        async with request.app[DATABASE].begin() as session:
            member = await newcomers.enrol(session, request, here, form, hashed)
            await inviting.accept(session, site, secret, member)
            opened = await newcomers.open_session(session, request, member)
    except Unwise as refused:
        return await _show(request, here, form, faults=dict(refused.fields))
    response = web.HTTPSeeOther(saying.address("/space", "joined"))
    newcomers.welcome(request, response, opened, member)
    raise response


async def _show(
    request: web.Request, here: Visitor, form: NewcomerForm, *, faults: Mapping[str, str]
) -> web.Response:
    site, secret = request.app[SITE], request.match_info["secret"]
    async with request.app[DATABASE].read() as session:
        found, organisation, by = await members.invitation(session, site, secret)
    name = form.email.data or found.email
    response = rendering.page(
        request,
        here,
        "invitation.html",
        status=422 if faults else 200,
        invitation=found,
        organisation=organisation,
        by=by,
        form=form,
        faults=faults,
        options="" if here.visit is not None else await newcomers.offered(request, here, name),
    )
    sessions.remember_form_secret(request, response, here)
    return response
