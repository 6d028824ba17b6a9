"""Opening an instance: whoever installed it names the network and becomes its first steward.

The link was printed by `essaim init`, works once, and only as long as nobody can sign in. Nothing
else is to be typed at a command line afterwards.
"""

from collections.abc import Mapping

from aiohttp import web
from wtforms import StringField

from actors.errors import Conflicting, Unwise
from actors.rules.permissions import Office
from actors.rules.rosters import LONGEST_NAME, LONGEST_TEXT
from actors.verbs import enrolling, ticketing
from actors.verbs.ticketing import Purpose
from actors.views import members, profiles
from federation.app_keys import DATABASE, SITE
from federation.pages import forms, newcomers, rendering, saying, sessions, words
from federation.pages.newcomers import NewcomerForm
from federation.pages.sessions import Visitor
from federation.pages.translating import N_

OPEN_ALREADY = N_("This site is open already. Sign in, or ask one of its stewards.")
NO_LANGUAGE = N_("Please choose one of these languages.")


class OpeningForm(NewcomerForm):
    """What the network is called and speaks, and who opens it."""

    network = StringField(validators=forms.required(LONGEST_NAME))
    about = StringField(validators=forms.optional(LONGEST_TEXT))
    language = StringField(validators=forms.required(35))


async def opening_page(request: web.Request) -> web.Response:
    """GET /open/{secret}."""
    here = sessions.with_form_secret(await sessions.visitor(request))
    await _must_be_open(request)
    return await _show(request, here, OpeningForm(), faults={})


async def open_instance(request: web.Request) -> web.Response:
    """POST /open/{secret}: name the network, make the first account."""
    here = await sessions.visitor(request)
    form = await forms.read(request, here, OpeningForm)
    await _must_be_open(request)
    faults = await newcomers.faults(form, form.network.data or "")
    if "language" not in faults and form.language.data not in words.WRITING_LANGUAGES:
        faults["language"] = NO_LANGUAGE
    if faults:
        return await _show(request, here, form, faults=faults)
    hashed, site = await newcomers.hashed(form), request.app[SITE]
    try:
        async with request.app[DATABASE].begin() as session:
            await ticketing.use(session, site, request.match_info["secret"], Purpose.OPEN)
            if await members.are_there(session):
                raise Conflicting(OPEN_ALREADY)
            network = await profiles.network(session)
            member = await newcomers.enrol(session, request, here, form, hashed)
            await enrolling.add_mandate(session, site, member, network, Office.STEWARD)
            await enrolling.present_network(
                session,
                site,
                network,
                name=form.network.data or "",
                summary=form.about.data or "",
                locale=form.language.data or "",
            )
            secret = await newcomers.open_session(session, request, member)
    except Unwise as refused:
        return await _show(request, here, form, faults=dict(refused.fields))
    answer = web.HTTPSeeOther(saying.address("/members", "opened"))
    newcomers.welcome(request, answer, secret, member)
    raise answer


async def _must_be_open(request: web.Request) -> None:
    """The link works still, and nobody has signed up.

    Raises:
        NotFound, Gone, Conflicting: not so.
    """
    async with request.app[DATABASE].read() as session:
        is_open = await members.are_there(session)
        if is_open:
            raise Conflicting(OPEN_ALREADY)
        await ticketing.look(session, request.app[SITE], request.match_info["secret"], Purpose.OPEN)


async def _show(
    request: web.Request, here: Visitor, form: OpeningForm, *, faults: Mapping[str, str]
) -> web.Response:
    async with request.app[DATABASE].read() as session:
        locale = await members.language_of_network(session)
    response = rendering.page(
        request,
        here,
        "opening.html",
        status=422 if faults else 200,
        form=form,
        locale=form.language.data or locale,
        faults=faults,
        options=await newcomers.offered(request, here, form.email.data or ""),
    )
    sessions.remember_form_secret(request, response, here)
    return response
