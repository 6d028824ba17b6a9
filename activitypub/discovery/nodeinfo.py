"""NodeInfo 2.1 (FEP-0151): what software is that, and how busy?

Counts are rounded: exact ones would tell who joined when. `metadata.upstream` is what Mastodon
clients look at to decide whether they may speak the Mastodon API. FEP-2677 adds a link to the
application actor.
"""

import re

from activitypub import iris
from activitypub.canonical_json import Document, Json
from activitypub.errors import Malformed
from activitypub.iris import Iri

PATH = "/.well-known/nodeinfo"
"""Where every server answers."""

SCHEMA = "http://nodeinfo.diaspora.software/ns/schema/2.1"
SCHEMA_2_0 = "http://nodeinfo.diaspora.software/ns/schema/2.0"
"""NodeInfo 2.1."""

APPLICATION_ACTOR = "https://www.w3.org/ns/activitystreams#Application"
"""FEP-2677."""

_SCHEMAS = (SCHEMA, SCHEMA_2_0)
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_MOST_LINKS = 20  # entries; servers give one to three
_LONGEST_VERSION = 100  # characters


def well_known(document: Iri, older: Iri, application_actor: Iri) -> Document:
    """The answer at `PATH`: where the document is, and which actor speaks for the server.

    Args:
        document: of NodeInfo 2.1.
        older: the same as 2.0, for those who look for that and nothing else (Mastodon.py 2.3).
        application_actor: who speaks.
    """
    links: list[Json] = [
        {"rel": SCHEMA, "href": document},
        {"rel": SCHEMA_2_0, "href": older},
        {"rel": APPLICATION_ACTOR, "href": application_actor},
    ]
    return {"links": links}


def describe(
    *,
    version: str,
    users: int,
    active: int,
    posts: int,
    name: str,
    registrations_open: bool,
    contact: str = "",
    description: str = "",
    privacy: str = "",
    terms: str = "",
) -> Document:
    """Our own NodeInfo.

    Args:
        version: Of this software.
        users: Members with an account; rounded here.
        active: Those of them seen within 30 days; rounded here.
        posts: What they published here; rounded here.
        name: Of this instance, for people.
        registrations_open: Whether anybody may join.
        contact: Whom to write to, as an address; left out where it is empty.
        description: Who runs it, a few plain words; left out where it is empty, like what follows.
        privacy: Where it says what becomes of people's data.
        terms: Where it says on what conditions it may be used.
    """
    metadata: dict[str, Json] = {"nodeName": name, "upstream": {"name": "mastodon"}}
    said = {
        "contact": contact,
        "nodeDescription": description,
        "privacyPolicyUrl": privacy,
        "tosUrl": terms,
    }
    metadata |= {name: text for name, text in said.items() if text}
    return {
        "version": "2.1",
        "software": {"name": "essaim", "version": version},
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": registrations_open,
        "usage": {
            "users": {"total": rounded(users), "activeMonth": rounded(active)},
            "localPosts": rounded(posts),
        },
        "metadata": metadata,
    }


def rounded(number: int) -> int:
    """A count with two leading digits: 7 is 7, 123 is 120, 4567 is 4600."""
    return int(round(number, 2 - len(str(abs(number)))))


def document_link(answer: Document) -> Iri:
    """Where a server's NodeInfo document is, from its answer at `PATH`.

    Raises:
        Malformed: It offers none of version 2.1 or 2.0.
    """
    links = answer.get("links")
    offered: dict[str, Json] = {}
    for link in links[:_MOST_LINKS] if isinstance(links, list) else []:
        if isinstance(link, dict) and isinstance(rel := link.get("rel"), str):
            offered[rel] = link.get("href")
    for schema in _SCHEMAS:
        if schema in offered:
            return iris.parse(offered[schema])
    raise Malformed("the server offers no NodeInfo 2")


def read(document: Document) -> tuple[str, str]:
    """Name (lower case) and version of a server's software.

    Raises:
        Malformed: It does not say.
    """
    software = document.get("software")
    name = software.get("name") if isinstance(software, dict) else None
    version = software.get("version") if isinstance(software, dict) else None
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Malformed("NodeInfo does not name the software")
    if not isinstance(version, str):
        version = ""
    return name.lower(), version[:_LONGEST_VERSION]
