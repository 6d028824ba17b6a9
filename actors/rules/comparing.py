"""Comparing: what changed between two versions of a sheet, in words a reader can be shown.

Sections are matched as for merging, so one that was moved or renamed is reported as that and not as
removed and added. A section may have changed in several ways; each is one entry.
"""

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from actors.rules.matching import by_key, match
from actors.rules.sections import Adaptability, Section, Sheet

MAX_WORDS = 1_000  # a side, of one passage; beyond, the diff is slow to make and unreadable
MAX_LINES = 2_000  # a side; the line diff is quadratic at worst, and texts come from strangers

FEW_WORDS = 20  # of a passage: so few are marked word by word however different they are
LEAST_ALIKE = 0.3  # of the words of a passage; where fewer stayed, the whole of it was rewritten

Op = Literal["same", "added", "removed"]
Mark = tuple[Op, str]

_WORD = re.compile(r"\w+|\s+|[^\w\s]")


class Change(StrEnum):
    """What happened to a section.

    ``translated``: only declared translations were added, improved or withdrawn. ``changed``: a
    text that was written for itself, or the role or adaptability (then without languages).
    """

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    RENAMED = "renamed"
    TRANSLATED = "translated"


@dataclass(frozen=True)
class SectionChange:
    """One way in which one section changed.

    ``key`` is its key afterwards (before, if it was removed); ``core`` whether it was core before
    or is now; ``languages`` those of the texts or names concerned, in order.
    """

    key: str
    core: bool
    kind: Change
    languages: tuple[str, ...]


def changed(before: Sheet, after: Sheet, *, is_fork: bool = False) -> tuple[SectionChange, ...]:
    """What changed from one version to another, in the order of ``after``; then the removed.

    ``is_fork``: ``after`` is of a fork of the model that ``before`` is of.
    """
    known = by_key(before.sections)
    twins = match(known, after.sections, is_fork=is_fork).twins
    earlier = {id(section): known[identity] for identity, section in twins.items()}
    moved = _moved(before, after, earlier)
    changes: list[SectionChange] = []
    for section in after.sections:
        twin = earlier.get(id(section))
        core = Adaptability.CORE in (section.adaptability, twin.adaptability if twin else None)
        kinds = (
            [(Change.ADDED, tuple(sorted(section.texts)))]
            if twin is None
            else _kinds(twin, section)
        )
        changes += [SectionChange(section.key, core, kind, langs) for kind, langs in kinds]
        if id(section) in moved:
            changes.append(SectionChange(section.key, core, Change.MOVED, ()))
    for identity, section in known.items():
        if identity not in twins:
            core = section.adaptability is Adaptability.CORE
            languages = tuple(sorted(section.texts))
            changes.append(SectionChange(section.key, core, Change.REMOVED, languages))
    return tuple(changes)


def words(before: str, after: str) -> list[Mark]:
    """One text turned into another, word by word, for marking.

    Joining all but ``added`` gives ``before``, joining all but ``removed`` gives ``after``.
    """
    marks: list[Mark] = []
    for old, new in _passages(before, after):
        for op, text in _word_marks(old, new):
            if not text:
                continue
            if marks and marks[-1][0] == op:
                marks[-1] = (op, marks[-1][1] + text)
            else:
                marks.append((op, text))
    return marks


def _kinds(before: Section, after: Section) -> list[tuple[Change, tuple[str, ...]]]:
    kinds: list[tuple[Change, tuple[str, ...]]] = []
    texts = _differing(before.texts, after.texts)
    own = [language for language in texts if not _is_translation(before, after, language)]
    recast = (before.role, before.adaptability) != (after.role, after.adaptability)
    if own or recast:
        kinds.append((Change.CHANGED, tuple(own)))
    if translations := tuple(language for language in texts if language not in own):
        kinds.append((Change.TRANSLATED, translations))
    if names := _differing(before.names, after.names):
        kinds.append((Change.RENAMED, names))
    elif before.key != after.key:
        kinds.append((Change.RENAMED, ()))
    return kinds


def _is_translation(before: Section, after: Section, language: str) -> bool:
    side = after if language in after.texts else before
    return language in side.translated_from


def _differing(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(
        language
        for language in sorted({*before, *after})
        if before.get(language) != after.get(language)
    )


def _moved(before: Sheet, after: Sheet, earlier: dict[int, Section]) -> set[int]:
    """The fewest sections (by ``id()``) whose moving explains the new order."""
    old = [id(section) for section in before.sections]
    stayed = [section for section in after.sections if id(section) in earlier]
    new = [id(earlier[id(section)]) for section in stayed]
    old = [mark for mark in old if mark in set(new)]
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    still = {new[block.b + i] for block in matcher.get_matching_blocks() for i in range(block.size)}
    return {id(section) for section in stayed if id(earlier[id(section)]) not in still}


def _passages(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Lines first: equal ones pair up, and only what lies between them is compared by word."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if max(len(old), len(new)) > MAX_LINES:
        yield before, after
        return
    for _, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new).get_opcodes():
        yield "".join(old[i1:i2]), "".join(new[j1:j2])


def _have_words_in_common(old: list[str], new: list[str]) -> bool:
    """Whether marking word by word tells a reader more than the two texts one after the other."""
    before, after = (Counter(word for word in side if word.isalnum()) for side in (old, new))
    most = max(before.total(), after.total())
    return most <= FEW_WORDS or (before & after).total() >= most * LEAST_ALIKE


def _word_marks(before: str, after: str) -> Iterator[Mark]:
    if before == after:
        yield "same", before
        return
    old, new = _WORD.findall(before), _WORD.findall(after)
    same = _alike(old, new)
    yield "same", "".join(old[:same])
    old, new = old[same:], new[same:]
    end = _alike(old[::-1], new[::-1])
    yield from _between(old[: len(old) - end], new[: len(new) - end])
    yield "same", "".join(old[len(old) - end :])


def _alike(old: list[str], new: list[str]) -> int:
    """How many words both begin with."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(old), len(new)))


def _between(old: list[str], new: list[str]) -> Iterator[Mark]:
    """What lies between the words that both begin and end with."""
    steps = [("replace", 0, len(old), 0, len(new))]
    if max(len(old), len(new)) <= MAX_WORDS and _have_words_in_common(old, new):
        # Blanks match everywhere: begun with, they make the diff slow and its marks ragged.
        matcher = difflib.SequenceMatcher(str.isspace, old, new, autojunk=False)
        steps = list(matcher.get_opcodes())
    for step, i1, i2, j1, j2 in steps:
        if step == "equal":
            yield "same", "".join(old[i1:i2])
            continue
        yield "removed", "".join(old[i1:i2])
        yield "added", "".join(new[j1:j2])
