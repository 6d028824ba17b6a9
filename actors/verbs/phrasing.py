"""Phrasing: what a member typed → what we say: the HTML, the people, the hashtags.

Somebody is mentioned when we know her under that name already: the edge that took the text has
asked the network for the names it holds, before this transaction (`people_in`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from activitypub import handles
from activitypub.errors import Malformed
from activitypub.iris import host
from actors.database import Session
from actors.documents import remark as documents
from actors.rules import speech
from actors.site import Site
from actors.tables.actor import Actor
from actors.views import profiles

MOST_PEOPLE = 20
"""Names in one remark that are looked for: more is a list, and each may cost a request."""


@dataclass(frozen=True)
class Phrase:
    """A text as it goes out.

    Attributes:
        content: clean HTML.
        people: whom it names, in order.
        hashtags: each as it is compared and as it is written.
    """

    content: str
    people: tuple[Actor, ...]
    hashtags: tuple[tuple[str, str], ...]


async def phrase(session: Session, site: Site, text: str) -> Phrase:
    """The text with every name that we know as a link."""
    known = await _known(session, site, text)
    content = speech.to_html(
        text,
        people={word: actor.url or actor.iri for word, actor in known.items()},
        tag_page=lambda name: documents.tag_page(site.origin, name),
    )
    people = {actor.id: actor for actor in known.values()}
    written = speech.hashtags_in(text)
    return Phrase(
        content, tuple(people.values()), tuple((speech.tag_name(one), one) for one in written)
    )


async def _known(session: Session, site: Site, text: str) -> Mapping[str, Actor]:
    found: dict[str, Actor] = {}
    for word in speech.people_in(text)[:MOST_PEOPLE]:
        actor = await _by_name(session, site, word)
        if actor is not None and actor.gone_at is None and actor.type != "Application":
            found[word] = actor
    return found


async def _by_name(session: Session, site: Site, word: str) -> Actor | None:
    if "@" not in word:
        return await profiles.by_handle(session, word)
    try:
        handle = handles.parse(word)
    except Malformed:
        return None
    if handle.host == host(site.origin):
        return await profiles.by_handle(session, handle.name)
    return await profiles.by_address(session, handle.name, handle.host)
