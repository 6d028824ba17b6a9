"""Signing in and out, with an e-mail address and a password, or with a passkey.

Wrong passwords are counted (`federation.rates`): for one member from one place, for the place, for
the member, and for all. A browser in which she has signed in before is counted by itself, so that
nobody can lock her out by guessing: it holds a mark made from the hash of her password, which ends
with that password.
"""

import asyncio
import hashlib
import hmac
import secrets
from functools import cache
from typing import Final

from aiohttp import web
from wtforms import StringField

from actors.errors import NotAllowed
from actors.tables.member import Member
from actors.verbs import identifying, signing_in
from actors.views import access, members
from federation import callers, passkeys
from federation.app_keys import DATABASE, SITE, TRIES
from federation.pages import forms, newcomers, rendering, saying, sessions
from federation.pages.forms import Form
from federation.pages.sessions import Visitor
from federation.pages.translating import N_
from federation.rates import SIGN_IN, SIGN_IN_ALL, SIGN_IN_MEMBER, SIGN_IN_PLACE, Limit, TooMany

WRONG = N_("This address and this password do not belong together.")
TOO_OFTEN = N_("Too many tries. Please wait a quarter of an hour and try again.")

DEVICE: Final = "essaim_device"
"""The cookie of a browser in which somebody has signed in before."""

DEVICE_KEPT: Final = 365 * 24 * 3600
"""Seconds; whoever comes once a year is not held up by others' guesses."""


@cache
def _nobodys_hash() -> str:
    """Checked when nobody has the address, so that no answer is faster than another."""
    return signing_in.hash_password(secrets.token_urlsafe())


class SignInForm(Form):
    """Who, with what, and where to go then."""

    email = StringField(validators=forms.required(254))
    password = StringField(validators=forms.required(1000))
    back = StringField(validators=forms.optional(2000))
    passkey = StringField(validators=forms.optional(passkeys.LONGEST_ANSWER))


async def sign_in_page(request: web.Request) -> web.Response:
    """GET /sign-in."""
    here = sessions.with_form_secret(await sessions.visitor(request))
    back = sessions.local_path(request.query.get("return"))
    if here.visit is not None:
        raise web.HTTPSeeOther(back)
    return await _show(request, here, back=back)


async def sign_in(request: web.Request) -> web.Response:
    """POST /sign-in."""
    here = await sessions.visitor(request)
    form = await forms.read(request, here, SignInForm)
    back = sessions.local_path(form.back.data)
    if form.passkey.data:
        return await _with_passkey(request, here, form, back)
    if not form.validate():
        return await _show(request, here, back=back, form=form, faults=forms.faults(form))
    async with request.app[DATABASE].read() as session:
        member = await access.member_by_email(session, form.email.data)
    try:
        counted = await _count(request, form.email.data, member)
    except TooMany as refusal:
        return await _too_often(request, here, form, back, refusal)
    fits = await asyncio.to_thread(_fits, member, form.password.data)
    if member is None or not fits:
        return await _show(request, here, back=back, form=form, faults={"email": WRONG})
    await request.app[TRIES].give_back(*counted)
    async with request.app[DATABASE].begin() as session:
        secret = await newcomers.open_session(session, request, member)
    raise _welcomed(request, back, secret, member)


async def _with_passkey(
    request: web.Request, here: Visitor, form: SignInForm, back: str
) -> web.Response:
    """Sign in with what a device proved; nobody says her name."""
    answer, site, place = form.passkey.data or "", request.app[SITE], callers.place(request)
    try:
        await request.app[TRIES].take((SIGN_IN_PLACE, place))
        async with request.app[DATABASE].begin() as session:
            said = passkeys.challenge_in(answer)
            challenge = await identifying.use_challenge(session, site, said, here.secret)
            known = await identifying.by_credential(session, passkeys.credential_in(answer))
            if known is None:
                raise passkeys.refused()
            uses = passkeys.used(site.origin, answer, challenge, known)
            member = await identifying.used(session, site, known, uses)
            secret = await newcomers.open_session(session, request, member)
    except TooMany as refusal:
        return await _too_often(request, here, form, back, refusal)
    except NotAllowed as refused:
        return await _show(request, here, back=back, faults={"passkey": refused.reason})
    await request.app[TRIES].give_back((SIGN_IN_PLACE, place))
    raise _welcomed(request, back, secret, member)


def _welcomed(request: web.Request, back: str, secret: str, member: Member) -> web.HTTPSeeOther:
    """The browser is hers now, and led on."""
    answer = web.HTTPSeeOther(saying.address("/space", "signed-in") if back == "/" else back)
    newcomers.welcome(request, answer, secret, member)
    if member.password:
        _mark(request, answer, member)
    return answer


async def _too_often(
    request: web.Request, here: Visitor, form: SignInForm, back: str, refusal: TooMany
) -> web.Response:
    response = await _show(request, here, back=back, form=form, faults={"email": TOO_OFTEN})
    response.set_status(429)
    response.headers.update(refusal.headers)
    return response


async def _count(
    request: web.Request, email: str, member: Member | None
) -> list[tuple[Limit, str]]:
    """Count a try before it costs anything; a right one is given back.

    Raises:
        TooMany: there were too many.
    """
    place, whom = callers.place(request), email.strip().lower()
    device = _device(request, member)
    counted = (
        [(SIGN_IN, device)]
        if device
        else [
            (SIGN_IN, f"{whom} {place}"),
            (SIGN_IN_PLACE, place),
            (SIGN_IN_MEMBER, whom),
            (SIGN_IN_ALL, ""),
        ]
    )
    await request.app[TRIES].take(*counted)
    return counted


def _device(request: web.Request, member: Member | None) -> str | None:
    """The mark of this browser, if this very member has signed in with it."""
    number, _, mark = request.cookies.get(DEVICE, "").partition(".")
    if member is None or not member.password:
        return None
    if not hmac.compare_digest(_signed(number, member), mark.encode()):
        return None
    return f"device {number}"


def _mark(request: web.Request, response: web.StreamResponse, member: Member) -> None:
    number = secrets.token_urlsafe(16)
    response.set_cookie(
        DEVICE,
        f"{number}.{_signed(number, member).decode()}",
        max_age=DEVICE_KEPT,
        path="/sign-in",
        secure=sessions.is_https(request),
        httponly=True,
        samesite="Lax",
    )


def _signed(number: str, member: Member) -> bytes:
    made = hmac.new(member.password.encode(), number.encode(), hashlib.sha256)
    return made.hexdigest().encode()


def _fits(member: Member | None, password: str) -> bool:
    """Is it her password? Some 50 ms of CPU, whether she exists, and has one, or not."""
    known = "" if member is None else member.password
    return signing_in.password_fits(known or _nobodys_hash(), password) and bool(known)


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
    sessions.forget(request, answer)
    raise answer


async def _show(
    request: web.Request,
    here: Visitor,
    *,
    back: str,
    form: SignInForm | None = None,
    faults: dict[str, str] | None = None,
) -> web.Response:
    async with request.app[DATABASE].read() as session:
        challenge = identifying.challenge(session, request.app[SITE], here.secret)
        is_open = await members.are_there(session)
    response = rendering.page(
        request,
        here,
        "sign_in.html",
        status=422 if faults else 200,
        back=back,
        email="" if form is None else form.email.data or "",
        faults=faults or {},
        options=passkeys.to_sign_in(request.app[SITE].origin, challenge),
        is_open=is_open,
    )
    sessions.remember_form_secret(request, response, here)
    return response
