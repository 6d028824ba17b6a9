"""Asking a host who somebody is (WebFinger, RFC 7033) and what it runs (NodeInfo).

Scheme: https. Only a host of which every address is a private destination may speak http, and then
both are tried, first the scheme of our own origin, because a laboratory usually speaks one of them.
On the public internet nothing is ever tried over http.
"""

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from activitypub import canonical_json, iris
from activitypub.canonical_json import Document
from activitypub.discovery import nodeinfo
from activitypub.discovery import webfinger as jrd
from activitypub.discovery.webfinger import Intent
from activitypub.handles import Handle
from activitypub.iris import Iri
from federation.errors import Refused, Unreachable, Unsafe
from federation.transport.client import Client, refused
from federation.transport.redirects import Landed, land

_JRD_TYPES: Final = frozenset({"application/jrd+json", "application/json"})
_JSON_TYPES: Final = frozenset({"application/json"})


async def webfinger(client: Client, handle: Handle) -> Iri:
    """The address of the actor behind a handle, as the handle's host tells it.

    A host may answer with another handle, on its own or another host, which is asked once more and
    must then agree (split domains, as on Mastodon). The actor may live anywhere; whether it claims
    the handle is for the caller to check.

    Raises:
        Refused: the host knows nobody of that name (404, 410), or does not say.
        Unreachable: no answer, or one that means "later".
        Unsafe: the guard, or the content type.
        ProtocolError: the answer is no JRD, is about somebody else, or names no actor.
    """
    return jrd.actor_link(*await _agreed(client, handle))


async def intent(client: Client, handle: Handle, wanted: Intent, thing: Iri) -> Iri | None:
    """Where somebody's own server takes her to do this with that thing (FEP-3b86).

    Returns:
        None when her server does not say.

    Raises:
        As `webfinger`.
    """
    document, agreed = await _agreed(client, handle)
    jrd.actor_link(document, agreed)
    return jrd.destination(document, wanted, thing)


async def _agreed(client: Client, handle: Handle) -> tuple[Document, Handle]:
    """The answer about a handle, and the handle it is about: another one is asked once more."""
    document = await _ask(client, handle)
    subject = jrd.subject(document)
    if not subject.same_as(handle):
        document, handle = await _ask(client, subject), subject
    return document, handle


async def _ask(client: Client, handle: Handle) -> Document:
    query = quote(f"acct:{handle}", safe=":@")
    landed = await _first(client, handle.host, f"/.well-known/webfinger?resource={query}")
    _check_type(landed, _JRD_TYPES, "webfinger")
    return canonical_json.parse(landed.response.body)


async def _first(client: Client, host: str, path: str) -> Landed:
    """What the host answers, over the first scheme in which it speaks."""
    *others, last = await _schemes(client, host)
    for scheme in others:
        try:
            return await _over(client, scheme, host, path)
        except Unreachable as error:
            if error.code not in {"tls", "connection"}:
                raise
    return await _over(client, last, host, path)


async def _over(client: Client, scheme: str, host: str, path: str) -> Landed:
    return await land(
        client,
        iris.parse(f"{scheme}://{host}{path}"),
        accept="application/jrd+json, application/json",
        purpose="webfinger",
    )


async def _schemes(client: Client, host: str) -> Sequence[str]:
    # Without a port, http would mean port 80, which is another destination than the 443 of https.
    named_port = ":" in host.rpartition("]")[2]
    if not named_port or not await client.speaks_privately(host):
        return ("https",)
    return ("http", "https") if client.own_origin.startswith("http:") else ("https", "http")


async def software(client: Client, origin: Iri) -> str | None:
    """What a host runs (`mastodon`, `essaim` ...), or None when it does not answer that.

    Raises:
        Unreachable: no answer, or one that means "later".
        Unsafe: the guard, the content type, or a link to another origin.
        ProtocolError: the answer is no NodeInfo.
    """
    try:
        index = await _nodeinfo(client, iris.parse(f"{origin}/.well-known/nodeinfo"))
        where = nodeinfo.document_link(index)
        if not iris.same_origin(where, origin):
            elsewhere = Unsafe("the description is on another server", code="id-mismatch")
            raise refused(elsewhere, url=where, purpose="nodeinfo")
        name, _ = nodeinfo.read(await _nodeinfo(client, where))
    except Refused:
        return None
    return name


async def _nodeinfo(client: Client, iri: Iri) -> Document:
    landed = await land(client, iri, accept="application/json", purpose="nodeinfo")
    _check_type(landed, _JSON_TYPES, "nodeinfo")
    return canonical_json.parse(landed.response.body)


def _check_type(landed: Landed, wanted: frozenset[str], purpose: str) -> None:
    given = (landed.response.header("content-type") or "").partition(";")[0].strip().lower()
    if given not in wanted:
        other = Unsafe("the answer is of another kind than was asked for", code="content-type")
        raise refused(other, url=landed.iri, purpose=purpose)
