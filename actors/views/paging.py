"""Paging: how every list is cut, in Mastodon's words.

Ids sort by time, so a page is described by ids and stays stable while new things arrive.
"""

from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Select
from sqlalchemy.sql.elements import ColumnElement

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
        if self.max_id is not None:
            statement = statement.where(key < self.max_id)
        if self.since_id is not None:
            statement = statement.where(key > self.since_id)
        if self.min_id is not None:
            statement = statement.where(key > self.min_id)
        order = key.asc() if self.min_id is not None else key.desc()
        return statement.order_by(order).limit(self.size)

    @property
    def size(self) -> int:
        """How many it holds at most."""
        return max(1, min(self.limit, LARGEST_PAGE))
