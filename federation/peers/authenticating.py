"""Authenticating: a request → the actor who signed it.

A key that we know is tried as it is. When the signature does not fit, the key may have been
changed: its owner's document is read once more, but not for every forgery (`Lookup.refetched_key`).
What the key does not decide (a missing header, a wrong digest, an old date) is never a reason to
read it again.
"""

from datetime import datetime, timedelta
from typing import Final

from aiohttp import web

from activitypub import wire
from activitypub.errors import Malformed, NotAuthentic
from activitypub.iris import Iri
from activitypub.signatures.claims import Claim
from activitypub.signatures.verifying import Window, verify
from actors.tables.actor import Actor
from federation.app_keys import SETTINGS
from federation.lookup import Lookup
from federation.settings import Settings

KEY_DECIDES: Final = frozenset({"signature-syntax", "algorithm", "key-strength"})
"""Reasons of a refusal that another key could remove."""


def as_wire(request: web.Request, origin: Iri, body: bytes) -> wire.Request:
    """The request as plain values, in the bytes in which it was sent.

    Args:
        request: what arrived; its `Host` has been judged already.
        origin: ours: what `Host` and scheme stand for, whatever a proxy made of them.
        body: what was read of it.

    Raises:
        Malformed: the request line names another server, as only proxies are asked.
    """
    target = request.raw_path
    if not target.startswith("/"):
        raise Malformed("the request line must hold a path", code="framing")
    return wire.Request(
        method=request.method.upper(),
        url=Iri(origin + target),
        headers=tuple(
            [
                (name.decode("latin-1").lower(), value.decode("latin-1"))
                for name, value in request.raw_headers
            ]
        ),
        body=body,
    )


def window(request: web.Request) -> Window:
    """How far the time of a request may be from ours, as the operator decided."""
    return window_of(request.app[SETTINGS])


def window_of(settings: Settings) -> Window:
    """The same, for whoever asks once for all requests."""
    return Window(
        back=timedelta(seconds=settings.inbox.date_back_seconds),
        ahead=timedelta(seconds=settings.inbox.date_ahead_seconds),
    )


async def speaker(
    request: wire.Request, claim: Claim, lookup: Lookup, *, now: datetime, window: Window
) -> Actor:
    """Who signed the request.

    Raises:
        NotAuthentic: nobody that can be shown.
        Unreachable: the key cannot be read at present.
    """
    key, actor = await lookup.key(claim.key_id)
    try:
        verify(request, claim, key, now=now, window=window)
    except NotAuthentic as error:
        again = await lookup.refetched_key(claim.key_id) if error.code in KEY_DECIDES else None
        if again is None:
            raise
        key, actor = again
        verify(request, claim, key, now=now, window=window)
    return actor
