"""Paging: long lists in parts, newest first, cut at an id."""

from collections.abc import Sequence
from typing import Final

from aiohttp import web
from yarl import URL

from actors.errors import Unwise
from actors.site import LARGEST_ID, id_in
from actors.views.paging import Page
from federation.api.answers import Answer
from federation.api.operations import Argument
from federation.app_keys import SETTINGS

MOST: Final = 80
"""Items of one answer: what the views give at most."""

USUAL: Final = 20
"""Items of one answer to somebody who does not say."""

ARGUMENTS: Final = (
    Argument(
        "max_id", "Only what is older than this id.", {"type": "string", "pattern": "^[0-9]+$"}
    ),
    Argument("limit", "How many at most.", {"type": "integer", "minimum": 1, "maximum": MOST}),
)


def page_of(request: web.Request) -> Page:
    """The part of a list that a request asks for.

    Raises:
        Unwise: `max_id` or `limit` is no number that fits; both are named.
    """
    faults: dict[str, str] = {}
    max_id = _number(request, "max_id", LARGEST_ID, faults)
    limit = _number(request, "limit", MOST, faults)
    if faults:
        raise Unwise("An argument cannot be understood.", fields=faults)
    return Page(max_id=max_id, limit=limit or USUAL)


def cut(
    request: web.Request, path: str, items: list[Answer], page: Page, keep: Sequence[str] = ()
) -> Answer:
    """One part as an answer, with the address of the next; `keep`: arguments to repeat."""
    following = None
    if len(items) == page.limit:
        query = {name: request.query[name] for name in keep if request.query.get(name)}
        query |= {"max_id": items[-1]["id"], "limit": str(page.limit)}
        origin = request.app[SETTINGS].instance.origin
        following = str(URL(f"{origin}{path}").with_query(query))
    return {"items": items, "next": following}


def _number(request: web.Request, name: str, most: int, faults: dict[str, str]) -> int | None:
    text = request.query.get(name, "").strip()
    if not text:
        return None
    number = id_in(text)
    if number is not None and 1 <= number <= most:
        return number
    faults[name] = f"This must be a whole number from 1 to {most}."
    return None
