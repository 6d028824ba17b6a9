"""Liking and passing on: two buttons below everything that somebody published."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from aiohttp import web
from wtforms import StringField

from actors.database import Session
from actors.errors import Unwise
from actors.rules import permissions
from actors.site import Site
from actors.tables.actor import Actor
from actors.tables.model import Model
from actors.tables.remark import Remark
from actors.verbs import liking
from federation.app_keys import DATABASE, SITE
from federation.pages import forms, saying, sessions
from federation.pages.forms import Form
from federation.pages.remarks import page_of, seen

Verb = Callable[[Session, Site, Actor, Model | Remark], Awaitable[object]]

VERBS: Final[Mapping[str, tuple[Verb, str]]] = {
    "like": (liking.like, "liked"),
    "unlike": (liking.unlike, "unliked"),
    "boost": (liking.boost, "boosted"),
    "unboost": (liking.unboost, "unboosted"),
}
"""What a button asks for → what is done, and the word for what is said then."""


class DoForm(Form):
    """Which button was pressed, and on which page."""

    do = StringField()
    back = StringField(validators=forms.optional(2000))


async def react(request: web.Request) -> web.Response:
    """POST /remarks/{id}/do, where the id may be a model's: like it or pass it on, or no longer."""
    here, acting = await sessions.acting(request)
    form = await forms.read(request, here, DoForm)
    permissions.must_publish(acting.office)
    verb, said = VERBS.get(form.do.data or "", (None, ""))
    async with request.app[DATABASE].begin() as session:
        item = await seen(session, request.match_info["id"], acting.organisation)
        if verb is None:
            raise Unwise(forms.UNREADABLE)
        await verb(session, request.app[SITE], acting.organisation, item.subject)
    back = sessions.local_path(form.back.data)
    shown = saying.address(page_of(item) if back == "/" else back, said)
    # Back to where one was: the remark itself, and not the top of a long conversation.
    raise web.HTTPSeeOther(f"{shown}#remark-{item.id}" if back.startswith("/m/") else shown)
