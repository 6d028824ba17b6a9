"""GoToSocial 0.20.

`internal/ap/interfaces.go`, `internal/ap/extract.go`, `internal/typeutils/astointernal.go`,
`internal/federation/authenticate.go`.
"""

from collections.abc import Mapping
from datetime import datetime

from together.judges.signatures import Signed
from together.judges.verdict import (
    ACTORS,
    AS2,
    Document,
    Ignored,
    Judge,
    Seen,
    embedded,
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

_STATUSES = ("Note", "Article", "Page", "Question", "Image", "Audio", "Video", "Event")


class GoToSocial(Judge):
    """Shows the whole text behind its summary, or behind its title where there is none."""

    name = "GoToSocial"

    def actor(self, document: Document) -> None:
        """One key, and shared inbox and pinned posts near the account's own host."""
        need(set(map(str, listed(document.get("type")))) & set(ACTORS), "type is an actor's")
        need(document.get("preferredUsername"), "preferredUsername is there")
        need(is_web(document.get("inbox")), "inbox is an address")
        key = document.get("publicKey")
        need(isinstance(key, Mapping), "publicKey is one object")
        need(isinstance(key, Mapping) and key.get("owner") == document["id"], "it names its owner")
        shared = iri(document.get("endpoints", {}).get("sharedInbox"))
        for address in filter(None, (shared, iri(document.get("featured")))):
            need(_near(address, document["id"]), "sharedInbox and featured share two labels")

    def read(self, document: Document) -> Seen:
        """Content behind a warning."""
        kinds = set(map(str, listed(document.get("type"))))
        if not kinds & set(_STATUSES):
            raise Ignored("the type is a status")
        need(document.get("to") or document.get("cc"), "an object has addresses of its own")
        need(iri(document.get("attributedTo")), "somebody is its author")
        published, updated = document.get("published"), document.get("updated")
        if updated is not None:
            need(is_instant(updated) and is_instant(published), "times are RFC 3339")
            need(str(updated) >= str(published), "updated is not before published")
        content = document.get("content") or ""
        spoken = [key for key, text in document.get("contentMap", {}).items() if text == content]
        return Seen(
            text=content,
            warning=document.get("summary") or document.get("name"),
            title=None,
            link=iri(document.get("url")) or str(document["id"]),
            language=spoken[0] if spoken else None,
            notified=mentions(document),
            visibility=visibility(document),
        )

    def hear(self, activity: Document) -> Seen | None:
        """Objects must carry their own addresses; actor and id are of one host."""
        need(isinstance(activity.get("type"), str), "type of an activity is one string")
        need(AS2 in listed(activity.get("@context")), "the context holds that of ActivityStreams")
        need(host(activity) == host(activity.get("actor")), "the id is on the actor's host")
        match activity["type"]:
            case "Create" | "Update":
                subject = embedded(activity)
                need(host(subject) == host(activity), "the object is on the actor's host")
                if subject.get("type") in ACTORS:
                    self.actor(subject)
                    return None
                return self.read(subject)
            case "Undo":
                need(embedded(activity).get("object"), "what is undone is embedded")
            case "Accept" | "Reject" | "Follow" | "Announce" | "Delete" | "Like" | "Block":
                need(iri(activity.get("object")), "the object has an id")
                need(activity["type"] != "Announce" or activity.get("to"), "it has addresses")
            case "Add" | "Remove":
                raise Ignored("featured is read anew instead")
            case "Move":
                one = all(isinstance(activity.get(n), str) for n in ("actor", "object", "target"))
                need(one, "a Move has one actor, one object, one target")
                need(activity["object"] == activity["actor"], "an account moves itself")
            case "Flag":  # internal/typeutils/astointernal.go, ASFlagToReport
                reported(activity)
            case _:
                raise Ignored("the activity is known")
        return None

    def request(self, signed: Signed, now: datetime) -> None:
        """draft-cavage only, and the content type of an inbox."""
        del now  # the host's clock is not what it refuses by
        need(signed.says.get("keyId"), "everything is signed, by draft-cavage")
        if signed.method == "POST":
            kind = signed.headers.get("content-type", "").replace(" ", "")
            fits = kind in (
                "application/activity+json",
                "application/activity+json;charset=utf-8",
                f'application/ld+json;profile="{AS2}"',
            )
            need(fits, "an inbox takes ActivityStreams only")
        need(signed.holds(), "the signature holds")


def _near(one: str, other: str) -> bool:
    return host(one).split(".")[-2:] == host(other).split(".")[-2:]
