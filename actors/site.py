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


@dataclass(frozen=True)
class Site:
    """This instance, as far as the domain knows it.

    Attributes:
        origin: scheme, host and port of every address we mint, without a final slash.
        now: the time, aware and in UTC.
        new_id: a fresh integer that sorts by time, also as text (18 decimal digits until the year
            2453); Mastodon's clients sort and page by it.
        locale: the language we speak when we do not know the reader's.
    """

    origin: Iri
    now: Callable[[], datetime]
    new_id: Callable[[], int]
    locale: str = "fr"


def time_ordered_ids(now: Callable[[], datetime]) -> Callable[[], int]:
    """A source of ids for one process: strictly increasing, and unlikely to meet another process's.

    Within a millisecond the ids count on from a random start; two processes that share a database
    collide with a chance of 1 in 65,536 for each pair of ids of the same millisecond, and then the
    primary key refuses the second.
    """
    latest = 0

    def new_id() -> int:
        nonlocal latest
        stamp = (int(now().timestamp() * 1000) << RANDOM_BITS) | secrets.randbelow(1 << RANDOM_BITS)
        latest = stamp if stamp >> RANDOM_BITS > latest >> RANDOM_BITS else latest + 1
        return latest

    return new_id
