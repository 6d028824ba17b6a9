"""Reading: by what somebody reads, such as lists, filters, conversations, and what was found."""

from collections.abc import Sequence
from datetime import datetime

from activitypub.canonical_json import Json
from actors.tables.circle import Circle
from actors.tables.word_filter import Filter, FilteredStatus, FilterWord
from actors.views.filters import Held, Match
from federation.mastodon.entities.entity import Entity, moment


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


def marker(last_read_id: str, version: int, updated_at: datetime) -> Entity:
    """A Marker: how far a timeline was read; "0" is the beginning."""
    return {"last_read_id": last_read_id, "version": version, "updated_at": moment(updated_at)}


def search(
    accounts: Sequence[Entity], statuses: Sequence[Entity], hashtags: Sequence[Json]
) -> Entity:
    """A Search: all three lists, whatever was asked for."""
    return {"accounts": list(accounts), "statuses": list(statuses), "hashtags": list(hashtags)}


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
