"""About: what the instance says of itself, what may be posted here, its rules and its terms."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from activitypub import iris, markup
from actors.rules import network_pages
from actors.rules.network_pages import HouseRule
from actors.rules.pictures import (
    ACCEPTED,
    LARGEST_FILE,
    LONGEST_DESCRIPTION,
    MOST_ON_A_REMARK,
    MOST_PIXELS,
)
from actors.rules.polls import LONGEST, LONGEST_OPTION_OF_OURS, MOST_OPTIONS_OF_OURS, SHORTEST
from actors.tables.actor import Actor
from actors.verbs.profiling import LONGEST_PART, MOST_LINES
from actors.verbs.remarking import LONGEST_REMARK
from actors.verbs.subscribing import MOST_SHOWN
from actors.views import pins
from federation import __version__
from federation.mastodon.entities.entity import AVATAR, HEADER, Entity, moment, paragraphs

VERSION: Final = f"4.5.0 (compatible; Essaim {__version__})"
"""Whose API this is; clients derive from it what they ask for."""

API_VERSION: Final = 7
"""The same, as Mastodon numbers its API since 4.3 (`api_versions`)."""

SOURCE_URL: Final = "https://w3id.org/essaim"

CHARACTERS_OF_A_LINK: Final = 23  # as on Mastodon

_FEEDS: Final = ("live_feeds", "hashtag_feeds", "trending_link_feeds")


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
    return {"updated_at": moment(updated_at), "content": paragraphs(content)}


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
        "content": paragraphs(content),
        "succeeded_by": None,
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
