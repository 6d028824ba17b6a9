"""Recovering: a forgotten password. Whoever asks gets one answer, whoever has the address.

What costs time (is there such a member? a link for her) happens later, when the letter is written.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from aiohttp import web
from wtforms import StringField

from actors.rules import naming
from actors.rules.passwords import judging
from actors.verbs import signing_in, ticketing
from actors.verbs.ticketing import Purpose
from actors.views import members
from federation import callers
from federation.app_keys import DATABASE, SITE, TRIES
from federation.pages import forms, newcomers, rendering, saying, sessions
from federation.pages.forms import Form
from federation.pages.sessions import Visitor
from federation.pages.translating import N_
from federation.rates import RECOVER, RECOVER_PLACE, TooMany

TOO_OFTEN: Final = N_("Too many tries. Please wait an hour and try again.")


class RecoverForm(Form):
    """Whose password was forgotten."""

    email = StringField(validators=forms.required(naming.MAX_EMAIL))


class PasswordForm(Form):
    """A new password."""

    password = StringField(validators=forms.required(judging.LONGEST))


async def recover_page(request: web.Request) -> web.Response:
    """GET /recover."""
    here = sessions.with_form_secret(await sessions.visitor(request))
    return _ask(request, here, faults={})


async def recover(request: web.Request) -> web.Response:
    """POST /recover: write to that address, if anybody signs in with it."""
    here = await sessions.visitor(request)
    form = await forms.read(request, here, RecoverForm)
    if not form.validate():
        return _ask(request, here, faults=forms.faults(form))
    email = (form.email.data or "").strip().lower()
    try:
        await request.app[TRIES].take((RECOVER_PLACE, callers.place(request)))
    except TooMany as refusal:
        response = _ask(request, here, faults={"email": TOO_OFTEN})
        response.set_status(429)
        response.headers.update(refusal.headers)
        return response
    if newcomers.writes_letters(request):
        with suppress(TooMany):  # nobody is told: an answer of its own would tell of others' tries
            await request.app[TRIES].take((RECOVER, email))
            async with request.app[DATABASE].begin() as session:
                await ticketing.ask_recovery(
                    session, request.app[SITE], email, rendering.language(request)
                )
    return _ask(request, here, faults={}, is_sent=True)


def _ask(
    request: web.Request, here: Visitor, *, faults: Mapping[str, str], is_sent: bool = False
) -> web.Response:
    response = rendering.page(
        request,
        here,
        "recover.html",
        status=422 if faults else 200,
        faults=faults,
        is_sent=is_sent,
        writes_letters=newcomers.writes_letters(request),
    )
    sessions.remember_form_secret(request, response, here)
    return response


async def password_page(request: web.Request) -> web.Response:
    """GET /recover/{secret}: choose a new password."""
    here = sessions.with_form_secret(await sessions.visitor(request))
    async with request.app[DATABASE].read() as session:
        await ticketing.look(
            session, request.app[SITE], request.match_info["secret"], Purpose.RECOVER
        )
    return _choose(request, here, faults={})


async def choose_password(request: web.Request) -> web.Response:
    """POST /recover/{secret}: the new password holds, and everything else is signed out."""
    here = await sessions.visitor(request)
    form = await forms.read(request, here, PasswordForm)
    site, secret = request.app[SITE], request.match_info["secret"]
    async with request.app[DATABASE].read() as session:
        ticket = await ticketing.look(session, site, secret, Purpose.RECOVER)
        member = await members.by_id(session, ticket.member_id or 0)
    faults = {} if form.validate() else forms.faults(form)
    about = () if member is None else (member.email, member.name)
    words = judging.fault(form.password.data or "", about)
    if words is not None and not faults:
        faults = {"password": words}
    if faults:
        return _choose(request, here, faults=faults)
    hashed = await asyncio.to_thread(signing_in.hash_password, form.password.data)
    by_letter = newcomers.writes_letters(request)
    async with request.app[DATABASE].begin() as session:
        recovered = await ticketing.recover(session, site, secret, hashed, by_letter=by_letter)
        opened = await newcomers.open_session(session, request, recovered)
    answer = web.HTTPSeeOther(saying.address("/space", "password-changed"))
    newcomers.welcome(request, answer, opened, recovered)
    raise answer


def _choose(request: web.Request, here: Visitor, *, faults: Mapping[str, str]) -> web.Response:
    response = rendering.page(
        request, here, "recover_password.html", status=422 if faults else 200, faults=faults
    )
    sessions.remember_form_secret(request, response, here)
    return response
