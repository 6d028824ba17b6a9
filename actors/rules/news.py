"""News: the words in which a transaction says what it has done, for whoever looks on at once.

A word is a kind and one or two numbers: `said:17`, `notice:3:18`. Words are hints: who hears one
looks at the database for what it means, and shows only what its reader may see.
"""

from dataclasses import dataclass
from typing import Final

SAID: Final = "said"
"""A new model or remark: its id."""

SHOWN: Final = "shown"
"""Something stands on a home timeline: whose, and the id under which it stands there."""

CHANGED: Final = "changed"
"""A model or remark says something else: its id."""

GONE: Final = "gone"
"""A model or remark was deleted: its id."""

NOTICE: Final = "notice"
"""An organisation was told something: whom, and the id of the notice."""

FILTERS: Final = "filters"
"""An organisation changed its filters: which."""

TOKENS: Final = "tokens"
"""Some token was revoked; whoever relies on one looks whether it still holds."""

_KINDS: Final = frozenset({SAID, SHOWN, CHANGED, GONE, NOTICE, FILTERS, TOKENS})


@dataclass(frozen=True)
class Word:
    """One of them: `kind`, and the numbers that belong to it."""

    kind: str
    numbers: tuple[int, ...]


def word(kind: str, *numbers: int) -> str:
    """Written."""
    return ":".join((kind, *map(str, numbers)))


def read(text: str) -> Word | None:
    """Read; None for what another edition of this program may say."""
    kind, *rest = text.split(":")
    if kind not in _KINDS or not all(one.isascii() and one.isdigit() for one in rest):
        return None
    return Word(kind, tuple(map(int, rest)))
