"""Entities: rows as Mastodon's JSON. The only place that knows those shapes.

Every field that the strictest reader wants is there, and none is null that a reader takes for
granted: a missing one makes some apps drop the whole list it stands in. Fields and their types:
docs.joinmastodon.org/entities as of 4.2; what must not be missing: the entity classes of Mastodon
for iOS and Android, Ice Cubes, Tusky, toot.

A model is a status: its title in bold, its sentence, a link to the whole, and a preview card of the
same.
"""

import html
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from activitypub import iris, markup
from activitypub.canonical_json import Json
from activitypub.iris import Iri
from actors.documents import media as media_documents
from actors.documents.media import Shown
from actors.rules import network_pages
from actors.rules.consent import Consent
from actors.rules.habits import Habits
from actors.rules.network_pages import HouseRule
from actors.rules.pictures import (
    ACCEPTED,
    LARGEST_FILE,
    LONGEST_DESCRIPTION,
    MOST_ON_A_REMARK,
    MOST_PIXELS,
    PICTURE,
)
from actors.rules.polls import (
    LONGEST,
    LONGEST_OPTION_OF_OURS,
    MOST_OPTIONS_OF_OURS,
    SHORTEST,
    Poll,
)
from actors.tables.access import App
from actors.tables.actor import Actor
from actors.tables.circle import Circle
from actors.tables.media import Media
from actors.tables.model import Model
from actors.tables.organisation import Organisation
from actors.tables.planned import Planned
from actors.tables.push import PushSubscription
from actors.tables.remark import Boost, Remark
from actors.tables.word_filter import Filter, FilteredStatus, FilterWord
from actors.verbs.profiling import LONGEST_PART, MOST_LINES
from actors.verbs.remarking import LONGEST_REMARK
from actors.verbs.subscribing import MOST_SHOWN
from actors.views import pins
from actors.views.filters import Held, Match
from actors.views.holding import Waiting
from actors.views.notices import Group
from actors.views.profiles import Counts, Relationship
from actors.views.subjects import Day, Profiled
from actors.views.timelines import Tallies
from federation import __version__

Entity = dict[str, Json]

VERSION: Final = f"4.5.0 (compatible; Essaim {__version__})"
"""Whose API this is; clients derive from it what they ask for."""

API_VERSION: Final = 7
"""The same, as Mastodon numbers its API since 4.3 (`api_versions`)."""

SOURCE_URL: Final = "https://w3id.org/essaim"
AVATAR: Final = "/mastodon/avatar.png"
HEADER: Final = "/mastodon/header.png"
OUT_OF_BAND: Final = "urn:ietf:wg:oauth:2.0:oob"

CHARACTERS_OF_A_LINK: Final = 23  # as on Mastodon

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

_FEEDS: Final = ("live_feeds", "hashtag_feeds", "trending_link_feeds")

_AUTOMATED: Final = frozenset({"Application", "Service"})


def moment(at: datetime) -> str:
    """A time as apps parse it: UTC, exactly three digits, Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def profile_page(origin: str, actor: Actor) -> str:
    """The page of an account, at home where it lives elsewhere."""
    return actor.url or (f"{origin}/@{actor.handle}" if actor.is_ours else actor.iri)


def account(
    origin: str,
    actor: Actor,
    counts: Counts,
    fields: Sequence[Entity],
    *,
    header: str = "",
    described: tuple[str, str] = ("", ""),
    is_discoverable: bool = True,
    is_indexable: bool = True,
) -> Entity:
    """An Account.

    Args:
        origin: our own, for pictures.
        actor: whose account it is.
        counts: as far as we know them.
        fields: made by `field`.
        header: the address of the picture above its page, if it has one.
        described: what its sign and that picture show, where somebody has said it.
        is_discoverable: it wants to be suggested to others.
        is_indexable: it wants to be found by what it says.
    """
    shown = ("https://", f"{origin}/")  # a laboratory of ours may be at http
    picture = actor.icon if actor.icon and actor.icon.startswith(shown) else origin + AVATAR
    return {
        "id": str(actor.id),
        "username": actor.handle,
        "acct": actor.handle if actor.is_ours else actor.address,
        "display_name": actor.name or actor.handle,
        "locked": actor.approves_followers,
        "bot": actor.type in _AUTOMATED,
        "group": actor.type == "Group",
        "discoverable": is_discoverable,
        "indexable": is_indexable,
        "noindex": False,
        "hide_collections": False,
        "created_at": moment(actor.published_at),
        "note": _paragraphs(actor.summary),
        "url": profile_page(origin, actor),
        "uri": actor.iri,
        "avatar": picture,
        "avatar_static": picture,
        "avatar_description": described[0] if picture == actor.icon else "",
        "header": header or origin + HEADER,
        "header_static": header or origin + HEADER,
        "header_description": described[1],
        "followers_count": counts.followers,
        "following_count": counts.following,
        "statuses_count": counts.models + counts.remarks,
        "last_status_at": counts.last_at.date().isoformat() if counts.last_at else None,
        "emojis": [],
        "fields": list(fields),
        "roles": [],
    }


def field(name: str, value: str) -> Entity:
    """A Field of a profile; the value is HTML from anywhere and is cleaned here."""
    return {"name": markup.plain(name), "value": markup.clean(value), "verified_at": None}


def own_account(
    entity: Entity,
    actor: Actor,
    locale: str,
    *,
    may_administer: bool,
    row: Organisation | None = None,
    requests: int = 0,
) -> Entity:
    """A CredentialAccount: an Account, and what only its owner is told.

    Args:
        entity: an Account.
        actor: whose.
        locale: the language that she works in.
        may_administer: she is a steward of the network.
        row: what is said of her beside the actor.
        requests: how many wait for her yes.
    """
    name = "Administrator" if may_administer else ""
    habits = Habits.from_json(row.habits if row else {})
    lines: Sequence[Sequence[str]] = row.lines if row else ()
    return entity | {
        "source": {
            "privacy": VISIBILITIES[habits.visible.name.lower()],
            "sensitive": habits.is_sensitive,
            "language": habits.language or locale,
            "quote_policy": habits.quotable.value,
            "note": markup.plain(actor.summary),
            "fields": [
                {"name": name, "value": value, "verified_at": None} for name, value in lines
            ],
            "follow_requests_count": requests,
            "hide_collections": False,
            "discoverable": row.is_discoverable if row else True,
            "indexable": row.is_indexable if row else True,
            "attribution_domains": [],
        },
        "role": {
            "id": "1" if may_administer else "-99",
            "name": name,
            "color": "",
            "permissions": "0",
            "highlighted": False,
        },
    }


def profile(own: Entity, avatar: str | None, header: str | None, tags: Sequence[Json]) -> Entity:
    """A Profile: what its owner has said of herself, as she said it, and as others see it.

    Args:
        own: a CredentialAccount.
        avatar: the address of her sign; None where she has chosen none.
        header: of the picture above her page, likewise.
        tags: the hashtags that stand there.
    """
    source = own["source"] if isinstance(own["source"], dict) else {}
    kept = ("id", "display_name", "avatar_description", "header_description", "locked", "bot")
    told = ("note", "fields", "hide_collections", "discoverable", "indexable")
    return {
        **{name: own[name] for name in kept},
        **{name: source[name] for name in (*told, "attribution_domains")},
        "avatar": avatar,
        "avatar_static": avatar,
        "header": header,
        "header_static": header,
        "show_media": True,
        "show_media_replies": True,
        "show_featured": True,
        "featured_tags": list(tags),
        "formatted_note": own["note"],
        "formatted_fields": own["fields"],
    }


def model_status(author: Entity, model: Model, tallies: Tallies, origin: str = "") -> Entity:
    """A Status that shows a model; `origin` is the address of the one that it was made from."""
    content = _model_content(model.name, model.summary, model.url, model.language)
    content += _adapted_from(origin, model.language)
    status = _status(author, model.id, model.iri, model.url, model.published_at, content, tallies)
    edited = moment(model.updated_at) if model.updated_at > model.published_at else None
    return status | {
        "edited_at": edited,
        "language": model.language,
        "card": card(author, model),
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
        made by `mention`. tags: made by `tag`. reply_to: ids of the status it answers and of that
        one's account, where it is known and still there.
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


def _measured(width: int, height: int) -> Entity:
    return {
        "width": width,
        "height": height,
        "size": f"{width}x{height}",
        "aspect": round(width / height, 6) if height else 0.0,
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


def mention(origin: str, actor: Actor) -> Entity:
    """A Status::Mention."""
    return {
        "id": str(actor.id),
        "username": actor.handle,
        "url": profile_page(origin, actor),
        "acct": actor.handle if actor.is_ours else actor.address,
    }


@lru_cache(maxsize=256)
def tag_page(origin: str, name: str) -> str:
    """The page of a hashtag: ours, wherever it was written."""
    return f"{origin}/tags/{quote(name)}"


def tag_of_status(origin: str, name: str) -> Entity:
    """A Status::Tag."""
    return {"name": name, "url": tag_page(origin, name)}


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
        "url": tag_page(origin, name),
        "history": days,
        "following": is_followed,
        "featuring": is_shown,
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
        "provider_name": _domain(origin),
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


def filter_v1(word: FilterWord, row: Filter) -> Entity:
    """A V1::Filter: one word of a filter, as older apps know them."""
    return {
        "id": str(word.id),
        "phrase": word.text,
        "context": list(row.contexts),
        "expires_at": moment(row.expires_at) if row.expires_at else None,
        "irreversible": row.action == "hide",
        "whole_word": word.is_whole,
    }


def filter_v2(held: Held, *, is_whole: bool = True) -> Entity:
    """A Filter; `is_whole`: with everything that it looks for."""
    row = held.filter
    found: Entity = {
        "id": str(row.id),
        "title": row.title,
        "context": list(row.contexts),
        "expires_at": moment(row.expires_at) if row.expires_at else None,
        "filter_action": row.action,
    }
    if is_whole:
        found["keywords"] = [filter_word(word) for word in held.words]
        found["statuses"] = [filtered_status(one) for one in held.statuses]
    return found


def filter_word(word: FilterWord) -> Entity:
    """A FilterKeyword."""
    return {"id": str(word.id), "keyword": word.text, "whole_word": word.is_whole}


def filtered_status(row: FilteredStatus) -> Entity:
    """A FilterStatus."""
    return {"id": str(row.id), "status_id": str(row.subject_id)}


def filter_result(match: Match) -> Entity:
    """A FilterResult: what a filter found in a status."""
    return {
        "filter": filter_v2(match.held, is_whole=False),
        "keyword_matches": list(match.words) or None,
        "status_matches": [str(one) for one in match.statuses] or None,
    }


def circle(row: Circle) -> Entity:
    """A List."""
    return {
        "id": str(row.id),
        "title": row.title,
        "replies_policy": row.replies,
        "exclusive": row.is_exclusive,
    }


def conversation(id_: int, accounts: Sequence[Entity], last: Entity, *, is_unread: bool) -> Entity:
    """A Conversation."""
    return {
        "id": str(id_),
        "unread": is_unread,
        "accounts": list(accounts),
        "last_status": last,
    }


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


def scheduled(row: Planned, files: Sequence[Entity] = ()) -> Entity:
    """A ScheduledStatus; `files`: made by `media`."""
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


def suggestion(entity: Entity) -> Entity:
    """A Suggestion: somebody whom others here follow."""
    return {"source": "global", "sources": ["most_followed"], "account": entity}


def context(ancestors: Sequence[Entity], descendants: Sequence[Entity]) -> Entity:
    """A Context: what was said before and after a status."""
    return {"ancestors": list(ancestors), "descendants": list(descendants)}


def relationship(them: Actor, known: Relationship) -> Entity:
    """A Relationship: how the signed-in account and another stand."""
    noted = known.noted
    return {
        "id": str(them.id),
        "following": known.following,
        "showing_reblogs": known.following and not (noted is not None and noted.hides_boosts),
        "notifying": known.following and noted is not None and noted.notifies,
        "languages": list(noted.languages) if noted is not None and noted.languages else None,
        "followed_by": known.followed_by,
        "blocking": known.between.blocking,
        "blocked_by": known.between.blocked_by,
        "muting": known.between.muting,
        "muting_notifications": known.between.muting_notices,
        "requested": known.requested,
        "requested_by": known.requested_by,
        "domain_blocking": known.between.host_blocking,
        "endorsed": noted is not None and noted.is_endorsed,
        "note": noted.comment if noted is not None else "",
    }


def notification(
    notice_id: int,
    kind: str,
    made_at: datetime,
    sender: Entity,
    status: Entity | None,
    group_key: str,
) -> Entity:
    """A Notification; `status` is left out where the kind has none."""
    entity: Entity = {
        "id": str(notice_id),
        "type": kind,
        "created_at": moment(made_at),
        "group_key": group_key,
        "account": sender,
    }
    return entity | ({"status": status} if status is not None else {})


def notification_group(
    group: Group,
    kind: str,
    key: str,
    senders: Sequence[Entity],
    status: Entity | None,
) -> Entity:
    """A NotificationGroup (4.3); its newest id is the one number among all ids of the API.

    Args:
        group: what stands together.
        kind: its type.
        key: its name.
        senders: the Accounts that are shown for all, the newest first.
        status: what all speak of, if they speak of one.
    """
    entity: Entity = {
        "group_key": key,
        "notifications_count": group.count,
        "type": kind,
        "most_recent_notification_id": group.newest_id,
        "page_min_id": str(group.oldest_id),
        "page_max_id": str(group.newest_id),
        "latest_page_notification_at": moment(group.last_at),
        "sample_account_ids": [each["id"] for each in senders],
    }
    return entity | ({"status_id": status["id"]} if status is not None else {})


def partial_account(whole: Entity) -> Entity:
    """A PartialAccountWithAvatar (4.3)."""
    names = ("id", "acct", "url", "avatar", "avatar_static", "locked", "bot")
    return {name: whole[name] for name in names}


def notification_request(waiting: Waiting, account: Entity, status: Entity | None) -> Entity:
    """A NotificationRequest (4.3), which goes by the id of the account that waits."""
    return {
        "id": account["id"],
        "created_at": moment(waiting.first_at),
        "updated_at": moment(waiting.last_at),
        "notifications_count": str(waiting.count),
        "account": account,
        "last_status": status,
    }


def search(
    accounts: Sequence[Entity], statuses: Sequence[Entity], hashtags: Sequence[Json]
) -> Entity:
    """A Search: all three lists, whatever was asked for."""
    return {"accounts": list(accounts), "statuses": list(statuses), "hashtags": list(hashtags)}


def marker(last_read_id: str, version: int, updated_at: datetime) -> Entity:
    """A Marker: how far a timeline was read; "0" is the beginning."""
    return {"last_read_id": last_read_id, "version": version, "updated_at": moment(updated_at)}


def preferences(locale: str, habits: Habits | None = None) -> Entity:
    """The Preferences: what apps begin a post with, and nothing that they would show otherwise."""
    begun = habits or Habits()
    return {
        "posting:default:visibility": VISIBILITIES[begun.visible.name.lower()],
        "posting:default:sensitive": begun.is_sensitive,
        "posting:default:language": begun.language or locale,
        "posting:default:quote_policy": begun.quotable.value,
        "reading:expand:media": "default",
        "reading:expand:spoilers": False,
        "reading:autoplay:gifs": False,
    }


def push_subscription(row: PushSubscription, types: Sequence[str], key: str) -> Entity:
    """A WebPushSubscription.

    Args:
        row: what the app asked for.
        types: every type that it could ask for.
        key: by which push services know us.
    """
    return {
        "id": str(row.id),
        "endpoint": row.endpoint,
        "standard": row.is_standard,
        "alerts": {name: bool(row.alerts.get(name)) for name in types},
        "server_key": key,
        "policy": row.policy,
    }


def application(app: App, key: str = "") -> Entity:
    """An Application, without its secrets; `key`: by which push services know us."""
    return {
        "id": str(app.id),
        "name": app.name,
        "website": app.website,
        "scopes": list(app.scopes.split()),
        "redirect_uri": "\n".join(str(uri) for uri in app.redirect_uris),
        "redirect_uris": [str(uri) for uri in app.redirect_uris],
        "vapid_key": key,
    }


def registered_application(app: App, secret: str, key: str = "") -> Entity:
    """A CredentialApplication: told once, to the app that registers."""
    return application(app, key) | {
        "client_id": app.client_id,
        "client_secret": secret,
        "client_secret_expires_at": 0,
    }


def userinfo(origin: str, actor: Actor, picture: Json) -> Entity:
    """The answer of /oauth/userinfo (OpenID Connect Core, 5.3): for whom an app acts."""
    return {
        "iss": f"{origin}/",
        "sub": actor.iri,
        "name": actor.name or actor.handle,
        "preferred_username": actor.handle,
        "profile": profile_page(origin, actor),
        "picture": picture,
    }


def token(secret: str, scopes: str, made_at: datetime) -> Entity:
    """A Token (RFC 6749, 5.1); it has no end, so it says none."""
    return {
        "access_token": secret,
        "token_type": "Bearer",
        "scope": scopes,
        "created_at": int(made_at.timestamp()),
    }


def instance_v2(
    origin: str,
    network: Actor,
    contact: Entity,
    *,
    members: int,
    locale: str,
    email: str = "",
    key: str = "",
    rules: Sequence[Entity] = (),
    has_terms: bool = False,
) -> Entity:
    """An Instance, as of Mastodon 4; `key`: by which push services know us."""
    picture = origin + HEADER
    return {
        "domain": _domain(origin),
        "title": network.name,
        "version": VERSION,
        "api_versions": {"mastodon": API_VERSION},
        "source_url": SOURCE_URL,
        "description": markup.plain(network.summary),
        "usage": {"users": {"active_month": members}},
        "thumbnail": {"url": picture, "blurhash": None, "versions": {"@1x": picture}},
        "icon": [{"src": origin + AVATAR, "size": "400x400"}],
        "languages": [locale],
        "configuration": _configuration()
        | {
            "urls": {
                "streaming": _streaming(origin),
                "about": f"{origin}/about",
                "privacy_policy": f"{origin}/about/privacy",
                "terms_of_service": f"{origin}/about/terms" if has_terms else None,
            },
            "vapid": {"public_key": key},
            "timelines_access": {feed: {"local": "public", "remote": "public"} for feed in _FEEDS},
            "limited_federation": False,
        },
        "registrations": {
            "enabled": False,
            "approval_required": False,
            "reason_required": False,
            "min_age": None,
            "message": None,
            "url": None,
        },
        "contact": {"email": email, "account": contact},
        "rules": list(rules),
    }


def instance_v1(
    origin: str,
    network: Actor,
    contact: Entity,
    *,
    members: int,
    statuses: int,
    hosts: int,
    locale: str,
    email: str = "",
    rules: Sequence[Entity] = (),
) -> Entity:
    """A V1::Instance, which older apps still ask for."""
    description = markup.plain(network.summary)
    return {
        "uri": _domain(origin),
        "title": network.name,
        "short_description": description,
        "description": description,
        "email": email,
        "version": VERSION,
        "urls": {"streaming_api": _streaming(origin)},
        "stats": {"user_count": members, "status_count": statuses, "domain_count": hosts},
        "thumbnail": origin + HEADER,
        "languages": [locale],
        "registrations": False,
        "approval_required": False,
        "invites_enabled": False,
        "configuration": _configuration(),
        "contact_account": contact,
        "rules": list(rules),
    }


def extended_description(updated_at: datetime, content: str) -> Entity:
    """An ExtendedDescription: who runs this instance."""
    return {"updated_at": moment(updated_at), "content": _paragraphs(content)}


def house_rule(rule: HouseRule, locale: str) -> Entity:
    """A Rule, in the language of the instance, with what it says in others."""
    return {
        "id": str(rule.number),
        "text": network_pages.best(rule.texts, locale)[0],
        "hint": network_pages.best(rule.hints, locale)[0],
        "translations": {
            tag: {"text": text, "hint": rule.hints.get(tag, "")} for tag, text in rule.texts.items()
        },
    }


def terms_of_service(since: datetime, content: str) -> Entity:
    """A TermsOfService: those that hold now."""
    return {
        "effective_date": since.date().isoformat(),
        "effective": True,
        "content": _paragraphs(content),
        "succeeded_by": None,
    }


def failure(reason: str) -> Entity:
    """An Error."""
    return {"error": reason}


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


def _configuration() -> Entity:
    """What may be posted: no films and no sound, so every limit of those is zero."""
    return {
        "accounts": {
            "max_featured_tags": MOST_SHOWN,
            "max_pinned_statuses": pins.MOST,
            "max_profile_fields": MOST_LINES,
            "profile_field_name_limit": LONGEST_PART,
            "profile_field_value_limit": LONGEST_PART,
        },
        "statuses": {
            "max_characters": LONGEST_REMARK,
            "max_media_attachments": MOST_ON_A_REMARK,
            "characters_reserved_per_url": CHARACTERS_OF_A_LINK,
            "supported_mime_types": ["text/plain"],
        },
        "media_attachments": {
            "supported_mime_types": list(ACCEPTED),
            "description_limit": LONGEST_DESCRIPTION,
            "image_size_limit": LARGEST_FILE,
            "image_matrix_limit": MOST_PIXELS,
            "video_size_limit": 0,
            "video_frame_rate_limit": 0,
            "video_matrix_limit": 0,
        },
        "polls": {
            "max_options": MOST_OPTIONS_OF_OURS,
            "max_characters_per_option": LONGEST_OPTION_OF_OURS,
            "min_expiration": int(SHORTEST.total_seconds()),
            "max_expiration": int(LONGEST.total_seconds()),
        },
        "translation": {"enabled": False},
    }


def _domain(origin: str) -> str:
    return iris.host(iris.parse(origin))


def _streaming(origin: str) -> str:
    """Where apps would listen: they want an address even where nothing streams."""
    return origin.replace("http", "ws", 1)


def _paragraphs(text: str) -> str:
    """HTML as it is, cleaned; plain text as one paragraph."""
    return _kept_paragraphs(text) if len(text) <= LONGEST_KEPT else _cleaned_paragraphs(text)


def _cleaned_paragraphs(text: str) -> str:
    if not text or "<" in text:
        return markup.clean(text)
    return f"<p>{html.escape(text)}</p>"


_kept_paragraphs = lru_cache(maxsize=NOTES_KEPT)(_cleaned_paragraphs)


def _entities(value: Json) -> list[Entity]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
