"""Polls: what a Question of a peer asks, as far as we show it.

Mastodon's form (`app/lib/activitypub/parser/poll_parser.rb`): `oneOf` or `anyOf` with an option's
`name` and the votes in `replies.totalItems`; `endTime` or `closed`; `votersCount`. We show polls
and take no part: votes from here are not sent, and what comes as a vote in none of ours is nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import activitypub.vocabulary as ap
from activitypub.canonical_json import Json

MOST_OPTIONS = 20
"""Options that are shown; Mastodon allows 4, Misskey 10, Pleroma 20."""

LONGEST_OPTION = 500
"""Characters of one option; Pleroma allows 200, and nobody is known to allow more."""

MOST_VOTES = 10**9
"""No poll has more; a larger number is a joke, and would not fit everywhere."""


@dataclass(frozen=True)
class Option:
    """One answer, and how often it was given."""

    name: str
    votes: int


@dataclass(frozen=True)
class Poll:
    """What is asked.

    Attributes:
        options: in order.
        is_multiple: several may be chosen.
        voters: people who voted, where it is said.
        ends_at: until when, where it is said.
        is_closed: it was closed before.
    """

    options: tuple[Option, ...]
    is_multiple: bool
    voters: int | None
    ends_at: datetime | None
    is_closed: bool

    @property
    def votes(self) -> int:
        """All votes together."""
        return sum(option.votes for option in self.options)

    def is_over(self, now: datetime) -> bool:
        """Whether nobody can vote any more."""
        return self.is_closed or (self.ends_at is not None and self.ends_at <= now)

    def to_json(self) -> dict[str, Any]:
        """As it is remembered."""
        return {
            "options": [[option.name, option.votes] for option in self.options],
            "multiple": self.is_multiple,
            "voters": self.voters,
            "ends_at": self.ends_at.isoformat() if self.ends_at else None,
            "closed": self.is_closed,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Poll":
        """As it was remembered."""
        ends_at = value["ends_at"]
        return cls(
            options=tuple(Option(name, votes) for name, votes in value["options"]),
            is_multiple=value["multiple"],
            voters=value["voters"],
            ends_at=datetime.fromisoformat(ends_at) if ends_at else None,
            is_closed=value["closed"],
        )


def read(thing: ap.Object) -> Poll | None:
    """What a Question asks; None for anything else, and for one without a readable option."""
    if not isinstance(thing, ap.Question):
        return None
    one, several = (_options(thing.extra.get(name)) for name in ("oneOf", "anyOf"))
    if not (one or several):
        return None
    closed = thing.extra.get("closed")
    return Poll(
        options=tuple(several or one),
        is_multiple=bool(several),
        voters=_count(thing.extra.get("votersCount")),
        ends_at=_moment(thing.extra.get("endTime")) or _moment(closed),
        is_closed=closed is True,
    )


def same_options(before: Poll, after: Poll) -> bool:
    """Whether only numbers differ."""
    return [one.name for one in before.options] == [one.name for one in after.options]


def is_vote(thing: ap.Object) -> bool:
    """Whether a note is a vote: an answer that has a name and no text."""
    return bool(thing.in_reply_to and thing.name and not thing.content)


def _options(value: Json) -> Sequence[Option]:
    listed = value if isinstance(value, list) else [value]
    found = [each for each in listed if isinstance(each, dict)][:MOST_OPTIONS]
    return [
        Option(name[:LONGEST_OPTION], _votes(each.get("replies")))
        for each in found
        if isinstance(name := each.get("name"), str) and name
    ]


def _votes(value: Json) -> int:
    return (_count(value.get("totalItems")) if isinstance(value, dict) else None) or 0


def _count(value: Json) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= MOST_VOTES else None


def _moment(value: Json) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        return found.astimezone(UTC) if found is not None and found.tzinfo else None
    except (ValueError, OverflowError):
        return None
