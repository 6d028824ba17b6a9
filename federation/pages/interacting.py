"""Interacting across servers: from here to the reader's own server, and from others to here.

Somebody with an account on Mastodon, or on another instance, reads a page of ours and wants to
follow or to answer: she says who she is, her server tells where it takes people for that
(FEP-3b86, else the `subscribe` of OStatus), and we show her the way. The other way round, WebFinger
names `/interact` for every organisation of ours.

Who she is stays with her: nothing of it is written down here, and only at her wish her own browser
remembers it.
"""

import re
from typing import Final
from urllib.parse import quote, unquote, urlencode

from aiohttp import web
from wtforms import BooleanField, StringField

from activitypub import handles, iris
from activitypub.discovery.webfinger import Intent
from activitypub.errors import Malformed
from activitypub.handles import Handle
from activitypub.iris import Iri
from actors.errors import NotFound
from federation.app_keys import CLIENT, SITE
from federation.pages import elsewhere, forms, rendering, sessions
from federation.pages.forms import Form
from federation.pages.sessions import Visitor
from federation.pages.translating import N_
from federation.transport import discovering

MAX_ADDRESS: Final = 2048
"""Characters of an address or a handle: `activitypub.iris.LONGEST`."""

NO_HANDLE: Final = N_("Write your handle as name@site, for example me@social.example.")
NO_WAY: Final = N_(
    "Your site does not say where to do this. Search there for the address of this page instead."
)

AT_HOME: Final = N_("This account is on this very site: sign in instead.")

HOME_COOKIE: Final = "essaim_home"
"""The handle of a reader who wanted it remembered, in her browser and nowhere else."""

REMEMBERED: Final = 365 * 24 * 3600
"""Seconds: who comes back within a year need not type it again."""

_INTENTS: Final = {"follow": Intent.FOLLOW, "reply": Intent.CREATE, "adapt": Intent.OBJECT}
_PROFILE: Final = re.compile(r"https?://([^/\s]+)/(?:@|users/|actors/)([^/@\s]+)/?")
_STRAY: Final = " \t.,;:<>\"'"
"""Around a handle that was copied out of a sentence."""


class ElsewhereForm(Form):
    """Who somebody is on another server, and what she wants to do with what."""

    handle = StringField(validators=forms.required(MAX_ADDRESS))
    uri = StringField(validators=forms.required(MAX_ADDRESS))
    do = StringField()
    remember = BooleanField()


async def interact(request: web.Request) -> web.Response:
    """GET /interact?uri=…: another server sends one of our members here with something of theirs.

    She is shown our page of it, where she can follow or answer. Nothing happens by itself.
    """
    await sessions.member(request)
    uri = forms.without_nul(request.query.get("uri", "")).strip()[:MAX_ADDRESS]
    raise web.HTTPSeeOther("/directory?" + urlencode({"q": uri.removeprefix("acct:")}))


async def from_elsewhere_page(request: web.Request) -> web.Response:
    """GET /from-elsewhere?uri=…&do=…: follow or answer something of ours from another server."""
    here = sessions.with_form_secret(await sessions.visitor(request))
    uri = _of_ours(request, forms.without_nul(request.query.get("uri", "")))
    known = _known(request)
    return _show(
        request, here, uri=uri, do=request.query.get("do", ""), typed=known, remember=bool(known)
    )


async def from_elsewhere(request: web.Request) -> web.Response:
    """POST /from-elsewhere: ask her server where it takes her, and show the way.

    A link and not a redirect: she sees to whom she goes, and our pages send no form elsewhere.
    """
    here = await sessions.visitor(request)
    form = await forms.read(request, here, ElsewhereForm)
    uri, do = _of_ours(request, form.uri.data or ""), form.do.data or ""
    way, typed = None, form.handle.data or ""
    if form.validate():
        way, fault = await _way(request, typed, do, uri)
        faults = {"handle": fault} if fault else {}
    else:
        faults = forms.faults(form)
    remember = bool(form.remember.data)
    response = _show(
        request, here, uri=uri, do=do, typed=typed, way=way, faults=faults, remember=remember
    )
    if way is not None:
        _remember(request, response, typed.strip(_STRAY) if remember else "")
    return response


async def _way(request: web.Request, typed: str, do: str, uri: Iri) -> tuple[Iri | None, str]:
    """Where her own server takes her, or what is wrong."""
    try:
        handle = _handle(typed)
    except Malformed:
        return None, NO_HANDLE
    if handle.host == iris.host(request.app[SITE].origin):
        return None, AT_HOME
    try:
        way = await discovering.intent(
            request.app[CLIENT], handle, _INTENTS.get(do, Intent.OBJECT), uri
        )
    except elsewhere.FORESEEN as refused:
        return None, elsewhere.plainly(refused)
    return way, "" if way else NO_WAY


def _handle(typed: str) -> Handle:
    """What somebody typed, or the address of her page: people copy either.

    Raises:
        Malformed: it is neither.
    """
    text = typed.strip(_STRAY)
    page = _PROFILE.fullmatch(text)
    return handles.parse(f"{page[2]}@{page[1]}" if page else text)


def _known(request: web.Request) -> str:
    """Her handle, as her browser remembers it; empty where it does not."""
    return unquote(request.cookies.get(sessions.named(request, HOME_COOKIE), ""))[:MAX_ADDRESS]


def _remember(request: web.Request, response: web.Response, handle: str) -> None:
    name, secure = sessions.named(request, HOME_COOKIE), sessions.is_https(request)
    if not handle:
        response.del_cookie(name, path="/", secure=secure)
        return
    response.set_cookie(
        name,
        quote(handle, safe="@"),
        max_age=REMEMBERED,
        path="/",
        secure=secure,
        httponly=True,
        samesite="Lax",
    )


def _of_ours(request: web.Request, text: str) -> Iri:
    """What somebody wants to follow or answer, if it is ours: we lead nobody to third servers.

    Raises:
        NotFound: it is not.
    """
    try:
        uri = iris.parse(text)
    except Malformed as malformed:
        raise NotFound("There is no such page.") from malformed
    if not iris.same_origin(uri, request.app[SITE].origin):
        raise NotFound("There is no such page.")
    return uri


def _show(
    request: web.Request,
    here: Visitor,
    *,
    uri: Iri,
    do: str,
    typed: str | None = None,
    way: Iri | None = None,
    faults: dict[str, str] | None = None,
    remember: bool = False,
) -> web.Response:
    response = rendering.page(
        request,
        here,
        "from_elsewhere.html",
        status=422 if faults else 200,
        uri=uri,
        do=do if do in _INTENTS else "",
        typed=typed or "",
        way=way,
        site=iris.host(way) if way else "",
        faults=faults or {},
        remember=remember,
    )
    sessions.remember_form_secret(request, response, here)
    return response
