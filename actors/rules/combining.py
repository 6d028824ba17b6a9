"""Combining: two changes of one section, side by side, when that loses nothing.

A section is one unit of meaning in several languages. A side changed its *meaning* when it changed
a text of the base, or added a text in a new language that was written for itself (no entry in
``translated_from``). A declared translation, fresh or stale, changes no meaning. So:

- We only translated and they changed the source text: their text and our translation, which is
  stale now, because its digest names the old text.
- We adapted (rewrote the French, or put an Italian text of our own beside it) and they changed the
  source text: no, even when no sentence was touched by both.
- Both changed the same base texts, on different lines: both changes. On the same lines: no.
- We kept only translations of a text and left it out itself, and they changed it: their text comes
  back beside our translation, which is stale now.
- Names, role and adaptability: value by value; a value that both changed: no.

The line merge is that of the merge3 library (the algorithm of Bazaar), over lines of Markdown.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from merge3 import Merge3

from activitypub.multihash import digest_of
from actors.rules.sections import Section
from actors.rules.translations import only_translated

MAX_LINES = 2_000  # a side; the line merge is quadratic at worst, and texts come from strangers

Value = TypeVar("Value")


class _Overlap(Exception):
    """Both sides changed the same thing; caught inside this module."""


def combine(base: Section, ours: Section, theirs: Section) -> Section | None:
    """The section with both changes, under our key and provenance; ``None`` if that cannot be.

    The answer says the same when the sides are exchanged.
    """
    if _changed_apart(base, ours, theirs):
        return None
    try:
        return _combined(base, ours, theirs)
    except _Overlap:
        return None


def _combined(base: Section, ours: Section, theirs: Section) -> Section:
    texts = _settled_by_language(
        base.texts,
        _with_source(base, ours, theirs).texts,
        _with_source(base, theirs, ours).texts,
        _settled_text,
    )
    translated_from: dict[str, str] = {}
    for language, text in texts.items():
        only_ours = text == ours.texts.get(language) != theirs.texts.get(language)
        side = ours if only_ours else theirs
        if language in side.translated_from:
            translated_from[language] = side.translated_from[language]
    return replace(
        ours,
        role=_settled(base.role, ours.role, theirs.role),
        adaptability=_settled(base.adaptability, ours.adaptability, theirs.adaptability),
        names=_settled_by_language(base.names, ours.names, theirs.names, _settled),
        texts=texts,
        translated_from=translated_from,
    )


def _with_source(base: Section, side: Section, other: Section) -> Section:
    """A side that only translated, with the text that it left out and the other changed."""
    if not only_translated(base, side):
        return side
    named = {side.translated_from.get(language) for language in side.texts}
    back = {
        language: text
        for language, text in base.texts.items()
        if language not in side.texts
        and other.texts.get(language, text) != text
        and digest_of(text) in named
    }
    return replace(side, texts={**side.texts, **back})


def _changed_apart(base: Section, ours: Section, theirs: Section) -> bool:
    """Whether both changed the meaning, in languages whose lines cannot be laid on each other."""
    ours_changed, theirs_changed = _meaning(base, ours), _meaning(base, theirs)
    if not ours_changed or not theirs_changed:
        return False
    in_new_language = (ours_changed | theirs_changed) - base.texts.keys()
    return bool(in_new_language) or not ours_changed & theirs_changed


def _meaning(base: Section, side: Section) -> set[str]:
    """The languages in which a side changed the meaning."""
    changed = {
        language
        for language, text in base.texts.items()
        if language in side.texts and side.texts[language] != text
    }
    own = side.texts.keys() - base.texts.keys() - side.translated_from.keys()
    return changed | own


def _settled(base: Value, ours: Value, theirs: Value) -> Value:
    """The three-way rule for one value.

    Raises:
        _Overlap: both changed it, differently.
    """
    if ours == theirs or theirs == base:
        return ours
    if ours == base:
        return theirs
    raise _Overlap


def _settled_by_language(
    base: Mapping[str, str],
    ours: Mapping[str, str],
    theirs: Mapping[str, str],
    settle: Callable[[str | None, str | None, str | None], str | None],
) -> dict[str, str]:
    settled: dict[str, str] = {}
    for language in (*ours, *(other for other in theirs if other not in ours)):
        value = settle(base.get(language), ours.get(language), theirs.get(language))
        if value is not None:
            settled[language] = value
    return settled


def _settled_text(base: str | None, ours: str | None, theirs: str | None) -> str | None:
    if base is None or ours is None or theirs is None or base in (ours, theirs) or ours == theirs:
        return _settled(base, ours, theirs)
    lines = tuple(text.split("\n") for text in (base, ours, theirs))
    if any(len(side) > MAX_LINES for side in lines):
        raise _Overlap
    merged: list[str] = []
    for group in Merge3(lines[0], lines[1], lines[2]).merge_groups():
        if group[0] == "conflict":
            raise _Overlap
        merged.extend(group[1])
    return "\n".join(merged)
