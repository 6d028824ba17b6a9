"""Proposals: what a proposed change is, and what comes of it.

A proposal gives whole sections as they shall be, never differences, against one exact version:
with that version at hand anybody computes the same sheet from it, and its digest says so. Sections
that it does not name stay as they are in the version.

On the side of the source the three columns are those of a merge: the version it was written
against, the model as it is now, and the version with the changes in it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal, Self

from activitypub.canonical_json import Json
from actors.errors import Unwise
from actors.rules import json_members as members
from actors.rules import merging, naming, provenance
from actors.rules.merging import SectionMerge, Verdict
from actors.rules.modifications import MAX_NOTE, Nature, Reason
from actors.rules.sections import MAX_KEY, MAX_SECTIONS, Section, Sheet, check, clean

MAX_MESSAGE = 2_000  # characters: it becomes a remark of 5,000 with the names of the sections
MAX_OPEN = 10  # waiting for one owner from one proposer: more than anybody answers in an evening
MAX_OPEN_OF_A_HOST = 50  # waiting for one owner from one server: actors cost a server nothing
MAX_CREDITS = 20  # contributions that one version names: a proposal at a time makes one

Choice = Literal["ours", "theirs"] | Section

_SECTION = re.compile(r"sections\[(\d+)\]")


class State(StrEnum):
    """What became of a proposal; the last three are final for its owner."""

    OPEN = "open"
    ASKED = "asked"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


WAITING = (State.OPEN, State.ASKED)
"""What the owner of the model has not decided."""


class Takes(StrEnum):
    """From whom an organisation takes proposals."""

    EVERYBODY = "everybody"
    FOLLOWERS = "followers"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Change:
    """One section as it shall be; ``section`` is None where it shall go.

    ``key`` is the section's in the model that is to change, or a new one.
    """

    key: str
    section: Section | None
    reason: Reason = Reason.LESSON
    note: str = ""

    def to_json(self) -> dict[str, Json]:
        """For a JSON column."""
        return {
            "key": self.key,
            "section": self.section.to_json() if self.section else None,
            "reason": self.reason.value,
            "note": self.note,
        }

    @classmethod
    def from_json(cls, value: object) -> Self:
        """What `to_json` wrote.

        Raises:
            Unwise: a member is missing or of the wrong type.
        """
        read = members.members(value, "change")
        section = read.get("section")
        return cls(
            key=members.text(read, "key"),
            section=None if section is None else Section.from_json(section),
            reason=members.word(Reason, read, "reason"),
            note=members.text(read, "note"),
        )


@dataclass(frozen=True)
class Credit:
    """Whose work is in a version: the proposer, and the version or proposal it was taken from."""

    iri: str
    by: str
    digest: str = ""

    def to_json(self) -> dict[str, Json]:
        """For a JSON column."""
        return {"iri": self.iri, "by": self.by, "digest": self.digest}

    @classmethod
    def from_json(cls, value: object) -> Self:
        """What `to_json` wrote.

        Raises:
            Unwise: a member is missing or of the wrong type.
        """
        read = members.members(value, "credit")
        iri, by, digest = (members.text(read, name) for name in ("iri", "by", "digest"))
        return cls(iri=iri, by=by, digest=digest)


def nature(change: Change, base: Sheet) -> Nature:
    """What a change does to the version that it was written against."""
    if change.section is None:
        return Nature.REMOVED
    before = base.section(change.key)
    if before is None:
        return Nature.ADDED
    kept = all(change.section.texts.get(tag) == text for tag, text in before.texts.items())
    return Nature.TRANSLATED_ONLY if kept else Nature.SUBSTITUTED


def tied(base: Sheet, changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes with their sections tied to where the base's come from.

    That is not the proposer's to say.
    """
    return tuple(
        replace(change, section=_tied(base.section(change.key), change.section, change.key))
        if change.section is not None
        else change
        for change in changes
    )


def fit(base: Sheet, changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes of a proposal that is being written, with their text normalised.

    A new text in another language than the model's is a translation, unless it says of what. What
    changes nothing is left out.
    """
    fitting: list[Change] = []
    for change in tied(base, changes):
        before = base.section(change.key)
        if change.section is None:
            if before is not None:
                fitting.append(change)
            continue
        tidy = clean(base.with_sections([change.section]))
        (section,) = provenance.carried(base, tidy, upstream_language=None, adapted=()).sections
        if before is None or section.digest != before.digest:
            fitting.append(replace(change, section=section))
    return tuple(fitting)


def _tied(before: Section | None, section: Section, key: str) -> Section:
    return replace(
        section,
        key=key,
        upstream=before.upstream if before else None,
        upstream_digests=dict(before.upstream_digests) if before else {},
    )


def applied(base: Sheet, changes: Sequence[Change]) -> Sheet:
    """The base with the changes in it; what is new stands at the end."""
    by_key = {change.key: change for change in changes}
    kept: list[Section] = []
    for section in base.sections:
        change = by_key.pop(section.key, None)
        after = section if change is None else change.section
        if after is not None:
            kept.append(after)
    kept += [change.section for change in by_key.values() if change.section is not None]
    return base.with_sections(kept)


def judge(base: Sheet, changes: Sequence[Change]) -> Sheet:
    """What the model would say with all the changes in it.

    Raises:
        Unwise: there is none, a section is named twice, or the sheet could not be published.
    """
    if not changes:
        words = "This proposes no change."
        raise Unwise(words, fields={"changes": words})
    if len(changes) > MAX_SECTIONS:
        words = f"A proposal has at most {MAX_SECTIONS} sections."
        raise Unwise(words, fields={"changes": words})
    if len({change.key for change in changes}) < len(changes):
        words = "A section is named twice."
        raise Unwise(words, fields={"changes": words})
    if any(len(change.note) > MAX_NOTE for change in changes):
        words = f"A reason has at most {MAX_NOTE} characters."
        raise Unwise(words, fields={"changes": words})
    sheet = applied(base, changes)
    try:
        check(clean(sheet))
    except Unwise as refused:
        order = [change.key for change in changes]
        faults = {_path(path, sheet, order): words for path, words in refused.fields.items()}
        raise Unwise(refused.reason, fields=faults) from refused
    return sheet


def _path(path: str, sheet: Sheet, order: Sequence[str]) -> str:
    """Where in a proposal a fault of the sheet is: `sections[2].key` → `changes[0].key`."""
    found = _SECTION.match(path)
    key = sheet.sections[int(found[1])].key if found else None
    if found is None or key not in order:
        return path
    return f"changes[{order.index(key)}]{path[found.end() :]}"


def beside(
    base: Sheet, now: Sheet, changes: Sequence[Change]
) -> tuple[Sheet, tuple[SectionMerge, ...], tuple[SectionMerge, ...]]:
    """The three columns on the side of the source.

    Returns:
        The sheet with the changes; every row of the comparison; and those rows that a change is
        about, where something is to be decided or was the same already.
    """
    theirs = applied(base, changes)
    rows = merging.compare(base, now, theirs)
    keys = {change.key for change in changes}
    concerned = tuple(
        row
        for row in rows
        if row.verdict in (Verdict.THEIRS, Verdict.CONFLICT, Verdict.ALIKE)
        and keys & {one.key for one in (row.base, row.theirs) if one is not None}
    )
    return theirs, rows, concerned


def taken_in(
    base: Sheet, now: Sheet, changes: Sequence[Change], choices: Mapping[str, Choice]
) -> tuple[Sheet, tuple[str, ...]]:
    """What the model says once the owner has chosen, and the keys of what she took.

    Raises:
        Conflicting: a conflict without a choice (``keys`` names them).
        Unwise: a choice for something else, or nothing was taken.
    """
    theirs, rows, concerned = beside(base, now, changes)
    by_key = {row.key: row for row in concerned}
    strange = [key for key in choices if key not in by_key]
    if strange:
        words = "There is no such section."
        raise Unwise(words, fields={f"choices.{key}": words for key in strange})
    resolved = merging.resolve(rows, choices, now, theirs, upstream=None)
    taken = tuple(row.key for row in concerned if choices.get(row.key) != "ours")
    if not taken:
        raise Unwise("Take at least one section, or decline the proposal.")
    return resolved, taken


def conflicts(rows: Iterable[SectionMerge]) -> tuple[str, ...]:
    """The keys of the sections that both sides changed."""
    return tuple(row.key for row in rows if row.verdict is Verdict.CONFLICT)


@dataclass(frozen=True)
class Gain:
    """A section of a fork that its source could take.

    ``key`` is its key in the source, ``proposed`` what the source would say (None: it would go),
    ``now`` what it says at present; ``both`` tells that the source changed it too, since the fork
    took it, in a way that has to be looked at.
    """

    key: str
    now: Section | None
    proposed: Section | None
    core: bool
    both: bool

    @property
    def only_adds_languages(self) -> bool:
        """The source would say all that it says now, and say it in further languages too."""
        if self.now is None or self.proposed is None:
            return False
        before, after = self.now, self.proposed
        return (
            before.texts.items() <= after.texts.items()
            and before.names.items() <= after.names.items()
            and after.texts.keys() > before.texts.keys()
        )


def gains(rows: Iterable[SectionMerge], source: Sheet) -> tuple[Gain, ...]:
    """What a fork says otherwise than its source, for the source to take.

    Args:
        rows: the fork beside its source (base, the fork's, the source's).
        source: what the source says now.
    """
    taken = {section.key for section in source.sections}
    found: list[Gain] = []
    for row in rows:
        changed = row.base is None or row.ours is None or row.ours.digest != row.base.digest
        if row.verdict in (Verdict.SAME, Verdict.ALIKE) or not changed:
            continue
        if row.ours is None and (row.base is None or row.theirs is None):
            continue  # it is new there, or neither has it any more
        key = row.theirs.key if row.theirs else naming.free(row.key, taken, longest=MAX_KEY)
        taken.add(key)
        ours = row.suggestion if row.verdict is Verdict.THEIRS and row.suggestion else row.ours
        found.append(
            Gain(
                key=key,
                now=row.theirs,
                proposed=None if ours is None else _as_there(ours, row.theirs, key),
                core=row.core,
                both=row.verdict is Verdict.CONFLICT,
            )
        )
    return tuple(found)


def _as_there(ours: Section, theirs: Section | None, key: str) -> Section:
    """A section of a fork as the source would have it: its kind stays the source's to decide."""
    known = theirs or ours
    return replace(
        ours,
        key=key,
        role=known.role,
        adaptability=known.adaptability,
        upstream=theirs.upstream if theirs else None,
        upstream_digests=dict(theirs.upstream_digests) if theirs else {},
    )
