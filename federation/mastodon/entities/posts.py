"""Posts: a Status, what stands around it, and what else is told of one.

A model is a status: its title in bold, its sentence, a link to the whole, and a preview card of the
same.
"""

import html
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from activitypub import iris
from actors.rules.consent import Consent
from actors.tables.model import Model
from actors.tables.planned import Planned
from actors.tables.remark import Boost, Remark
from actors.views.timelines import Tallies
from federation.mastodon.entities import attachments
from federation.mastodon.entities.entity import VISIBILITIES, Entity, moment

READ_IN_FULL: Final[Mapping[str, str]] = {
    "de": "Das ganze Modell lesen",
    "en": "Read in full",
    "es": "Leer completo",
    "fr": "Lire en entier",
    "it": "Leggere per intero",
    "nl": "Volledig lezen",
    "pt": "Ler na íntegra",
}
"""The words of the link to a model, by the language the model is written in."""

ADAPTED_FROM: Final[Mapping[str, str]] = {
    "de": "Angepasst nach",
    "en": "Adapted from",
    "es": "Adaptado de",
    "fr": "Adapté de",
    "it": "Adattato da",
    "nl": "Aangepast van",
    "pt": "Adaptado de",
}
"""What stands before the address of the model that this one was made from, likewise: an app knows
no adaptations, and who is told of one as of a mention should see why."""

LONGEST_ADDRESS: Final = 60
"""Characters of an address that are shown; it leads to all of it."""


def model_status(author: Entity, model: Model, tallies: Tallies, origin: str = "") -> Entity:
    """A Status that shows a model; `origin` is the address of the one that it was made from."""
    content = _model_content(model.name, model.summary, model.url, model.language)
    content += _adapted_from(origin, model.language)
    status = _status(author, model.id, model.iri, model.url, model.published_at, content, tallies)
    edited = moment(model.updated_at) if model.updated_at > model.published_at else None
    return status | {
        "edited_at": edited,
        "language": model.language,
        "card": attachments.card(author, model),
    }


def remark_status(
    author: Entity,
    remark: Remark,
    tallies: Tallies,
    *,
    mentions: Sequence[Entity],
    tags: Sequence[Entity],
    reply_to: tuple[str, str] | None,
) -> Entity:
    """A Status that shows a remark.

    Args: author: an Account. remark: what was said. tallies: what others did with it. mentions:
        made by `people.mention`. tags: made by `hashtags.tag_of_status`. reply_to: ids of the
        status it answers and of that one's account, where it is known and still there.
    """
    status = _status(
        author, remark.id, remark.iri, remark.url, remark.published_at, remark.content, tallies
    )
    edited = moment(remark.updated_at) if remark.updated_at > remark.published_at else None
    return status | {
        "in_reply_to_id": reply_to[0] if reply_to else None,
        "in_reply_to_account_id": reply_to[1] if reply_to else None,
        "sensitive": bool(remark.summary),
        "spoiler_text": remark.summary,
        "visibility": VISIBILITIES[remark.visibility],
        "language": remark.language,
        "edited_at": edited,
        "mentions": list(mentions),
        "tags": list(tags),
    }


def passing_on(booster: Entity, boost: Boost) -> Entity:
    """What a Status that passes another one on has of its own."""
    return {
        "id": str(boost.id),
        "uri": boost.iri,
        "created_at": moment(boost.made_at),
        "edited_at": None,
        "account": booster,
        "card": None,
        "mentions": [],
        "tags": [],
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
    }


def boost_status(passed_on: Entity, inner: Entity) -> Entity:
    """A Status that passes another one on; `passed_on`: made by `passing_on`."""
    return inner | passed_on | {"reblog": inner}


def quoted(state: str, status: Entity | None) -> Entity:
    """A Quote (4.4); what is quoted stands in it only where it may be shown."""
    return {"state": state, "quoted_status": status}


def quote_approval(automatic: Sequence[str], manual: Sequence[str], asked: Consent) -> Entity:
    """A QuoteApproval (4.5): who may quote a status, and what that means for who asks."""
    return {"automatic": list(automatic), "manual": list(manual), "current_user": asked.value}


def context(ancestors: Sequence[Entity], descendants: Sequence[Entity]) -> Entity:
    """A Context: what was said before and after a status."""
    return {"ancestors": list(ancestors), "descendants": list(descendants)}


def translation(model: Model, name: str, sentence: str, language: str, provider: str) -> Entity:
    """A Translation of a model: the words of its own authors in another language.

    Args:
        model: whose.
        name: its title in that language.
        sentence: its one sentence in that language.
        language: which.
        provider: who translated it.
    """
    return {
        "content": _model_content(name, sentence, model.url, language),
        "spoiler_text": "",
        "media_attachments": [],
        "poll": None,
        "detected_source_language": model.language,
        "language": language,
        "provider": provider,
    }


def embedded(origin: str, status: Entity, title: str) -> Entity:
    """What oEmbed (1.0, type `link`) says of a status: who says it, and where."""
    author = status["account"]
    account = author if isinstance(author, dict) else {}
    return {
        "type": "link",
        "version": "1.0",
        "title": title,
        "author_name": account["display_name"],
        "author_url": account["url"],
        "provider_name": iris.host(iris.parse(origin)),
        "provider_url": f"{origin}/",
        "cache_age": 86400,
        "url": status["url"],
    }


def source(subject: Model | Remark, text: str) -> Entity:
    """A StatusSource: a text as it was typed."""
    summary = subject.summary if isinstance(subject, Remark) else ""
    return {"id": str(subject.id), "text": text, "spoiler_text": summary}


def wording(author: Entity, content: str, summary: str, at: datetime) -> Entity:
    """A StatusEdit: what a status said from a moment on."""
    return {
        "content": content,
        "spoiler_text": summary,
        "sensitive": bool(summary),
        "created_at": moment(at),
        "account": author,
        "media_attachments": [],
        "emojis": [],
    }


def scheduled(row: Planned, files: Sequence[Entity] = ()) -> Entity:
    """A ScheduledStatus; `files`: made by `attachments.media`."""
    said = row.said
    visible = VISIBILITIES[said["visible"].lower()]
    above, quoted_id = said["in_reply_to_id"], said["quoted_id"]
    return {
        "id": str(row.id),
        "scheduled_at": moment(row.at),
        "params": {
            "text": said["text"],
            "spoiler_text": said["summary"],
            "visibility": visible,
            "language": said["language"],
            "sensitive": bool(said["summary"] or said.get("sensitive")),
            "in_reply_to_id": None if above is None else str(above),
            "quoted_status_id": None if quoted_id is None else str(quoted_id),
            "quote_approval_policy": said["quotable"],
            "media_ids": [one["id"] for one in files] or None,
            "poll": None,
            "scheduled_at": None,
            "application_id": 0,
            "idempotency": row.request_key,
            "with_rate_limit": False,
            "allowed_mentions": None,
        },
        "media_attachments": list(files),
    }


def _status(
    author: Entity,
    id_: int,
    iri: str,
    url: str,
    at: datetime,
    content: str,
    tallies: Tallies,
) -> Entity:
    """What every Status has."""
    return {
        "id": str(id_),
        "uri": iri,
        "url": url or iri,
        "created_at": moment(at),
        "edited_at": None,
        "account": author,
        "content": content,
        "visibility": "public",
        "sensitive": False,
        "spoiler_text": "",
        "language": None,
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "reblog": None,
        "application": None,
        "media_attachments": [],
        "mentions": [],
        "tags": [],
        "emojis": [],
        "card": None,
        "poll": None,
        "quote": None,
        "quotes_count": 0,
        "quote_approval": quote_approval([], [], Consent.DENIED),
        "replies_count": tallies.replies,
        "reblogs_count": tallies.boosts,
        "favourites_count": tallies.likes,
        "favourited": False,
        "reblogged": False,
        "bookmarked": False,
        "muted": False,
        "pinned": False,
        "filtered": [],
    }


def _model_content(name: str, sentence: str, url: str, language: str) -> str:
    words = READ_IN_FULL.get(language.partition("-")[0], READ_IN_FULL["en"])
    title, said, address = (html.escape(text) for text in (name, sentence, url))
    return (
        f"<p><strong>{title}</strong></p><p>{said}</p>"
        f'<p><a href="{address}" rel="nofollow noopener noreferrer">{html.escape(words)}</a></p>'
    )


def _adapted_from(origin: str, language: str) -> str:
    scheme, parted, shown = origin.partition("://")
    if scheme not in ("https", "http") or not parted:
        return ""
    words = ADAPTED_FROM.get(language.partition("-")[0], ADAPTED_FROM["en"])
    short = shown if len(shown) <= LONGEST_ADDRESS else f"{shown[: LONGEST_ADDRESS - 1]}…"
    link = f'<a href="{html.escape(origin)}" rel="nofollow noopener noreferrer">'
    return f"<p>{words} {link}{html.escape(short)}</a></p>"
