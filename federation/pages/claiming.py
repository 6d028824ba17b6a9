"""Claiming: an organisation finds what its network prepared, checks it, publishes it or declines.

Until then nobody sees it, here or elsewhere. Whoever publishes becomes its steward.
"""

import asyncio
from collections.abc import Mapping
from typing import Final

from aiohttp import web
from wtforms import StringField

from activitypub.canonical_json import Json
from actors.database import Session
from actors.errors import Unwise
from actors.mail import keyring
from actors.mail.keyring import KeyPems
from actors.rules.codes.lists import code_list
from actors.rules.rosters import LONGEST_NAME, LONGEST_TEXT
from actors.tables.actor import Actor
from actors.tables.invitation import Entry
from actors.tables.member import Member
from actors.verbs import rostering, signing_in
from actors.verbs.rostering import Profile
from actors.views import members
from federation.app_keys import DATABASE, SITE
from federation.pages import forms, newcomers, rendering, saying, sessions, translating
from federation.pages.newcomers import NewcomerForm
from federation.pages.sessions import Visitor
from federation.pages.translating import N_

PAGE: Final = "/claim/{secret}"

SHOWN: Final[Mapping[str, str]] = {
    "areaServed": N_("Country"),
    "legalForm": N_("Legal form"),
    "essLegalForm": N_("Legal form"),
    "legalFormInWords": N_("Legal form"),
    "legalName": N_("Legal name"),
    "legalNumber": N_("Registration number"),
    "foundingDate": N_("Founded in"),
    "address": N_("Postal address"),
    "website": N_("Website"),
}
"""The facts of a list, as the page asks whether to publish them."""


class ClaimForm(NewcomerForm):
    """The profile, and who claims it."""

    organisation = StringField(validators=forms.required(LONGEST_NAME))
    summary = StringField(validators=forms.optional(LONGEST_TEXT))


async def claim_page(request: web.Request) -> web.Response:
    """GET /claim/{secret}: what was prepared."""
    here = sessions.with_form_secret(await sessions.visitor(request))
    return await _show(request, here, None, frozenset(), faults={})


async def claim(request: web.Request) -> web.Response:
    """POST /claim/{secret}: publish, or decline."""
    here = await sessions.visitor(request)
    given = await forms.fields(request)
    forms.require_token(here, given)
    site, secret = request.app[SITE], request.match_info["secret"]
    if given.get("do") == "decline":
        async with request.app[DATABASE].begin() as session:
            await rostering.decline(session, site, secret)
        raise web.HTTPSeeOther(saying.address("/", "profile-declined"))
    form, wanted = ClaimForm(given), frozenset(given.getall("fact", []))
    async with request.app[DATABASE].read() as session:
        entry = await members.entry(session, site, secret)
    faults = await _faults(here, form)
    if faults:
        return await _show(request, here, form, wanted, faults=faults)
    profile = Profile(
        name=form.organisation.data or "",
        summary=form.summary.data or "",
        facts=_chosen(entry.facts, wanted),
        locale=entry.locale,
    )
    hashed = "" if here.visit is not None else await newcomers.hashed(form)
    keys = await asyncio.to_thread(keyring.new_keys)
    claimed = web.HTTPSeeOther(saying.address("/space", "claimed"))
    try:
        async with request.app[DATABASE].begin() as session:
            if here.visit is not None:
                await _publish(session, request, profile, here.visit.member, keys, here.secret)
            else:
                member = await newcomers.enrol(session, request, here, form, hashed)
                opened = await newcomers.open_session(session, request, member)
                await _publish(session, request, profile, member, keys, opened)
                newcomers.welcome(request, claimed, opened, member)
    except Unwise as refused:
        faults = {
            "organisation" if name == "name" else name: words
            for name, words in refused.fields.items()
        }
        return await _show(request, here, form, wanted, faults=faults)
    raise claimed


async def _publish(
    session: Session,
    request: web.Request,
    profile: Profile,
    member: Member,
    keys: KeyPems,
    browser: str,
) -> Actor:
    actor = await rostering.claim(
        session, request.app[SITE], request.match_info["secret"], profile, member, keys=keys
    )
    await signing_in.act_for(session, browser, actor.id)
    return actor


async def _faults(here: Visitor, form: ClaimForm) -> dict[str, str]:
    if here.visit is None:
        return await newcomers.faults(form, form.organisation.data or "")
    form.validate()
    of_profile = {"organisation", "summary"}
    return {name: words for name, words in forms.faults(form).items() if name in of_profile}


def _chosen(facts: Mapping[str, Json], wanted: frozenset[str]) -> dict[str, Json]:
    return {name: value for name, value in facts.items() if name in wanted}


async def _show(
    request: web.Request,
    here: Visitor,
    form: ClaimForm | None,
    wanted: frozenset[str],
    *,
    faults: Mapping[str, str],
) -> web.Response:
    site, secret = request.app[SITE], request.match_info["secret"]
    async with request.app[DATABASE].read() as session:
        entry = await members.entry(session, site, secret)
    filled = form or ClaimForm(data=_beginning(entry))
    response = rendering.page(
        request,
        here,
        "claim.html",
        status=422 if faults else 200,
        entry=entry,
        address=f"{entry.handle}@{site.origin.partition('://')[2]}",
        facts=_shown(entry, rendering.language(request)),
        wanted=wanted if form is not None else frozenset(entry.facts),
        form=filled,
        faults=faults,
        options=""
        if here.visit is not None
        else await newcomers.offered(request, here, filled.email.data or entry.email),
    )
    sessions.remember_form_secret(request, response, here)
    return response


def _beginning(entry: Entry) -> dict[str, str]:
    return {"organisation": entry.name, "summary": entry.summary, "email": entry.email}


def _shown(entry: Entry, language: str) -> list[tuple[str, str, str]]:
    """Each fact of the list: its name, what it is called, what it says to people."""
    found = []
    for name, called in SHOWN.items():
        value = entry.facts.get(name)
        said = value[0] if isinstance(value, list) and value else value
        if isinstance(said, str):
            found.append((name, called, _told(name, said, language)))
    return found


def _told(name: str, said: str, language: str) -> str:
    if name == "areaServed":
        with translating.speaking(language):
            return translating.territory_name(said)
    code = code_list("legal-forms").find(said) if name in ("legalForm", "essLegalForm") else None
    return said if code is None else code.label(language)
