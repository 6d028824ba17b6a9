"""Remark ↔ Note document."""

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
        "tag": tags or None,
    }


VISIBILITIES = {one.name.lower(): one for one in Visibility}
"""The word kept in the row → the audience it stands for."""
