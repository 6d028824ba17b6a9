"""Mastodon 4.6.5.

`app/services/activitypub/process_account_service.rb`, `app/lib/webfinger.rb`,
`app/lib/activitypub/activity.rb`, `parser/status_parser.rb`, `parser/media_attachment_parser.rb`,
`app/lib/signed_request.rb`, `http_signature_draft.rb`.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from together.judges.signatures import Signed
from together.judges.verdict import (
    ACTIVITY_JSON,
    ACTORS,
    AS2,
    LD_JSON,
    Document,
    Ignored,
    Judge,
    Seen,
    embedded,
    first_key,
    host,
    iri,
    is_web,
    listed,
    mentions,
    need,
    reported,
    visibility,
)

_USERNAME = re.compile(r"[a-z0-9_]+([.-]+[a-z0-9_]+)*", re.IGNORECASE)
_CONVERTED = ("Image", "Audio", "Video", "Article", "Page", "Event")
_SAID = ("Create", "Announce", "Delete", "Update", "Undo", "Move", "Like", "Add", "Remove")
_ASKED = ("Follow", "Accept", "Reject", "Block", "Flag", "QuoteRequest")


class Mastodon(Judge):
    """Shows title, summary and link of an Article, and the whole of a Note."""

    name = "Mastodon"

    def actor(self, document: Document) -> None:
        """Required members, names, keys, lengths."""
        _context(document)
        need(set(map(str, listed(document.get("type")))) & set(ACTORS), "type is an actor's")
        need(is_web(document.get("inbox")), "inbox is an address")
        need(
            _USERNAME.fullmatch(str(document.get("preferredUsername", ""))),
            "preferredUsername is a username",
        )
        keys = listed(document.get("publicKey"))
        need(0 < len(keys) <= 10, "there are one to ten keys")
        for key in keys:
            need(key.get("owner") == document["id"], "a key names its owner")
            need("BEGIN PUBLIC KEY" in key.get("publicKeyPem", ""), "a key is a PEM")
        need(len(str(document.get("name", ""))) <= 2048, "name has at most 2048 characters")
        summary = document.get("summary") or ""
        need(isinstance(summary, str) and len(summary) <= 20_480, "summary is a text of 20 kB")
        lines = document.get("attachment", [])
        need(isinstance(lines, list) and len(lines) <= 50, "attachment is an array of 50")
        for name in ("icon", "image"):
            for picture in listed(document.get(name)):
                need(picture.get("type") == "Image", f"{name} is an Image")
        need(host(document.get("url")) == host(document["id"]), "url is on the id's host")

    def webfinger(self, jrd: Document, document: Document) -> None:
        """Does the handle lead back to the actor?"""
        name = document["preferredUsername"]
        need(jrd.get("subject") == f"acct:{name}@{host(document)}", "the subject is the handle")
        fitting = [
            one.get("href")
            for one in listed(jrd.get("links"))
            if one.get("rel") == "self" and one.get("type") in (ACTIVITY_JSON, LD_JSON)
        ]
        need(fitting[:1] == [document["id"]], "the first self link is the actor")

    def featured(self, document: Document) -> list[str]:
        """What is pinned: addresses on the same host; inline Articles are skipped."""
        pinned = listed(document.get("orderedItems", document.get("items")))
        need(all(isinstance(one, str) for one in pinned), "featured items are addresses")
        need({host(one) for one in pinned} <= {host(document)}, "featured items are of one host")
        return pinned

    def read(self, document: Document) -> Seen:
        """A Note whole; title, summary and link of an Article."""
        kinds = set(map(str, listed(document.get("type"))))
        is_converted = bool(kinds & set(_CONVERTED))
        if not (is_converted or kinds & {"Note", "Question"}):
            raise Ignored("the type is one that becomes a post")
        need(host(document.get("attributedTo")) == host(document), "the author is on its host")
        for one in listed(document.get("attachment")):
            has_url = isinstance(one, Mapping) and "url" in one
            need(not has_url or "mediaType" in one, "what has a url is shown as media")
        summary, content = document.get("summary"), document.get("content")
        if is_converted:
            need(document.get("name"), "an Article without a name shows as a bare link")
        else:
            content = content or next(iter(document.get("contentMap", {}).values()), "")
        return Seen(
            text=str((summary if is_converted else content) or ""),
            warning=None if is_converted else summary,
            title=document["name"] if is_converted else None,
            link=_link(document),
            language=first_key(document, "contentMap", "nameMap", "summaryMap"),
            notified=mentions(document),
            visibility=visibility(document),
        )

    def hear(self, activity: Document) -> Seen | None:
        """One of the activities that have an effect."""
        _context(activity)
        need(isinstance(activity.get("type"), str), "type of an activity is one string")
        if activity["type"] not in (*_SAID, *_ASKED):
            raise Ignored("the activity is known")
        need(host(activity) == host(activity.get("actor")), "the id is on the actor's host")
        match activity["type"]:
            case "Create":
                return self.read(self._own(activity))
            case "Update" if embedded(activity).get("type") in ACTORS:
                self.actor({"@context": activity["@context"], **embedded(activity)})
            case "Update":
                # What is sent without is no edit: counts, policy and the stamp of a quote are read.
                is_stamped = "quote" in embedded(activity)
                need(is_stamped or embedded(activity).get("updated"), "an edit says when")
                return self.read(self._own(activity))
            case "Undo":
                embedded(activity)
            case "Delete":
                need(host(activity.get("object")) == host(activity), "it is on the actor's host")
            case "Add" | "Remove":
                need(host(activity.get("target")) == host(activity), "the target is featured")
            case "Flag":  # app/lib/activitypub/activity/flag.rb
                reported(activity)
            case "Move":
                need(iri(activity["object"]) == activity["actor"], "an account moves itself")
                need(is_web(activity.get("target")), "it says where to")
            case _:
                need(iri(activity.get("object")), "the object has an id")
        return None

    def request(self, signed: Signed, now: datetime) -> None:
        """Coverage, digest, algorithm and age."""
        covered = set(signed.covered)
        need(signed.says.get("algorithm") in ("rsa-sha256", "hs2019"), "the algorithm is known")
        need(covered & {"date", "(created)"}, "the date is covered")
        need(covered & {"digest", "(request-target)"}, "digest or target are covered")
        if signed.method == "POST":
            need("digest" in covered and signed.has_digest(), "the digest of the body is covered")
        else:
            need("host" in covered, "the host is covered")
        late, early = timedelta(hours=1, minutes=5), timedelta(hours=-1)
        need(early <= signed.age(now) <= late, "it was signed within the hour")
        need(signed.holds(), "the signature holds")

    def stamp(self, document: Document, *, by: str, of: str) -> None:
        """The consent to a quote: `app/services/activitypub/verify_quote_service.rb`."""
        _context(document)
        need("QuoteAuthorization" in listed(document.get("type")), "the type is a stamp's")
        need(host(document) == host(document.get("attributedTo")), "it is on its author's host")
        need(iri(document.get("attributedTo")) == by, "it is by the author of what is quoted")
        need(iri(document.get("interactionTarget")) == of, "it is for what is quoted")

    def _own(self, activity: Document) -> Document:
        """The object, which is on the host of the signer."""
        subject = embedded(activity)
        need(host(subject) == host(activity.get("actor")), "the object is on the signer's host")
        # Addressing is read from the object, else from the activity.
        return {name: activity[name] for name in ("to", "cc") if name in activity} | dict(subject)


def _context(document: Document) -> None:
    need(AS2 in listed(document.get("@context")), "the context holds that of ActivityStreams")
    need(not {"@graph", "@included", "@reverse"} & set(document), "no twisted JSON-LD")


def _link(document: Document) -> str:
    for one in listed(document.get("url")):
        link = one.get("href") if isinstance(one, Mapping) else one
        if isinstance(link, str):
            return link
    return str(document["id"])
