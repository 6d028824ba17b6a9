"""Remark ↔ Note document.

Whoever may read a note may also know where its answers, likes and boosts are counted; of what is
not for everybody none of that has an address. `context` is that of what a note answers (FEP-7888):
copied as it stands there, never made up for somebody else's conversation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

import activitypub.vocabulary as ap
from activitypub.addressing import Visibility
from activitypub.canonical_json import Document, Json
from activitypub.iris import Iri
from actors import places
from actors.documents.times import wire_time
from actors.places import place
from actors.rules import polls
from actors.rules.polls import Poll
from actors.tables.actor import Actor
from actors.tables.remark import Remark

VISIBILITIES = {one.name.lower(): one for one in Visibility}
"""The word kept in the row → the audience it stands for."""

OPEN = ("public", "unlisted")
"""What everybody may see."""


@dataclass(frozen=True)
class Addressed:
    """Whom a note is for, and whom and what it names.

    Attributes:
        to: first recipients.
        cc: further recipients.
        mentioned: who is told of it by name.
        hashtags: as they are written, without the sign.
        context: the conversation it belongs to, if that has an address.
    """

    to: Sequence[str]
    cc: Sequence[str]
    mentioned: Sequence[Actor] = ()
    hashtags: Sequence[tuple[str, str]] = ()
    context: str | None = None


def to_document(origin: Iri, remark: Remark, author: Actor, addressed: Addressed) -> Document:
    """A note of ours, not yet sealed."""
    tags: list[Json] = [
        {"type": "Mention", "href": one.iri, "name": f"@{one.address}"}
        for one in addressed.mentioned
    ]
    tags += [
        {"type": "Hashtag", "href": tag_page(origin, name), "name": f"#{written}"}
        for name, written in addressed.hashtags
    ]
    edited = remark.updated_at > remark.published_at
    asked = Poll.from_json(remark.poll) if remark.poll else None
    return {
        "id": remark.iri,
        "type": "Note",
        "attributedTo": author.iri,
        "summary": remark.summary or None,
        "sensitive": True if remark.summary else None,
        "content": remark.content,
        "contentMap": {remark.language: remark.content} if remark.language else None,
        "inReplyTo": remark.in_reply_to,
        "context": addressed.context,
        "url": remark.url,
        "published": wire_time(remark.published_at),
        "updated": wire_time(remark.updated_at) if edited else None,
        "to": list(addressed.to),
        "cc": list(addressed.cc),
        "audience": remark.commons_iri,
        "tag": tags or None,
        **(_counted(origin, remark) if remark.visibility in OPEN else {}),
        **(polls.asked_on_the_wire(asked, remark.updated_at) if asked else {}),
    }


def shown(note: ap.Object) -> str:
    """What people read of something that was said elsewhere, as HTML that is still to be cleaned.

    A post of Lemmy has a title, and its link, if it is about one, is attached; a note has neither.
    """
    if isinstance(note, ap.Note):
        return note.content or ""
    title = f"<p><strong>{escape(note.name)}</strong></p>" if note.name else ""
    links = [one["href"] for one in note.attachment if one.get("type") == "Link" and "href" in one]
    hrefs = [one for one in links if isinstance(one, str)]
    below = "".join(f'<p><a href="{escape(one)}">{escape(one)}</a></p>' for one in hrefs)
    return title + (note.content or "") + below


def tag_page(origin: Iri, name: str) -> str:
    """The page of a hashtag of this instance."""
    return place(origin, places.TAG_PAGE, name=quote(name))


def _counted(origin: Iri, remark: Remark) -> Document:
    """Where answers, likes and boosts are counted (ActivityPub 5.7, 5.8; FEP-7458)."""
    return {
        "replies": place(origin, places.REMARK_REPLIES, id=remark.id),
        "likes": place(origin, places.REMARK_LIKES, id=remark.id),
        "shares": place(origin, places.REMARK_SHARES, id=remark.id),
    }
