"""The inbox: authentic? authorised? remember, 202.

Accepting is one short transaction (`storing`): the activity becomes a row, and has its effect by
that, or as soon as what it needs was fetched (`workers.receiving`). So an answer takes
milliseconds, and what was answered 202 survives kill -9.

The order of the checks is the order of their price: content type and size before the body is read,
JSON before a key is fetched, the signature before anything is believed. Every refusal is one line
in the log, with its reason. What one server hands us of another's is judged in `forwarded`.

A Delete of somebody we never heard of is answered 202 and forgotten, and an Update likewise when
its key is gone: servers tell everybody they ever knew, and a key of someone deleted cannot be had
any more (Mastodon `InboxesController#skip_unknown_actor_activity`).
"""

import asyncio
from datetime import timedelta
from typing import Final

import structlog
from aiohttp import web

import activitypub.vocabulary as ap
from activitypub import canonical_json, iris, mediatypes, reading
from activitypub.authority import Heard, Vouched, hear
from activitypub.canonical_json import Document, Json
from activitypub.errors import (
    Malformed,
    NotAuthentic,
    NotAuthoritative,
    ProtocolError,
    TooLarge,
)
from activitypub.iris import Iri
from activitypub.jsonld import reading_alike
from activitypub.limits import Limits
from activitypub.signatures.claims import NoAddress
from activitypub.signatures.claims import claim as read_claim
from actors.database import Database
from actors.errors import Gone, NotFound
from actors.mail import journal
from actors.mail.journal import HeardEntry
from actors.rules import hosts
from actors.site import Site
from actors.tables.actor import Actor
from actors.views import profiles
from federation.journal import NOTHING, Journal
from federation.kept import Kept
from federation.lookup import Lookup
from federation.middleware import WRITTEN_DOWN, check_body
from federation.misses import KeyGone
from federation.peers import forwarded, storing, synchronisation
from federation.peers.authenticating import as_wire, speaker, window_of
from federation.refusals import FORESEEN
from federation.settings import Settings
from federation.telemetry import metrics
from federation.transport.causes import because_of
from federation.transport.client import not_even_tried

SLOWEST_BODY: Final = 20
"""Seconds for one megabyte: a sender that is slower holds a connection for nothing."""

NO_TIME: Final = timedelta()
"""What an activity waits that has its effect when it is accepted."""

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


class Inbox:
    """What every request to an inbox is judged with, put together once.

    Args:
        settings: what the operator decided.
        site: our origin and clock.
        database: where what is believed is remembered.
        journal: what is noted.
        lookup: finds keys, and knows blocked hosts.
        owners: names of organisations of ours that are there, as addresses spell them.
    """

    def __init__(
        self,
        settings: Settings,
        site: Site,
        database: Database,
        journal: Journal,
        lookup: Lookup,
        owners: Kept[str, str],
    ) -> None:
        self.site = site
        self.database = database
        self.journal = journal
        self.lookup = lookup
        self.owners = owners
        self.window = window_of(settings)
        self.only_hosts = settings.federation.only_hosts
        self.limits = Limits(body=settings.inbox.max_body)


INBOX: Final = web.AppKey("inbox", Inbox)
"""The inboxes of this application: one judge for all of them."""


class _Knock:
    """One request to an inbox, and what is noted of it.

    Attributes:
        document: the activity, empty until it could be read.
        key: who says that they have signed, once that was read.
        size: bytes that were read.
    """

    def __init__(self, request: web.Request, inbox: Inbox) -> None:
        self.request = request
        self.inbox = inbox
        self.document: Document = {}
        self.key: Iri | None = None
        self.size = 0
        self._clock = asyncio.get_running_loop().time
        self._began = self._clock()

    @property
    def seconds(self) -> float:
        """Since the request began."""
        return self._clock() - self._began

    def entry(self, disposition: str) -> HeardEntry:
        """What is noted; nothing of who says that it has signed is believed here."""
        key = self.key or self._key()
        return self.inbox.journal.entry(
            peer=_host(key),
            key=key,
            activity=_id(self.document),
            disposition=disposition,
            size=self.size,
            ms=round(self.seconds * 1000),
        )

    def ends(self, disposition: str) -> None:
        """Note it, in the journal and in one line of the log."""
        self.request[WRITTEN_DOWN] = True
        entry = self.entry(disposition)
        self.inbox.journal.heard(entry)
        kind, _, reason = disposition.partition(":")
        told = {"reason": reason} if reason else {}
        _log.info(f"inbox.{kind}", **told, peer=entry.peer, activity=entry.activity_iri)

    def _key(self) -> str:
        try:
            return str(read_claim(as_wire(self.request, self.inbox.site.origin, b"")).key_id)
        except ProtocolError:
            return NOTHING


def _host(key: str) -> str:
    """The host of a key, for the journal."""
    try:
        return iris.host(iris.parse(key))
    except ProtocolError:
        return NOTHING


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
    knock = _Knock(request, request.app[INBOX])
    try:
        if handle is not None:
            await _check_owner(knock.inbox, handle)
        await _accept(knock)
    except FORESEEN as error:
        knock.ends(f"refused:{error.code}")
        raise
    return web.Response(status=202)


async def _check_owner(inbox: Inbox, handle: str) -> None:
    if inbox.owners.get(handle):
        return
    as_of = inbox.owners.number()
    async with inbox.database.read() as session:
        owner = await profiles.by_handle(session, handle)
    if owner is None:
        raise NotFound("nobody here has that name", code="not-addressed")
    if owner.gone_at is not None:
        raise Gone("that organisation was deleted")
    inbox.owners.keep(handle, handle, as_of=as_of)


async def _accept(knock: _Knock) -> None:
    """Judge one activity, and remember it; the knock's `document` is filled once it is read."""
    request, inbox, document = knock.request, knock.inbox, knock.document
    site = inbox.site
    signed = as_wire(request, site.origin, await _body(knock))
    site.passes("inbox.read")
    try:
        claim = read_claim(signed)
    except NoAddress as fault:
        not_even_tried(fault.text, purpose="key")
        raise
    knock.key = claim.key_id
    document.update(canonical_json.parse(signed.body, inbox.limits))
    because_of("activity", _id(document))
    if await _is_shut(inbox, iris.host(claim.key_id)):
        knock.ends("ignored:blocked")
        return
    may_be_gone = document.get("type") in LAST_WORDS and not await _knows_actor(inbox, document)
    if may_be_gone and _says_goodbye(document):
        knock.ends("ignored:key-owner")
        return
    try:
        actor = await speaker(signed, claim, inbox.lookup, now=site.now(), window=inbox.window)
    except KeyGone:
        if not may_be_gone:
            raise
        knock.ends("ignored:key-fetch")
        return
    site.passes("inbox.verified")
    await _remember(knock, actor, signed.body)
    await synchronisation.compare(request, signed, claim, actor)


async def _is_shut(inbox: Inbox, host: str) -> bool:
    """Whether nothing is taken from this host; nothing of it is read then, its key neither.

    Raises:
        NotAuthoritative: only listed hosts are dealt with, and it is none of them.
    """
    if inbox.only_hosts and not hosts.is_covered(host, inbox.only_hosts):
        raise NotAuthoritative("this instance does not deal with that host", code="not-listed")
    return await inbox.lookup.is_blocked(host)


async def _remember(knock: _Knock, actor: Actor, body: bytes) -> None:
    """The last questions: what is said, and may this actor say it? Then one row, and its note."""
    request, inbox, document = knock.request, knock.inbox, knock.document
    speaks = Iri(actor.iri)
    if actor.gone_at is not None:
        raise NotAuthoritative("that actor was deleted", code="tombstone")
    reading_alike.check(document)
    if "id" not in document and _id(document.get("actor")) not in (None, speaks):
        # Said before anything is said of its form: to pass for somebody else is the worse fault.
        raise NotAuthentic("only an actor may sign what it does", code="signer-not-actor")
    activity = reading.read_activity(document)
    if activity.actor == speaks:
        heard: Heard[ap.Activity] = hear(
            activity, speaker=speaks, vouched=Vouched.REQUEST, at=inbox.site.now()
        )
    else:
        try:
            heard, body = await forwarded.judged(request, document, body, actor)
        except forwarded.PROVES_NOTHING:
            if await forwarded.ask_its_owner(request, document, actor):
                knock.ends("ignored:signer-not-actor")
                return
            raise
    outcome = await storing.store(inbox.database, inbox.site, heard, body, knock.entry)
    if outcome.disposition != journal.ACCEPTED:
        knock.ends(outcome.disposition)
        return
    inbox.journal.accepted(knock.seconds)
    if outcome.is_settled:
        is_ignored = bool(outcome.without_effect)
        metrics.received("ignored" if is_ignored else "applied", None if is_ignored else NO_TIME)
    told = {"peer": actor.host, "activity": heard.activity.id}
    _log.info("inbox.accepted", **told, type=",".join(heard.activity.types))
    if outcome.without_effect:
        _log.info("inbox.ignored", reason=outcome.without_effect, **told)


async def _body(knock: _Knock) -> bytes:
    """The body, counted while it is read: what is announced of it may be wrong."""
    request, most = knock.request, knock.inbox.limits.body
    check_body(request, most)
    if not mediatypes.is_activity(request.headers.get("Content-Type", "")):
        raise WrongType("an inbox takes application/activity+json")
    body = bytearray()
    try:
        if request.content.is_eof():  # all of it has come already, as most bodies have
            body += request.content.read_nowait()
            knock.size = len(body)
        else:
            async with asyncio.timeout(SLOWEST_BODY):
                async for chunk in request.content.iter_any():
                    body += chunk
                    knock.size = len(body)
                    if len(body) > most:
                        break
    except TimeoutError as error:
        raise TooSlow("the body did not arrive in time") from error
    except (web.PayloadAccessError, web.RequestPayloadError, ConnectionError) as error:
        raise Malformed("the body broke off", code="framing") from error
    if len(body) > most:
        raise TooLarge(f"at most {most} bytes are accepted here")
    return bytes(body)


async def _knows_actor(inbox: Inbox, document: Document) -> bool:
    actor = _id(document.get("actor"))
    if actor is None:
        return False
    async with inbox.database.read() as session:
        return await profiles.by_iri(session, actor) is not None


def _says_goodbye(document: Document) -> bool:
    """Does an actor say that it is no more?"""
    actor = _id(document.get("actor"))
    return document.get("type") == "Delete" and actor == _id(document.get("object")) is not None


def _id(value: Json) -> str | None:
    found = value.get("id") if isinstance(value, dict) else value
    return found if isinstance(found, str) else None
