"""Rates: how often somebody may do something.

A limit counts in windows of a fixed length, as Mastodon's does, so that an app can be told what is
left and when the next window begins. What is counted here lives in memory, in each process: a
restart forgives, and nothing about a visitor is stored. What is dear is counted over all processes
(`tries`). Time is the Site's.

Each limit is named here with its reason. They are far above what people and honest programs do;
they keep one of them from using up the server or guessing a secret.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from actors.errors import Refusal

MOST_COUNTED: Final = 100_000
"""Counters kept at a time, some 20 MB; beyond it the oldest window is forgiven."""


@dataclass(frozen=True)
class Limit:
    """So often, in so much time.

    Attributes:
        name: keeps its counters apart from those of others.
        most: how often.
        period: in how much time.
    """

    name: str
    most: int
    period: timedelta


FIVE_MINUTES: Final = timedelta(minutes=5)

TOKEN: Final = Limit("token", 3000, FIVE_MINUTES)
"""Requests with one token: ten a second, for a program that publishes a whole catalogue. Mastodon
has half as many for all tokens of one person."""

STRANGER: Final = Limit("stranger", 1500, FIVE_MINUTES)
"""Requests to the APIs from one address without a token: an office with apps
stays below."""

WRONG_TOKEN: Final = Limit("wrong-token", 300, FIVE_MINUTES)
"""Requests from one address with a token that nobody has. An app that was signed out stops."""

APPS: Final = Limit("apps", 5, timedelta(minutes=10))
"""Apps that one address registers: Mastodon's number. A browser app registers once and keeps it."""

SIGN_IN: Final = Limit("sign-in", 9, timedelta(minutes=15))
"""Wrong passwords for one e-mail address from one place: nobody mistypes ten times."""

SIGN_IN_PLACE: Final = Limit("sign-in-place", 25, FIVE_MINUTES)
"""Wrong passwords from one place, whoever is meant: Mastodon's number, an office on a Monday."""

SIGN_IN_MEMBER: Final = Limit("sign-in-member", 50, timedelta(hours=1))
"""Wrong passwords for one e-mail address from everywhere: a botnet guesses 1,200 a day, of a
password of ten characters. Whoever has signed in with this browser before is not held up."""

SIGN_IN_ALL: Final = Limit("sign-in-all", 1200, FIVE_MINUTES)
"""Wrong passwords for everybody from everywhere: each costs 50 ms, so this is a fifth of a core."""

RECOVER: Final = Limit("recover", 3, timedelta(hours=1))
"""Letters about a forgotten password to one address: nobody's mailbox is filled through us."""

RECOVER_PLACE: Final = Limit("recover-place", 20, timedelta(hours=1))
"""Addresses for which one place asks for such letters: an office on a Monday."""

INVITE: Final = Limit("invite", 100, timedelta(days=1))
"""Letters with invitations of one organisation: a network imports a list of its members instead."""

BODIES_AT_ONCE: Final = 100
"""Bodies from one address that are still arriving. Mastodon delivers with some forty at a time."""


@dataclass(frozen=True)
class Standing:
    """How one of them stands now.

    Attributes:
        limit: which limit.
        left: how often they may, before the next window.
        window: the number of this window.
    """

    limit: Limit
    left: int
    window: int

    @property
    def until(self) -> datetime:
        """When the next window begins."""
        return datetime.fromtimestamp((self.window + 1) * self.limit.period.total_seconds(), UTC)


class TooMany(Refusal):
    """Somebody does something too often (RFC 6585 4).

    Args:
        wait: how long it is to be left alone.
        standing: which window is used up, where one is.
    """

    status_hint = 429
    code = "rate"

    def __init__(self, wait: timedelta, standing: Standing | None = None) -> None:
        super().__init__("That was too often. Please wait a little.")
        self.standing = standing
        self.headers = {"Retry-After": str(max(1, round(wait.total_seconds())))}


def ends(limit: Limit, now: datetime) -> datetime:
    """When the window ends that is open now."""
    window = now.timestamp() // limit.period.total_seconds()
    return datetime.fromtimestamp((window + 1) * limit.period.total_seconds(), UTC)


class Rates:
    """Counts.

    Args:
        now: the time.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._counted: dict[tuple[str, str, int], int] = {}

    def take(self, limit: Limit, key: str) -> Standing:
        """Count one.

        Args:
            limit: which limit.
            key: who.

        Raises:
            TooMany: they have used up the window; nothing is counted.
        """
        standing = self.check(limit, key)
        place = (limit.name, key, standing.window)
        self._counted[place] = self._counted.get(place, 0) + 1
        if len(self._counted) > MOST_COUNTED:
            self._forget()
        return Standing(limit, standing.left - 1, standing.window)

    def check(self, limit: Limit, key: str) -> Standing:
        """Look without counting.

        Raises:
            TooMany: they have used up the window.
        """
        window = self._window(limit)
        standing = Standing(
            limit, limit.most - self._counted.get((limit.name, key, window), 0), window
        )
        if standing.left <= 0:
            raise TooMany(standing.until - self._now(), standing)
        return standing

    def _window(self, limit: Limit) -> int:
        return int(self._now().timestamp() // limit.period.total_seconds())

    def _forget(self) -> None:
        """Drop the older half: what was counted first is past, or nearly."""
        for place in list(self._counted)[: MOST_COUNTED // 2]:
            del self._counted[place]
