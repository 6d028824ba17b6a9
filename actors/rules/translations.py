"""Translations: what of a sheet still has to be put into a language, and what has become of it.

Rules a reader must know:

- A section is translated from its *source*: the text in the sheet's own language where that was
  written for itself, else another text that was; in a fork that keeps translations only, the text
  of the upstream section that was taken last.
- A translation names the digest of the text it translates. It is stale when that text is no longer
  its source (`sections.stale`); nobody decides that, and nobody has to watch for it.
- A text without such a digest was written for itself: an adaptation. It is never stale.
- What somebody has translated and not yet published is a *piece*: one section (or the title, under
  the key `HEADING`) in one language. It remembers which source it renders and which published text
  it shall replace, so that nothing is overwritten that its author did not see.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from activitypub.multihash import digest_of
from actors.errors import Unwise
from actors.rules.sections import Adaptability, Role, Section, Sheet, check, clean, stale

HEADING = ""
"""The key of the piece that holds the title (its name) and the one sentence (its text)."""


class State(StrEnum):
    """How far a section is in a language."""

    NEW = "new"
    STALE = "stale"
    FRESH = "fresh"
    OWN = "own"


OPEN = frozenset({State.NEW, State.STALE})
"""What needs work."""


@dataclass(frozen=True)
class Source:
    """What is translated from; `text` is empty where only its digest is known here."""

    language: str
    text: str
    digest: str


@dataclass(frozen=True)
class Piece:
    """What somebody wrote in one language for one section, not yet published.

    `source` is the digest of what she translated; `before` that of what is published in its place
    and which hers replaces (`standing`), empty where there was nothing.
    """

    section: str
    name: str
    text: str
    source: str
    before: str


@dataclass(frozen=True)
class Unit:
    """One section in one language, as its translator meets it.

    Attributes:
        key: of the section; `HEADING` for title and sentence.
        state: of what is published.
        source: what to translate from; None where there is nothing but this language.
        source_name: the title of the section in the language of the source.
        name: the published title in this language, if there is one.
        text: the published text in this language, if there is one.
        piece: what is prepared and not published.
    """

    key: str
    state: State
    source: Source | None
    source_name: str
    name: str
    text: str
    piece: Piece | None = None

    @property
    def is_late(self) -> bool:
        """The piece was made from a source that has changed since."""
        return (
            self.piece is not None
            and self.source is not None
            and self.piece.source != (self.source.digest)
        )

    @property
    def is_overtaken(self) -> bool:
        """Another text was published meanwhile than the one which the piece shall replace."""
        return self.piece is not None and self.piece.before != standing(self.name, self.text)

    @property
    def needs_work(self) -> bool:
        """Whether a translator has something to do here."""
        if not self.is_open:
            return False
        if self.piece is not None:
            return self.is_late or self.is_overtaken
        return self.state in OPEN

    @property
    def is_open(self) -> bool:
        """Whether it may be translated here: a text that was written for itself is edited."""
        return self.source is not None and self.state is not State.OWN

    @property
    def shown_name(self) -> str:
        """The title that stands in the form."""
        return self.name if self.piece is None else self.piece.name

    @property
    def shown_text(self) -> str:
        """The text that stands in the form."""
        return self.text if self.piece is None else self.piece.text


@dataclass(frozen=True)
class Progress:
    """How far a language is: sections by state; `heading` whether the title is there."""

    language: str
    new: int
    stale: int
    fresh: int
    own: int
    heading: bool

    @property
    def total(self) -> int:
        """Every section."""
        return self.new + self.stale + self.fresh + self.own

    @property
    def done(self) -> int:
        """Sections that need no work."""
        return self.fresh + self.own


def digest_or_nothing(text: str) -> str:
    """The digest of a text; nothing where there is none."""
    return digest_of(text) if text else ""


def standing(name: str, text: str) -> str:
    """The digest of a title and a text that stand together; nothing where neither does."""
    return digest_of([name, text]) if name or text else ""


def tidied(key: str, language: str, name: str, text: str) -> tuple[str, str]:
    """A title and a text as `clean` leaves them, so that equal words have equal digests."""
    tidy = clean(_alone(key, language, name, text))
    if key == HEADING:
        return tidy.names.get(language, ""), tidy.summaries.get(language, "")
    (section,) = tidy.sections
    return section.names.get(language, ""), section.texts.get(language, "")


def fault_of(key: str, language: str, name: str, text: str) -> str:
    """Why a (tidied) title and text cannot stand in a sheet, in plain words; nothing if they can.

    A missing one is no fault here.
    """
    alone = _alone(key, language, name or "-", text or "-")
    try:
        check(alone if key == HEADING else replace(alone, names={language: "-"}))
    except Unwise as unwise:
        return next(iter(unwise.fields.values()), unwise.reason)
    return ""


def _alone(key: str, language: str, name: str, text: str) -> Sheet:
    """A sheet that holds nothing else."""
    if key == HEADING:
        plain = Section("x", Role.SUMMARY, Adaptability.CORE, {language: "-"}, {language: "-"})
        return Sheet(language, {language: name}, {language: text}, "CC0-1.0", (plain,))
    plain = Section("x", Role.SUMMARY, Adaptability.CORE, {language: name}, {language: text})
    return Sheet(language, {}, {}, "CC0-1.0", (plain,))


def source_of(
    section: Section, own: str, into: str, upstream: Mapping[str, str] | None = None
) -> Source | None:
    """What a translation of this section into a language translates.

    Args:
        section: of a sheet.
        own: the sheet's own language.
        into: the language that is translated into.
        upstream: for a fork, the texts of the section that was taken, where they are known.

    Returns:
        None where the section says something in this language only.
    """
    written = [tag for tag in section.texts if tag not in section.translated_from]
    if own in written:
        written = [own]
    found = {tag: digest_of(section.texts[tag]) for tag in written if tag != into}
    if found:
        named = section.translated_from.get(into)
        tag = next((tag for tag, digest in found.items() if digest == named), next(iter(found)))
        return Source(tag, section.texts[tag], found[tag])
    if written or not section.upstream_digests:
        return None
    named = section.translated_from.get(into)
    taken = {tag: one for tag, one in section.upstream_digests.items() if tag != into}
    tag = next((tag for tag, digest in taken.items() if digest == named), next(iter(taken), ""))
    if not tag:
        return None
    text = (upstream or {}).get(tag, "")
    return Source(tag, text if digest_or_nothing(text) == taken[tag] else "", taken[tag])


def state_of(section: Section, own: str, into: str) -> State:
    """How far a section is in a language."""
    if into not in section.texts:
        return State.NEW
    if into not in section.translated_from:
        return State.OWN
    return State.STALE if into in stale(section, own) else State.FRESH


def heading_source(sheet: Sheet, into: str) -> Source | None:
    """The one sentence to translate, with a digest that covers the title too."""
    tags = [tag for tag in (sheet.language, *sheet.names) if tag != into and sheet.names.get(tag)]
    if not tags:
        return None
    name, summary = sheet.names[tags[0]], sheet.summaries.get(tags[0], "")
    return Source(tags[0], summary, digest_of([name, summary]))


def units(
    sheet: Sheet,
    into: str,
    pieces: Mapping[str, Piece],
    upstream: Mapping[str, Mapping[str, str]] | None = None,
) -> tuple[Unit, ...]:
    """Everything there is to translate into a language: the heading, then each section in order.

    Args:
        sheet: as it is published.
        into: the language.
        pieces: what is prepared, by section.
        upstream: for a fork, the texts of the sections that were taken, by our key.
    """
    source = heading_source(sheet, into)
    name, summary = sheet.names.get(into, ""), sheet.summaries.get(into, "")
    is_there = bool(name) and (bool(summary) or source is None or not source.text)
    found = [
        Unit(
            key=HEADING,
            state=State.FRESH if is_there else State.NEW,
            source=source,
            source_name="" if source is None else sheet.names[source.language],
            name=name,
            text=summary,
            piece=pieces.get(HEADING),
        )
    ]
    for section in sheet.sections:
        taken = (upstream or {}).get(section.key)
        source = source_of(section, sheet.language, into, taken)
        found.append(
            Unit(
                key=section.key,
                state=state_of(section, sheet.language, into),
                source=source,
                source_name="" if source is None else section.names.get(source.language, ""),
                name=section.names.get(into, ""),
                text=section.texts.get(into, ""),
                piece=pieces.get(section.key),
            )
        )
    return tuple(found)


def progress(sheet: Sheet, languages: Iterable[str]) -> tuple[Progress, ...]:
    """How far each of these languages is, as published."""
    counted = {tag: dict.fromkeys(State, 0) for tag in languages}
    for section in sheet.sections:
        late = stale(section, sheet.language)
        for tag, counts in counted.items():
            if tag not in section.texts:
                counts[State.NEW] += 1
            elif tag not in section.translated_from:
                counts[State.OWN] += 1
            else:
                counts[State.STALE if tag in late else State.FRESH] += 1
    return tuple(
        Progress(
            language=tag,
            new=counts[State.NEW],
            stale=counts[State.STALE],
            fresh=counts[State.FRESH],
            own=counts[State.OWN],
            heading=bool(sheet.names.get(tag)),
        )
        for tag, counts in counted.items()
    )


def overtaken(sheet: Sheet, into: str, pieces: Iterable[Piece]) -> tuple[str, ...]:
    """The pieces (by section) that would replace what their author has not seen, or have no place.

    Another text was published in the meantime, or the section is gone.
    """
    keys: list[str] = []
    for piece in pieces:
        section = sheet.section(piece.section)
        if piece.section == HEADING:
            now = standing(sheet.names.get(into, ""), sheet.summaries.get(into, ""))
        elif section is None:
            keys.append(piece.section)
            continue
        else:
            now = standing(section.names.get(into, ""), section.texts.get(into, ""))
        if piece.before != now:
            keys.append(piece.section)
    return tuple(keys)


def applied(sheet: Sheet, into: str, pieces: Iterable[Piece]) -> Sheet:
    """The sheet with these pieces in it, each naming the source that it translates."""
    by_key = {piece.section: piece for piece in pieces}
    heading = by_key.get(HEADING)
    names, summaries = dict(sheet.names), dict(sheet.summaries)
    if heading is not None:
        names[into], summaries[into] = heading.name, heading.text
    return replace(
        sheet,
        names=names,
        summaries=summaries,
        sections=tuple(
            _rendered(section, into, by_key[section.key]) if section.key in by_key else section
            for section in sheet.sections
        ),
    )


def only_translated(base: Section, ours: Section) -> bool:
    """Whether a fork did nothing to a section but declare translations of it.

    Texts of the base may be left out: whoever reads only Italian needs no French beside it.
    """
    if (base.role, base.adaptability) != (ours.role, ours.adaptability):
        return False
    declared = ours.texts.keys() & ours.translated_from.keys()
    own = ours.texts.keys() - declared
    sources = base.texts.keys() - base.translated_from.keys()
    kept = (own | sources) & ours.texts.keys()
    return bool(declared - sources) and all(ours.texts[tag] == base.texts.get(tag) for tag in kept)


def _rendered(section: Section, into: str, piece: Piece) -> Section:
    names = dict(section.names)
    if piece.name:
        names[into] = piece.name
    return replace(
        section,
        names=names,
        texts={**section.texts, into: piece.text},
        translated_from={**section.translated_from, into: piece.source},
    )
