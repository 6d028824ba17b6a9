"""Columns: what it was, what the others say now, and what ours says, row by row.

Whoever shows three columns to choose from makes its rows here and draws them with `columns.html`:
a row for each section, and for each name, summary or fact beside them. A row knows what has been
chosen so far, and whether that was before one of the sides changed.

Names of fields, for a row of key `k`: `choice.k` (`theirs`, `ours`, `own`), `own.k.fr` (a third
text), `reason.k`, `why.k`, `unplanned.k`, `saw.k`: what there was to choose between, and `was.k`:
what was chosen when the page was drawn.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from activitypub.canonical_json import Json
from actors.rules import comparing
from actors.rules.coediting import mark
from actors.rules.comparing import Mark
from actors.rules.heading import Kind, ValueMerge
from actors.rules.merging import SectionMerge, Verdict
from actors.rules.modifications import Modification, Nature, Reason
from actors.rules.sections import Section
from actors.verbs.choosing import PRINT_DIGITS, Chosen
from actors.verbs.forking import Choice
from federation.pages import forms, reading, words
from federation.pages.forms import Fields
from federation.pages.translating import N_, speaking

CHOOSE: Final = N_("Please choose what becomes of this section.")
WRITE_SOMETHING: Final = N_("Please write the text that shall stand here.")
SAY_WHY: Final = N_("Please say why yours differs, for those who compare.")
MAX_WHY: Final = 500  # characters of a reason in one's own words: a sentence or two


@dataclass(frozen=True)
class Column:
    """One language of a row on three sides; a side that lacks it is None."""

    language: str
    base: str | None
    theirs: list[Mark] | None
    ours: list[Mark] | None


@dataclass(frozen=True)
class Row:
    """One thing to choose about.

    Attributes:
        key: of the section, or of the value beside the sections (it begins with `@`).
        name: its title, for this reader.
        core: whether the source calls it core, before or now.
        verdict: what the rules say.
        was, theirs, ours: whether it is there on each side.
        columns: what differs, by language, the reader's first; facts have one without language.
        saw: what there is to choose between, in short.
        chosen: what is chosen at present; nothing yet: its `chosen` is empty.
        is_kept: the choice has been saved.
        writable: a third text may be written.
        keeps_ours: taking theirs keeps changes of our own in other lines or languages.
        adapted: ours says why it differs; a section, not a value.
        mark: of what is kept; a page sends it back, to tell what others have chosen since.
    """

    key: str
    name: str
    core: bool
    verdict: Verdict
    was: bool
    theirs: bool
    ours: bool
    columns: tuple[Column, ...]
    saw: str
    chosen: Chosen
    is_kept: bool = False
    writable: bool = True
    keeps_ours: bool = False
    adapted: bool = True
    mark: str = ""

    @property
    def is_conflict(self) -> bool:
        """Both sides changed it: nobody but a person can choose."""
        return self.verdict is Verdict.CONFLICT

    @property
    def is_overtaken(self) -> bool:
        """It was chosen before one of the sides changed again."""
        return bool(self.is_kept and self.chosen.chosen and self.chosen.fingerprint != self.saw)


def of_section(merged: SectionMerge, language: str, known: Modification | None = None) -> Row:
    """A section of three sheets, for a reader of this language; nothing is chosen yet.

    Args:
        merged: what the rules say about it.
        language: the reader's.
        known: what was recorded about why ours differs.
    """
    shown = merged.theirs or merged.ours or merged.base
    names = {} if shown is None else dict(shown.names)
    start = merged.suggestion or merged.ours or merged.theirs
    own = {tag: "" if start is None else start.texts.get(tag, "") for tag in _languages(merged)}
    base, ours = merged.base, merged.ours
    changed = base is not None and ours is not None and base.digest != ours.digest
    return Row(
        key=merged.key,
        name=reading.best(names, language)[0],
        core=merged.core,
        verdict=merged.verdict,
        was=merged.base is not None,
        theirs=merged.theirs is not None,
        ours=merged.ours is not None,
        columns=_columns(merged, language),
        saw=merged.fingerprint[:PRINT_DIGITS],
        chosen=Chosen(
            chosen="" if merged.verdict is Verdict.CONFLICT else "theirs",
            texts=own,
            reason="" if known is None else known.reason.value,
            why="" if known is None else known.note,
            planned=known is None or known.planned,
        ),
        keeps_ours=changed and merged.suggestion is not None,
    )


def of_value(merged: ValueMerge, language: str) -> Row:
    """A name, a summary, the licence or a fact of three sheets; nothing is chosen yet."""
    with speaking(language):
        return _of_value(merged)


def _of_value(merged: ValueMerge) -> Row:
    value = merged.value
    is_text = value.kind in (Kind.NAME, Kind.SUMMARY)
    base, theirs, ours = (
        told(value.name or value.kind.value, side)
        for side in (merged.base, merged.theirs, merged.ours)
    )
    texts = {value.language: str(merged.ours or merged.theirs or "")} if is_text else {}
    column = Column(value.language, base, _against(base, theirs), _against(base, ours))
    return Row(
        key=merged.key,
        name=words.value_name(value),
        core=False,
        verdict=merged.verdict,
        was=merged.base is not None,
        theirs=merged.theirs is not None,
        ours=merged.ours is not None,
        columns=(column,),
        saw=merged.fingerprint[:PRINT_DIGITS],
        chosen=Chosen(chosen="" if merged.verdict is Verdict.CONFLICT else "theirs", texts=texts),
        writable=is_text,
        adapted=False,
    )


def told(name: str, value: Json) -> str | None:
    """A value as a reader sees it; a list has a line for each of its items."""
    if value is None:
        return None
    return "\n".join(words.fact_lines(name, value))


def as_chosen(row: Row, kept: Mapping[str, Chosen], given: Fields | None) -> Row:
    """The row with what was kept, and over that what has just been typed."""
    chosen, saved = row.chosen, kept.get(row.key)
    if saved is not None:
        texts = {**chosen.texts, **saved.texts}
        chosen = replace(saved, texts=texts, chosen=saved.chosen or chosen.chosen)
        if not (saved.reason or saved.why):
            chosen = replace(
                chosen, reason=row.chosen.reason, why=row.chosen.why, planned=row.chosen.planned
            )
    kept_mark = _mark(chosen)
    if given is not None and f"saw.{row.key}" in given:
        chosen = _typed(given, row, chosen)
    return replace(row, chosen=chosen, is_kept=saved is not None, mark=kept_mark)


def typed(given: Fields, rows: Iterable[Row], target: str = "") -> dict[str, Chosen]:
    """What a form says about these rows, to be kept.

    What stands there by default and was not touched is left out, but for the row of the button that
    was pressed (`target`).
    """
    found: dict[str, Chosen] = {}
    for row in rows:
        if f"saw.{row.key}" not in given:
            continue
        saw = given[f"saw.{row.key}"][:PRINT_DIGITS]
        chosen = replace(_typed(given, row, row.chosen), fingerprint=saw)
        if row.is_kept or row.key == target or replace(row.chosen, fingerprint=saw) != chosen:
            untouched = chosen.chosen != "own" and chosen.texts == row.chosen.texts
            found[row.key] = replace(chosen, texts={}) if untouched else chosen
    return found


def apart(
    given: Fields, rows: Iterable[Row], decided: Mapping[str, Chosen]
) -> tuple[dict[str, Chosen], dict[str, Row]]:
    """What a form decides, beside what others have decided since it was drawn.

    Args:
        given: the form; `was.k` is the mark of what stood in a row when it was drawn.
        rows: as they are kept now.
        decided: what the form says.

    Returns:
        What can be kept; and the rows that both changed, as they are kept.
    """
    kept, collided = dict(decided), dict[str, Row]()
    for row in rows:
        was, now = given.get(f"was.{row.key}", ""), row.mark
        if row.key not in decided or was in ("", now):
            continue
        own = _mark(_typed(given, row, row.chosen))
        if own != was and own != now:
            collided[row.key] = row
        del kept[row.key]
    return kept, collided


def fields(row: Row) -> dict[str, str]:
    """What stands in the fields of a row."""
    said = row.chosen
    told = {f"choice.{row.key}": said.chosen}
    if row.adapted:
        told |= {f"reason.{row.key}": said.reason, f"why.{row.key}": said.why}
    return told | {f"own.{row.key}.{tag}": text for tag, text in said.texts.items()}


def started(row: Row, chosen: Chosen, texts: Mapping[str, str]) -> Chosen:
    """A third text that begins as one of the sides."""
    kept = {tag: texts.get(tag, "") for tag in dict.fromkeys((*row.chosen.texts, *texts))}
    return replace(chosen, chosen="own", texts=kept)


def faults(rows: Iterable[Row]) -> dict[str, str]:
    """Field → what is missing before these choices can be published."""
    found: dict[str, str] = {}
    for row in rows:
        chosen = row.chosen
        if not chosen.chosen:
            found[f"choice.{row.key}"] = CHOOSE
        elif chosen.chosen == "own" and not any(text.strip() for text in chosen.texts.values()):
            found[f"own.{row.key}"] = WRITE_SOMETHING
        elif _unexplained(row):
            found[f"reason.{row.key}"] = SAY_WHY
        if len(chosen.why) > MAX_WHY:
            found[f"why.{row.key}"] = forms.TOO_LONG
    return found


def choices(rows: Iterable[Row]) -> dict[str, Choice]:
    """What was chosen, as a merge wants it; what still has no choice is left out."""
    found: dict[str, Choice] = {}
    for row in rows:
        match row.chosen.chosen:
            case "own":
                found[row.key] = {tag: one for tag, one in row.chosen.texts.items() if one.strip()}
            case "theirs":
                found[row.key] = "theirs"
            case "ours":
                found[row.key] = "ours"
            case _:
                continue
    return found


def reasons(rows: Iterable[Row]) -> list[Modification]:
    """Why ours differs, where ours was kept or written anew and a reason was given."""
    return [
        Modification(
            section=row.key,
            nature=Nature.SUBSTITUTED if row.ours else Nature.REMOVED,
            reason=Reason(row.chosen.reason),
            note=" ".join(row.chosen.why.split()),
            planned=row.chosen.planned,
        )
        for row in rows
        if row.adapted and row.chosen.chosen in ("ours", "own") and row.chosen.reason in set(Reason)
    ]


def _mark(said: Chosen) -> str:
    texts = {tag: text.strip() for tag, text in said.texts.items()}
    return mark([said.chosen, texts, said.reason, said.why.strip(), said.planned])


def _unexplained(row: Row) -> bool:
    """A conflict in which ours stays needs a reason: whoever compares reads those first."""
    differs = row.chosen.chosen in ("ours", "own")
    return row.is_conflict and row.adapted and differs and row.chosen.reason not in set(Reason)


def _typed(given: Fields, row: Row, before: Chosen) -> Chosen:
    chosen = given.get(f"choice.{row.key}", "")
    texts = {tag: given.get(f"own.{row.key}.{tag}", text) for tag, text in before.texts.items()}
    return Chosen(
        chosen=chosen if chosen in ("theirs", "ours", "own") else "",
        texts={tag: text.replace("\r\n", "\n") for tag, text in texts.items()},
        reason=given.get(f"reason.{row.key}", ""),
        why=given.get(f"why.{row.key}", ""),
        planned=f"unplanned.{row.key}" not in given,
        fingerprint=given.get(f"saw.{row.key}", ""),
    )


def _languages(row: SectionMerge) -> tuple[str, ...]:
    sides = [side.texts for side in (row.ours, row.theirs) if side is not None]
    return tuple(dict.fromkeys(tag for texts in sides for tag in texts))


def _columns(row: SectionMerge, language: str) -> tuple[Column, ...]:
    base, theirs, ours = (_texts(side) for side in (row.base, row.theirs, row.ours))
    differing = [
        tag
        for tag in dict.fromkeys((*base, *theirs, *ours))
        if not base.get(tag) == theirs.get(tag) == ours.get(tag)
    ]
    return tuple(
        Column(
            tag,
            base.get(tag),
            _against(base.get(tag), theirs.get(tag)),
            _against(base.get(tag), ours.get(tag)),
        )
        for tag in first(differing, language)
    )


def first(tags: Sequence[str], language: str) -> list[str]:
    """Languages, the reader's first."""
    return sorted(tags, key=lambda tag: tag.split("-")[0] != language)


def _texts(side: Section | None) -> Mapping[str, str]:
    return {} if side is None else side.texts


def _against(base: str | None, side: str | None) -> list[Mark] | None:
    """A side's text with its words marked: those it added to the base, and those it dropped."""
    if side is None:
        return None
    return [("same", side)] if base is None else comparing.words(base, side)
