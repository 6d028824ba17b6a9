"""Rows of a profile: what repeats in its form, the lines of links and words, and other languages.

Fields are named `line.0.name`, `line.0.value`, and `name.it`, `note.it`. All of them are in the
same flat form as the rest, so that it is kept while it is typed like the rest.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from actors.rules.languages import canonical_tag, is_tag
from actors.tables.organisation import Organisation
from actors.verbs.profiling import (
    LARGEST_WORDINGS,
    LONGEST_NAME,
    LONGEST_NOTE,
    LONGEST_PART,
    MOST_LINES,
    MOST_WORDINGS,
    Wording,
)
from federation.pages import forms, translating
from federation.pages.translating import N_

EMPTY_LINES: Final = 2
"""Empty rows below the lines that there are."""

UNNAMED: Final = N_("Please say what this is: a word such as Newsletter.")
NOT_LANGUAGES: Final = N_("Please give codes of languages such as fr, it or pt-BR.")
TOO_MANY: Final = N_("These are too many languages, or too long texts in them.")

_WORDED: Final = re.compile(r"(?:name|note)\.([A-Za-z0-9-]{2,35})")


def now(row: Organisation) -> dict[str, str]:
    """The fields as they stand in the profile."""
    fields = {"knowsLanguage": ", ".join(_texts(row.facts.get("knowsLanguage")))}
    for at in range(MOST_LINES):
        name, value = row.lines[at] if at < len(row.lines) else ("", "")
        fields |= {f"line.{at}.name": name, f"line.{at}.value": value}
    for tag, wording in row.wordings.items():
        fields |= {f"name.{tag}": wording["name"], f"note.{tag}": wording["note"]}
    for tag in translating.LANGUAGES:
        if tag != row.locale and f"name.{tag}" not in fields:
            fields |= {f"name.{tag}": "", f"note.{tag}": ""}
    return fields


def worded(names: Iterable[str]) -> list[str]:
    """The languages for which there are such fields."""
    found = (_WORDED.fullmatch(name) for name in names)
    tags = dict.fromkeys(canonical_tag(one[1]) for one in found if one)
    return [tag for tag in tags if is_tag(tag)]


def wordings(typed: Mapping[str, str]) -> dict[str, Wording]:
    """Language → what was typed in it; nothing for those that were left empty."""
    made = {
        tag: Wording(typed.get(f"name.{tag}", ""), typed.get(f"note.{tag}", ""))
        for tag in worded(typed)
    }
    return {tag: one for tag, one in made.items() if one.name or one.note}


def lines(typed: Mapping[str, str]) -> list[tuple[str, str]]:
    """The lines that were typed, without those left empty."""
    rows = ((typed[f"line.{at}.name"], typed[f"line.{at}.value"]) for at in range(MOST_LINES))
    return [(name, value) for name, value in rows if name or value]


def shown(typed: Mapping[str, str]) -> range:
    """The rows that are drawn: those that hold something, and some empty ones."""
    filled = [
        at for at in range(MOST_LINES) if typed[f"line.{at}.name"] or typed[f"line.{at}.value"]
    ]
    return range(min(MOST_LINES, (filled[-1] + 1 if filled else 0) + EMPTY_LINES))


def languages(text: str) -> list[str]:
    """The tags that stand between commas or blanks."""
    return [canonical_tag(one) for one in re.split(r"[,;\s]+", text) if one]


def faults(typed: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is wrong with these fields."""
    if not all(map(is_tag, languages(typed["knowsLanguage"]))):
        yield "knowsLanguage", NOT_LANGUAGES
    for at in range(MOST_LINES):
        name, value = typed[f"line.{at}.name"], typed[f"line.{at}.value"]
        if max(len(name), len(value)) > LONGEST_PART:
            yield f"line.{at}.name", forms.TOO_LONG
        elif value and not name:
            yield f"line.{at}.name", UNNAMED
    told = wordings(typed)
    for tag, one in told.items():
        if len(one.name) > LONGEST_NAME:
            yield f"name.{tag}", forms.TOO_LONG
        if len(one.note) > LONGEST_NOTE:
            yield f"note.{tag}", forms.TOO_LONG
    size = sum(len((one.name + one.note).encode()) for one in told.values())
    if told and (len(told) > MOST_WORDINGS or size > LARGEST_WORDINGS):
        yield f"note.{[*told][-1]}", TOO_MANY


def _texts(value: object) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [one for one in items if isinstance(one, str)]
