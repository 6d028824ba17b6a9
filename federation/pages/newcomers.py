"""Newcomers: somebody gets a sign-in here, with a password or with a passkey.

Three pages lead here: the one that opens an instance, an invitation, and a profile to be claimed.
"""

import asyncio
from typing import Final

from aiohttp import web
from wtforms import StringField

from actors.database import Session
from actors.errors import Unwise
from actors.rules import naming
from actors.rules.passwords import judging
from actors.tables.member import Member
from actors.verbs import enrolling, identifying, signing_in
from federation import passkeys
from federation.app_keys import DATABASE, SETTINGS, SITE
from federation.pages import devices, forms, rendering, sessions, translating
from federation.pages.forms import Form
from federation.pages.sessions import Visitor
from federation.pages.translating import N_

NEITHER: Final = N_("Choose a password, or use a passkey.")


class NewcomerForm(Form):
    """Who she is, and how she will sign in."""

    name = StringField(validators=forms.required(identifying.LONGEST_NAME))
    email = StringField(validators=forms.required(naming.MAX_EMAIL))
    password = StringField(validators=forms.optional(judging.LONGEST))
    passkey = StringField(validators=forms.optional(passkeys.LONGEST_ANSWER))


async def offered(request: web.Request, here: Visitor, name: str = "") -> str:
    """What a browser needs to make a passkey on this page, as JSON."""
    site = request.app[SITE]
    async with request.app[DATABASE].read() as session:
        challenge = identifying.challenge(session, site, here.secret)
    shown = here.network.name if here.network is not None else site.origin
    return passkeys.to_create(site.origin, challenge, site_name=shown, name=name or shown)


async def faults(form: NewcomerForm, *about: str) -> dict[str, str]:
    """What is wrong with what she typed: field → words."""
    found = {} if form.validate() else forms.faults(form)
    if "email" not in found:
        try:
            naming.check_email(form.email.data or "")
        except Unwise as refused:
            found |= refused.fields
    if form.passkey.data or "password" in found:
        return found
    if not form.password.data:
        return found | {"password": NEITHER}
    known = (form.email.data or "", form.name.data or "", *about)
    words = judging.fault(form.password.data, known)
    return found if words is None else found | {"password": words}


async def hashed(form: NewcomerForm) -> str:
    """The hash of her password, made before any transaction; empty where a passkey does."""
    if form.passkey.data:
        return ""
    return await asyncio.to_thread(signing_in.hash_password, form.password.data or "")


async def enrol(
    session: Session, request: web.Request, here: Visitor, form: NewcomerForm, password_hash: str
) -> Member:
    """Write her down, with her passkey if she made one.

    Raises:
        Unwise: somebody signs in with this address already.
        NotAllowed: the passkey proves nothing.
    """
    site = request.app[SITE]
    member = await enrolling.new_member(
        session,
        site,
        email=form.email.data or "",
        name=form.name.data or "",
        password_hash=password_hash,
        locale=rendering.language(request),
    )
    if form.passkey.data:
        answered = passkeys.challenge_in(form.passkey.data)
        challenge = await identifying.use_challenge(session, site, answered, here.secret)
        proven = passkeys.made(site.origin, form.passkey.data, challenge)
        device = devices.named(request.headers.get("User-Agent", ""))
        await identifying.add_passkey(session, site, member, proven, name=device)
    return member


async def open_session(session: Session, request: web.Request, member: Member) -> str:
    """She is signed in with this browser; the secret for its cookie."""
    device = devices.named(request.headers.get("User-Agent", ""))
    return await signing_in.open_session(session, request.app[SITE], member, device)


def welcome(
    request: web.Request, response: web.StreamResponse, secret: str, member: Member
) -> None:
    """Give the browser its cookie, and speak her language from now on."""
    sessions.remember(request, response, secret)
    if member.locale in translating.LANGUAGES and translating.COOKIE not in request.cookies:
        response.set_cookie(
            translating.COOKIE,
            str(member.locale),
            max_age=rendering.LANGUAGE_KEPT,
            path="/",
            samesite="Lax",
        )


def writes_letters(request: web.Request) -> bool:
    """Whether this site sends e-mails."""
    return request.app[SETTINGS].email.is_ready
