"""The careful reader: what all known servers understand at once, and nothing else.

Not a server: the intersection of their rules, to which FEDERATION.md binds us (rules 1 to 8), the
NodeInfo of FEP-0151, and what browsers' caches need.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from together.judges.signatures import Signed
from together.judges.verdict import (
    ACTIVITY_JSON,
    ACTORS,
    AS2,
    Answer,
    Document,
    Judge,
    Seen,
    host,
    iri,
    is_web,
    listed,
    mentions,
    need,
    visibility,
)

LARGEST_ACTIVITY = 48 * 1024
"""Bytes: what fits into the narrowest inbox (Misskey's 64 KB) with room to spare."""

_TYPES = (*ACTORS, "Article", "Note", "Tombstone", "OrderedCollection", "OrderedCollectionPage")
_ACTIVITIES = [
    "Flag",
    "Add",
    "Remove",
    "Accept",
    "Announce",
    "Block",
    "Create",
    "Delete",
    "Follow",
    "Like",
    "Move",
    "Offer",
    "QuoteRequest",
    "Reject",
    "TentativeAccept",
    "Undo",
    "Update",
]
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_WORDS = ("content", "name", "summary")


class Careful(Judge):
    """Every rule of the safe intersection."""

    name = "Careful"

    def actor(self, document: Document) -> None:
        """One RSA key of 2048 bits under `#main-key`; further keys as Multikeys."""
        self._thing(document)
        key = document.get("publicKey")
        need(isinstance(key, Mapping), "publicKey is one object")
        if isinstance(key, Mapping):
            need(key.get("id") == f"{document['id']}#main-key", "the key is #main-key")
            need(key.get("owner") == document["id"], "the key names its owner")
        for one in listed(document.get("assertionMethod")):
            need(one.get("type") == "Multikey", "further keys are Multikeys")
            need(one.get("controller") == document["id"], "a Multikey names its controller")
        need(document.get("webfinger") == _handle(document), "webfinger is the handle")

    def read(self, document: Document) -> Seen:
        """An object with addresses, times and language maps that agree."""
        self._thing(document)
        for name in ("to", "cc"):
            texts = document.get(name)
            is_list = isinstance(texts, list) and all(isinstance(one, str) for one in texts)
            need(is_list, f"{name} is an array of strings")
        for name in _WORDS:
            _mapped(document, name)
        for one in listed(document.get("tag")):
            need(isinstance(one, Mapping) and one.get("type"), "a tag is an object with a type")
            need(is_web(one.get("href")), "a tag leads somewhere")
        need(mentions(document) <= set(_addressed(document)), "who is mentioned is addressed")
        return Seen(
            text=str(document.get("content", "")),
            warning=document.get("summary"),
            title=document.get("name"),
            link=str(document.get("url", "")),
            language=next(iter(document.get("contentMap", {})), None),
            notified=mentions(document),
            visibility=visibility(document),
        )

    def hear(self, activity: Document) -> Seen | None:
        """One type, an id of its own, addresses that are the object's."""
        need(activity.get("type") in _ACTIVITIES, "type is one string, an activity's")
        _inline_context(activity)
        need(is_web(activity.get("id")) and "#" not in activity["id"], "the id can be read")
        need(isinstance(activity.get("actor"), str), "actor is a string")
        need(_INSTANT.fullmatch(str(activity.get("published"))), "published is in seconds and Z")
        subject = activity.get("object")
        if activity["type"] not in ("Create", "Update") or not isinstance(subject, Mapping):
            return None
        if subject.get("type") in ACTORS:
            self.actor(subject)
            return None
        for name in ("to", "cc"):
            need(activity.get(name) == subject.get(name), f"{name} is the same on both")
        return self.read(subject)

    def request(self, signed: Signed, now: datetime) -> None:
        """draft-cavage with rsa-sha256; small; of the type that everybody takes."""
        del now
        need(signed.says.get("algorithm") == "rsa-sha256", "the algorithm is rsa-sha256")
        need(signed.key.key_size == 2048, "the key has 2048 bits")
        need({"(request-target)", "host", "date"} <= set(signed.covered), "all is covered")
        if signed.method == "POST":
            need("digest" in signed.covered and signed.has_digest(), "the digest is covered")
            need(signed.headers.get("content-type") == ACTIVITY_JSON, "the type is the plain one")
            need(len(signed.body) < LARGEST_ACTIVITY, "an activity has less than 48 KB")
        need(signed.holds(), "the signature holds")

    def collection(self, document: Document) -> None:
        """A number; pages or items."""
        need(document.get("type") == "OrderedCollection", "type is OrderedCollection")
        need(isinstance(document.get("totalItems"), int), "totalItems is a number")
        has_items = isinstance(document.get("orderedItems"), list)
        need(has_items or is_web(document.get("first")), "it has items or a first page")

    def nodeinfo(self, document: Document) -> None:
        """FEP-0151."""
        software = document.get("software", {})
        need(document.get("version") == "2.1", "version is 2.1")
        need(re.fullmatch(r"[a-z0-9-]+", software.get("name", "")), "the software has a name")
        need("activitypub" in listed(document.get("protocols")), "protocols has activitypub")
        need(isinstance(document.get("openRegistrations"), bool), "openRegistrations is there")
        services = document.get("services", {})
        need({"inbound", "outbound"} <= set(services), "services are there")
        need("usage" in document and "metadata" in document, "usage and metadata are there")

    def tombstone(self, answer: Answer) -> None:
        """410 with a Tombstone under the same id."""
        self.answer(answer)
        need(answer.status == 410, "what is deleted is gone")
        need(answer.document.get("type") == "Tombstone", "a Tombstone stands there")
        need(answer.document.get("formerType"), "it says what was there")

    def _thing(self, document: Document) -> None:
        need(document.get("type") in _TYPES, "type is one string, of AS2")
        need(is_web(document.get("id")) and "#" not in document["id"], "the id can be read")
        need(":" not in host(document), "the id has no port")
        if "@context" in document:
            _inline_context(document)
        url = document.get("url")
        is_ours = isinstance(url, str) and host(url) == host(document)
        need(is_ours, "url is a string on the id's host")
        need(isinstance(document.get("context", ""), str), "context is a string")
        for name in ("icon", "image"):
            picture = document.get(name, {"type": "Image"})
            one = isinstance(picture, Mapping) and picture.get("type") == "Image"
            need(one, f"{name} is one Image")
        times = [document[name] for name in ("published", "updated") if name in document]
        need(all(_INSTANT.fullmatch(str(one)) for one in times), "times are in seconds and Z")
        need(times == sorted(times), "updated is not before published")
        need(isinstance(document.get("attachment", []), list), "attachment is an array")


def _mapped(document: Document, name: str) -> None:
    """The map's first language is the one of the plain text."""
    texts = document.get(f"{name}Map")
    if isinstance(texts, Mapping) and texts:
        need(next(iter(texts.values())) == document.get(name), f"{name}Map begins with {name}")


def _inline_context(document: Document) -> None:
    """AS2 first, published contexts, then one inline object: nothing of the sender's to fetch."""
    contexts = listed(document.get("@context"))
    need(contexts[:1] == [AS2], "the context begins with that of ActivityStreams")
    for one in contexts:
        well_known = isinstance(one, Mapping) or host(one) in ("www.w3.org", "w3id.org")
        need(well_known, "a context is published or inline")
    need(sum(isinstance(one, Mapping) for one in contexts) <= 1, "one context is inline")


def _addressed(document: Document) -> list[str]:
    return [iri(one) for name in ("to", "cc") for one in listed(document.get(name))]


def _handle(document: Document) -> str:
    return f"{document.get('preferredUsername')}@{host(document)}"
