"""Asked: questions that every page asks again, made once.

To make a statement, to find out that it is the one that was compiled before, and to bring each row
through SQLAlchemy costs ten times what SQLite takes to answer (measured: 0.7 ms and 0.07, of which
a home timeline has twenty). So a question is made when the program is loaded, and in transactions
of SQLite that only read the driver is asked directly, with the same text that SQLAlchemy would
give it. On PostgreSQL, where the way over the network costs more, and in transactions that write,
whose session may know of a row what is not in the database yet, it is an ordinary statement.

A question may name lists of values (`in_`): there is one text for each power of two. One parameter
for all of them (`listed`) is as fast for five or forty; but where a list holds one, as for a status
by itself, SQLite compares a value, and needs about twice as long to look into a list (measured on
the questions of a timeline: 10 to 66 µs, and 25 to 116).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import BindParameter, Executable, Select, Text, bindparam, literal, select
from sqlalchemy.types import TypeEngine

from actors.database import Session, as_read, columns
from actors.embedded import sessions
from actors.plain import Plain
from actors.tables.base import Base, Id

MOST_AT_ONCE: Final = 128
"""Values of one list that have a text of their own: a page has forty statuses at most."""

IDS: Final[TypeEngine[Any]] = Id
NAMES: Final[TypeEngine[Any]] = Text()

_NOBODY: Final[Mapping[TypeEngine[Any], Any]] = {IDS: -1, NAMES: ""}
"""What stands in a list that is empty."""

Row = TypeVar("Row", bound=Base)
Values = Sequence[BindParameter[Any]] | BindParameter[Any]
"""What `in_` is given for a list."""


def words(*words: str) -> list[BindParameter[str]]:
    """A list for `in_` that is always the same."""
    return [literal(word) for word in words]


class Asked:
    """One question.

    Args:
        make: the statement; called with what stands for each list, by name.
        **lists: `IDS` or `NAMES`, for each list.
    """

    def __init__(self, make: Callable[..., Executable], **lists: TypeEngine[Any]) -> None:
        self._make = make
        self._lists = lists
        self._ordinary: Executable | None = None
        self._by_size: dict[tuple[int, ...], Plain] = {}

    async def rows(self, session: Session, **values: Any) -> Sequence[Sequence[Any]]:
        """All rows.

        Raises:
            DBAPIError: as SQLAlchemy raises it.
        """
        at_hand = await sessions.reading(session)
        given = {name: list(values[name]) for name in self._lists}
        if at_hand is None or any(len(one) > MOST_AT_ONCE for one in given.values()):
            return list(await session.execute(self.ordinary, values | given))
        sizes = tuple([_size(len(one)) for one in given.values()])
        plain = self._by_size.get(sizes)
        if plain is None:
            plain = self._by_size[sizes] = self._sized(sizes)
        for (name, listed), size in zip(given.items(), sizes, strict=True):
            filler = listed[-1] if listed else _NOBODY[self._lists[name]]
            padded = listed + [filler] * (size - len(listed))
            values |= {f"{name}_{place}": one for place, one in enumerate(padded)}
        return await plain.looked_up(at_hand, values)

    @property
    def ordinary(self) -> Executable:
        """The statement for any session; lists are given to it whole."""
        if self._ordinary is None:
            self._ordinary = self._make(
                **{
                    name: bindparam(name, type_=kind, expanding=True)
                    for name, kind in self._lists.items()
                }
            )
        return self._ordinary

    def _sized(self, sizes: Sequence[int]) -> Plain:
        return Plain(
            self._make(
                **{
                    name: [bindparam(f"{name}_{place}", type_=kind) for place in range(size)]
                    for (name, kind), size in zip(self._lists.items(), sizes, strict=True)
                }
            )
        )


class Whole(Generic[Row]):
    """A question that is answered with rows of one table.

    Args:
        table: whose.
        limit: restricts a statement that selects from it; called with the statement and with what
            stands for each list, by name.
        **lists: as above.
    """

    def __init__(
        self, table: type[Row], limit: Callable[..., Select[Any]], **lists: TypeEngine[Any]
    ) -> None:
        self._table = table
        self._plain = Asked(lambda **given: limit(select(columns(table)), **given), **lists)
        self._mapped = Asked(lambda **given: limit(select(table), **given), **lists)

    async def rows(self, session: Session, **values: Any) -> Sequence[Row]:
        """The rows, as the session gives them."""
        if await sessions.reading(session) is None:
            return list(await session.scalars(self._mapped.ordinary, values))
        rows = await self._plain.rows(session, **values)
        return [as_read(session, self._table, row) for row in rows]


def _size(count: int) -> int:
    """The power of two that holds so many."""
    return 1 << (max(1, count) - 1).bit_length()
