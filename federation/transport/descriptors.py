"""Descriptors: how many sockets this process may hold, and how many of them may just wait.

The system lets a process have so many files and connections, and more when it asks (most systems
say 1,024, and 524,288 to who asks). Deliveries whose hosts are slow to answer wait for what they
leave: visitors, the database and fetches come first.
"""

import resource
from typing import Final

from federation.settings import Federation

RESERVED: Final = 512
"""For visitors and their requests, fetches, the database, idle connections and the log."""

WANTED: Final = 8192
"""What is asked for: visitors too hold one each."""


def waiting_room(settings: Federation) -> int:
    """How many deliveries may wait for an answer besides those that are at work."""
    left = _allowed() - RESERVED - settings.delivery_concurrency
    return max(0, min(settings.waiting_room, left))


def _allowed() -> int:
    """The number of descriptors, after asking for more where there are few."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed == resource.RLIM_INFINITY:
        return WANTED
    wanted = WANTED if most == resource.RLIM_INFINITY else min(WANTED, most)
    if allowed < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    return max(allowed, wanted)
