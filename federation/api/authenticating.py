"""Who asks: a bearer token (RFC 6750) → a member who acts for an organisation, within scopes."""

from typing import Final

from aiohttp import web

from actors.errors import NotAllowed
from actors.rules import scopes
from actors.views import access
from actors.views.access import Acting, AppOnly
from federation.app_keys import DATABASE
from federation.transport.causes import because_of

READ: Final = "read"
WRITE: Final = "write"
FOLLOW: Final = "write:follows"
OPERATE_READ: Final = "admin:read"
OPERATE_WRITE: Final = "admin:write"

_REALM: Final = 'Bearer realm="Essaim"'


async def acting(request: web.Request, scope: str) -> Acting:
    """The member and organisation behind a request's token.

    Asked before the body is read, so that a stranger costs us nothing; in a transaction of its own,
    so that what follows may ask the network.

    Raises:
        HTTPUnauthorized: there is no token, or none that is known (401).
        NotAllowed: the token speaks for nobody, or not for this (403).
    """
    secret = _secret(request)
    async with request.app[DATABASE].read() as session:
        found = await access.by_token(session, secret)
    match found:
        case None:
            raise _unknown_token()
        case AppOnly():
            raise NotAllowed("This token speaks for an application, not for an organisation.")
        case Acting():
            if not scopes.allows(found.scopes, scope):
                raise NotAllowed(f"This token was not given the scope {scope}.")
            because_of("user", found.member.id)
            return found


async def operating(request: web.Request, scope: str) -> None:
    """Let through a token that a command made for operators, and nobody else.

    Raises:
        HTTPUnauthorized: there is no token, or none that is known (401).
        NotAllowed: it is a member's, an application's, or not for this (403).
    """
    secret = _secret(request)
    async with request.app[DATABASE].read() as session:
        may = await access.may_operate(session, secret, scope)
    if may is None:
        raise _unknown_token()
    if not may:
        raise NotAllowed("This is for operators; essaim token admin makes the token for it.")


def _secret(request: web.Request) -> str:
    """The token that the request carries."""
    scheme, _, secret = request.headers.get("Authorization", "").strip().partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise web.HTTPUnauthorized(
            text="This needs a bearer token.", headers={"WWW-Authenticate": _REALM}
        )
    return secret.strip()


def _unknown_token() -> web.HTTPUnauthorized:
    return web.HTTPUnauthorized(
        text="This token is unknown or was withdrawn.",
        headers={"WWW-Authenticate": f'{_REALM}, error="invalid_token"'},
    )
