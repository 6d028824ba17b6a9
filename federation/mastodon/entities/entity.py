"""What every entity is made of: its type, times, text, and the words for who may see something."""

import html
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from activitypub import markup
from activitypub.canonical_json import Json

Entity = dict[str, Json]

AVATAR: Final = "/mastodon/avatar.png"
HEADER: Final = "/mastodon/header.png"

VISIBILITIES: Final[Mapping[str, str]] = {
    "public": "public",
    "unlisted": "unlisted",
    "followers": "private",
    "direct": "direct",
}
"""Our word for who may see a remark → Mastodon's."""

NOTES_KEPT: Final = 256
LONGEST_KEPT: Final = 2_000
"""What so many people say of themselves, cleaned, and how long it may be: it is said again with
every status of theirs, and the same text is always cleaned alike."""


def moment(at: datetime) -> str:
    """A time as apps parse it: UTC, exactly three digits, Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def paragraphs(text: str) -> str:
    """HTML as it is, cleaned; plain text as one paragraph."""
    return _kept_paragraphs(text) if len(text) <= LONGEST_KEPT else _cleaned_paragraphs(text)


def _cleaned_paragraphs(text: str) -> str:
    if not text or "<" in text:
        return markup.clean(text)
    return f"<p>{html.escape(text)}</p>"


_kept_paragraphs = lru_cache(maxsize=NOTES_KEPT)(_cleaned_paragraphs)
