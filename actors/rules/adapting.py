"""Adapting: what is still to be done before a fork can stand by itself.

A fork begins as its source, word for word. Section by section it is translated, adapted with a
reason, or left as it is; what stands beside the sections (title, legal form, territory) is its own
too. Everything is computed from digests and from what its authors recorded.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from activitypub.multihash import digest_of
from actors.rules.matching import by_key, match
from actors.rules.modifications import Modification, adapted
from actors.rules.sections import Section, Sheet, stale


class State(StrEnum):
    """How far a section has come; the first three ask for work."""

    TO_TRANSLATE = "to-translate"
    TO_REVIEW = "to-review"
    TO_EXPLAIN = "to-explain"
    TRANSLATED = "translated"
    ADAPTED = "adapted"
    NEW = "new"
    AS_SOURCE = "as-source"
    LEFT_OUT = "left-out"


OPEN = (State.TO_TRANSLATE, State.TO_REVIEW, State.TO_EXPLAIN)


class Own(StrEnum):
    """What a fork says of itself beside its sections."""

    NAME = "name"
    SUMMARY = "summary"
    LEGAL_FORM = "legalFormIn"
    TERRITORY = "territory"
    COST = "cost"


@dataclass(frozen=True)
class Step:
    """One section: its place in the fork (None when it is left out), and how far it has come."""

    section: Section
    place: int | None
    core: bool
    state: State

    @property
    def is_done(self) -> bool:
        """Nothing is to be done about it."""
        return self.state not in OPEN


@dataclass(frozen=True)
class Progress:
    """Everything there is to do, in the order of the sheet; `own` are values to look at."""

    steps: tuple[Step, ...]
    own: tuple[tuple[Own, bool], ...]

    @property
    def done(self) -> int:
        """How many sections and values ask for nothing any more."""
        return sum(step.is_done for step in self.steps) + sum(is_done for _, is_done in self.own)

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.steps) + len(self.own)

    @property
    def is_untouched(self) -> bool:
        """Every section says what the source says: nobody has adapted anything yet."""
        return all(step.state is State.AS_SOURCE for step in self.steps)

    @property
    def next(self) -> Step | None:
        """The section to go on with."""
        return next((step for step in self.steps if not step.is_done), None)


def progress(
    fork: Sheet, base: Sheet | None, recorded: Collection[Modification], *, kind: str
) -> Progress:
    """How far a fork has come.

    Args:
        fork: what it says, or would say as it is drafted.
        base: the version of its source that it took last, if we know it.
        recorded: what was said about what it does differently.
        kind: of fork; a translation has no legal form, territory or costs of its own.
    """
    told = adapted(recorded)
    sources = by_key(base.sections) if base is not None else {}
    twins = match(sources, fork.sections, is_fork=True).twins
    cores = {id(twin): sources[key] for key, twin in twins.items()}
    steps = [
        Step(one, place, _is_core(one, cores.get(id(one))), _state(one, fork.language, told))
        for place, one in enumerate(fork.sections)
    ]
    steps += [
        Step(one, None, _is_core(one, None), State.LEFT_OUT)
        for key, one in sources.items()
        if key not in twins
    ]
    return Progress(tuple(steps), tuple(_own(fork, base, kind)))


def _is_core(section: Section, source: Section | None) -> bool:
    return "Core" in (section.adaptability, source.adaptability if source else None)


def _state(section: Section, language: str, told: Collection[str]) -> State:
    text = section.texts.get(language)
    if text is None:
        return State.TO_TRANSLATE
    if language in stale(section, language):
        return State.TO_REVIEW
    if section.upstream is None:
        return State.NEW
    if section.key in told:
        return State.ADAPTED
    if digest_of(text) in section.upstream_digests.values():
        return State.AS_SOURCE
    return State.TRANSLATED if language in section.translated_from else State.TO_EXPLAIN


def _own(fork: Sheet, base: Sheet | None, kind: str) -> list[tuple[Own, bool]]:
    found = [
        (Own.NAME, fork.language in fork.names),
        (Own.SUMMARY, fork.language in fork.summaries),
    ]
    if kind == "variant":
        before = {} if base is None else base.facts
        for own in (Own.LEGAL_FORM, Own.TERRITORY, Own.COST):
            value = fork.facts.get(own.value)
            found.append((own, bool(value) and value != before.get(own.value)))
    return found
