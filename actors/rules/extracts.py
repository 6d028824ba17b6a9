"""Extracts: where in a model stands what was looked for, for readers of a list."""

import re
from dataclasses import dataclass
from typing import Final

from actors.rules import searching, wishes
from actors.rules.expressions import Both, Either, Expression, Token
from actors.rules.sections import Section, Sheet

AROUND: Final = 90
"""Characters shown before and after a word: three lines on a telephone."""

MOST: Final = 3
"""Sections shown of one model."""

_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Extract:
    """A part of a section in which something stands that was looked for.

    Attributes:
        key: of the section.
        name: of the section, in `language` where it has one.
        before: the text before the word that was found, `found` the word, `after` what follows.
    """

    key: str
    name: str
    language: str
    before: str
    found: str
    after: str


@dataclass(frozen=True)
class Needles:
    """What stands for the words of a wish, concepts included."""

    tokens: frozenset[str]
    starts: tuple[str, ...]

    def hit(self, word: str, language: str) -> bool:
        """Whether this word of a text is one of them."""
        keys = searching.keys(word, language)
        return not self.tokens.isdisjoint(keys) or keys[0].startswith(self.starts or ("\0",))


def needles(q: str) -> Needles:
    """What to look for in a text, for these words."""
    typed = searching.telling(searching.split(q))
    tokens: list[Token] = []
    if typed:
        _collect(wishes.widest(typed), tokens)
    return Needles(
        frozenset(one.text for one in tokens),
        tuple(one.text for one in tokens if one.is_start),
    )


def sections(sheet: Sheet, wanted: Needles, languages: tuple[str, ...]) -> list[Extract]:
    """The first sections in which something of it stands, each with the place.

    Args:
        sheet: what the model says now.
        wanted: what is looked for.
        languages: those in which the reader would rather read, before the sheet's own.
    """
    found: list[Extract] = []
    for section in sheet.sections:
        if len(found) == MOST:
            break
        extract = _first(section, wanted, (*languages, sheet.language))
        if extract is not None:
            found.append(extract)
    return found


def _first(section: Section, wanted: Needles, languages: tuple[str, ...]) -> Extract | None:
    order = dict.fromkeys([*(one for one in languages if one in section.texts), *section.texts])
    for language in order:
        text = section.texts[language]
        name = section.names.get(language) or next(iter(section.names.values()), section.key)
        for match in _WORD.finditer(text):
            if wanted.hit(match[0].casefold(), language):
                start, end = match.span()
                return Extract(
                    section.key,
                    name,
                    language,
                    _tail(text[max(0, start - AROUND) : start], is_cut=start > AROUND),
                    match[0],
                    _head(text[end : end + AROUND], is_cut=end + AROUND < len(text)),
                )
    return None


def _tail(text: str, *, is_cut: bool) -> str:
    """The end of a text, from a whole word on."""
    return "… " + text.partition(" ")[2].lstrip() if is_cut else text


def _head(text: str, *, is_cut: bool) -> str:
    """The beginning of a text, up to a whole word."""
    return text.rpartition(" ")[0].rstrip() + " …" if is_cut else text


def _collect(expression: Expression, into: list[Token]) -> None:
    match expression:
        case Token(text):
            if "=" not in text:
                into.append(expression)
        case Both(parts) | Either(parts):
            for one in parts:
                _collect(one, into)
