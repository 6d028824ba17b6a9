"""Remark ↔ Note document."""

from html import escape

import activitypub.vocabulary as ap
from activitypub.addressing import Visibility
from activitypub.canonical_json import Document, Json
from actors.documents.times import wire_time
from actors.tables.actor import Actor
from actors.tables.remark import Remark


def to_document(
    remark: Remark,
    author: Actor,
    *,
    to: tuple[str, ...],
    cc: tuple[str, ...],
    mentioned: tuple[Actor, ...],
) -> Document:
    """A note of ours, not yet sealed."""
    tags: list[Json] = [
        {"type": "Mention", "href": one.iri, "name": f"@{one.address}"} for one in mentioned
    ]
    return {
        "id": remark.iri,
        "type": "Note",
        "attributedTo": author.iri,
        "summary": remark.summary or None,
        "content": remark.content,
        "contentMap": {remark.language: remark.content} if remark.language else None,
        "inReplyTo": remark.in_reply_to,
        "url": remark.url,
        "published": wire_time(remark.published_at),
        "to": list(to),
        "cc": list(cc),
        "audience": remark.commons_iri,
        "tag": tags or None,
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


VISIBILITIES = {one.name.lower(): one for one in Visibility}
"""The word kept in the row → the audience it stands for."""
