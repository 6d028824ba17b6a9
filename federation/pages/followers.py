"""Followers: answering who asks to follow, removing who follows, and who decides about that."""

from typing import NoReturn

from aiohttp import web
from wtforms import StringField

from actors.errors import NotFound
from actors.rules import permissions
from actors.verbs import enrolling, following
from actors.views import profiles
from actors.views.access import Acting
from federation.app_keys import DATABASE, SITE
from federation.pages import forms, organisations, saying, sessions
from federation.pages.forms import Form


class FollowerForm(Form):
    """What to do, and with whom."""

    do = StringField()
    handle = StringField(validators=forms.optional(300))


async def act(request: web.Request) -> web.Response:
    """POST /followers: accept, reject or remove somebody; or change who decides."""
    here, acting = await sessions.acting(request)
    form = await forms.read(request, here, FollowerForm)
    permissions.must_follow(acting.office)
    do = form.do.data or ""
    if do in ("by-hand", "at-once"):
        await _decide(request, acting, by_hand=do == "by-hand")
    async with request.app[DATABASE].begin() as session:
        them = await organisations.known(session, form.handle.data or "")
        row = await profiles.follow_of(session, them, acting.organisation)
        if row is None:
            raise NotFound("They have not asked to follow you.")
        answer = following.admit if do == "accept" else following.dismiss
        await answer(session, request.app[SITE], row)
    said = "admitted" if do == "accept" else "dismissed"
    raise web.HTTPSeeOther(saying.address("/space", said))


async def _decide(request: web.Request, acting: Acting, *, by_hand: bool) -> NoReturn:
    permissions.must_manage_members(acting.office)
    site, us = request.app[SITE], acting.organisation
    async with request.app[DATABASE].begin() as session:
        await enrolling.set_approval(session, site, us, by_hand=by_hand)
        if not by_hand:
            await following.admit_all(session, site, us)
    raise web.HTTPSeeOther(saying.address("/space", "approval"))
