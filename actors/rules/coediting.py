"""Co-editing: two members write at one draft, and neither takes anything from the other.

A page says what it was drawn from: a mark of each part of the draft (title, sentence, licence,
facts, note, every section). What is sent is compared with what is kept meanwhile, part by part:

- what only one of the two changed, stands;
- what both changed alike, stands;
- what both changed differently collides: what is kept stays, and whoever sends is told;
- what one removed and the other changed, stays as it was changed.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from actors.rules.modifications import Modification
from actors.rules.sections import Section, Sheet, clean

NAMES, SUMMARIES, LICENCE, FACTS, NOTE = "names", "summaries", "license", "facts", "note"
HEAD: Final = (NAMES, SUMMARIES, LICENCE, FACTS, NOTE)
"""Parts that are no section; those are named by `#` and their key."""

_SHOWN: Final = 12  # hexadecimal digits of a mark: enough to tell two states of one part


@dataclass(frozen=True)
class Text:
    """What a draft says: its sheet, what is new in it, and for a fork what is adapted and why."""

    sheet: Sheet
    note: str = ""
    modifications: tuple[Modification, ...] = ()


@dataclass(frozen=True)
class Joined:
    """What comes of two.

    Attributes:
        text: to be kept.
        taken: parts that somebody else changed, and that are not as they were sent.
        collided: parts that both changed; they are as they were kept.
    """

    text: Text
    taken: tuple[str, ...] = ()
    collided: tuple[str, ...] = ()


def marks(text: Text) -> dict[str, str]:
    """Part → a mark of what it says."""
    sheet = clean(text.sheet)
    why = {one.section: one.to_json() for one in text.modifications}
    found: dict[str, Any] = {
        NAMES: dict(sheet.names),
        SUMMARIES: dict(sheet.summaries),
        LICENCE: sheet.license,
        FACTS: dict(sheet.facts),
        NOTE: text.note.strip(),
    }
    for section in sheet.sections:
        said = (section.role.value, section.adaptability.value)
        found[f"#{section.key}"] = [*said, section.names, section.texts, why.get(section.key)]
    return {part: mark(said) for part, said in found.items()}


def mark(said: object) -> str:
    """A short sign of what something says: equal for equal things, made of JSON, in any order."""
    written = json.dumps(said, sort_keys=True, default=dict)
    return hashlib.sha256(written.encode()).hexdigest()[:_SHOWN]


def joined(seen: Mapping[str, str], mine: Text, kept: Text) -> Joined:
    """What I send, and what somebody else has kept since I saw the draft.

    Args:
        seen: the marks of the draft as my page showed it.
        mine: what I send.
        kept: the draft as it is now.
    """
    ours, theirs = marks(mine), marks(kept)
    taken: list[str] = []
    collided: list[str] = []
    for part in dict.fromkeys((*ours, *theirs)):
        own, now, was = ours.get(part), theirs.get(part), seen.get(part)
        if own == now or now == was:
            continue
        if own == was or own is None:
            taken.append(part)
        elif now is not None:
            collided.append(part)
    return Joined(_chosen(mine, kept, {*taken, *collided}), tuple(taken), tuple(collided))


def _chosen(mine: Text, kept: Text, theirs: set[str]) -> Text:
    """My text, with these parts as they are kept."""

    def whose(part: str) -> Text:
        return kept if part in theirs else mine

    sections = _sections(mine.sheet.sections, kept.sheet.sections, theirs)
    there = {section.key for section in sections}
    why = [
        one
        for text in (mine, kept)
        for one in text.modifications
        if one.section in there and whose(f"#{one.section}") is text
    ]
    sheet = replace(
        mine.sheet,
        names=whose(NAMES).sheet.names,
        summaries=whose(SUMMARIES).sheet.summaries,
        license=whose(LICENCE).sheet.license,
        facts=whose(FACTS).sheet.facts,
        sections=tuple(sections),
    )
    return Text(sheet, whose(NOTE).note, tuple(why))


def _sections(mine: Sequence[Section], kept: Sequence[Section], theirs: set[str]) -> list[Section]:
    """In my order; what is only kept stands behind the section that it stood behind there."""
    now = {section.key: section for section in kept}
    chosen = [now.get(section.key) if f"#{section.key}" in theirs else section for section in mine]
    found = [section for section in chosen if section is not None]
    own = {section.key for section in mine}
    before = ""
    for section in kept:
        if section.key not in own and f"#{section.key}" in theirs:
            keys = [one.key for one in found]
            found.insert(keys.index(before) + 1 if before in keys else 0, section)
        before = section.key
    return found
