"""Forwarded: one server hands us what an actor of another one said.

Relays do it, and (ActivityPub 7.1.2) whoever holds the list of followers that an answer is for.
The one who sent the request has then said nothing; what it brings is believed only if it proves by
itself who made it: by a FEP-8b32 proof, or else by a Linked Data signature, of a key that the actor
lists on its own origin. Where there is both, the proof decides.

Believed so far, and no further: only Create, Update and Delete are taken, so that no old answer or
Undo can be played again; nothing that is for some only, because we cannot know that it was meant
for us; and no profile, because an old one would bring old keys back.

What proves nothing has no effect. If it is something that would concern us, its owner is asked
(`mail.errands`): what its origin says counts, whatever was forwarded.
"""

import asyncio
from typing import Final

import structlog
from aiohttp import web

import activitypub.vocabulary as ap
from activitypub import addressing, iris, reading
from activitypub.addressing import Visibility
from activitypub.authority import Heard, Vouched, hear
from activitypub.canonical_json import Document, Json, encode
from activitypub.errors import Malformed, NotAuthentic, NotAuthoritative, ProtocolError
from activitypub.iris import Iri
from activitypub.proofs import eddsa_jcs, rsa2017
from activitypub.signatures.keys import PublicKey
from actors.mail import errands, relays
from actors.mail.errands import Kind
from actors.rules import hosts
from actors.tables.actor import Actor
from actors.verbs import remarking
from actors.vocabulary import TERMS
from federation.app_keys import DATABASE, LOOKUP, SETTINGS, SITE
from federation.errors import TransportError
from federation.peers.authenticating import KEY_DECIDES

TURN: Final = web.AppKey("forwarded", asyncio.Semaphore)
"""Linked Data signatures are checked one after the other: each may take half a second of a core."""

_FORWARDED: Final = (ap.Create, ap.Update, ap.Delete)
_OPEN: Final = (Visibility.PUBLIC, Visibility.UNLISTED)

_log = structlog.stdlib.get_logger("federation.inbox")


async def judged(
    request: web.Request, document: Document, body: bytes, sender: Actor
) -> tuple[Heard[ap.Activity], bytes]:
    """What somebody else than the sender says, if the document proves it.

    Args:
        request: the request that brought it.
        document: as parsed, and judged by `reading_alike`.
        body: the same, as it came.
        sender: who sent the request.

    Returns:
        The statement, and the document to be remembered: what was signed.

    Raises:
        ProtocolError, TransportError: it proves nothing, or its key cannot be had.
    """
    proof = eddsa_jcs.method(document)
    key_id = proof or rsa2017.creator(document)
    if key_id is None:
        raise NotAuthentic("only an actor may sign what it does", code="signer-not-actor")
    key, owner = await request.app[LOOKUP].key(key_id)
    try:
        signed = await _signed(request, document, key, owner, by_proof=proof is not None)
    except NotAuthentic as error:
        again = (
            await request.app[LOOKUP].refetched_key(key_id) if error.code in KEY_DECIDES else None
        )
        if again is None:
            raise
        key, owner = again
        signed = await _signed(request, document, key, owner, by_proof=proof is not None)
    if owner.gone_at is not None:
        raise NotAuthoritative("that actor was deleted", code="tombstone")
    listed = request.app[SETTINGS].federation.only_hosts
    if listed and not hosts.is_covered(owner.host, listed):
        raise NotAuthoritative("this instance does not deal with that host", code="not-listed")
    async with request.app[DATABASE].read() as session:
        relay = await relays.accepted(session, sender.iri)
    heard: Heard[ap.Activity] = hear(
        reading.read_activity(signed),
        speaker=Iri(owner.iri),
        vouched=Vouched.DOCUMENT if relay is None else Vouched.RELAY,
        at=request.app[SITE].now(),
    )
    _check_kind(heard.activity)
    return heard, body if proof is not None else encode(signed)


async def ask_its_owner(request: web.Request, document: Document, sender: Actor) -> bool:
    """Let what was forwarded without a proof be read at its owner's, if it would concern us.

    That is: a relay of ours brings it, we know it already, or it answers something known here.

    Returns:
        Whether it was noted, now or before.
    """
    about = _address(document.get("object"))
    author = _address(document.get("actor"))
    if about is None or author is None or not iris.same_origin(about, author):
        return False
    site = request.app[SITE]
    if iris.host(about) == iris.host(site.origin) or document.get("type") not in {
        kind.type_name for kind in _FORWARDED
    }:
        return False
    async with request.app[DATABASE].begin() as session:
        concerns_us = (
            await relays.accepted(session, sender.iri) is not None
            or await remarking.is_known(session, about)
            or await remarking.is_known(session, _answered(document.get("object")))
        )
        if concerns_us:
            await errands.ask(session, site, Kind.OBJECT, about, sender)
    if concerns_us:
        _log.info("inbox.forwarded", peer=sender.host, object=about)
    return concerns_us


async def _signed(
    request: web.Request, document: Document, key: PublicKey, owner: Actor, *, by_proof: bool
) -> Document:
    """What this key has signed of the document."""
    if by_proof:
        now = request.app[SITE].now()
        eddsa_jcs.verify(document, key, method_owner=Iri(owner.iri), now=now)
        return document
    if _address(document.get("actor")) != owner.iri:
        raise NotAuthentic("the signature is by another actor's key", code="key-owner")
    async with request.app[TURN]:
        return await asyncio.to_thread(rsa2017.verified, document, key, terms=TERMS)


def _check_kind(activity: ap.Activity) -> None:
    thing = activity.object
    if not isinstance(activity, _FORWARDED):
        raise NotAuthoritative("that is not taken from somebody else", code="signer-not-actor")
    if isinstance(activity, ap.Delete):
        return
    if isinstance(thing, ap.Actor):
        raise NotAuthoritative("a profile is not taken from somebody else", code="signer-not-actor")
    to, cc = [*activity.to], [*activity.cc]
    if isinstance(thing, ap.Object) and (thing.to or thing.cc):
        to, cc = [*thing.to], [*thing.cc]
    if addressing.visibility(to, cc, None) not in _OPEN:
        raise NotAuthoritative("what is for some only is not forwarded", code="audience")


def _address(value: Json) -> Iri | None:
    """The address of something that is named or embedded; None where there is none."""
    try:
        return iris.parse(value.get("id") if isinstance(value, dict) else value)
    except Malformed:
        return None


def _answered(value: Json) -> str | None:
    return _address(value.get("inReplyTo")) if isinstance(value, dict) else None


PROVES_NOTHING: Final = (ProtocolError, TransportError)
"""What `judged` raises."""
