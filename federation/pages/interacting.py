"""Interacting across servers: from here to the reader's own server, and from others to here.

Somebody with an account on Mastodon, or on another instance, reads a page of ours and wants to
follow or to answer: she says who she is, her server tells where it takes people for that
(FEP-3b86, else the `subscribe` of OStatus), and we show her the way. The other way round, WebFinger
names `/interact` for every organisation of ours.
"""

from typing import Final
from urllib.parse import urlencode

from aiohttp import web
from wtforms import StringField

from activitypub import handles, iris
from activitypub.discovery.webfinger import Intent
from activitypub.errors import Malformed
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

_INTENTS: Final = {"follow": Intent.FOLLOW, "reply": Intent.CREATE}


class ElsewhereForm(Form):
    """Who somebody is on another server, and what she wants to do with what."""

    handle = StringField(validators=forms.required(MAX_ADDRESS))
    uri = StringField(validators=forms.required(MAX_ADDRESS))
    do = StringField()


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
    return _show(request, here, uri=uri, do=request.query.get("do", ""))


async def from_elsewhere(request: web.Request) -> web.Response:
    """POST /from-elsewhere: ask her server where it takes her, and show the way.

    A link and not a redirect: she sees to whom she goes, and our pages send no form elsewhere.
    """
    here = await sessions.visitor(request)
    form = await forms.read(request, here, ElsewhereForm)
    uri, do, typed = _of_ours(request, form.uri.data or ""), form.do.data or "", form.handle.data
    if not form.validate():
        return _show(request, here, uri=uri, do=do, faults=forms.faults(form))
    try:
        handle = handles.parse((typed or "").strip())
    except Malformed:
        return _show(request, here, uri=uri, do=do, typed=typed, faults={"handle": NO_HANDLE})
    try:
        way = await discovering.intent(
            request.app[CLIENT], handle, _INTENTS.get(do, Intent.OBJECT), uri
        )
    except elsewhere.FORESEEN as refused:
        faults = {"handle": elsewhere.plainly(refused)}
        return _show(request, here, uri=uri, do=do, typed=typed, faults=faults)
    faults = {} if way else {"handle": NO_WAY}
    return _show(request, here, uri=uri, do=do, typed=typed, way=way, faults=faults)


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
    )
    sessions.remember_form_secret(request, response, here)
    return response
