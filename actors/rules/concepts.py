"""Concepts: what a thing is called in five languages, so that a French search finds an Italian one.

The list is ours (`actors/concepts.json`): the families of the sector and the themes of its models,
each with the words that people use, the first of them its name. It is used when somebody looks for
something, never when something is written: no model is said to be about what nobody said.

On the wire a theme is `ess:theme-` and its word, as a family is `ess:family-` and its word.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from actors.rules import searching

FAMILY: Final = "family"
THEME: Final = "theme"

LONGEST_NAME: Final = 6
"""Words of the longest name of a concept; a longer span is not looked up."""

ENOUGH: Final = 8
"""Concepts whose names are shown to whoever looks for one: a list that is read at a glance."""


@dataclass(frozen=True)
class Concept:
    """One concept.

    Attributes:
        kind: `family` or `theme`.
        word: what it is called on the wire, without its prefix.
        names: by language, what people call it; the first is its name.
    """

    kind: str
    word: str
    names: Mapping[str, Sequence[str]]

    @property
    def label(self) -> str:
        """What is written beside a model that says it is about this."""
        return f"{self.kind}={self.word}"

    def name(self, language: str) -> str:
        """Its name in a language, or in English."""
        names = self.names.get(language.partition("-")[0]) or self.names["en"]
        return names[0]


@cache
def all_concepts() -> Mapping[str, Concept]:
    """Every concept, by its label."""
    read = json.loads(files("actors").joinpath("concepts.json").read_text("utf-8"))
    concepts = [
        Concept(kind, word, names)
        for kind, kinds in ((FAMILY, "families"), (THEME, "themes"))
        for word, names in read[kinds].items()
    ]
    return {one.label: one for one in concepts}


def named(kind: str, word: str) -> Concept | None:
    """The concept with this word, if it is one of ours."""
    return all_concepts().get(f"{kind}={word}")


def in_words(typed: Sequence[str], start: int) -> tuple[int, list[Concept]]:
    """The concepts that somebody names from this word on, by the longest name that fits.

    Args:
        typed: the words, in lower case, with or without their accents.
        start: the first of them.

    Returns:
        How many words it took, and what they may name: a word may name several things. 0 and
        nothing where they name none.
    """
    for length in range(min(LONGEST_NAME, len(typed) - start), 0, -1):
        span = typed[start : start + length]
        found = [one for key in _readings(span) for one in _by_name().get(key, ())]
        if found:
            return length, list({one.label: one for one in found}.values())
    return 0, []


def search(text: str) -> list[Concept]:
    """The concepts of which a name begins with, or holds a word that begins with, this text."""
    wanted = searching.words(text)
    if not wanted:
        return list(all_concepts().values())
    return [
        one
        for one in all_concepts().values()
        if any(_holds(name, wanted) for names in one.names.values() for name in names)
    ]


def _holds(name: str, wanted: Sequence[str]) -> bool:
    has = searching.words(name)
    return all(any(word.startswith(one) for word in has) for one in wanted)


def _readings(span: Sequence[str]) -> list[tuple[str, ...]]:
    """A span as it would be written in each language, and as it stands."""
    as_written = tuple(searching.folded(word) for word in span)
    stems = [
        tuple(searching.stem(word, language) or searching.folded(word) for word in span)
        for language in searching.ASKED_IN
    ]
    as_one = tuple(searching.singular(word) for word in span)
    return list(dict.fromkeys([as_written, as_one, *stems]))


@cache
def _by_name() -> Mapping[tuple[str, ...], list[Concept]]:
    """Every name as the stems of its telling words, and as it is written without accents."""
    found: dict[tuple[str, ...], list[Concept]] = {}
    for concept in all_concepts().values():
        for language, names in concept.names.items():
            for name in names:
                span = searching.telling(searching.split(name))
                stems = tuple(
                    searching.stem(one, language) or searching.folded(one) for one in span
                )
                for key in {stems, tuple(map(searching.folded, span))}:
                    found.setdefault(key, []).append(concept)
    return found
