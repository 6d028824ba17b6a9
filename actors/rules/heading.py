"""Heading: what stands above and beside the sections, on two sides or on three.

Names and summaries by language, the licence, and each fact are values; they are compared and merged
by the verdicts of sections (`merging`), so that nothing which the source changed goes unseen. Their
keys begin with `@`, which no section's can: `@name.fr`, `@summary.it`, `@license`, `@cost`.

- Lists of codes to which both sides added are laid together; any other value that both changed is a
  conflict.
- The territory is where a model is at home: once a fork names its own, it keeps that.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Literal

from activitypub.canonical_json import Json
from activitypub.multihash import digest_of
from actors.errors import Unwise
from actors.rules.merging import Verdict
from actors.rules.sections import Sheet

SIGN: Final = "@"
NOTE: Final = "@note"
"""No value of a sheet: under this key a person's words about the coming version are kept."""

HOME: Final = "territory"

Choice = Literal["ours", "theirs"] | Mapping[str, str]


class Kind(StrEnum):
    """What a value is."""

    NAME = "name"
    SUMMARY = "summary"
    LICENSE = "license"
    FACT = "fact"


@dataclass(frozen=True)
class Value:
    """One value of a sheet: `name` is the fact's, `language` that of a name or summary."""

    key: str
    kind: Kind
    language: str = ""
    name: str = ""


@dataclass(frozen=True)
class ValueChange:
    """A value on two sides; None where it is not there."""

    value: Value
    before: Json
    after: Json


@dataclass(frozen=True)
class ValueMerge:
    """A value on three sides; `suggestion` is what taking theirs gives."""

    value: Value
    verdict: Verdict
    base: Json
    ours: Json
    theirs: Json
    suggestion: Json

    @property
    def key(self) -> str:
        """Under which it is chosen."""
        return self.value.key

    @property
    def fingerprint(self) -> str:
        """What was to be chosen between; another one tells that a choice was made before."""
        return digest_of([self.ours, self.theirs])


def differing(before: Sheet, after: Sheet) -> tuple[ValueChange, ...]:
    """What differs beside the sections of two sheets."""
    olds, news = _values(before), _values(after)
    return tuple(
        ValueChange(value, olds.get(value), news.get(value))
        for value in _ordered(news, olds)
        if olds.get(value) != news.get(value)
    )


def compare(base: Sheet, ours: Sheet, theirs: Sheet) -> tuple[ValueMerge, ...]:
    """Three sheets, value by value; what nobody has is not listed."""
    sides = (_values(base), _values(ours), _values(theirs))
    return tuple(
        _judged(value, *(side.get(value) for side in sides))
        for value in _ordered(sides[1], sides[2], sides[0])
    )


def resolve(comparison: Sequence[ValueMerge], choices: Mapping[str, Choice], ours: Sheet) -> Sheet:
    """Our sheet with the values chosen; its sections stay.

    Without a choice, what they alone changed is taken, and nothing is dropped. Names and summaries
    may be written anew: a mapping of their language to the text.

    Raises:
        Unwise: a choice that cannot be made here.
    """
    check(comparison, choices)
    names, summaries = dict(ours.names), dict(ours.summaries)
    facts, license_ = dict(ours.facts), ours.license
    for row in comparison:
        taken = _taken(row, choices.get(row.key))
        match row.value.kind:
            case Kind.NAME:
                _put(names, row.value.language, taken)
            case Kind.SUMMARY:
                _put(summaries, row.value.language, taken)
            case Kind.LICENSE:
                license_ = str(taken)
            case Kind.FACT:
                _put_fact(facts, row.value.name, taken)
    return replace(ours, names=names, summaries=summaries, facts=facts, license=license_)


def check(comparison: Sequence[ValueMerge], choices: Mapping[str, Choice]) -> None:
    """Whether these choices can be made here; one that is missing is no fault.

    Raises:
        Unwise: with every fault at once in `fields`, by `choices.<key>`.
    """
    rows = {row.key: row for row in comparison}
    odd = {f"choices.{key}": _odd(rows, key, choice) for key, choice in choices.items()}
    if faults := {path: why for path, why in odd.items() if why}:
        raise Unwise("This is not a choice that can be made here.", fields=faults)


def _values(sheet: Sheet) -> dict[Value, Json]:
    found: dict[Value, Json] = {}
    for kind, texts in ((Kind.NAME, sheet.names), (Kind.SUMMARY, sheet.summaries)):
        for language, text in texts.items():
            found[Value(f"{SIGN}{kind}.{language}", kind, language=language)] = text
    found[Value(f"{SIGN}license", Kind.LICENSE)] = sheet.license
    for name, fact in sheet.facts.items():
        if fact is not None:
            found[Value(f"{SIGN}{name}", Kind.FACT, name=name)] = fact
    return found


def _ordered(*sides: Mapping[Value, Json]) -> list[Value]:
    """Names, summaries, the licence, facts."""
    kinds = list(Kind)
    every = dict.fromkeys(value for side in sides for value in side)
    return sorted(every, key=lambda value: kinds.index(value.kind))


def _judged(value: Value, base: Json, ours: Json, theirs: Json) -> ValueMerge:
    verdict, suggestion = _verdict(value, base, ours, theirs)
    return ValueMerge(value, verdict, base, ours, theirs, suggestion)


def _verdict(value: Value, base: Json, ours: Json, theirs: Json) -> tuple[Verdict, Json]:
    if ours == theirs:
        return (Verdict.SAME if ours == base else Verdict.ALIKE), None
    if theirs == base or (value.name == HOME and ours != base):
        return Verdict.OURS, None
    if ours == base:
        return Verdict.THEIRS, theirs
    together = _together(_words(base), _words(ours), _words(theirs))
    return (Verdict.CONFLICT, None) if together is None else (Verdict.THEIRS, together)


def _words(value: Json) -> list[str] | None:
    """A list of codes; nothing is an empty one, and anything else none."""
    items = [] if value is None else value
    if not isinstance(items, list):
        return None
    words = [item for item in items if isinstance(item, str)]
    return words if len(words) == len(items) else None


def _together(base: list[str] | None, ours: list[str] | None, theirs: list[str] | None) -> Json:
    if base is None or ours is None or theirs is None:
        return None
    kept = [word for word in ours if word in theirs or word not in base]
    return [*kept, *(word for word in theirs if word not in base and word not in ours)]


def _odd(rows: Mapping[str, ValueMerge], key: str, choice: Choice) -> str:
    row = rows.get(key)
    if row is None:
        return "There is no such section."
    if choice == "ours" or choice == "theirs":
        return ""
    tag = row.value.language
    fits = bool(tag) and set(choice) == {tag}
    return "" if fits else "Choose ours, theirs, or write it in its language."


def _taken(row: ValueMerge, choice: Choice | None) -> Json:
    if isinstance(choice, Mapping):
        return choice[row.value.language]
    if choice == "theirs":
        return row.theirs if row.suggestion is None else row.suggestion
    if choice is None and row.verdict is Verdict.THEIRS and row.suggestion is not None:
        return row.suggestion
    return row.ours


def _put(texts: dict[str, str], language: str, text: Json) -> None:
    if isinstance(text, str) and text.strip():
        texts[language] = text
    else:
        texts.pop(language, None)


def _put_fact(facts: dict[str, Json], name: str, fact: Json) -> None:
    if fact is None:
        facts.pop(name, None)
    else:
        facts[name] = fact


def changes(comparison: Sequence[ValueMerge]) -> Iterator[ValueMerge]:
    """What somebody has to look at."""
    return (row for row in comparison if row.verdict in (Verdict.THEIRS, Verdict.CONFLICT))
