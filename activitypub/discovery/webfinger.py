"""WebFinger answers (RFC 7033): from a handle to an actor, and back.

Mastodon takes the first link with rel `self` whose type is exactly one of two
(`app/lib/webfinger.rb`), and so do we. FEP-d556: asked about the bare address of a server, it names
the server's own actor.

FEP-3b86: the answer also says where its server sends people who want to follow, answer or look at
something that they found elsewhere. A template is an address with names in braces.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final
from urllib.parse import quote

from activitypub import handles, iris
from activitypub.canonical_json import Document, Json
from activitypub.errors import Malformed
from activitypub.handles import Handle
from activitypub.iris import Iri
from activitypub.mediatypes import ACTIVITY_JSON, LD_JSON

PATH = "/.well-known/webfinger"
"""Where every server answers."""

PROFILE_PAGE = "http://webfinger.net/rel/profile-page"
SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"
SERVER_ACTOR = "https://www.w3.org/ns/activitystreams#Service"
"""FEP-d556."""

_MOST_LINKS = 100  # entries; Mastodon gives 4

_LONGEST_TEMPLATE: Final = 2000  # characters; what browsers and servers take as an address
_NAME: Final = re.compile(r"\{([^{}]*)\}")


class Intent(StrEnum):
    """What somebody wants to do with something found elsewhere (FEP-3b86, section 4)."""

    FOLLOW = "https://w3id.org/fep/3b86/Follow"
    CREATE = "https://w3id.org/fep/3b86/Create"
    OBJECT = "https://w3id.org/fep/3b86/Object"


_PLACES: Final = {Intent.FOLLOW: "object", Intent.CREATE: "inReplyTo", Intent.OBJECT: "object"}
"""The name that the thing itself has in the template of each intent."""


def describe(handle: Handle, *, actor: Iri, page: str, interact: str | None = None) -> Document:
    """The answer about one of our actors.

    Args:
        handle: Its handle.
        actor: Its id.
        page: Its page for people.
        interact: Address to which the address of a thing is appended, percent-encoded: other
            servers send people there who want to do something with it from here.
    """
    links: list[Json] = [
        {"rel": "self", "type": ACTIVITY_JSON, "href": actor},
        {"rel": PROFILE_PAGE, "type": "text/html", "href": page},
    ]
    if interact is not None:
        links.append({"rel": SUBSCRIBE, "template": interact + "{uri}"})
        links += [
            {"rel": intent, "template": f"{interact}{{{name}}}"} for intent, name in _PLACES.items()
        ]
    aliases: list[Json] = list(dict.fromkeys((actor, page)))
    return {"subject": f"acct:{handle}", "aliases": aliases, "links": links}


def describe_server(origin: Iri, *, actor: Iri) -> Document:
    """The answer about the server itself (FEP-d556), when asked for its bare address."""
    links: list[Json] = [{"rel": SERVER_ACTOR, "type": ACTIVITY_JSON, "href": actor}]
    return {"subject": origin, "links": links}


def actor_link(jrd: Document, handle: Handle) -> Iri:
    """The actor that this answer names.

    The caller must still fetch the actor and see that it names the same handle: a host may give
    away its own names only, and an actor takes part only in what it says itself.

    Args:
        jrd: The answer.
        handle: What was asked for, or what the answer's subject named after one hop.

    Raises:
        Malformed: The answer is about somebody else, or names no actor.
    """
    if not subject(jrd).same_as(handle):
        raise Malformed("the WebFinger answer is about another handle")
    for link in _links(jrd):
        if link.get("rel") == "self" and link.get("type") in (ACTIVITY_JSON, LD_JSON):
            return iris.parse(link.get("href"))
    raise Malformed("the WebFinger answer names no actor")


def destination(jrd: Document, intent: Intent, thing: Iri) -> Iri | None:
    """Where this server sends people who want to do this with that thing; None if nowhere.

    Servers that know no intents say `subscribe`, which takes anything on Mastodon and Pleroma.
    Names that we have nothing for are replaced by nothing (FEP-3b86, 3.2).

    Args:
        jrd: The answer about the person.
        intent: What she wants to do.
        thing: The id of what she wants to do it with.
    """
    templates = {
        str(link["rel"]).lower(): link["template"]
        for link in _links(jrd)
        if isinstance(link.get("rel"), str) and isinstance(link.get("template"), str)
    }
    values = {_PLACES[intent]: thing, "object": thing, "uri": thing}
    for wanted in (intent, Intent.OBJECT, SUBSCRIBE):
        template = str(templates.get(wanted.lower(), ""))
        if 0 < len(template) <= _LONGEST_TEMPLATE:
            filled = _NAME.sub(lambda name: quote(values.get(name[1], ""), safe=""), template)
            return iris.parse(filled)
    return None


def subject(jrd: Document) -> Handle:
    """The handle that this answer is about; another one than asked for means: ask there.

    Raises:
        Malformed: There is none.
    """
    text = jrd.get("subject")
    if not isinstance(text, str) or not text.startswith("acct:"):
        raise Malformed("the subject of a WebFinger answer must be an acct: address")
    return handles.parse(text)


def _links(jrd: Document) -> Iterator[Document]:
    links = jrd.get("links")
    if isinstance(links, list):
        yield from (link for link in links[:_MOST_LINKS] if isinstance(link, dict))
