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

Changes travel on more than one way: we may have taken from a further ancestor or a sibling what
our source takes later. So what each side said *between* the base and now may be given too
(`Between`). A text, title or role that both sides have said since the base is the ground on which
that part is judged, instead of the base's (`rules.grounds`): what came to both is no conflict, and
what one of them changed afterwards is her change. Where each went on to what the other had left,
somebody has to choose.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, Literal, Protocol

from activitypub.iris import Iri, without_fragment
from activitypub.multihash import digest_of
from actors.errors import Conflicting, Unwise
from actors.rules.combining import combine
from actors.rules.grounds import ground
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


@dataclass(frozen=True)
class Between:
    """What is known of the two ways from the base to now; nothing of it has to be.

    Attributes:
        ours: our earlier sheets since the base, the oldest first.
        theirs: theirs.
        is_fork: they were made from the base's model, as we were, and are no versions of it.
        roots: for a section that was taken over several hops, the address it was taken from → its
            key in the base.
    """

    ours: Sequence[Sheet] = ()
    theirs: Sequence[Sheet] = ()
    is_fork: bool = False
    roots: Mapping[str, str] = field(default_factory=dict)


def compare(
    base: Sheet, ours: Sheet, theirs: Sheet, *, between: Between | None = None
) -> tuple[SectionMerge, ...]:
    """Compare three sheets, in the order of ours.

    What we do not have stands after its upstream neighbour. Any three sheets can be compared;
    ``compare(x, x, x)`` says ``same`` throughout.
    """
    between = between or Between()
    base_sections = by_key(base.sections)
    their_side = match(base_sections, theirs.sections, is_fork=between.is_fork, roots=between.roots)
    upstream = dict(base_sections)
    their_sections = dict(their_side.twins)
    for section in their_side.others:
        identity = free(section.key, upstream, longest=MAX_KEY)
        upstream[identity] = their_sections[identity] = section
    for earlier in between.theirs:  # what they had for a while may have come to us
        once = match(upstream, earlier.sections, is_fork=between.is_fork, roots=between.roots)
        for section in once.others:
            upstream[free(section.key, upstream, longest=MAX_KEY)] = section
    our_side = match(upstream, ours.sections, is_fork=True, roots=between.roots)
    identities = {id(section): identity for identity, section in our_side.twins.items()}
    grounds = _Grounds(base_sections, upstream, between)
    rows: list[SectionMerge] = []
    for section in ours.sections:
        identity = identities.get(id(section), "")
        theirs_now = their_sections.get(identity)
        rows.append(_row(section.key, *grounds.of(identity, section, theirs_now)))
    missing = {
        id(section): grounds.of(identity, None, section)
        for identity, section in their_sections.items()
        if identity not in our_side.twins
    }
    return _with_missing(rows, theirs.sections, missing)


_Sides = tuple[Section | None, Section | None, Section | None, bool]
"""Ground, ours and theirs of one section, and whether each went where the other came from."""


class _Grounds:
    """Finds what a section is judged against."""

    def __init__(
        self, base: Mapping[str, Section], known: Mapping[str, Section], between: Between
    ) -> None:
        self._base = base
        self._ours = [
            match(known, sheet.sections, is_fork=True, roots=between.roots).twins
            for sheet in between.ours
        ]
        self._theirs = [
            match(known, sheet.sections, is_fork=between.is_fork, roots=between.roots).twins
            for sheet in between.theirs
        ]

    def of(self, identity: str, ours: Section | None, theirs: Section | None) -> _Sides:
        """Its ground: the base's section, or what both have said since."""
        base = self._base.get(identity)
        if not self._ours and not self._theirs:
            return base, ours, theirs, False
        our_way = [*(one.get(identity) for one in self._ours), ours]
        their_way = [*(one.get(identity) for one in self._theirs), theirs]
        found, is_crossed = ground(base, our_way, their_way)
        return found, ours, theirs, is_crossed


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
    key: str,
    base: Section | None,
    ours: Section | None,
    theirs: Section | None,
    is_crossed: bool,  # noqa: FBT001 - the last of `_Sides`
) -> SectionMerge:
    verdict, suggestion = _judge(base, ours, theirs)
    if is_crossed:
        verdict, suggestion = Verdict.CONFLICT, None
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
    missing: Mapping[int, _Sides],
) -> tuple[SectionMerge, ...]:
    """Insert what we do not have (by ``id()``, with its ground) behind its neighbour in theirs."""
    taken = {row.key for row in rows}
    place = 0  # where the next missing section goes: behind the last neighbour seen
    for section in theirs:
        if id(section) in missing:
            key = free(section.key, taken, longest=MAX_KEY)
            taken.add(key)
            rows.insert(place, _row(key, *missing[id(section)]))
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
    if combined is None:
        return Verdict.CONFLICT, None
    if combined.digest == ours.digest:  # we have their change, and more
        return Verdict.OURS, None
    return Verdict.THEIRS, combined


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
