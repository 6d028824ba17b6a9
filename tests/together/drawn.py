"""Drawn: what is written and decided at random, about few things in few words, so that it meets."""

from dataclasses import replace
from random import Random
from typing import Any, Final

from actors.rules.merging import SectionMerge, Verdict
from actors.rules.sections import Adaptability, Role, Section, Sheet

WORDS: Final = ("atelier", "vélo", "caisse", "semence", "toit", "four", "fil", "pain", "sel", "eau")
LANGUAGES: Final = ("fr", "it", "de", "en")
MOST_SECTIONS: Final = 8


def sheet(chance: Random) -> Sheet:
    """A new model of three sections."""
    sections = tuple(_section(chance, f"s{number}") for number in range(3))
    names = {"fr": " ".join(chance.sample(WORDS, 2)).title()}
    return Sheet("fr", names, {"fr": "Un modèle."}, "CC-BY-SA-4.0", sections)


def _section(chance: Random, key: str) -> Section:
    return Section(
        key=key,
        role=chance.choice(list(Role)),
        adaptability=chance.choice(list(Adaptability)),
        names={"fr": key.upper()},
        texts={"fr": "\n\n".join(line(chance) for _ in range(3))},
    )


def line(chance: Random) -> str:
    """A line of four words."""
    return " ".join(chance.choices(WORDS, k=4))


def changed(chance: Random, before: Sheet) -> Sheet:
    """The same sheet with one change, of which most are to a text."""
    sections = list(before.sections)
    at = chance.randrange(len(sections))
    section = sections[at]
    match chance.choices(range(6), (10, 4, 2, 2, 1, 1))[0]:
        case 0:
            language = chance.choice(list(section.texts))
            lines = section.texts[language].split("\n\n")
            lines[chance.randrange(len(lines))] = line(chance)
            texts = {**section.texts, language: "\n\n".join(lines)}
            sections[at] = replace(section, texts=texts)
        case 1:
            texts = {**section.texts, chance.choice(LANGUAGES): line(chance)}
            sections[at] = replace(section, texts=texts)
        case 2 if len(sections) < MOST_SECTIONS:
            taken = {one.key for one in sections}
            free = next(f"s{n}" for n in range(99) if f"s{n}" not in taken)
            sections.insert(at, _section(chance, free))
        case 3 if len(sections) > 1:
            del sections[at]
        case 4:
            chance.shuffle(sections)
        case _:
            sections[at] = replace(section, names={"fr": line(chance)})
    names = {before.language: next(iter(before.names.values())), **before.names}
    return replace(before, names=names, sections=tuple(sections))


def choices(chance: Random, rows: tuple[SectionMerge, ...]) -> dict[str, Any]:
    """What is decided at a merge: every conflict, and now and then what needed no decision."""
    chosen: dict[str, Any] = {}
    for row in rows:
        if row.verdict is Verdict.CONFLICT or chance.random() < 0.1:
            third = {chance.choice(LANGUAGES): line(chance)}
            chosen[row.key] = chance.choice(("ours", "theirs", third))
    return chosen
