"""Modifications: what a fork adapted, and why, as FRAME asks for it, shortened to six fields.

Source: Wiltsey Stirman et al., "The FRAME", Implementation Science 2019; the words are those of
FEDERATION.md, "Lists".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from activitypub.canonical_json import Json
from actors.errors import Unwise
from actors.rules import json_members as members
from actors.rules.sections import Adaptability, Sheet

MAX_NOTE = 1_000  # characters of a reason in one's own words: a paragraph, shown in lists of forks


class Nature(StrEnum):
    """How a section was adapted."""

    ADDED = "Added"
    REMOVED = "Removed"
    SUBSTITUTED = "Substituted"
    REORDERED = "Reordered"
    TRANSLATED_ONLY = "TranslatedOnly"


class Reason(StrEnum):
    """Why it was adapted."""

    LEGAL_CONTEXT = "LegalContext"
    LANGUAGE = "Language"
    CULTURE = "Culture"
    COST = "Cost"
    AUDIENCE = "Audience"
    PARTNERS = "Partners"
    LESSON = "Lesson"


@dataclass(frozen=True)
class Modification:
    """One section's adaptation.

    `section` is its key; `note` says why in the adapter's own words; `planned` tells a decision
    from a drift; `core_consistent` says whether the core stays what it was (`judged`).
    """

    section: str
    nature: Nature
    reason: Reason
    note: str = ""
    planned: bool = True
    core_consistent: bool = True

    def to_json(self) -> dict[str, Json]:
        """For a JSON column."""
        return {
            "section": self.section,
            "nature": self.nature.value,
            "reason": self.reason.value,
            "note": self.note,
            "planned": self.planned,
            "core_consistent": self.core_consistent,
        }

    @classmethod
    def from_json(cls, value: object) -> Self:
        """What `to_json` wrote, or a program said.

        Raises:
            Unwise: a member is missing, of the wrong type, or no word of the lists.
        """
        read = members.members(value, "modification")
        note = members.text(read, "note") if read.get("note") else ""
        if len(note) > MAX_NOTE:
            raise Unwise("A reason is too long.", fields={"note": f"at most {MAX_NOTE} characters"})
        return cls(
            section=members.text(read, "section"),
            nature=members.word(Nature, read, "nature"),
            reason=members.word(Reason, read, "reason"),
            note=note,
            planned=read.get("planned") is not False,
            core_consistent=read.get("core_consistent") is not False,
        )


def adapted(said: Iterable[Modification]) -> frozenset[str]:
    """The sections that were given another meaning, not only other words."""
    return frozenset(one.section for one in said if one.nature is not Nature.TRANSLATED_ONLY)


def judged(said: Iterable[Modification], base: Sheet | None) -> tuple[Modification, ...]:
    """What was said, with what follows from it: who adapts a core section leaves the core."""
    core = {
        one.key for one in (base.sections if base else ()) if one.adaptability is Adaptability.CORE
    }
    return tuple(
        replace(one, core_consistent=False) if one.section in core & adapted([one]) else one
        for one in said
    )


def merged(
    recorded: Iterable[Modification], new: Iterable[Modification]
) -> tuple[Modification, ...]:
    """What was recorded, with newer words about the same section in place of the older."""
    by_section: Mapping[str, Modification] = {one.section: one for one in (*recorded, *new)}
    return tuple(by_section.values())
