"""Hashtags: what a status names, what is used lately, and what stands on a profile."""

from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import quote

from activitypub.canonical_json import Json
from actors.tables.actor import Actor
from actors.views.subjects import Day, Profiled
from federation.mastodon.entities.entity import Entity
from federation.mastodon.entities.people import profile_page


def tag(
    origin: str,
    name: str,
    history: Sequence[Day] = (),
    *,
    is_followed: bool = False,
    is_shown: bool = False,
) -> Entity:
    """A Tag, with how it was used lately."""
    days: list[Json] = [
        {
            "day": str(int(day.at.timestamp())),
            "uses": str(day.uses),
            "accounts": str(day.accounts),
        }
        for day in history
    ]
    return {
        "id": name,
        "name": name,
        "url": _tag_page(origin, name),
        "history": days,
        "following": is_followed,
        "featuring": is_shown,
    }


def tag_of_status(origin: str, name: str) -> Entity:
    """A Status::Tag."""
    return {"name": name, "url": _tag_page(origin, name)}


def featured_tag(origin: str, owner: Actor, shown: Profiled) -> Entity:
    """A FeaturedTag."""
    name = shown.row.name
    at = shown.last_at
    return {
        "id": str(shown.row.id),
        "name": name,
        "url": f"{profile_page(origin, owner)}/tagged/{quote(name)}",
        "statuses_count": str(shown.uses),
        "last_status_at": at.date().isoformat() if at else None,
    }


@lru_cache(maxsize=256)
def _tag_page(origin: str, name: str) -> str:
    """The page of a hashtag: ours, wherever it was written."""
    return f"{origin}/tags/{quote(name)}"
