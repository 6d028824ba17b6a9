"""Holding back: which notices an organisation sees at once, later, or never.

Mastodon's filters of notifications (`app/services/notify_service.rb`, 4.5), its numbers included.
They are about what people say and do to one another. What happens to models (an adaptation, a
proposal, a record, an upstream that moved) is always told: it is what this place is for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Final

OF_PEOPLE: Final = frozenset(
    {"follow", "request", "like", "boost", "reply", "mention", "quote", "post"}
)
"""Kinds of notices that can be held back."""

CASES: Final = (
    "for_not_following",
    "for_not_followers",
    "for_new_accounts",
    "for_private_mentions",
    "for_limited_accounts",
)
"""Of whom an organisation can decide. `for_limited_accounts` never comes to pass here: nobody is
limited, only blocked."""

NEW_FOLLOWER: Final = timedelta(days=3)
"""Who follows for less is none yet."""

NEW_ACCOUNT: Final = timedelta(days=30)
"""An account that is younger is new."""


class Verdict(Enum):
    """What becomes of a notice; the later, the less is left of it."""

    ACCEPT = "accept"
    HOLD = "filter"
    DROP = "drop"


CHOICES: Final = tuple(one.value for one in Verdict)
"""What can be said for each case."""


@dataclass(frozen=True)
class Sender:
    """Who caused a notice, as its receiver sees them.

    Attributes:
        is_followed: she follows them.
        follows_for: since when they follow her; None where they do not.
        age: of their account.
        is_private: what they say is for her alone, and is no answer to her.
    """

    is_followed: bool
    follows_for: timedelta | None
    age: timedelta
    is_private: bool


def verdict(policy: Mapping[str, str], sender: Sender) -> Verdict:
    """The hardest of what is said for the cases that this sender is in."""
    is_follower = sender.follows_for is not None and sender.follows_for >= NEW_FOLLOWER
    cases = {
        "for_not_following": not sender.is_followed,
        "for_not_followers": not is_follower,
        "for_new_accounts": sender.age < NEW_ACCOUNT and not sender.is_followed,
        "for_private_mentions": sender.is_private and not sender.is_followed,
    }
    found = {Verdict(policy[name]) for name, is_so in cases.items() if is_so}
    return next((one for one in (Verdict.DROP, Verdict.HOLD) if one in found), Verdict.ACCEPT)
