"""Paging: which part of a list is wanted, and the Link header that leads to the next.

`max_id` wants what is older, `since_id` the newest that is newer, `min_id` what follows next. The
Link header gives `next` (older, only while there is more) and `prev` (newer, for the client's next
look), as Mastodon does (docs.joinmastodon.org/api/guidelines, RFC 8288). Clients keep these
addresses whole, so every other argument of the request stands in them again.
"""

from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import urlencode

from activitypub.errors import Malformed
from actors.site import id_in
from actors.views.paging import Page
from federation.mastodon.arguments import Arguments

STATUSES: Final = (20, 40)
"""Usual and highest number of statuses on a page, as on Mastodon."""

ACCOUNTS: Final = (40, 80)
"""Usual and highest number of accounts on a page, as on Mastodon."""

NOTIFICATIONS: Final = (40, 80)
"""Usual and highest number of notifications on a page, as on Mastodon."""

TAGS: Final = (100, 200)
"""Usual and highest number of followed hashtags, as on Mastodon; `LARGEST_PAGE` bounds both."""

HOSTS: Final = (100, 200)
"""Usual and highest number of blocked hosts, as on Mastodon; `LARGEST_PAGE` bounds both."""

SEARCH: Final = (20, 40)
"""Usual and highest number of results of each kind."""

_CURSORS: Final = ("max_id", "since_id", "min_id")


def number(text: str) -> int:
    """Read an id of ours.

    Raises:
        Malformed: it is not a decimal number that the database could hold.
    """
    found = id_in(text)
    if found is None:
        raise Malformed("An id is a decimal number", code="json")
    return found


def size(arguments: Arguments, bounds: tuple[int, int]) -> int:
    """How many are wanted: `limit`, held between one and the highest we give."""
    usual, highest = bounds
    return min(max(_count(arguments.text("limit"), usual), 1), highest)


def passed_over(arguments: Arguments, highest: int) -> int:
    """How many results to leave out at the start: `offset`, at most `highest`."""
    return min(_count(arguments.text("offset"), 0), highest)


def wanted(arguments: Arguments, bounds: tuple[int, int]) -> Page:
    """The part of the list that the request asks for.

    Raises:
        Malformed: a cursor is no id.
    """
    cursors = {name: arguments.text(name) for name in _CURSORS}
    ids = {name: number(text) for name, text in cursors.items() if text}
    return Page(
        max_id=ids.get("max_id"),
        since_id=ids.get("since_id"),
        min_id=ids.get("min_id"),
        limit=size(arguments, bounds),
    )


def links(
    address: str, query: Iterable[tuple[str, str]], ids: Sequence[int], page: Page
) -> str | None:
    """The value of the Link header, or None for an empty page.

    Args:
        address: the absolute address of the list, without its query.
        query: the arguments of this request.
        ids: cursors of what stands on this page, in any order.
        page: what was asked for.
    """
    if not ids:
        return None
    kept = [(name, value) for name, value in query if name not in _CURSORS]
    newer = f'<{address}?{urlencode([*kept, ("min_id", str(max(ids)))])}>; rel="prev"'
    if len(ids) < page.size:
        return newer
    older = f'<{address}?{urlencode([*kept, ("max_id", str(min(ids)))])}>; rel="next"'
    return f"{older}, {newer}"


def _count(text: str, usual: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else usual
