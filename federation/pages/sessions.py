"""Sessions: who sits in front of the browser.

The cookie holds a secret and nothing else; what it means is a row (`actors.tables.access`). It is
HttpOnly and SameSite=Lax, and Secure wherever we are reached over https: another site can neither
read it nor send a form along with it.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from urllib.parse import quote

from aiohttp import web

from actors.database import Session
from actors.rules import looks, permissions
from actors.rules.looks import Look
from actors.tables.actor import Actor
from actors.verbs import signing_in
from actors.views import access, notices, profiles
from actors.views.access import Acting, Visit
from federation.app_keys import DATABASE, SETTINGS, SITE

COOKIE: Final = "essaim_session"
"""The secret of a browser session."""

FORM_COOKIE: Final = "essaim_form"
"""A secret for readers who are not signed in, to which the token of the sign-in form is tied."""

KEPT: Final = 30 * 24 * 3600
"""Seconds a browser keeps the session's cookie: a month, so that a weekly visit stays signed in."""

SEEN_EVERY: Final = timedelta(hours=1)
"""How exactly it is known when a browser was here last: nobody needs to see each of her steps."""

_LONGEST_PATH: Final = 2000  # characters; the longest way back is a consent page with its query


@dataclass(frozen=True)
class Visitor:
    """Whoever reads this page, and what every page shows of the instance.

    Attributes:
        network: the organisation that runs this instance; None before it is founded.
        visit: the member and her mandates; None for a reader without account.
        unread: notices that the organisation she acts for has not read.
        secret: what the tokens of this reader's forms are tied to; empty when nothing is.
        look: how the pages look.
    """

    network: Actor | None = None
    visit: Visit | None = None
    unread: int = 0
    secret: str = ""
    look: Look = looks.PLAIN

    @property
    def acting(self) -> Acting | None:
        """For whom she acts, if she is signed in and has a mandate."""
        return None if self.visit is None else self.visit.acting

    @property
    def organisation(self) -> Actor | None:
        """The organisation she acts for."""
        return None if self.acting is None else self.acting.organisation


NOBODY: Final = Visitor()
"""For pages that must be drawn without asking the database."""


async def visitor(request: web.Request) -> Visitor:
    """Who is here; once in an hour it is written down that she was."""
    here = await _visitor(request)
    if here.visit is not None:
        now, before = request.app[SITE].now(), here.visit.seen_at
        if before is None or now - before >= SEEN_EVERY:
            async with request.app[DATABASE].begin() as session:
                await signing_in.seen(session, request.app[SITE], here.secret)
    return here


async def _visitor(request: web.Request) -> Visitor:
    secret = request.cookies.get(named(request, COOKIE), "")
    async with request.app[DATABASE].read() as session:
        instance = await profiles.instance(session)
        network = None if instance is None else await profiles.network(session)
        look = looks.PLAIN if instance is None else Look.from_json(instance.look)
        visit = await access.by_session(session, request.app[SITE], secret) if secret else None
        if visit is None:
            known = request.cookies.get(named(request, FORM_COOKIE), "")
            return Visitor(network=network, secret=known, look=look)
        unread = 0 if visit.acting is None else await _unread(session, visit.acting)
    return Visitor(network=network, visit=visit, unread=unread, secret=secret, look=look)


async def _unread(session: Session, acting: Acting) -> int:
    is_steward = permissions.may_administer(acting.office, is_network=acting.is_network)
    return await notices.unread(session, acting.organisation, for_stewards=is_steward)


async def member(request: web.Request) -> Visitor:
    """A member who is signed in; everybody else is sent to the sign-in page and back here."""
    here = await visitor(request)
    if here.visit is None:
        raise web.HTTPSeeOther(sign_in_address(way_back(request)))
    return here


async def acting(request: web.Request) -> tuple[Visitor, Acting]:
    """A member who acts for an organisation; whoever has not chosen one is asked to."""
    here = await member(request)
    if here.acting is None:
        raise web.HTTPSeeOther(f"/acting?return={quote(way_back(request), safe='')}")
    return here, here.acting


def way_back(request: web.Request) -> str:
    """Where to return after signing in: this address, or the page of a form that was sent."""
    if request.method in ("GET", "HEAD"):
        return request.path_qs
    return str(request.rel_url.path)


def sign_in_address(back: str) -> str:
    """The sign-in page, which leads back to a page of ours."""
    return f"/sign-in?return={quote(back, safe='')}"


def local_path(text: str | None) -> str:
    """An address we may send somebody to: a path of ours, else the home page.

    `//host`, backslashes and control characters would lead a browser to another site.
    """
    if text is None or len(text) > _LONGEST_PATH or not text.isprintable():
        return "/"
    if not text.startswith("/") or text.startswith("//") or "\\" in text:
        return "/"
    return text


def remember(request: web.Request, response: web.StreamResponse, secret: str) -> None:
    """Hand the secret of a session to the browser."""
    response.set_cookie(
        named(request, COOKIE),
        secret,
        max_age=KEPT,
        path="/",
        secure=is_https(request),
        httponly=True,
        samesite="Lax",
    )
    _drop(request, response, FORM_COOKIE)


def forget(request: web.Request, response: web.StreamResponse) -> None:
    """Take the secret of a session from the browser, and the private pages that it keeps."""
    _drop(request, response, COOKIE)
    response.headers["Clear-Site-Data"] = '"cache"'


def named(request: web.Request, name: str) -> str:
    """The name of a cookie in this browser.

    With `__Host-`, it can be set over TLS and by this very host alone: a neighbour below the same
    domain cannot push a session of its own on anybody (RFC 6265bis 4.1.3.2).
    """
    return f"__Host-{name}" if is_https(request) else name


def _drop(request: web.Request, response: web.StreamResponse, name: str) -> None:
    secure = is_https(request)  # a browser takes nothing else under such a name
    response.del_cookie(named(request, name), path="/", secure=secure)


def with_form_secret(here: Visitor) -> Visitor:
    """The same reader, with something that a form's token can be tied to."""
    if here.secret:
        return here
    return replace(here, secret=secrets.token_urlsafe())


def remember_form_secret(request: web.Request, response: web.StreamResponse, here: Visitor) -> None:
    """Let a reader who is not signed in send the form she was just given."""
    if here.visit is None and here.secret:
        response.set_cookie(
            named(request, FORM_COOKIE),
            here.secret,
            path="/",
            secure=is_https(request),
            httponly=True,
            samesite="Lax",
        )


def is_https(request: web.Request) -> bool:
    """Whether browsers reach us over TLS: then no cookie goes over anything else."""
    return request.app[SETTINGS].instance.origin.startswith("https://")
