"""Judges: what the large servers make of what we send, replayed from the rules of their sources.

A judge reads one actor, object, activity, answer or signed request as that server does. It says
what a person there sees (`Seen`), that nobody sees anything though the sender was told 202
(`Ignored`), or which rule is broken (`Refused`). The rules were read in the servers' source; each
judge's module names the files and versions. Judges use no code of ours beyond plain values: they
must not share our mistakes.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from together.judges.signatures import Signed

Document = Mapping[str, Any]
"""Parsed JSON."""

AS2 = "https://www.w3.org/ns/activitystreams"
PUBLIC = {f"{AS2}#Public", "as:Public", "Public"}
ACTIVITY_JSON = "application/activity+json"
LD_JSON = f'application/ld+json; profile="{AS2}"'
ACTORS = ("Application", "Group", "Organization", "Person", "Service")

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


class Refused(AssertionError):
    """A rule of that server is broken; its words name the rule."""


class Ignored(Refused):
    """The server answers 202 and shows nothing."""


@dataclass(frozen=True)
class Seen:
    """What a person sees.

    Attributes:
        text: the body as HTML; empty if there is none.
        warning: the line in front of the text, which hides it until somebody asks.
        title: where the server shows one.
        link: where "open the original" leads.
        language: as which the text is offered for translation.
        notified: ids of who is told.
        visibility: public, unlisted, private or direct.
    """

    text: str
    warning: str | None
    title: str | None
    link: str
    language: str | None
    notified: frozenset[str]
    visibility: str


@dataclass(frozen=True)
class Answer:
    """What a GET was answered."""

    url: str
    status: int
    content_type: str
    document: Document


class Judge:
    """What servers have in common; each says what it does otherwise."""

    name = ""

    def actor(self, document: Document) -> None:
        """Is this somebody?"""

    def read(self, document: Document) -> Seen:
        """What an object shows.

        Raises:
            Refused, Ignored: nothing.
        """
        raise NotImplementedError

    def hear(self, activity: Document) -> Seen | None:
        """What an activity does: None when it has an effect that shows no text."""
        raise NotImplementedError

    def request(self, signed: Signed, now: datetime) -> None:
        """Is this request signed as it must be?"""
        raise NotImplementedError

    def answer(self, answer: Answer) -> None:
        """Is this an answer from which the document is believed?"""
        need(answer.document.get("id") == answer.url, "the id is the address that was read")
        kind = answer.content_type.replace(" ", "")
        plain = kind.partition(";")[0]
        is_profiled = plain == "application/ld+json" and f'profile="{AS2}"' in kind
        need(plain == ACTIVITY_JSON or is_profiled, "the answer is ActivityStreams by its type")


def need(condition: object, rule: str) -> None:
    """Refuse what breaks a rule."""
    if not condition:
        raise Refused(rule)


def listed(value: object) -> list[Any]:
    """One value stands for a list of one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def iri(value: object) -> str:
    """The id of what is named or embedded; empty if there is none."""
    if isinstance(value, Mapping):
        value = value.get("id")
    return value if isinstance(value, str) else ""


def reported(activity: Document) -> list[str]:
    """What a Flag names: addresses, in one array or alone."""
    named = listed(activity.get("object"))
    need(named and all(is_web(one) for one in named), "a Flag names addresses")
    need(isinstance(activity.get("content", ""), str), "the comment is a text")
    return named


def host(value: object) -> str:
    """Host and port of an id."""
    return urlsplit(iri(value)).netloc


def is_web(value: object) -> bool:
    """Is it an https address, as a string?"""
    return isinstance(value, str) and value.startswith("https://") and bool(host(value))


def is_instant(value: object) -> bool:
    """Is it a moment of RFC 3339?"""
    return isinstance(value, str) and bool(_INSTANT.fullmatch(value))


def mentions(document: Document) -> frozenset[str]:
    """Whom the Mention tags name."""
    tags = [one for one in listed(document.get("tag")) if isinstance(one, Mapping)]
    return frozenset(str(one.get("href")) for one in tags if one.get("type") == "Mention")


def visibility(document: Document) -> str:
    """For whom it is, by the addresses that every server reads alike."""
    to, cc = (set(map(iri_or_word, listed(document.get(name)))) for name in ("to", "cc"))
    if to & PUBLIC:
        return "public"
    if cc & PUBLIC:
        return "unlisted"
    return "private" if _to_followers(to | cc) else "direct"


def iri_or_word(value: object) -> str:
    """An addressee: an id, or one of the words for everybody."""
    return iri(value)


def first_key(document: Document, *names: str) -> str | None:
    """The first language of the first of these maps that is there."""
    for name in names:
        languages = document.get(name)
        if isinstance(languages, Mapping) and languages:
            return str(next(iter(languages)))
    return None


def embedded(activity: Document) -> Document:
    """The object of an activity, which must be there in whole."""
    subject = activity.get("object")
    if not isinstance(subject, Mapping):
        raise Refused("the object is embedded")
    return subject


def _to_followers(addressed: Iterable[str]) -> bool:
    return any(one.endswith("/followers") for one in addressed)
