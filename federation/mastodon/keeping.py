"""Keeping: an answer that was just given is given again, while nothing at all has changed.

Many apps ask for the same home timeline, again and again, and mostly nothing is new. On SQLite the
database itself tells whether anything whatever was committed since (`actors.changes`), so what is
given again is exactly what would be read. On PostgreSQL nobody can say that so cheaply, and nothing
is kept. Who asks is looked up each time.

What changes by the clock alone (a poll or a filter that ends) is at most `KEPT_SECONDS` late.
"""

from datetime import timedelta
from typing import Final

from aiohttp import web

from federation.app_keys import ANSWERS, SITE
from federation.kept import Answer
from federation.mastodon import answers

KEPT_SECONDS: Final = 5
MOST_KEPT: Final = 100
"""Of some fifty kilobytes each."""

LARGEST_KEPT: Final = 200_000
"""Bytes: a page of forty long statuses; what is larger is read each time."""


def again(request: web.Request, owner_id: int) -> web.Response | None:
    """What this organisation was answered at this address, if nothing has changed since."""
    found = request.app[ANSWERS].get((owner_id, request.path_qs))
    late = timedelta(seconds=KEPT_SECONDS)
    if found is None or request.app[SITE].now() - found.at >= late:
        return None
    return answers.written(found.body, found.link)


def keep(request: web.Request, owner_id: int, as_of: int | None, response: web.Response) -> None:
    """Keep an answer.

    Args:
        request: what was asked.
        owner_id: the organisation that asked.
        as_of: `number()` of what is kept, from before anything was read.
        response: the answer.
    """
    body = response.body
    if isinstance(body, bytes) and len(body) <= LARGEST_KEPT:
        found = Answer(body, response.headers.get("Link"), request.app[SITE].now())
        request.app[ANSWERS].keep((owner_id, request.path_qs), found, as_of=as_of)
