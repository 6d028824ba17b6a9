"""OAuth: apps register, trade a member's consent for a token, and give the token back.

Codes are traded once, within minutes, only with the very redirect address they were asked with
(byte for byte: apps have percent-encoded addresses inside addresses) and, where the app used PKCE,
only with its verifier. A code that is shown wrongly is spent by that. One that comes a second time
was stolen by one of the two: the token it gave is revoked (RFC 6749, 10.5). Consent itself is a
page, and not here. Errors are RFC 6749, 5.2: `{"error": "invalid_grant"}`.

Sources: RFC 6749, 6750, 7009 (revocation), 7636 (PKCE), 8414 (metadata);
docs.joinmastodon.org/methods/oauth and /methods/apps.
"""

import binascii
from base64 import b64decode
from collections.abc import Sequence
from typing import Final
from urllib.parse import unquote_plus, urlsplit

from aiohttp import web

from actors.database import Session
from actors.errors import NotFound, Unwise
from actors.mail import pushes
from actors.rules import scopes
from actors.tables.access import App
from actors.verbs import signing_in
from actors.verbs.signing_in import InvalidGrant
from actors.views import access
from federation import callers
from federation.app_keys import DATABASE, SITE, TRIES
from federation.mastodon import answers, arguments, authenticating
from federation.mastodon.arguments import Arguments
from federation.mastodon.describing import Describer
from federation.mastodon.entities import apps
from federation.rates import APPS

MAX_NAME: Final = 60
"""Characters of an app's name, as on Mastodon: it stands in a sentence on the consent page."""

MAX_ADDRESS: Final = 2000
"""Characters of a website or redirect address, as on Mastodon."""

MAX_ADDRESSES: Final = 20
"""Redirect addresses of one app: one for each place where it runs; registering is open to
everybody."""

DANGEROUS_SCHEMES: Final = frozenset({"javascript", "data", "vbscript", "file", "blob", "about"})
"""A redirect to one of these would run in the name of the page it comes from, or nowhere."""


async def metadata(request: web.Request) -> web.StreamResponse:
    """GET /.well-known/oauth-authorization-server (RFC 8414): apps learn that we do PKCE."""
    origin = request.app[SITE].origin
    return answers.entity(
        {
            "issuer": origin,
            "authorization_endpoint": f"{origin}/oauth/authorize",
            "token_endpoint": f"{origin}/oauth/token",
            "revocation_endpoint": f"{origin}/oauth/revoke",
            "userinfo_endpoint": f"{origin}/oauth/userinfo",
            "app_registration_endpoint": f"{origin}/api/v1/apps",
            "scopes_supported": list(scopes.KNOWN),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "client_credentials"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "revocation_endpoint_auth_methods_supported": [
                "client_secret_basic",
                "client_secret_post",
            ],
        }
    )


async def register(request: web.Request) -> web.StreamResponse:
    """POST /api/v1/apps: anybody's app makes itself known; the secret is told this once.

    Raises:
        TooMany: this place registers one app after the other.
    """
    given = await arguments.read(request)
    name, website = given.text("client_name"), given.text("website")
    addresses = [line for each in given.many("redirect_uris") for line in each.split()]
    wanted = _scopes(given, "scopes") or (scopes.DEFAULT,)
    faults = _faults(name, website, addresses, wanted)
    if faults:
        words = "; ".join(f"{field} {fault}" for field, fault in faults.items())
        raise Unwise(f"Validation failed: {words}", fields=faults)
    await request.app[TRIES].take((APPS, callers.place(request)))
    async with request.app[DATABASE].begin() as session:
        app, secret = await signing_in.register_app(
            session,
            request.app[SITE],
            name=name,
            redirect_uris=addresses,
            scopes=" ".join(wanted),
            website=website or None,
        )
        key = await pushes.public_key(session)
    return answers.entity(apps.registered_application(app, secret, key))


async def verify_credentials(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/apps/verify_credentials: which app has this token? Any token may ask."""
    async with request.app[DATABASE].read() as session:
        caller = await authenticating.anybody(request, session)
        key = await pushes.public_key(session)
    if caller is None:
        raise authenticating.unauthorized("The access token is invalid")
    if caller.app is None:
        raise NotFound("This token was made on the command line, not by an application")
    return answers.entity(apps.application(caller.app, key))


async def userinfo(request: web.Request) -> web.StreamResponse:
    """GET and POST /oauth/userinfo (4.4): for whom the app acts, in the words of OpenID Connect.

    For apps that only want somebody to sign in; they need no other scope than `profile`.
    """
    site = request.app[SITE]
    async with request.app[DATABASE].read() as session:
        us = (await authenticating.member(request, session, "profile")).organisation
        shown = await Describer(session, site, us).account(us)
    return answers.entity(apps.userinfo(site.origin, us, shown["avatar"]))


async def token(request: web.Request) -> web.StreamResponse:
    """POST /oauth/token: a code, or the app's own secret, for a token."""
    given = await arguments.read(request)
    match given.text("grant_type"):
        case "authorization_code":
            return await _redeem(request, given)
        case "client_credentials":
            return await _for_the_app_itself(request, given)
        case "":
            raise web.HTTPBadRequest(text="invalid_request")
        case _:
            raise web.HTTPBadRequest(text="unsupported_grant_type")


async def revoke(request: web.Request) -> web.StreamResponse:
    """POST /oauth/revoke: the token ends. An unknown one has ended already (RFC 7009, 2.2)."""
    given = await arguments.read(request)
    async with request.app[DATABASE].begin() as session:
        app = await _client(request, session, given)
        await signing_in.revoke_token(session, request.app[SITE], app, given.exact("token"))
    return answers.entity({})


async def _redeem(request: web.Request, given: Arguments) -> web.StreamResponse:
    site, code = request.app[SITE], given.exact("code")
    try:
        async with request.app[DATABASE].begin() as session:
            secret, row = await signing_in.redeem(
                session,
                site,
                await _client(request, session, given),
                code=code,
                redirect_uri=given.exact("redirect_uri"),
                verifier=given.exact("code_verifier") or None,
            )
    except InvalidGrant as refusal:
        async with request.app[DATABASE].begin() as session:
            await signing_in.spend(session, site, code)
        raise web.HTTPBadRequest(text=refusal.code) from refusal
    return answers.entity(apps.token(secret, row.scopes, row.made_at))


async def _for_the_app_itself(request: web.Request, given: Arguments) -> web.StreamResponse:
    wanted = _scopes(given, "scope") or (scopes.DEFAULT,)
    async with request.app[DATABASE].begin() as session:
        app = await _client(request, session, given)
        if not scopes.within(app.scopes.split(), wanted):
            raise web.HTTPBadRequest(text="invalid_scope")
        secret, row = await signing_in.client_token(
            session, request.app[SITE], app, " ".join(wanted)
        )
    return answers.entity(apps.token(secret, row.scopes, row.made_at))


async def _client(request: web.Request, session: Session, given: Arguments) -> App:
    """The app that asks, by its id and secret, in the body or as Basic (RFC 6749, 2.3.1).

    Raises:
        HTTPUnauthorized: `invalid_client`.
    """
    client_id, secret = _basic(request) or (
        given.exact("client_id"),
        given.exact("client_secret"),
    )
    app = await access.app(session, client_id)
    if app is None or not access.app_secret_fits(app, secret):
        raise web.HTTPUnauthorized(
            text="invalid_client", headers={"WWW-Authenticate": 'Basic realm="Essaim"'}
        )
    return app


def _basic(request: web.Request) -> tuple[str, str] | None:
    kind, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, _, secret = b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return unquote_plus(name).replace("\x00", ""), unquote_plus(secret)


def _scopes(given: Arguments, name: str) -> tuple[str, ...]:
    """Scopes with blanks between, or as a list; each once, in the order given."""
    return tuple(dict.fromkeys(scope for each in given.many(name) for scope in each.split()))


def _faults(
    name: str, website: str, addresses: Sequence[str], wanted: Sequence[str]
) -> dict[str, str]:
    """Everything that is wrong with an app that wants to register: argument → what is wrong."""
    faults: dict[str, str] = {}
    if not 0 < len(name) <= MAX_NAME:
        faults["client_name"] = f"must have 1 to {MAX_NAME} characters"
    if website and not _is_web(website):
        faults["website"] = "must be an address on the web"
    if not 0 < len(addresses) <= MAX_ADDRESSES or not all(map(_may_redirect, addresses)):
        faults["redirect_uris"] = "must be absolute addresses, without a fragment, one on each line"
    if unknown := scopes.unknown(wanted):
        faults["scopes"] = f"are not known here: {', '.join(unknown)}"
    return faults


def _is_web(address: str) -> bool:
    return address.startswith(("https://", "http://")) and len(address) <= MAX_ADDRESS


def _may_redirect(address: str) -> bool:
    """Whether an app may be sent back to: any scheme of its own, but none that runs in a page."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    known = bool(parts.scheme) and parts.scheme not in DANGEROUS_SCHEMES
    hosted = parts.scheme not in ("http", "https") or bool(parts.hostname)
    # Browsers and libraries disagree about which host such an address leads to.
    plain = not {"*", "@"} & set(parts.netloc) and not {"#", "\\"} & set(address)
    return known and hosted and plain and len(address) <= MAX_ADDRESS
