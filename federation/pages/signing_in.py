"""Signing in and out, with an e-mail address and a password."""

import asyncio
import secrets
from functools import cache

from aiohttp import web
from wtforms import StringField

from actors.tables.member import Member
from actors.verbs import signing_in
from actors.views import access
from federation.app_keys import DATABASE, SITE
from federation.pages import forms, rendering, saying, sessions
from federation.pages.forms import Form
from federation.pages.sessions import Visitor
from federation.pages.translating import N_

WRONG = N_("This address and this password do not belong together.")


@cache
def _nobodys_hash() -> str:
    """Checked when nobody has the address, so that no answer is faster than another."""
    return signing_in.hash_password(secrets.token_urlsafe())


class SignInForm(Form):
    """Who, with what, and where to go then."""

    email = StringField(validators=forms.required(254))
    password = StringField(validators=forms.required(1000))
    back = StringField(validators=forms.optional(2000))


async def sign_in_page(request: web.Request) -> web.Response:
    """GET /sign-in."""
    here = sessions.with_form_secret(await sessions.visitor(request))
    back = sessions.local_path(request.query.get("return"))
    if here.visit is not None:
        raise web.HTTPSeeOther(back)
    return _show(request, here, back=back)


async def sign_in(request: web.Request) -> web.Response:
    """POST /sign-in."""
    here = await sessions.visitor(request)
    form = await forms.read(request, here, SignInForm)
    back = sessions.local_path(form.back.data)
    if not form.validate():
        return _show(request, here, back=back, form=form, faults=forms.faults(form))
    async with request.app[DATABASE].read() as session:
        member = await access.member_by_email(session, form.email.data)
    fits = await asyncio.to_thread(_fits, member, form.password.data)
    if member is None or not fits:
        return _show(request, here, back=back, form=form, faults={"email": WRONG})
    async with request.app[DATABASE].begin() as session:
        secret = await signing_in.open_session(session, request.app[SITE], member)
    answer = web.HTTPSeeOther(saying.address("/space", "signed-in") if back == "/" else back)
    sessions.remember(request, answer, secret)
    raise answer


def _fits(member: Member | None, password: str) -> bool:
    """Is it her password? Some 50 ms of CPU, whether she exists or not."""
    known = _nobodys_hash() if member is None else member.password
    return signing_in.password_fits(known, password)


class SignOutForm(Form):
    """Nothing but the token."""


async def sign_out(request: web.Request) -> web.Response:
    """POST /sign-out."""
    here = await sessions.visitor(request)
    if here.visit is not None:
        await forms.read(request, here, SignOutForm)
        async with request.app[DATABASE].begin() as session:
            await signing_in.close_session(session, here.secret)
    answer = web.HTTPSeeOther(saying.address("/", "signed-out"))
    sessions.forget(answer)
    raise answer


def _show(
    request: web.Request,
    here: Visitor,
    *,
    back: str,
    form: SignInForm | None = None,
    faults: dict[str, str] | None = None,
) -> web.Response:
    response = rendering.page(
        request,
        here,
        "sign_in.html",
        status=422 if faults else 200,
        back=back,
        email="" if form is None else form.email.data or "",
        faults=faults or {},
    )
    sessions.remember_form_secret(request, response, here)
    return response
