"""Searching: what an address says that is looked for, the same for pages, programs and feeds."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from actors.rules import labels, wishes
from actors.rules.codes.lists import territory_named
from actors.rules.wishes import Wish

FEED: Final = "/directory.atom"
LIST_OF_FEEDS: Final = "/directory.opml"
PAGE: Final = "/directory"

PLACES: Final = ("territory", "near")
"""What is a place, by its code or by its name."""

FORM_LABELS: Final = ("legalForm", "essLegalForm")


def wish_of(query: Mapping[str, str]) -> Wish:
    """What is looked for, by its names in an address; not checked yet."""
    said = {name: query[name].replace("\0", "").strip() for name in wishes.NAMES if query.get(name)}
    for name in PLACES:
        if name in said and len(said[name]) <= wishes.LONGEST_VALUE:
            said[name] = territory_named(said[name])
    return Wish(**said)


def address(path: str, wish: Wish, **more: str | int) -> str:
    """The address of a search at one of our paths."""
    query = urlencode({**wish.said, **more})
    return f"{path}?{query}" if query else path


def fitting(facts: Mapping[str, object]) -> Wish | None:
    """A search for what fits an organisation, by where it works and what form it has.

    None where it says neither.
    """
    near = _first(facts.get("areaServed"))
    form = next((one for name in FORM_LABELS if (one := _first(facts.get(name)))), "")
    if not (near or form):
        return None
    return Wish(near=labels.territory(near) if near else "", form=form)


def _first(value: object) -> str:
    items = value if isinstance(value, list) else [value]
    return next((one for one in items if isinstance(one, str) and one.strip()), "")
