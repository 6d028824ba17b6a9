"""Newcomers: how many accounts and hosts that nobody here knows are taken in at a time.

Whoever runs a host can have as many accounts there as he likes, and whoever owns a name as many
hosts below it: each costs us a request and a row, and a name that is blocked comes back as another
(Mastodon's SUBDOMAINS_RATELIMIT, `app/services/activitypub/process_account_service.rb`). Too many
are put off, not refused: an honest server sends again. What is counted is in memory (`rates`).
"""

import ipaddress
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from federation.errors import Unreachable
from federation.rates import FIVE_MINUTES, Limit, Rates, TooMany

ACCOUNTS: Final = Limit("new-accounts", 400, timedelta(hours=1))
"""Accounts of one host: Mastodon's number for all that one request may bring. The largest host on a
busy day brings a few dozen."""

HOSTS: Final = Limit("new-hosts", 10, FIVE_MINUTES)
"""Hosts below one name, as on Mastodon."""

_COUNTED: Final = Limit("new-host", 1, FIVE_MINUTES)  # of each host, so that it is counted once

_SECOND_LEVELS: Final = frozenset(
    {"ac", "asso", "co", "com", "edu", "go", "gob", "gouv", "gov", "gv", "ne", "net", "or", "org"}
)


class Newcomers:
    """Counts.

    Args:
        now: the time.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._rates = Rates(now)

    def admit(self, host: str, *, is_known: bool) -> None:
        """Take in one more account.

        Args:
            host: as `iris.host` gives it, with a port perhaps.
            is_known: somebody from there is remembered.

        Raises:
            Unreachable: not now; `retry_after` says when.
        """
        try:
            if not is_known and self._is_first(host):
                self._rates.take(HOSTS, registrable(host))
                self._rates.take(_COUNTED, host)
            self._rates.take(ACCOUNTS, host)
        except TooMany as fault:
            raise Unreachable(
                "too many accounts of that server are new here: try again later",
                code="rate",
                retry_after=timedelta(seconds=int(fault.headers["Retry-After"])),
            ) from fault

    def _is_first(self, host: str) -> bool:
        try:
            self._rates.check(_COUNTED, host)
        except TooMany:
            return False
        return True


def registrable(host: str) -> str:
    """The name below which its owner makes hosts as he likes: `b.example` of `a.b.example`.

    Two labels, or three where the second is one of those under which countries sell names, as in
    `co.uk`. A name that is sold in another way is shared by its customers here; they are put off
    for some minutes, so that no list of suffixes must be kept up to date.
    """
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        labels = name.split(".")
        is_sold_below = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVELS
        return ".".join(labels[-3 if is_sold_below else -2 :])
    return name
