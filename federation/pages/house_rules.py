"""House rules as a form: a row for each rule in one language, and some empty ones for more."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from actors.rules.network_pages import MOST_RULES, HouseRule, Row, Said
from actors.site import id_in
from federation.pages.forms import Fields

EMPTY: Final = 3
"""Rows for new rules: more come with each saving."""

_ROW: Final = re.compile(r"number\.(\d{1,2})")


@dataclass(frozen=True)
class Drawn:
    """A row on the page.

    Attributes:
        at: what its fields are numbered with.
        number: of the rule; 0 for a new one.
        place: where it stands, as it is typed.
        text: in the language that is written in.
        hint: in the same language.
        is_dropped: whether it shall be struck out.
        rule: as it is kept; None for a new one.
    """

    at: int
    number: int
    place: str
    text: str = ""
    hint: str = ""
    is_dropped: bool = False
    rule: HouseRule | None = None


def read(given: Fields) -> list[Row]:
    """The rules as they were typed; rows beyond those of the form are left out."""
    return [
        Row(
            number=_whole(given.get(f"number.{at}", "")),
            place=_whole(given.get(f"place.{at}", "")) or at + 1,
            text=given.get(f"rule.{at}", ""),
            hint=given.get(f"hint.{at}", ""),
            is_dropped=given.get(f"drop.{at}") == "yes",
        )
        for at in _numbered(given)
    ]


def rows(said: Said, language: str, typed: Mapping[str, str]) -> list[Drawn]:
    """The rows of the form: what was typed, else the rules that there are and some empty rows."""
    known = {one.number: one for one in said.rules}
    if places := _numbered(typed):
        return [_typed(typed, at, known) for at in places]
    written = [
        Drawn(
            at=at,
            number=one.number,
            place=str(at + 1),
            text=one.texts.get(language, ""),
            hint=one.hints.get(language, ""),
            rule=one,
        )
        for at, one in enumerate(said.rules)
    ]
    until = min(len(written) + EMPTY, MOST_RULES)
    return [*written, *(Drawn(at, 0, str(at + 1)) for at in range(len(written), until))]


def _typed(typed: Mapping[str, str], at: int, known: Mapping[int, HouseRule]) -> Drawn:
    number = _whole(typed.get(f"number.{at}", ""))
    return Drawn(
        at=at,
        number=number,
        place=typed.get(f"place.{at}", ""),
        text=typed.get(f"rule.{at}", ""),
        hint=typed.get(f"hint.{at}", ""),
        is_dropped=typed.get(f"drop.{at}") == "yes",
        rule=known.get(number),
    )


def _numbered(typed: Mapping[str, str]) -> list[int]:
    found = {int(one[1]) for name in typed if (one := _ROW.fullmatch(name))}
    return sorted(found)[: MOST_RULES + EMPTY]


def _whole(text: str) -> int:
    return id_in(text) or 0
