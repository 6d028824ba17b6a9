"""The inbox: authentic? authorised? remember, 202.

Accepting is one short transaction with one row; what the activity means is worked out afterwards
(`workers.receiving`). So an answer takes milliseconds, and what was answered 202 survives kill -9.

The order of the checks is the order of their price: content type and size before the body is read,
JSON before a key is fetched, the signature before anything is believed. Every refusal is one line
in the log, with its reason. What one server hands us of another's is judged in `forwarded`.

A Delete of somebody we never heard of is answered 202 and forgotten, and an Update likewise when
its key is gone: servers tell everybody they ever knew, and a key of someone deleted cannot be had
any more (Mastodon `InboxesController#skip_unknown_actor_activity`).
"""

import asyncio
from typing import Final

import structlog
from aiohttp import web

import activitypub.vocabulary as ap
from activitypub import canonical_json, iris, mediatypes, reading
from activitypub.authority import Heard, Vouched, hear
from activitypub.canonical_json import Document, Json
from activitypub.errors import Malformed, NotAuthoritative, ProtocolError, TooLarge
from activitypub.iris import Iri
from activitypub.jsonld import reading_alike
from activitypub.limits import Limits
from activitypub.signatures.claims import claim as read_claim
from actors.errors import Gone, NotFound
from actors.mail import inbox
from actors.tables.actor import Actor
from actors.views import profiles
from federation.app_keys import DATABASE, LOOKUP, SITE
from federation.middleware import check_body, largest_body
from federation.misses import KeyGone
from federation.peers import forwarded, synchronisation
from federation.peers.authenticating import as_wire, speaker, window
from federation.refusals import FORESEEN

SLOWEST_BODY: Final = 20
"""Seconds for one megabyte: a sender that is slower holds a connection for nothing."""

LAST_WORDS: Final = ("Delete", "Update")
"""What servers send about somebody who is gone, to everybody whom they ever told anything."""

_log = structlog.stdlib.get_logger("federation.inbox")


class WrongType(ProtocolError):
    """The body is not announced as ActivityStreams (CVE-2024-25623, from the other side)."""

    status_hint = 415
    default_code = "content-type"


class TooSlow(ProtocolError):
    """The body did not arrive in time."""

    status_hint = 408
    default_code = "framing"


async def personal(request: web.Request) -> web.Response:
    """POST /actors/{handle}/inbox.

    Raises:
        NotFound, Gone: nobody of ours has, or nobody has any more, that inbox.
    """
    return await _answer(request, request.match_info["handle"])


async def shared(request: web.Request) -> web.Response:
    """POST /inbox: for everybody here; who is meant stands in the activity."""
    return await _answer(request, None)


async def _answer(request: web.Request, handle: str | None) -> web.Response:
    """202, or a refusal and its line in the log; `handle` names whose inbox it is."""
    document: Document = {}
    try:
        if handle is not None:
            await _check_owner(request, handle)
        await _accept(request, document)
    except FORESEEN as error:
        _log.info(
            "inbox.refused",
            reason=error.code,
            peer=_peer(request),
            activity=_id(document) or "-",
        )
        raise
    return web.Response(status=202)


async def _check_owner(request: web.Request, handle: str) -> None:
    async with request.app[DATABASE].read() as session:
        owner = await profiles.by_handle(session, handle)
    if owner is None:
        raise NotFound("nobody here has that name", code="not-addressed")
    if owner.gone_at is not None:
        raise Gone("that organisation was deleted")


async def _accept(request: web.Request, document: Document) -> None:
    """Judge one activity, and remember it; `document` is filled as soon as it can be read."""
    site = request.app[SITE]
    signed = as_wire(request, site.origin, await _body(request))
    claim = read_claim(signed)
    document.update(canonical_json.parse(signed.body, Limits(body=largest_body(request))))
    may_be_gone = document.get("type") in LAST_WORDS and not await _knows_actor(request, document)
    if may_be_gone and _says_goodbye(document):
        _log.debug("inbox.ignored", reason="unknown-actor", activity=_id(document))
        return
    try:
        actor = await speaker(
            signed, claim, request.app[LOOKUP], now=site.now(), window=window(request)
        )
    except KeyGone:
        if not may_be_gone:
            raise
        _log.debug("inbox.ignored", reason="key-fetch", activity=_id(document))
        return
    await _remember(request, document, actor, signed.body)
    await synchronisation.compare(request, signed, claim, actor)


async def _remember(request: web.Request, document: Document, actor: Actor, body: bytes) -> None:
    """The last questions: what is said, and may this actor say it? Then one row."""
    site = request.app[SITE]
    if actor.gone_at is not None:
        raise NotAuthoritative("that actor was deleted", code="tombstone")
    reading_alike.check(document)
    activity = reading.read_activity(document)
    if activity.actor == actor.iri:
        heard: Heard[ap.Activity] = hear(
            activity, speaker=Iri(actor.iri), vouched=Vouched.REQUEST, at=site.now()
        )
    else:
        try:
            heard, body = await forwarded.judged(request, document, body, actor)
        except forwarded.PROVES_NOTHING:
            if await forwarded.ask_its_owner(request, document, actor):
                return
            raise
    async with request.app[DATABASE].begin() as session:
        is_new = await inbox.remember(session, site, heard, body)
    _log.debug(
        "inbox.accepted" if is_new else "inbox.duplicate",
        peer=actor.host,
        activity=heard.activity.id,
        type=",".join(heard.activity.types),
    )


async def _body(request: web.Request) -> bytes:
    """The body, counted while it is read: what is announced of it may be wrong."""
    check_body(request)
    if not mediatypes.is_activity(request.headers.get("Content-Type", "")):
        raise WrongType("an inbox takes application/activity+json")
    most = largest_body(request)
    body = bytearray()
    try:
        async with asyncio.timeout(SLOWEST_BODY):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > most:
                    raise TooLarge(f"at most {most} bytes are accepted here")
    except TimeoutError as error:
        raise TooSlow("the body did not arrive in time") from error
    except web.PayloadAccessError as error:
        raise Malformed("the body broke off", code="framing") from error
    return bytes(body)


def _peer(request: web.Request) -> str:
    """The host that says it has signed, for the log; nothing of it is believed."""
    try:
        return iris.host(read_claim(as_wire(request, request.app[SITE].origin, b"")).key_id)
    except ProtocolError:
        return "-"


async def _knows_actor(request: web.Request, document: Document) -> bool:
    actor = _id(document.get("actor"))
    if actor is None:
        return False
    async with request.app[DATABASE].read() as session:
        return await profiles.by_iri(session, actor) is not None


def _says_goodbye(document: Document) -> bool:
    """Does an actor say that it is no more?"""
    actor = _id(document.get("actor"))
    return document.get("type") == "Delete" and actor == _id(document.get("object")) is not None


def _id(value: Json) -> str | None:
    found = value.get("id") if isinstance(value, dict) else value
    return found if isinstance(found, str) else None
