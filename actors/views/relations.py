"""What a fork is to its source, for many at once.

It is computed from two sheets that never change, and takes a millisecond for a long one. So what
was found out is remembered by their digests, which say the same on every instance.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from actors.database import Session
from actors.rules import core
from actors.rules.core import Relation
from actors.rules.sections import Sheet
from actors.tables.revision import Revision

MOST: Final = 10_000
"""Pairs that are remembered: some two megabytes, and ten times the forks of any model we know."""


@dataclass(frozen=True)
class Pair:
    """The newest version of a fork, and the one of its source that it is based on: ids, digests."""

    fork_id: int
    fork: str
    base_id: int
    base: str


_found: "OrderedDict[tuple[str, str], Relation]" = OrderedDict()


async def of(session: Session, pairs: Iterable[Pair]) -> dict[Pair, Relation]:
    """What each fork is to what it is based on."""
    wanted = list(pairs)
    missing = [one for one in wanted if (one.fork, one.base) not in _found]
    sheets = await _sheets(session, {id_ for one in missing for id_ in (one.fork_id, one.base_id)})
    told = {one: core.relation(sheets[one.fork_id], sheets[one.base_id]) for one in missing}
    for one in wanted:
        if one not in told:
            told[one] = _found[one.fork, one.base]
        _found[one.fork, one.base] = told[one]
        _found.move_to_end((one.fork, one.base))
    while len(_found) > MOST:
        _found.popitem(last=False)
    return told


async def _sheets(session: Session, ids: set[int]) -> dict[int, Sheet]:
    if not ids:
        return {}
    rows = await session.execute(select(Revision.id, Revision.sheet).where(Revision.id.in_(ids)))
    return {row.id: Sheet.from_json(row.sheet) for row in rows}
