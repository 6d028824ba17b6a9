"""Attachments: what hangs on a status, such as pictures, a poll, a preview card."""

from collections.abc import Sequence
from datetime import datetime

from activitypub import iris
from activitypub.iris import Iri
from actors.documents import media as media_documents
from actors.documents.media import Shown
from actors.rules.pictures import PICTURE
from actors.rules.polls import Poll
from actors.tables.media import Media
from actors.tables.model import Model
from federation.mastodon.entities.entity import Entity, moment


def media(origin: Iri, stored: Media) -> Entity:
    """A MediaAttachment of ours."""
    url = media_documents.address(origin, stored)
    preview = media_documents.small_address(origin, stored) or None
    is_picture = stored.kind == PICTURE
    meta: Entity = {}
    if is_picture:
        meta = {
            "original": _measured(stored.width, stored.height),
            "small": _measured(stored.small_width, stored.small_height),
            "focus": {"x": stored.focus_x, "y": stored.focus_y},
        }
    return {
        "id": str(stored.id),
        "type": "image" if is_picture else "unknown",
        "url": url,
        "preview_url": preview,
        "remote_url": None,
        "preview_remote_url": None,
        "text_url": None,
        "meta": meta,
        "description": stored.description or None,
        "blurhash": stored.blurhash or None,
    }


def remote_media(status_id: int, place: int, shown: Shown) -> Entity:
    """A MediaAttachment of another server, which is not copied here: a link, as apps show it."""
    return {
        "id": f"{status_id}{place}",
        "type": "unknown",
        "url": shown.url,
        "preview_url": None,
        "remote_url": shown.url,
        "preview_remote_url": None,
        "text_url": None,
        "meta": {},
        "description": shown.name or None,
        "blurhash": None,
    }


def poll(id_: int, asked: Poll, now: datetime, votes: Sequence[int] | None = None) -> Entity:
    """A Poll.

    Args:
        id_: the status's.
        asked: what is asked.
        now: the time.
        votes: what the reader chose; None for one who cannot vote: nobody, or who asks.
    """
    return {
        "id": str(id_),
        "expires_at": moment(asked.ends_at) if asked.ends_at else None,
        "expired": asked.is_over(now),
        "multiple": asked.is_multiple,
        "votes_count": asked.votes,
        "voters_count": asked.voters,
        "voted": votes is None or bool(votes),
        "own_votes": list(votes or ()),
        "options": [
            {"title": option.name, "votes_count": option.votes} for option in asked.options
        ],
        "emojis": [],
    }


def card(author: Entity, model: Model) -> Entity:
    """A PreviewCard that leads to a model."""
    return {
        "url": model.url,
        "title": model.name,
        "description": model.summary,
        "language": model.language,
        "type": "link",
        "author_name": author["display_name"],
        "author_url": author["url"],
        "authors": [{"name": author["display_name"], "url": author["url"], "account": author}],
        "provider_name": iris.host(iris.parse(model.iri)),
        "provider_url": iris.origin(iris.parse(model.iri)),
        "html": "",
        "width": 0,
        "height": 0,
        "image": None,
        "image_description": "",
        "embed_url": "",
        "blurhash": None,
        "published_at": moment(model.published_at),
    }


def _measured(width: int, height: int) -> Entity:
    return {
        "width": width,
        "height": height,
        "size": f"{width}x{height}",
        "aspect": round(width / height, 6) if height else 0.0,
    }
