"""Misskey 2025.4.

`packages/backend/src/core/activitypub/type.ts`, `ApInboxService.ts`, `models/ApPersonService.ts`,
`models/ApNoteService.ts`, `server/ActivityPubServerService.ts`.
"""

import re
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
    host,
    iri,
    is_web,
    listed,
    mentions,
    need,
    reported,
    visibility,
)

LARGEST_BODY = 64 * 1024
LONGEST_TEXT = 8192

_USERNAME = re.compile(r"\w([\w.-]{0,126}\w)?", re.ASCII)
_POSTS = ("Note", "Question", "Article", "Audio", "Document", "Image", "Page", "Video", "Event")
_TAG = re.compile(r"<[^>]+>")


class Misskey(Judge):
    """Shows the beginning of the text behind its summary; takes 64 KB."""

    name = "Misskey"

    def actor(self, document: Document) -> None:
        """One key, a string for an inbox, everything on one host."""
        need(_first_type(document) in ACTORS, "the first type is an actor's")
        need(is_web(document.get("inbox")), "inbox is a string")
        need(isinstance(document.get("publicKey"), Mapping), "publicKey is one object")
        name = document.get("preferredUsername", "")
        need(_USERNAME.fullmatch(name), "preferredUsername is a username of 128")
        shared = document.get("endpoints", {}).get("sharedInbox")
        own = [document.get(one) for one in ("inbox", "outbox", "followers", "following")]
        for address in (*own, document.get("featured"), document.get("url"), shared):
            need(not address or host(address) == host(document), "all is on the actor's host")

    def read(self, document: Document) -> Seen:
        """Text of at most 8192 characters behind a warning."""
        if _first_type(document) not in _POSTS:
            raise Ignored("the first type is a post's")
        need("#" not in iri(document), "the id has no fragment")
        need(host(document.get("attributedTo")) == host(document), "the author is on its host")
        for one in listed(document.get("attachment")):
            need(isinstance(one, Mapping), "an attachment is an object")
        url = iri(document.get("url"))
        need(not url or host(url) == host(document), "url is on the id's host")
        content = str(document.get("content") or "")
        is_long = len(_TAG.sub("", content)) > LONGEST_TEXT
        return Seen(
            text=content[:LONGEST_TEXT] if is_long else content,
            warning=document.get("summary"),
            title=None,
            link=url or iri(document),
            language=None,
            notified=mentions(document),
            visibility=visibility(document),
        )

    def hear(self, activity: Document) -> Seen | None:
        """Every activity has an id on the signer's host."""
        need(isinstance(activity.get("id"), str), "an activity has an id")
        need(host(activity) == host(activity.get("actor")), "the id is on the signer's host")
        match activity.get("type"):
            case "Create":
                return self.read(embedded(activity))
            case "Update":
                subject = embedded(activity)
                if subject.get("type") in ACTORS:
                    self.actor(subject)
                    return None
                raise Ignored("edits are not shown")
            case "Undo":
                need(embedded(activity).get("type"), "what is undone is embedded")
            case "Accept" | "Reject":
                if embedded(activity).get("type") != "Follow":
                    raise Ignored("what is answered is a Follow")
            case "Follow" | "Announce" | "Delete" | "Like" | "Block" | "Move" | "Add" | "Remove":
                need(iri(activity.get("object")), "the object has an id")
            case "Flag":  # ApInboxService.ts, flag
                reported(activity)
            case _:
                raise Ignored("the activity is known")
        return None

    def request(self, signed: Signed, now: datetime) -> None:
        """Four covered headers, this very host, no query, 64 KB."""
        del now
        needed = {"(request-target)", "host", "date"}
        if signed.method == "POST":
            needed.add("digest")
            need(len(signed.body) < LARGEST_BODY, "a body has less than 64 KB")
            need(signed.has_digest(), "the digest is that of the body")
        need(needed <= set(signed.covered), "target, host, date and digest are covered")
        need(signed.headers.get("host") == host(signed.url), "the host is the receiver")
        need(signed.holds(), "the signature holds")


def _first_type(document: Document) -> object:
    return next(iter(listed(document.get("type"))), None)
