"""Paging: how every list is cut, in Mastodon's words.

Ids sort by time, so a page is described by ids and stays stable while new things arrive.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Integer, Select, bindparam
from sqlalchemy.sql.elements import ColumnElement

from actors.tables.base import Id

S = TypeVar("S", bound=Select[*tuple[Any, ...]])

LARGEST_PAGE = 80
"""Mastodon's own upper limit for lists of accounts; 40 for statuses is the caller's to ask."""


@dataclass(frozen=True)
class Page:
    """A part of a list that is ordered newest first.

    Attributes:
        max_id: only what is older than this.
        since_id: only what is newer than this; of those, the newest.
        min_id: only what is newer than this; of those, the oldest: the page directly above.
        limit: how many at most.
    """

    max_id: int | None = None
    since_id: int | None = None
    min_id: int | None = None
    limit: int = 20

    def cut(self, statement: S, key: ColumnElement[int]) -> S:
        """Restrict and order a statement by the id that the list is sorted by.

        With `min_id` the rows come oldest first, because they are the oldest above it; every other
        list is newest first.
        """
        return _cut(statement, key, self.bounds, self.size)

    @property
    def bounds(self) -> dict[str, int]:
        """What restricts the list: whichever of `max_id`, `since_id` and `min_id` there are."""
        given = {"max_id": self.max_id, "since_id": self.since_id, "min_id": self.min_id}
        return {name: bound for name, bound in given.items() if bound is not None}

    @property
    def size(self) -> int:
        """How many it holds at most."""
        return max(1, min(self.limit, LARGEST_PAGE))


def cut_by_names(statement: S, key: ColumnElement[int], bounds: Collection[str]) -> S:
    """The same for pages of one kind, whose `bounds` and `size` are given by these names."""
    named = {name: bindparam(name, type_=Id) for name in bounds}
    return _cut(statement, key, named, bindparam("size", type_=Integer()))


def _cut(statement: S, key: ColumnElement[int], bounds: Mapping[str, Any], size: Any) -> S:
    if "max_id" in bounds:
        statement = statement.where(key < bounds["max_id"])
    for name in ("since_id", "min_id"):
        if name in bounds:
            statement = statement.where(key > bounds[name])
    order = key.asc() if "min_id" in bounds else key.desc()
    return statement.order_by(order).limit(size)
