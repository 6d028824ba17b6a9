"""My organisation's space: its models, what is new among those it follows, and whom it follows.

Also the choice of the organisation to act for, by members who have several.
"""

from collections.abc import Mapping
from typing import Final

from aiohttp import web
from wtforms import StringField

from actors.errors import NotAllowed
from actors.rules import permissions
from actors.verbs import signing_in
from actors.views import (
    catalogue,
    drafts,
    jottings,
    lineage,
    profiles,
    proposals,
    reception,
    timelines,
    unsent,
)
from actors.views.access import Acting
from actors.views.paging import Page
from federation.app_keys import DATABASE
from federation.pages import forms, pausing, rendering, saying, sessions
from federation.pages.forms import Form
from federation.pages.sessions import Visitor

MODELS_SHOWN: Final = 50
NEWS_SHOWN: Final = 20
FOLLOWERS_SHOWN: Final = 40
WAITING_SHOWN: Final = 10  # adaptations to be looked at: whoever has seen to these gets the next


async def space(request: web.Request) -> web.Response:
    """GET /space: everything an organisation works with, on one page."""
    here, acting = await sessions.acting(request)
    return await show(request, here, acting, handle="", faults={})


async def show(
    request: web.Request, here: Visitor, acting: Acting, *, handle: str, faults: Mapping[str, str]
) -> web.Response:
    """The space, with what was typed into its form and what was wrong with that."""
    us = acting.organisation
    async with request.app[DATABASE].read() as session:
        models = await catalogue.of_actor(session, us.id, Page(limit=MODELS_SHOWN))
        news = await timelines.news(session, us, Page(limit=NEWS_SHOWN))
        receptions = await reception.receptions(session, us, [item.subject for item in news])
        follows = await profiles.our_follows(session, us)
        waiting = await profiles.requests(session, us, Page(limit=FOLLOWERS_SHOWN))
        now = await profiles.by_id(session, us.id)
        written = await drafts.of(session, us)
        begun = await jottings.of(session, us)
        unfinished = await unsent.all_of(session, acting)
        proposed = await proposals.counts(session, us)
        behind = await lineage.waiting(session, us, Page(limit=WAITING_SHOWN))
        followers = await profiles.followers(session, us, Page(limit=FOLLOWERS_SHOWN))
    return rendering.page(
        request,
        here,
        "space.html",
        status=422 if faults else 200,
        acting=acting,
        manages=permissions.may_manage_members(acting.office),
        models=models,
        drafts=written,
        begun=begun,
        unfinished=[(one, pausing.called(one.place)) for one in unfinished],
        proposed=proposed,
        behind=behind,
        news=news,
        receptions=receptions,
        follows=follows,
        followers=followers,
        waiting=waiting,
        approves=now is not None and now.approves_followers,
        handle=handle,
        faults=faults,
    )


class ActingForm(Form):
    """For whom to act from now on, and where to go then."""

    organisation = StringField(validators=forms.required(20))
    back = StringField(validators=forms.optional(2000))


async def choose(request: web.Request) -> web.Response:
    """GET /acting: for which organisation do I act?"""
    here = await sessions.member(request)
    back = sessions.local_path(request.query.get("return"))
    return rendering.page(request, here, "acting.html", back=back)


async def act(request: web.Request) -> web.Response:
    """POST /acting: act for another organisation from now on."""
    here = await sessions.member(request)
    form = await forms.read(request, here, ActingForm)
    held = [] if here.visit is None else here.visit.mandates
    wanted = next((actor for actor, _ in held if str(actor.id) == form.organisation.data), None)
    if wanted is None:
        raise NotAllowed("You may not act for this organisation.")
    async with request.app[DATABASE].begin() as session:
        await signing_in.act_for(session, here.secret, wanted.id)
    back = sessions.local_path(form.back.data)
    raise web.HTTPSeeOther(saying.address("/space" if back == "/" else back, "acting"))
