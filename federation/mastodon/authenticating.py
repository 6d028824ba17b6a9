"""Authenticating: bearer token → who asks, and for which organisation.

A token is read from the Authorization header alone (RFC 6750, 2.1): in an address it would end in
somebody's log. An app that has a token of its own, and nobody signed in, sees what everybody sees.
A token that we do not know is refused even where none is wanted, so that an app notices that it was
signed out. Words of the refusals: Mastodon's, because apps look for them.
"""

from aiohttp import web

from actors.database import Session
from actors.errors import NotAllowed, Unwise
from actors.rules import scopes
from actors.tables.actor import Actor
from actors.views import access
from actors.views.access import Acting, AppOnly
from federation.transport.causes import because_of


def bearer(request: web.Request) -> str | None:
    """The token of the request, if it has one."""
    kind, _, secret = request.headers.get("Authorization", "").strip().partition(" ")
    return secret.strip() or None if kind.lower() == "bearer" else None


async def anybody(
    request: web.Request, session: Session, *accepted: str
) -> Acting | AppOnly | None:
    """Who asks for something public: a member, an app of its own, or nobody we know.

    Raises: HTTPUnauthorized: there is a token, and it is none of ours or was revoked. NotAllowed:
        the token covers none of the scopes that are accepted; where none is named, any token will
        do.
    """
    secret = bearer(request)
    if secret is None:
        return None
    caller = await access.by_token(session, secret)
    if caller is None:
        raise unauthorized("The access token is invalid", error="invalid_token")
    if accepted and not any(scopes.allows(caller.scopes, scope) for scope in accepted):
        raise NotAllowed("This action is outside the authorized scopes")
    return caller


async def member(request: web.Request, session: Session, *accepted: str) -> Acting:
    """The member who asks, and the organisation that she acts for.

    Raises:
        HTTPUnauthorized: there is no token, or none that we know.
        NotAllowed: the token covers none of the scopes that are accepted.
        Unwise: nobody is signed in: the token is the app's own.
    """
    caller = await anybody(request, session, *accepted)
    if caller is None:
        raise unauthorized("The access token is invalid")
    if isinstance(caller, AppOnly):
        raise Unwise("This method requires an authenticated user")
    because_of("user", caller.member.id)
    return caller


def unauthorized(reason: str, *, error: str = "") -> web.HTTPUnauthorized:
    """A 401 that names the scheme, as RFC 6750, section 3, wants."""
    challenge = 'Bearer realm="Essaim"' + (f', error="{error}"' if error else "")
    return web.HTTPUnauthorized(text=reason, headers={"WWW-Authenticate": challenge})


def viewer(caller: Acting | AppOnly | None) -> Actor | None:
    """With whose eyes the caller looks: the organisation's, or everybody's."""
    return caller.organisation if isinstance(caller, Acting) else None
