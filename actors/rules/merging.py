"""Merging: base, ours and theirs, section by section.

*Base* is the upstream version that ours was last made from, *theirs* the upstream version of now.
Nothing is decided for people that they could want to decide otherwise; no section is lost.

Verdicts, from what each side did to the base section:

=========  =========================================================================================
same       nobody changed it
ours       only we did (or we added it)
theirs     they did, and taking it loses nothing of ours: ``suggestion`` is what taking it gives
alike      both sides now say the same
conflict   both changed it, and somebody has to choose
=========  =========================================================================================

When both changed a section, ``combining`` says whether the changes can stand side by side; if so
the verdict is ``theirs`` and the suggestion holds both. They removed what we did not touch:
``theirs`` without suggestion; it stays in our sheet unless ``theirs`` is chosen. One removed and
the other changed: ``conflict``. A section that both removed is not listed.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Literal, Protocol

from activitypub.iris import Iri, without_fragment
from activitypub.multihash import digest_of
from actors.errors import Conflicting, Unwise
from actors.rules.combining import combine
from actors.rules.matching import by_key, match
from actors.rules.naming import free
from actors.rules.sections import MAX_KEY, Adaptability, Section, Sheet

Choice = Literal["ours", "theirs"] | Section

NEEDS_A_CHOICE: Final = "Both sides changed these sections, so each needs a choice"


class Verdict(StrEnum):
    """What became of one section."""

    SAME = "same"
    OURS = "ours"
    THEIRS = "theirs"
    ALIKE = "alike"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class SectionMerge:
    """One section on three sides; a side that does not have it is ``None``.

    ``key`` is its key in our sheet (the one it would get, if we do not have it). ``core`` tells
    whether upstream calls it core, before or now. ``suggestion`` is the result of a clean merge.
    """

    key: str
    core: bool
    verdict: Verdict
    base: Section | None
    ours: Section | None
    theirs: Section | None
    suggestion: Section | None

    @property
    def fingerprint(self) -> str:
        """What was to be chosen between; another one tells that a choice was made before."""
        sides = (self.ours, self.theirs)
        return digest_of([None if side is None else side.digest for side in sides])


class Chosen(Protocol):
    """What a choice is about: a section, or a value beside the sections (`heading`)."""

    @property
    def key(self) -> str:
        """Under which it is chosen."""

    @property
    def verdict(self) -> Verdict:
        """What became of it."""


def undecided(comparison: Iterable[Chosen], choices: Container[str]) -> tuple[str, ...]:
    """The conflicts that nobody has chosen in yet."""
    return tuple(
        row.key for row in comparison if row.verdict is Verdict.CONFLICT and row.key not in choices
    )


def compare(base: Sheet, ours: Sheet, theirs: Sheet) -> tuple[SectionMerge, ...]:
    """Compare three sheets, in the order of ours.

    What we do not have stands after its upstream neighbour. Any three sheets can be compared;
    ``compare(x, x, x)`` says ``same`` throughout.
    """
    base_sections = by_key(base.sections)
    their_side = match(base_sections, theirs.sections)
    upstream = dict(base_sections)
    their_sections = dict(their_side.twins)
    for section in their_side.others:
        identity = free(section.key, upstream, longest=MAX_KEY)
        upstream[identity] = their_sections[identity] = section
    our_side = match(upstream, ours.sections, is_fork=True)
    identities = {id(section): identity for identity, section in our_side.twins.items()}
    rows: list[SectionMerge] = []
    for section in ours.sections:
        identity = identities.get(id(section), "")
        rows.append(
            _row(section.key, base_sections.get(identity), section, their_sections.get(identity))
        )
    missing = {
        id(section): base_sections.get(identity)
        for identity, section in their_sections.items()
        if identity not in our_side.twins
    }
    return _with_missing(rows, theirs.sections, missing)


def resolve(
    comparison: Sequence[SectionMerge],
    choices: Mapping[str, Choice],
    ours: Sheet,
    theirs: Sheet,
    *,
    upstream: Iri | None,
) -> Sheet:
    """Our sheet after the merge: the same but for its sections.

    Args:
        comparison: what ``compare`` said about exactly these two sheets.
        choices: by ``SectionMerge.key``: ``ours``, ``theirs`` or a section written for the purpose.
            Every conflict needs one. Without a choice, a verdict ``theirs`` takes the suggestion
            (and drops nothing), all others leave ours as it is. Choosing ``theirs`` takes the
            suggestion, or else their section as it stands beside our texts in languages that they
            lack, marked as stale; where they have none, the section goes.
        ours: our sheet.
        theirs: their sheet.
        upstream: the model that theirs is a version of: sections taken name it and the digests of
            the texts taken. ``None`` when theirs is not our upstream (a proposal made to us):
            provenance then stays as it was.

    Raises:
        Conflicting: a conflict without a choice (``keys`` names them), or the sheets are not those
            that were compared.
        Unwise: a choice for a section that is not there, or of an unknown kind.
    """
    _check_compared(comparison, ours, theirs)
    _check_choices(comparison, choices)
    sections: list[Section] = []
    for row in comparison:
        taken = _taken(row, choices.get(row.key), theirs.language)
        if taken is None:
            continue
        sections.append(taken if taken is row.ours else _with_provenance(row, taken, upstream))
    return ours.with_sections(sections)


def _row(
    key: str, base: Section | None, ours: Section | None, theirs: Section | None
) -> SectionMerge:
    verdict, suggestion = _judge(base, ours, theirs)
    upstream = [section for section in (base, theirs) if section is not None]
    judged_by = upstream or [section for section in (ours,) if section is not None]
    return SectionMerge(
        key=key,
        core=any(section.adaptability is Adaptability.CORE for section in judged_by),
        verdict=verdict,
        base=base,
        ours=ours,
        theirs=theirs,
        suggestion=suggestion if suggestion is None else replace(suggestion, key=key),
    )


def _with_missing(
    rows: list[SectionMerge],
    theirs: Sequence[Section],
    missing: Mapping[int, Section | None],
) -> tuple[SectionMerge, ...]:
    """Insert what we do not have (by ``id()``, with its base) behind its neighbour in theirs."""
    taken = {row.key for row in rows}
    place = 0  # where the next missing section goes: behind the last neighbour seen
    for section in theirs:
        if id(section) in missing:
            key = free(section.key, taken, longest=MAX_KEY)
            taken.add(key)
            rows.insert(place, _row(key, missing[id(section)], None, section))
            place += 1
        else:
            place = 1 + next(index for index, row in enumerate(rows) if row.theirs is section)
    return tuple(rows)


def _judge(
    base: Section | None, ours: Section | None, theirs: Section | None
) -> tuple[Verdict, Section | None]:
    if ours is None or theirs is None:
        return _judge_lone(base, ours, theirs)
    if ours.digest == theirs.digest:
        untouched = base is not None and base.digest == ours.digest
        return (Verdict.SAME if untouched else Verdict.ALIKE), None
    if base is None:
        return Verdict.CONFLICT, None
    if base.digest == theirs.digest:
        return Verdict.OURS, None
    combined = combine(base, ours, theirs)
    return (Verdict.CONFLICT if combined is None else Verdict.THEIRS), combined


def _judge_lone(
    base: Section | None, ours: Section | None, theirs: Section | None
) -> tuple[Verdict, Section | None]:
    """Added on one side, or removed on one."""
    if base is None:
        return (Verdict.OURS, None) if theirs is None else (Verdict.THEIRS, theirs)
    if ours is not None:
        return (Verdict.THEIRS if ours.digest == base.digest else Verdict.CONFLICT), None
    untouched = theirs is not None and theirs.digest == base.digest
    return (Verdict.OURS if untouched else Verdict.CONFLICT), None


def _check_compared(comparison: Sequence[SectionMerge], ours: Sheet, theirs: Sheet) -> None:
    our_sections = tuple(row.ours for row in comparison if row.ours is not None)
    known = [row.theirs for row in comparison if row.theirs is not None]
    if our_sections != ours.sections or any(section not in known for section in theirs.sections):
        raise Conflicting("One of the sheets has changed since they were compared.")


def _check_choices(comparison: Sequence[SectionMerge], choices: Mapping[str, Choice]) -> None:
    keys = {row.key for row in comparison}
    faults: dict[str, str] = {}
    for key, choice in choices.items():
        if key not in keys:
            faults[f"choices.{key}"] = "There is no such section."
        elif not isinstance(choice, Section) and choice not in ("ours", "theirs"):
            faults[f"choices.{key}"] = "Choose ours, theirs, or write the section."
    if faults:
        raise Unwise("This is not a choice that can be made here.", fields=faults)
    if open_ := undecided(comparison, choices):
        raise Conflicting(NEEDS_A_CHOICE, keys=open_)


def _taken(row: SectionMerge, choice: Choice | None, language: str) -> Section | None:
    """What stays of a row; the very object ``row.ours`` when ours stays as it is."""
    if isinstance(choice, Section):
        return replace(choice, key=row.key)
    if choice == "ours":
        return row.ours
    if row.verdict is Verdict.THEIRS and row.suggestion is not None:
        return row.suggestion
    if choice == "theirs":
        return _adopted(row, language)
    return row.ours


def _adopted(row: SectionMerge, language: str) -> Section | None:
    """Their section beside our texts in languages that they lack."""
    theirs, ours = row.theirs, row.ours
    if theirs is None or ours is None:
        return theirs if theirs is None else replace(theirs, key=row.key)
    base_texts = row.base.texts if row.base is not None else {}
    kept = {
        tag: text
        for tag, text in ours.texts.items()
        if tag not in theirs.texts and base_texts.get(tag) != text
    }
    translated_from = {
        tag: ours.translated_from.get(tag) or _written_from(row.base, theirs, text, language)
        for tag, text in kept.items()
    }
    return replace(
        theirs,
        key=row.key,
        names={**ours.names, **theirs.names},
        texts={**kept, **theirs.texts},
        translated_from={**translated_from, **theirs.translated_from},
    )


def _written_from(base: Section | None, theirs: Section, text: str, language: str) -> str:
    """A digest which tells that a text of ours is not a translation of what theirs says now.

    That of the base text it was written from; its own, where that text is unknown or unchanged.
    """
    source = base.digests.get(language) if base is not None else None
    if source is None or source in theirs.digests.values():
        return digest_of(text)
    return source


def _with_provenance(row: SectionMerge, taken: Section, upstream: Iri | None) -> Section:
    if upstream is not None and row.theirs is not None:
        return replace(
            taken,
            upstream=f"{without_fragment(upstream)}#{row.theirs.key}",
            upstream_digests=row.theirs.digests,
        )
    return replace(
        taken,
        upstream=row.ours.upstream if row.ours is not None else None,
        upstream_digests=row.ours.upstream_digests if row.ours is not None else {},
    )
