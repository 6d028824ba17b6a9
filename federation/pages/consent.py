"""Consent: may this app act for my organisation?

`/oauth/authorize` of the authorization code flow (RFC 6749, 4.1), as Mastodon's apps use it, with
PKCE (RFC 7636, S256 alone) for those who send a challenge. An app that is unknown, or that names an
address it has not registered byte for byte, gets a page and never a redirect: anything else would
let it send people where it likes (RFC 6749, 3.1.2.4). Every other fault goes back to the app in the
words of RFC 6749, 4.1.2.1.

`urn:ietf:wg:oauth:2.0:oob` shows the code instead, for apps that cannot be redirected to.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from aiohttp import web
from wtforms import StringField

from actors.errors import NotAllowed
from actors.rules import scopes
from actors.tables.access import App
from actors.verbs import signing_in
from actors.views import access
from federation.app_keys import DATABASE, SITE
from federation.middleware import HTML_POLICY
from federation.pages import forms, rendering, sessions
from federation.pages.forms import Form
from federation.pages.sessions import Visitor

OUT_OF_BAND: Final = "urn:ietf:wg:oauth:2.0:oob"
SCOPES_BY_DEFAULT: Final = "read"
"""What an app gets that asks for nothing in particular: Mastodon's default."""

_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")  # BASE64URL of a SHA-256 (RFC 7636, 4.2)
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*")
_LONGEST: Final = 2000  # characters of any one parameter


@dataclass(frozen=True)
class Asked:
    """What an app asks for, with an address that we may answer to."""

    app: App
    redirect_uri: str
    state: str | None
    scopes: tuple[str, ...]
    challenge: str | None


class Refused(Exception):
    """The app asked wrongly, and is told so at its own address.

    Attributes:
        error: the word of RFC 6749, 4.1.2.1.
        description: one sentence for the app's developer.
    """

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


class ConsentForm(Form):
    """Yes or no, and for which organisation."""

    decision = StringField(validators=forms.required(10))
    organisation = StringField(validators=forms.optional(20))


async def consent_page(request: web.Request) -> web.Response:
    """GET /oauth/authorize: which app, what it may do, for whom."""
    app, redirect_uri = await _app(request)
    try:
        asked = _asked(request.query, app, redirect_uri)
    except Refused as refused:
        raise _answered(redirect_uri, _error(refused, request.query)) from None
    here = await sessions.member(request)
    return _show(request, here, asked, {})


async def consent(request: web.Request) -> web.Response:
    """POST /oauth/authorize: the answer goes to the app, as a code or as a refusal."""
    app, redirect_uri = await _app(request)
    try:
        asked = _asked(request.query, app, redirect_uri)
    except Refused as refused:
        raise _answered(redirect_uri, _error(refused, request.query)) from None
    here = await sessions.visitor(request)
    if here.visit is None:
        raise web.HTTPSeeOther(sessions.sign_in_address(request.path_qs))
    form = await forms.read(request, here, ConsentForm)
    if form.decision.data != "allow":
        denied = Refused("access_denied", "The member refused.")
        raise _answered(redirect_uri, _error(denied, request.query))
    chosen = form.organisation.data or ""
    organisation = next(
        (actor for actor, _ in here.visit.mandates if str(actor.id) == chosen), None
    )
    if organisation is None:
        return _show(request, here, asked, {"organisation": forms.MISSING})
    async with request.app[DATABASE].begin() as session:
        code = await signing_in.grant(
            session,
            request.app[SITE],
            asked.app,
            here.visit.member,
            organisation,
            redirect_uri=asked.redirect_uri,
            scopes=" ".join(asked.scopes),
            challenge=asked.challenge,
        )
    if asked.redirect_uri == OUT_OF_BAND:
        return rendering.page(request, here, "code.html", code=code, app=asked.app)
    answer = {"code": code} if asked.state is None else {"code": code, "state": asked.state}
    raise _answered(redirect_uri, answer)


async def _app(request: web.Request) -> tuple[App, str]:
    """The app and the address to answer to, both registered.

    Raises:
        NotAllowed: the app is unknown, or has not registered this very address.
    """
    client_id = _one(request.query, "client_id")
    redirect_uri = _one(request.query, "redirect_uri")
    async with request.app[DATABASE].read() as session:
        app = await access.app(session, forms.without_nul(client_id or ""))
    if app is None:
        raise NotAllowed("This app is not registered here. Remove it and add your account again.")
    if redirect_uri is None or redirect_uri not in app.redirect_uris:
        raise NotAllowed("This app asks us to answer to an address that it has not registered.")
    scheme = urlsplit(redirect_uri).scheme
    if redirect_uri != OUT_OF_BAND and scheme in ("", "javascript", "data", "vbscript", "file"):
        raise NotAllowed("This app asks us to answer to an address that it has not registered.")
    return app, redirect_uri


def _asked(query: Mapping[str, str], app: App, redirect_uri: str) -> Asked:
    """What an app asks for, once we know where to answer.

    Raises:
        Refused: it asks wrongly.
    """
    if _one(query, "response_type") != "code":
        raise Refused("unsupported_response_type", "Only response_type=code is offered.")
    if any(len(value) > _LONGEST for value in query.values()):
        raise Refused("invalid_request", "A parameter is too long.")
    challenge, method = _one(query, "code_challenge"), _one(query, "code_challenge_method")
    if challenge is None and method is not None:
        raise Refused("invalid_request", "code_challenge_method without code_challenge.")
    if challenge is not None and (method != "S256" or not _CHALLENGE.fullmatch(challenge)):
        raise Refused("invalid_request", "PKCE is offered with code_challenge_method=S256 alone.")
    wanted = tuple(dict.fromkeys((_one(query, "scope") or SCOPES_BY_DEFAULT).split()))
    if not scopes.within(app.scopes.split(), wanted):
        raise Refused("invalid_scope", "The app has not registered for one of these scopes.")
    return Asked(app, redirect_uri, _one(query, "state"), wanted, challenge)


def _one(query: Mapping[str, str], name: str) -> str | None:
    """A parameter that is given once; a repeated one counts as missing (RFC 6749, 3.1)."""
    values = [value for key, value in query.items() if key == name]
    return values[0] if len(values) == 1 and values[0] else None


def _error(refused: Refused, query: Mapping[str, str]) -> dict[str, str]:
    told = {"error": refused.error, "error_description": refused.description}
    state = _one(query, "state")
    return told if state is None or len(state) > _LONGEST else {**told, "state": state}


def _answered(redirect_uri: str, answer: Mapping[str, str]) -> web.HTTPFound:
    """The answer to an app, at its own address, keeping what that asks already (RFC 6749, 3.1.2).

    Raises:
        NotAllowed: the app cannot be redirected to, so the member reads what is wrong.
    """
    if redirect_uri == OUT_OF_BAND:
        raise NotAllowed(answer.get("error_description", forms.EXPIRED))
    query = urlencode(
        [*parse_qsl(urlsplit(redirect_uri).query, keep_blank_values=True), *answer.items()]
    )
    # The address is kept byte for byte: no library may normalise what the app compares.
    before = redirect_uri.partition("#")[0].partition("?")[0]
    redirect = web.HTTPFound("/")
    redirect.headers["Location"] = f"{before}?{query}"
    redirect.headers["Cache-Control"] = "no-store"
    return redirect


def _show(
    request: web.Request, here: Visitor, asked: Asked, faults: Mapping[str, str]
) -> web.Response:
    response = rendering.page(
        request,
        here,
        "consent.html",
        status=422 if faults else 200,
        asked=asked,
        faults=faults,
        out_of_band=asked.redirect_uri == OUT_OF_BAND,
        leads_to=_place(asked.redirect_uri),
    )
    if place := _source(asked.redirect_uri):
        response.headers["Content-Security-Policy"] = HTML_POLICY.replace(
            "form-action 'self'", f"form-action 'self' {place}"
        )
    return response


def _place(redirect_uri: str) -> str:
    """Where the answer goes, as a member can judge it: the host, or the kind of address."""
    parts = urlsplit(redirect_uri)
    return parts.netloc if parts.scheme in ("http", "https") else f"{parts.scheme}:"


def _source(redirect_uri: str) -> str:
    """The address as a source of a content security policy.

    Browsers hold a form to `form-action` even where its answer redirects, so the app's own address
    has to be named. One that is not plainly a host or a scheme is left out.
    """
    parts = urlsplit(redirect_uri)
    if parts.scheme in ("http", "https"):
        plain = re.fullmatch(r"[A-Za-z0-9.\[\]:-]+", parts.netloc)
        return f"{parts.scheme}://{parts.netloc}" if plain else ""
    if redirect_uri != OUT_OF_BAND and _SCHEME.fullmatch(parts.scheme):
        return f"{parts.scheme}:"
    return ""
