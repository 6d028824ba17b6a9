"""My account: name, language, address, password, passkeys, where I am signed in, leaving.

Whatever would let somebody else in, or put her out, asks for the password again; who has none, but
a passkey, has to have signed in within the last hour.
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from aiohttp import web
from wtforms import BooleanField, StringField

from actors.database import Session
from actors.errors import Refusal, Unwise
from actors.rules import naming
from actors.rules.passwords import judging
from actors.site import id_in
from actors.tables.member import Member
from actors.verbs import appointing, identifying, signing_in, ticketing
from actors.views import accounts, members
from federation import passkeys
from federation.app_keys import DATABASE, SITE, TRIES
from federation.pages import devices, forms, newcomers, rendering, saying, sessions, translating
from federation.pages.forms import Form
from federation.pages.sessions import Visitor
from federation.pages.translating import N_
from federation.rates import SIGN_IN, TooMany

WRONG: Final = N_("This is not your password.")
SIGN_IN_AGAIN: Final = N_(
    "For this, sign out and sign in again first: it is more than an hour ago."
)
TOO_OFTEN: Final = N_("Too many tries. Please wait a quarter of an hour and try again.")
NOT_CONFIRMED: Final = N_("Please tick the box if you really want to delete your account.")
PAGE: Final = "/settings"
ADDRESS: Final = "/settings/address/{secret}"

FRESH: Final = timedelta(hours=1)
"""How long after signing in with a passkey nothing more is asked."""


class AccountForm(Form):
    """What to change, and to what."""

    do = StringField()
    name = StringField(validators=forms.optional(identifying.LONGEST_NAME))
    language = StringField(validators=forms.optional(10))
    email = StringField(validators=forms.optional(naming.MAX_EMAIL))
    current = StringField(validators=forms.optional(judging.LONGEST))
    password = StringField(validators=forms.optional(judging.LONGEST))
    passkey = StringField(validators=forms.optional(passkeys.LONGEST_ANSWER))
    number = StringField(validators=forms.optional(20))
    organisation = StringField(validators=forms.optional(20))
    understood = BooleanField()


GUARDED: Final = frozenset({"email", "password", "passkey", "delete"})
"""What asks for the password again."""


async def account_page(request: web.Request) -> web.Response:
    """GET /settings."""
    here = await sessions.member(request)
    return await _show(request, here, AccountForm(), {})


async def act(request: web.Request) -> web.Response:
    """POST /settings: change one thing."""
    here = await sessions.member(request)
    form = await forms.read(request, here, AccountForm)
    if not form.validate():
        return await _show(request, here, form, forms.faults(form))
    do = form.do.data or ""
    try:
        if do in GUARDED:
            await _must_be_herself(request, here, form, f"current-{do}")
        if do == "password":
            return await _change_password(request, here, form)
        if do == "delete":
            return await _delete(request, here, form)
        said = await _done(request, here, do, form)
    except Refusal as refused:
        fields = refused.fields if isinstance(refused, Unwise) else {}
        return await _show(request, here, form, dict(fields) or {do: refused.reason})
    answer = web.HTTPSeeOther(saying.address(PAGE, said))
    if do == "person":
        _speak(answer, form.language.data or "")
    raise answer


async def _done(request: web.Request, here: Visitor, do: str, form: AccountForm) -> str:
    """Do what the form says; the word for what was done."""
    me, site, number = _me(here), request.app[SITE], id_in(form.number.data or "") or 0
    async with request.app[DATABASE].begin() as session:
        if do == "person":
            spoken = form.language.data or ""
            locale = spoken if spoken in translating.LANGUAGES else rendering.language(request)
            await identifying.describe(session, me, name=form.name.data or "", locale=locale)
            return "account-saved"
        if do == "end":
            await identifying.end_session(session, me, number)
            return "session-ended"
        if do == "end-others":
            await identifying.end_others(session, me, here.secret)
            return "session-ended"
        if do == "end-app":
            await identifying.end_app(session, site, me, number)
            return "app-ended"
        return await _of_sign_in(session, request, here, do, form)


async def _of_sign_in(
    session: Session, request: web.Request, here: Visitor, do: str, form: AccountForm
) -> str:
    me, site, number = _me(here), request.app[SITE], id_in(form.number.data or "") or 0
    if do == "email":
        by_letter = newcomers.writes_letters(request)
        row = await session.get_one(Member, me.id)
        await ticketing.ask_address(session, site, row, form.email.data or "", by_letter=by_letter)
        return "address-asked" if by_letter else "account-saved"
    if do == "passkey":
        await _add_passkey(session, request, here, form)
        return "passkey-added"
    if do == "rename-passkey":
        await identifying.rename_passkey(session, me, number, form.name.data or "")
        return "account-saved"
    if do == "remove-passkey":
        await identifying.remove_passkey(session, me, number)
        return "passkey-removed"
    for actor, _ in [] if here.visit is None else here.visit.mandates:
        if do == "leave" and str(actor.id) == form.organisation.data:
            await appointing.dismiss(session, actor, me.id)
            return "left"
    return "account-saved"


async def _add_passkey(
    session: Session, request: web.Request, here: Visitor, form: AccountForm
) -> None:
    site, said = request.app[SITE], form.passkey.data or ""
    answered = passkeys.challenge_in(said)
    challenge = await identifying.use_challenge(session, site, answered, here.secret)
    proven = passkeys.made(site.origin, said, challenge)
    name = form.name.data or devices.named(request.headers.get("User-Agent", ""))
    await identifying.add_passkey(session, site, _me(here), proven, name=name)


async def _change_password(request: web.Request, here: Visitor, form: AccountForm) -> web.Response:
    me = _me(here)
    judging.check(form.password.data or "", (me.email, me.name))
    hashed = await asyncio.to_thread(signing_in.hash_password, form.password.data)
    by_letter = newcomers.writes_letters(request)
    async with request.app[DATABASE].begin() as session:
        await identifying.change_password(
            session, request.app[SITE], me, hashed, here=here.secret, by_letter=by_letter
        )
    raise web.HTTPSeeOther(saying.address(PAGE, "password-changed"))


async def _delete(request: web.Request, here: Visitor, form: AccountForm) -> web.Response:
    if not form.understood.data:
        raise Unwise(NOT_CONFIRMED, fields={"understood": NOT_CONFIRMED})
    async with request.app[DATABASE].begin() as session:
        await appointing.delete_account(session, _me(here))
    answer = web.HTTPSeeOther(saying.address("/", "account-deleted"))
    sessions.forget(request, answer)
    raise answer


async def address_page(request: web.Request) -> web.Response:
    """GET /settings/address/{secret}: a button, because programs open the links in letters."""
    here = sessions.with_form_secret(await sessions.visitor(request))
    async with request.app[DATABASE].read() as session:
        ticket = await ticketing.look(
            session,
            request.app[SITE],
            request.match_info["secret"],
            ticketing.Purpose.ADDRESS,
        )
    response = rendering.page(request, here, "confirm_address.html", email=ticket.email)
    sessions.remember_form_secret(request, response, here)
    return response


async def confirm_address(request: web.Request) -> web.Response:
    """POST /settings/address/{secret}: the new address is hers."""
    here = await sessions.visitor(request)
    forms.require_token(here, await forms.fields(request))
    async with request.app[DATABASE].begin() as session:
        await ticketing.confirm_address(session, request.app[SITE], request.match_info["secret"])
    raise web.HTTPSeeOther(saying.address("/sign-in", "address-confirmed"))


async def _must_be_herself(
    request: web.Request, here: Visitor, form: AccountForm, field: str
) -> None:
    """Refuse whoever only found the browser open.

    Raises:
        Unwise: the password is wrong, was tried too often, or the sign-in is too long ago.
    """
    me = _me(here)
    if not me.password:
        opened = None if here.visit is None else here.visit.opened_at
        if opened is None or request.app[SITE].now() - opened > FRESH:
            raise Unwise(SIGN_IN_AGAIN, fields={field: SIGN_IN_AGAIN})
        return
    counted = (SIGN_IN, f"account {me.id}")
    try:
        await request.app[TRIES].take(counted)
    except TooMany:
        raise Unwise(TOO_OFTEN, fields={field: TOO_OFTEN}) from None
    fits = await asyncio.to_thread(signing_in.password_fits, me.password, form.current.data or "")
    if not fits:
        raise Unwise(WRONG, fields={field: WRONG})
    await request.app[TRIES].give_back(counted)


def _me(here: Visitor) -> Member:
    if here.visit is None:
        raise RuntimeError("only a member has an account")
    return here.visit.member


def _speak(answer: web.StreamResponse, language: str) -> None:
    if language in translating.LANGUAGES:
        kept = rendering.LANGUAGE_KEPT
        answer.set_cookie(translating.COOKIE, language, max_age=kept, path="/", samesite="Lax")


async def _show(
    request: web.Request, here: Visitor, form: AccountForm, faults: Mapping[str, str]
) -> web.Response:
    me, site = _me(here), request.app[SITE]
    async with request.app[DATABASE].read() as session:
        kept = await accounts.passkeys(session, me)
        places = await accounts.places(session, site, me, here.secret)
        apps = await accounts.apps(session, me)
        challenge = identifying.challenge(session, site, here.secret)
        alone = [
            actor.id
            for actor, office in ([] if here.visit is None else here.visit.mandates)
            if await members.is_last_steward(session, actor, me)
        ]
    shown = here.network.name if here.network is not None else site.origin
    return rendering.page(
        request,
        here,
        "account.html",
        status=422 if faults else 200,
        me=me,
        form=form,
        faults=faults,
        passkeys=kept,
        places=places,
        apps=apps,
        alone=alone,
        languages=translating.LANGUAGES,
        options=passkeys.to_create(
            site.origin, challenge, site_name=shown, name=me.email, known=kept
        ),
        writes_letters=newcomers.writes_letters(request),
    )
