"""Akkoma, and Pleroma where Akkoma's own file could not be read.

`lib/pleroma/web/activity_pub/transmogrifier.ex`, `object_validators/user_validator.ex`,
`object_validators/article_note_page_validator.ex`, `object_validators/attachment_validator.ex`.
"""

from collections.abc import Mapping
from datetime import datetime

from together.judges.signatures import Signed
from together.judges.verdict import (
    ACTORS,
    Document,
    Ignored,
    Judge,
    Seen,
    embedded,
    first_key,
    host,
    iri,
    is_instant,
    is_web,
    listed,
    mentions,
    need,
    reported,
    visibility,
)

_OBJECTS = ("Note", "Article", "Page", "Question", "Audio", "Video", "Event")
_MEDIA = ("Link", "Document", "Audio", "Image", "Video")


class Akkoma(Judge):
    """Shows the whole text behind its summary, in the first of its languages."""

    name = "Akkoma"

    def actor(self, document: Document) -> None:
        """One key under one id; every box on the actor's origin."""
        need(document.get("type") in ACTORS, "type is one string")
        need(is_web(document.get("inbox")), "inbox is an address")
        for name in ("inbox", "outbox", "followers", "following", "featured"):
            if name in document:
                need(host(document[name]) == host(document), f"{name} is on the actor's origin")
        key = document.get("publicKey")
        need(isinstance(key, Mapping), "publicKey is one object")
        need(isinstance(key, Mapping) and key.get("owner") == document["id"], "it names its owner")

    def read(self, document: Document) -> Seen:
        """The first value of `contentMap` stands for the content."""
        kind = document.get("type")
        need(isinstance(kind, str), "type is one string")
        if kind not in _OBJECTS:
            raise Ignored("the type is known")
        need(iri(document.get("attributedTo")), "somebody is its author")
        need(is_instant(document.get("published")), "published is RFC 3339")
        _addressed(document)
        _attached(document)
        texts = document.get("contentMap", {})
        return Seen(
            text=str(next(iter(texts.values()), None) or document.get("content") or ""),
            warning=document.get("summary"),
            title=None,
            link=iri(document.get("url")) or str(document["id"]),
            language=first_key(document, "contentMap"),
            notified=mentions(document),
            visibility=visibility(document),
        )

    def hear(self, activity: Document) -> Seen | None:
        """Author and speaker are one; addresses are there."""
        kind = activity.get("type")
        need(isinstance(kind, str), "type is one string")
        need(host(activity) == host(activity.get("actor")), "the id is on the actor's host")
        match kind:
            case "Create" | "Update":
                _addressed(activity)
                subject = embedded(activity)
                if subject.get("type") in ACTORS:
                    self.actor(subject)
                    return None
                author = iri(subject.get("attributedTo"))
                need(author == iri(activity["actor"]), "actor and attributedTo are the same")
                return self.read(subject)
            case "Accept" | "Reject":
                follow = activity.get("object")
                is_follow = not isinstance(follow, Mapping) or follow.get("type") == "Follow"
                need(is_follow, "what is answered is a Follow")
                need(isinstance(follow, Mapping), "the Follow is embedded")
            case "Undo":
                need(embedded(activity).get("type"), "what is undone is embedded")
            case "Follow" | "Announce" | "Delete" | "Like" | "Block" | "Move" | "Add" | "Remove":
                need(iri(activity.get("object")), "the object has an id")
            case "Flag":  # lib/pleroma/web/activity_pub/transmogrifier.ex
                reported(activity)
            case _:
                raise Ignored("the activity is known")
        return None

    def request(self, signed: Signed, now: datetime) -> None:
        """The key is compared byte for byte; the target, host and digest are covered."""
        del now
        need(signed.says.get("keyId") == signed.signer["publicKey"]["id"], "the key is the known")
        need({"(request-target)", "host"} <= set(signed.covered), "target and host are covered")
        if signed.method == "POST":
            need("digest" in signed.covered and signed.has_digest(), "the digest is covered")
        need(signed.holds(), "the signature holds")


def _addressed(document: Document) -> None:
    for name in ("to", "cc"):
        need(isinstance(document.get(name), list), f"{name} is there, as an array")


def _attached(document: Document) -> None:
    for one in listed(document.get("attachment")):
        has_address = isinstance(one, Mapping) and ("url" in one or "href" in one)
        need(not has_address or one["type"] in _MEDIA, "an attachment is a Link or media")
