"""Site: the few values every verb needs.

Time and ids come from here and from nowhere else, so that a test can live through ten days of
outage in a second.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from activitypub.iris import Iri

RANDOM_BITS = 16
"""Low bits of an id: 48 bits of milliseconds above them last until the year 10889, and 63 bits fit
every SQL integer."""

EARLIEST_ID = 10**17
"""Of May 2018, when ActivityPub was young; the ids of what is older begin there, because ids of 18
digits sort as text too."""

LARGEST_ID = 2**63 - 1
"""What both databases hold: a larger number is never asked of them, where it would overflow."""


def _unheard(_: str) -> None:
    """Nobody wants to know how far the program has come."""


@dataclass(frozen=True)
class Site:
    """This instance, as far as the domain knows it.

    Attributes:
        origin: scheme, host and port of every address we mint, without a final slash.
        now: the time, aware and in UTC.
        new_id: a fresh integer that sorts by time, also as text (18 decimal digits until the year
            2453); Mastodon's clients sort and page by it.
        locale: the language we speak when we do not know the reader's.
        passes: told the name of each point at which a process may be killed to see what is lost;
            nobody listens but in a laboratory.
        is_catching_up: what we remember now was published before we asked for it; see `id_for`.
    """

    origin: Iri
    now: Callable[[], datetime]
    new_id: Callable[[], int]
    locale: str = "fr"
    passes: Callable[[str], None] = _unheard
    is_catching_up: bool = False

    def id_for(self, published: datetime | None) -> int:
        """An id for a status: a fresh one, or, when we are catching up, one of its own time.

        What arrives by itself is new to our readers whenever it was said: their apps ask for what
        is above the newest id they have. What we fetch afterwards is history, and belongs below.
        """
        if not self.is_catching_up or published is None or published >= self.now():
            return self.new_id()
        return id_at(published)


def id_in(text: str) -> int | None:
    """The id that somebody wrote in an address, a cursor or a form; None where it cannot be one."""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST_ID))):
        return None
    return number if (number := int(text)) <= LARGEST_ID else None


def id_at(moment: datetime) -> int:
    """An id of a past moment, which sorts among those that `time_ordered_ids` gave at that time.

    Peers tell the time in whole seconds. Where the milliseconds are missing they are drawn too, so
    that a hundred things of one second do not meet: two of them collide with a chance of 1 in 65
    million, and then the primary key refuses the second.
    """
    span = 1 if moment.microsecond else 1000
    stamp = int(moment.timestamp() * 1000) << RANDOM_BITS
    return max(stamp, EARLIEST_ID) + secrets.randbelow(span << RANDOM_BITS)


def first_id(moment: datetime) -> int:
    """The lowest id that could have been given at this moment: for lists of a span of time."""
    return int(moment.timestamp() * 1000) << RANDOM_BITS


def time_ordered_ids(now: Callable[[], datetime]) -> Callable[[], int]:
    """A source of ids for one process: strictly increasing, and unlikely to meet another process's.

    Within a millisecond the ids count on from a random start; two processes that share a database
    collide with a chance of 1 in 65,536 for each pair of ids of the same millisecond, and then the
    primary key refuses the second.
    """
    latest = 0

    def new_id() -> int:
        nonlocal latest
        stamp = int(now().timestamp() * 1000)
        if stamp > latest >> RANDOM_BITS:
            latest = (stamp << RANDOM_BITS) | secrets.randbelow(1 << RANDOM_BITS)
        else:
            latest += 1
        return latest

    return new_id
