"""Meanwhile: what somebody else did to a draft while it was being written at.

A page says which state of a draft it shows (`seen`, the marks of `rules.coediting`), so that what
is sent is put beside what others have kept since. What collides is shown, and nothing is written
over unless its author says so by sending again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from actors.rules import coediting
from actors.rules.coediting import FACTS, LICENCE, NAMES, NOTE, SUMMARIES
from actors.tables.draft import Draft
from actors.verbs.coediting import Collided, text_of
from federation.pages import sheet_form as sheets
from federation.pages.translating import N_

COLLIDED: Final = N_(
    "Somebody else changed the same part of this draft meanwhile. Nothing is lost: what they wrote"
    " is shown here. If you send again, your text takes its place."
)
HERE: Final = N_("Somebody else changed this too, meanwhile.")

_FIELDS: Final = {NAMES: "name", SUMMARIES: "summary", LICENCE: "license", NOTE: "note"}


@dataclass(frozen=True)
class Theirs:
    """One part as somebody else wrote it: a title and, by language, a text."""

    title: str
    texts: Mapping[str, str]


def marks_in(seen: str) -> dict[str, str]:
    """Part → mark, as a page sent them; nothing where it sent none that can be read."""
    try:
        found = json.loads(seen)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {part: mark for part, mark in found.items() if isinstance(mark, str)}


def seen_of(draft: Draft) -> str:
    """The marks of a draft, for the page that shows it."""
    return json.dumps(coediting.marks(text_of(draft)))


def again(typed: sheets.Draft, collided: Collided) -> sheets.Draft:
    """What was typed, on a page that has now shown what it collides with."""
    now = coediting.marks(collided.kept)
    told = {part: now[part] for part in collided.parts if part in now}
    return replace(typed, seen=json.dumps(marks_in(typed.seen) | told))


def faults(typed: sheets.Draft, collided: Collided) -> dict[str, str]:
    """Field → that it collides."""
    found: dict[str, str] = {}
    for part in collided.parts:
        if part.startswith("#"):
            place = place_of(typed, part[1:])
            name = "sections" if place is None else f"s{place}.text.{typed.language}"
        else:
            name = _FIELDS.get(part, "sections")
            name = f"{name}.{typed.language}" if part in (NAMES, SUMMARIES) else name
        found[name] = HERE
    return found


def place_of(typed: sheets.Draft, key: str) -> int | None:
    """Where a section stands in the form."""
    keys = [sheets.key_of(typed, place) for place in range(len(typed.sections))]
    return keys.index(key) if key in keys else None


def theirs(collided: Collided) -> list[Theirs]:
    """What somebody else wrote where both did."""
    sheet, found = collided.kept.sheet, list[Theirs]()
    plain = {NAMES: sheet.names, SUMMARIES: sheet.summaries}
    for part in collided.parts:
        section = sheet.section(part[1:]) if part.startswith("#") else None
        if section is not None:
            title = next(iter(section.names.values()), section.key)
            found.append(Theirs(title, section.texts))
        elif part in plain:
            found.append(Theirs("", plain[part]))
        elif part == FACTS:
            said = json.dumps(dict(sheet.facts), ensure_ascii=False, default=str)
            found.append(Theirs("", {sheet.language: said}))
        else:
            said = sheet.license if part == LICENCE else collided.kept.note
            found.append(Theirs("", {sheet.language: said}))
    return found
