"""Lemmy 1.0 beta, and its activitypub-federation 0.7.

`crates/apub/objects/src/protocol/page.rs`, `person.rs`, `group.rs`; activitypub-federation-rust
`src/fetch`.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from together.judges.signatures import Signed
from together.judges.verdict import (
    ACTIVITY_JSON,
    LD_JSON,
    Answer,
    Document,
    Ignored,
    Judge,
    Refused,
    Seen,
    embedded,
    host,
    iri,
    is_instant,
    is_web,
    listed,
    mentions,
    need,
    visibility,
)

_USERS = ("Person", "Service", "Organization", "Application")
_PAGES = ("Page", "Article", "Note", "Video", "Event")
_UNDONE = ("Like", "Dislike", "Delete", "Block", "Lock")
_ANSWERS = (ACTIVITY_JSON, f"{ACTIVITY_JSON}; charset=utf-8", LD_JSON)

_OF_COMMUNITIES = {
    "Add": "featured is a community's",
    "Remove": "featured is a community's",
    "Block": "one is blocked from a community, not by a person",
    "Flag": "what is reported stands in a community",  # activities/community/report.rs
    "Like": "what is voted for stands in a community",  # activities/voting/vote.rs
}


class Lemmy(Judge):
    """Parses strictly; keeps posts of communities only.

    Args:
        communities: ids of the Groups it knows.
    """

    name = "Lemmy"

    def __init__(self, communities: Collection[str] = ()) -> None:
        self.communities = frozenset(communities)

    def actor(self, document: Document) -> None:
        """Users and communities, with their boxes."""
        kind = document.get("type")
        need(kind in (*_USERS, "Group"), "type is one string, a user's or a community's")
        for name in ("preferredUsername", "inbox", "outbox"):
            need(isinstance(document.get(name), str), f"{name} is a string")
        key = document.get("publicKey")
        need(isinstance(key, Mapping), "publicKey is one object")
        need(isinstance(key, Mapping) and "#" in key.get("id", ""), "a key id has a fragment")
        if "endpoints" in document:
            need(is_web(document["endpoints"].get("sharedInbox")), "endpoints has a sharedInbox")
        need(":" not in host(document), "ids have no port")

    def read(self, document: Document) -> Seen:
        """A post, if it is in a community."""
        self._parse(document)
        addressed = {iri(one) for one in (*listed(document.get("to")), *listed(document.get("cc")))}
        addressed |= {iri(one) for one in listed(document.get("audience"))}
        if not document.get("inReplyTo") and not addressed & self.communities:
            raise Ignored("a post is sent to a community")
        return Seen(
            text=str(document.get("content") or ""),
            warning=None,
            title=document.get("name"),
            link=iri(document),
            language=None,
            notified=mentions(document),
            visibility=visibility(document),
        )

    def hear(self, activity: Document) -> Seen | None:
        """Follow and its answers embedded; posts as pages."""
        need(isinstance(activity.get("type"), str), "type is one string")
        need(is_web(activity.get("id")) and ":" not in host(activity), "an id without a port")
        need(host(activity) == host(activity.get("actor")), "the id is on the actor's host")
        match activity["type"]:
            case "Create" | "Update":
                subject = embedded(activity)
                if subject.get("type") in (*_USERS, "Group"):
                    raise Ignored("a user is read anew instead")
                need(isinstance(activity.get("to"), list), "to is an array")
                return self.read(subject)
            case "Undo" if embedded(activity).get("type") == "Like":
                self.hear({**activity, **embedded(activity)})
            case "Accept" | "Reject" | "Undo":
                if embedded(activity).get("type") != "Follow":
                    raise Ignored("what is answered is a Follow")
                need(iri(activity["object"].get("object")), "the Follow names its object")
            case kind if kind in _OF_COMMUNITIES:
                raise Ignored(_OF_COMMUNITIES[kind])
            case "Announce" if isinstance(activity.get("object"), Mapping):
                return self._passed_on(activity)
            case "Follow" | "Announce" | "Delete":
                need(iri(activity.get("object")), "the object has an id")
            case _:
                raise Refused("the activity is known")
        return None

    def _passed_on(self, activity: Document) -> Seen | None:
        """What a community passes on; of its moderators too (`community/announce.rs`)."""
        inner = embedded(activity)
        need(iri(inner.get("id")) and iri(inner.get("actor")), "it has an id and an actor")
        need(
            "@public" in str(activity.get("to")).lower() or "#Public" in str(activity.get("to")),
            "a public community announces to everybody",
        )
        member = Lemmy({*self.communities, iri(activity.get("actor"))})
        match inner.get("type"):
            case "Like" | "Dislike":
                need(iri(inner.get("object")), "a vote is on something")
            case "Add" | "Remove" | "Block":
                need(iri(inner.get("target")), "it names the collection or the community")
                need(isinstance(inner.get("to"), list), "to is an array")
                need(iri(activity.get("actor")) in listed(inner.get("cc")), "cc has the community")
            case "Undo":
                need(embedded(inner).get("type") in _UNDONE, "what is undone is embedded")
            case _:
                return member.hear(inner)
        return None

    def request(self, signed: Signed, now: datetime) -> None:
        """A key with a fragment; an hour."""
        need("#" in signed.says.get("keyId", ""), "a key id has a fragment")
        need(abs(signed.age(now)) <= timedelta(hours=1), "it was signed within the hour")
        if signed.method == "POST":
            need(signed.has_digest(), "the digest is that of the body")
        need(signed.holds(), "the signature holds")

    def answer(self, answer: Answer) -> None:
        """Exactly one of three content types."""
        super().answer(answer)
        need(answer.content_type in _ANSWERS, "the content type is one of three, to the letter")

    def _parse(self, document: Document) -> None:
        need(document.get("type") in _PAGES, "type is one string, a page's")
        media = document.get("attachment", [])
        need(isinstance(media, list), "attachment is an array")
        need(all(_is_medium(one) for one in media), "an attachment is Link, Image or Document")
        image = document.get("image")
        need(image is None or _is_image(image), "image is one Image")
        need(isinstance(document.get("context", ""), str), "context is a string")
        kinds = (None, "text/html", "text/markdown")
        need(document.get("mediaType") in kinds, "mediaType is HTML or Markdown")
        need(isinstance(document.get("language", {}), Mapping), "language is its own object")
        for name in ("published", "updated"):
            need(name not in document or is_instant(document[name]), f"{name} is RFC 3339")
        need(isinstance(document.get("to"), list), "to is an array")
        if document["type"] != "Note":
            need(document.get("name"), "a post has a title")


def _is_medium(one: object) -> bool:
    if not isinstance(one, Mapping):
        return False
    if one.get("type") == "Link":
        return is_web(one.get("href"))
    return one.get("type") in ("Image", "Document") and is_web(one.get("url"))


def _is_image(one: object) -> bool:
    return isinstance(one, Mapping) and one.get("type") == "Image" and is_web(one.get("url"))
