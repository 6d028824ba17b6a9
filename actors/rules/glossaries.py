"""Glossaries: how the words of a trade or a place are said in another language.

Rules a reader must know:

- An entry says how one word (or a few) of one language is said in another, with a note. An entry
  without an equivalent explains a word that is not translated: `SCIC`, `tiers-lieu`.
- A text *contains* an entry when the stems of its words stand there side by side
  (`rules.searching`): `ateliers de réparation` contains `atelier de réparation`.
- On the wire a model's glossary is its section of the role Glossary, plain Markdown by language. A
  line `- **word**: equivalent (it), equivalent (en). Note` is an entry, whoever wrote it and on
  whatever instance; all other lines are prose and stay as they are.
- Tables come from spreadsheets: columns are word, language, equivalent, language, note, separated
  by commas, semicolons or tabs. A cell that a spreadsheet would compute (`=…`) is written behind an
  apostrophe, and read without it.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from actors.errors import Unwise
from actors.rules.cells import plain, typed
from actors.rules.languages import canonical_tag, is_tag
from actors.rules.searching import folded, split, stem

LONGEST_WORD: Final = 120
"""Characters of a word or an equivalent: a few words, not a sentence."""

LONGEST_NOTE: Final = 500
"""Characters of a note: it is read beside a text that somebody is working on."""

MOST_ENTRIES: Final = 1_000
"""Entries of one glossary: all of them are looked for in every text of a translator's page."""

COLUMNS: Final = ("term", "language", "equivalent", "equivalentLanguage", "note")

_LINE: Final = re.compile(r"\s{0,3}[-*+] \*\*(?P<word>[^*\n]+)\*\*\s?:?\s*(?P<rest>.*)")
_EQUIVALENT: Final = re.compile(
    r"(?P<said>[^,;()]+?) ?\((?P<tag>[A-Za-z]{2,3}(?:-\w{2,8})*)\)[,;]?\s*"
)


@dataclass(frozen=True)
class Entry:
    """How `term` (in `language`) is said in the language `into`."""

    language: str
    term: str
    into: str
    equivalent: str
    note: str = ""

    @property
    def mark(self) -> tuple[str, str, str]:
        """What two entries that say how to say the same thing have in common."""
        return self.language, folded(self.term), self.into


def tidy(entry: Entry) -> Entry:
    """The entry with single blanks and tags as they are spelt.

    Raises:
        Unwise: it has no word, its languages are none, or something in it is too long.
    """
    found = Entry(
        language=canonical_tag(entry.language),
        term=_line(entry.term),
        into=canonical_tag(entry.into),
        equivalent=_line(entry.equivalent),
        note=_line(entry.note),
    )
    faults = dict(_faults(found))
    if faults:
        raise Unwise("This is no entry of a glossary.", fields=faults)
    return found


class Finder:
    """Finds the entries for one language in many texts: the stems of the words are made once."""

    def __init__(self, entries: Iterable[Entry], into: str) -> None:
        """Entries for other languages are left out; of two for the same word the first counts."""
        self._by_stem: dict[tuple[str, str], list[tuple[tuple[str, ...], Entry]]] = {}
        seen: set[tuple[str, str, str]] = set()
        for entry in entries:
            if _primary(entry.into) != _primary(into) or entry.mark in seen:
                continue
            seen.add(entry.mark)
            language = _primary(entry.language)
            if stems := _stems(entry.term, language):
                self._by_stem.setdefault((language, stems[0]), []).append((stems, entry))

    def found_in(self, text: str, language: str) -> tuple[Entry, ...]:
        """The entries whose word stands in this text, in the order in which it does."""
        if not self._by_stem:
            return ()
        primary = _primary(language)
        stems = _stems(text, primary)
        found: dict[Entry, None] = {}
        for place, one in enumerate(stems):
            for sought, entry in self._by_stem.get((primary, one), ()):
                if stems[place : place + len(sought)] == sought:
                    found[entry] = None
        return tuple(found)


def read_section(text: str, language: str) -> tuple[Entry, ...]:
    """The entries in the text of a glossary section, both ways round.

    `- **officina**: atelier (fr)` in Italian says how `officina` is said in French, and `atelier`
    in Italian.
    """
    entries: list[Entry] = []
    for line in text.splitlines():
        found = _LINE.fullmatch(line.rstrip())
        if found is None or len(entries) >= MOST_ENTRIES:
            continue
        equivalents, note = _equivalents(found["rest"])
        word = _line(found["word"])[:LONGEST_WORD]
        note = note[:LONGEST_NOTE]
        for tag, said in equivalents.items():
            entries.append(Entry(language, word, tag, said, note))
            entries.append(Entry(tag, said, language, word, note))
    return tuple(entries)


def write_section(text: str, language: str, entries: Sequence[Entry]) -> str:
    """The text of a glossary section in a language, with these entries in it.

    Prose stays above them. A line about a word that none of the entries is about stays as it is: it
    may have been written by hand. Entries that have no word in this language are left out.
    """
    prose: list[str] = []
    written: dict[str, str] = {}
    for line in text.splitlines():
        found = _LINE.fullmatch(line.rstrip())
        if found is None:
            prose.append(line)
        else:
            written[folded(_line(found["word"]))] = line.strip()
    for word, (equivalents, notes) in _by_word(language, entries).items():
        written[folded(word)] = _written(word, equivalents, notes)
    lines = "\n".join(written[word] for word in sorted(written))
    return "\n\n".join(part for part in ("\n".join(prose).strip("\n"), lines) if part)


def _by_word(
    language: str, entries: Iterable[Entry]
) -> dict[str, tuple[dict[str, str], list[str]]]:
    """Word of this language → how it is said in others, and the notes about it."""
    found: dict[str, tuple[dict[str, str], list[str]]] = {}
    for entry in entries:
        for word, own, tag, said in (
            (entry.term, entry.language, entry.into, entry.equivalent),
            (entry.equivalent, entry.into, entry.language, entry.term),
        ):
            if not word or own != language:
                continue
            equivalents, notes = found.setdefault(word, ({}, []))
            if said:
                equivalents.setdefault(tag, said)
            if entry.note and entry.note not in notes:
                notes.append(entry.note)
    return found


def write_table(entries: Iterable[Entry]) -> str:
    """The entries as a table for a spreadsheet: comma-separated values (RFC 4180)."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(COLUMNS)
    for entry in entries:
        said = (entry.term, entry.language, entry.equivalent, entry.into, entry.note)
        table.writerow([plain(cell) for cell in said])
    return written.getvalue()


def read_table(text: str) -> tuple[Entry, ...]:
    """The entries of a table that somebody pasted; a first line of headings is passed over.

    Raises:
        Unwise: with every line that is none in `fields`, under its number; or there are too many.
    """
    entries: list[Entry] = []
    faults: dict[str, str] = {}
    first = text.lstrip("\ufeff\r\n").partition("\n")[0]
    separator = max("\t;,", key=first.count)
    lines = csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=separator)
    try:
        for number, cells in enumerate(lines, 1):
            if not any(cell.strip() for cell in cells) or (number == 1 and _is_heading(cells)):
                continue
            try:
                entries.append(_read_line(cells))
            except Unwise as unwise:
                faults[f"line {number}"] = next(iter(unwise.fields.values()), unwise.reason)
            if len(entries) > MOST_ENTRIES or len(faults) > _MOST_FAULTS:
                break
    except csv.Error as broken:
        raise Unwise("This is not a table with one entry a line.") from broken
    if len(entries) > MOST_ENTRIES:
        raise Unwise(f"A glossary has at most {MOST_ENTRIES} entries.")
    if faults:
        raise Unwise("Some lines of the table are no entries.", fields=faults)
    return tuple(entries)


_MOST_FAULTS: Final = 20  # lines named at once; whoever has more has chosen the wrong table


def _read_line(cells: Sequence[str]) -> Entry:
    meant = [typed(cell.strip()) for cell in cells]
    if len(meant) < len(COLUMNS) - 1:
        words = "A line has a word, its language, the equivalent and the language of that."
        raise Unwise(words)
    term, language, equivalent, into, *note = meant
    return tidy(Entry(language, term, into, equivalent, " ".join(note)))


def _is_heading(cells: Sequence[str]) -> bool:
    return len(cells) > 1 and not is_tag(canonical_tag(cells[1]))


def _faults(entry: Entry) -> Iterable[tuple[str, str]]:
    if not entry.term:
        yield "term", "Please write the word."
    for name, tag in (("language", entry.language), ("into", entry.into)):
        if not is_tag(tag):
            yield name, "This is not a language tag such as fr, en or pt-BR."
    if entry.language == entry.into and is_tag(entry.into):
        yield "into", "The two languages are the same."
    if not entry.equivalent and not entry.note:
        yield "equivalent", "Please write how it is said, or a note that explains it."
    for name, text, longest in (
        ("term", entry.term, LONGEST_WORD),
        ("equivalent", entry.equivalent, LONGEST_WORD),
        ("note", entry.note, LONGEST_NOTE),
    ):
        if len(text) > longest:
            yield name, f"This is {len(text):,} characters long; at most {longest:,} are allowed."
        if not all(char.isprintable() for char in text):
            yield name, "This contains an invisible control character."
    if any(mark in entry.term + entry.equivalent for mark in "*()"):
        yield "term", "A word of a glossary has no stars and no brackets; put them into the note."


def _equivalents(rest: str) -> tuple[Mapping[str, str], str]:
    """What follows the word of a line: equivalents by language, and the note."""
    found: dict[str, str] = {}
    place = 0
    while one := _EQUIVALENT.match(rest, place):
        tag = canonical_tag(one["tag"])
        if is_tag(tag) and len(one["said"]) <= LONGEST_WORD:
            found.setdefault(tag, _line(one["said"]))
        place = one.end()
    return found, rest[place:].lstrip(". ").strip()


def _written(word: str, equivalents: Mapping[str, str], notes: Sequence[str]) -> str:
    said = ", ".join(f"{one.replace(',', '')} ({tag})" for tag, one in equivalents.items())
    parts = [part for part in (said, " ".join(notes)) if part]
    return f"- **{word}**: {'. '.join(parts)}".rstrip(": ")


def _line(text: str) -> str:
    return " ".join(text.split())


def _primary(tag: str) -> str:
    return tag.partition("-")[0].lower()


def _stems(text: str, language: str) -> tuple[str, ...]:
    return tuple(_stem(word, language) for word in split(text))


@lru_cache(maxsize=8192)
def _stem(word: str, language: str) -> str:
    return stem(word, language) or folded(word)
