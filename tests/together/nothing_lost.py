"""Nothing is lost: what a merge may leave out, and nothing else.

A text may be missing afterwards only where somebody decided so, or where it is the text of before
that the other side changed or took away.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from actors.rules.merging import SectionMerge
from actors.rules.sections import Section, Sheet

Decision = Literal["ours", "theirs", "third"]


def lost(
    rows: Sequence[SectionMerge],
    decided: Mapping[str, Decision],
    ours: Sheet,
    theirs: Sheet,
    merged: Sheet,
) -> list[str]:
    """Texts of either side that the merged sheet lacks, though nobody gave them up.

    Args:
        rows: what the comparison said.
        decided: what was decided, by the key of the row.
        ours: our sheet.
        theirs: theirs.
        merged: what came of it.
    """
    kept = _lines(merged.sections)
    gone: list[str] = []
    for sheet, side, other in ((ours, "ours", "theirs"), (theirs, "theirs", "ours")):
        for section in sheet.sections:
            row = next(one for one in rows if getattr(one, side) == section)
            if decided.get(row.key) not in (other, "third"):
                before = _lines([row.base] if row.base else [])
                missing = _lines([section]) - kept - before
                gone += [f"{side} {row.key} {language}: {line}" for language, line in missing]
    return sorted(gone)


def _lines(sections: Iterable[Section]) -> set[tuple[str, str]]:
    """The lines of all texts, with their language: what is merged is merged by line."""
    return {
        (language, line)
        for section in sections
        for language, text in section.texts.items()
        for line in text.split("\n")
        if line.strip()
    }
