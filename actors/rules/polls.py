"""Polls: what a Question asks, who may choose what, and when that is over.

Mastodon's form (`app/lib/activitypub/parser/poll_parser.rb`): `oneOf` or `anyOf` with an option's
`name` and the votes in `replies.totalItems`; `endTime` or `closed`; `votersCount`. A vote is a note
that has the name of an option and no text, addressed to who asked; it counts once, while the poll
lasts. Limits of our own polls: Mastodon's (`app/validators/poll_options_validator.rb`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import activitypub.vocabulary as ap
from activitypub.canonical_json import Document, Json
from actors.errors import Unwise

MOST_OPTIONS = 20
"""Options that are shown; Mastodon allows 4, Misskey 10, Pleroma 20."""

LONGEST_OPTION = 500
"""Characters of one option; Pleroma allows 200, and nobody is known to allow more."""

MOST_VOTES = 10**9
"""No poll has more; a larger number is a joke, and would not fit everywhere."""


FEWEST_OPTIONS: Final = 2
MOST_OPTIONS_OF_OURS: Final = 4
LONGEST_OPTION_OF_OURS: Final = 50
"""As on Mastodon: what everybody shows."""

SHORTEST: Final = timedelta(minutes=5)
LONGEST: Final = timedelta(seconds=2_629_746)
"""How long a poll of ours lasts, as on Mastodon: a month at most."""


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


def ask(names: Sequence[str], lasts: timedelta, now: datetime, *, is_multiple: bool) -> Poll:
    """A new poll of ours.

    Raises:
        Unwise: there are too few or too many options, two are the same, one is empty or too long,
            or it lasts too short or too long.
    """
    named = [one.strip() for one in names if one.strip()]
    if not FEWEST_OPTIONS <= len(named) <= MOST_OPTIONS_OF_OURS:
        words = f"Validation failed: A poll has {FEWEST_OPTIONS} to {MOST_OPTIONS_OF_OURS} options"
        raise Unwise(words)
    if len(set(named)) < len(named):
        raise Unwise("Validation failed: Options must be different")
    if any(len(one) > LONGEST_OPTION_OF_OURS for one in named):
        words = f"Validation failed: An option has at most {LONGEST_OPTION_OF_OURS} characters"
        raise Unwise(words)
    if not SHORTEST <= lasts <= LONGEST:
        raise Unwise("Validation failed: A poll lasts from 5 minutes to a month")
    options = tuple(Option(one, 0) for one in named)
    return Poll(options, is_multiple, voters=0, ends_at=now + lasts, is_closed=False)


def must_be_choices(asked: Poll, choices: Collection[int], now: datetime) -> None:
    """Refuse votes that cannot count.

    Raises:
        Unwise: the poll has ended, an option is none, or several are chosen of one.
    """
    if asked.is_over(now):
        raise Unwise("Validation failed: The poll has already ended")
    if not choices or not all(0 <= one < len(asked.options) for one in choices):
        raise Unwise("Validation failed: The chosen vote option does not exist")
    if len(choices) > 1 and not asked.is_multiple:
        raise Unwise("Validation failed: Only one option can be chosen")


def counted(asked: Poll, votes: Mapping[int, int], voters: int) -> Poll:
    """The poll with other numbers; `votes` by option."""
    options = (
        replace(option, votes=votes.get(place, 0)) for place, option in enumerate(asked.options)
    )
    return replace(asked, options=tuple(options), voters=voters)


def added(asked: Poll, choices: Collection[int]) -> Poll:
    """The poll of somebody else with one more voter, until they tell us their own numbers."""
    options = (
        replace(option, votes=option.votes + (place in choices))
        for place, option in enumerate(asked.options)
    )
    voters = None if asked.voters is None else asked.voters + 1
    return replace(asked, options=tuple(options), voters=voters)


def asked_on_the_wire(poll: Poll, now: datetime) -> Document:
    """The members of a Question that say what it asks."""
    options: list[Json] = [
        {
            "type": "Note",
            "name": option.name,
            "replies": {"type": "Collection", "totalItems": option.votes},
        }
        for option in poll.options
    ]
    ends_at = poll.ends_at.strftime("%Y-%m-%dT%H:%M:%SZ") if poll.ends_at else None
    return {
        "type": "Question",
        "anyOf" if poll.is_multiple else "oneOf": options,
        "endTime": ends_at,
        "closed": ends_at if poll.is_over(now) else None,
        "votersCount": poll.voters,
    }


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
