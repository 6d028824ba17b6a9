"""Figures: what one run of one work gave, and how runs are put together."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

TRIES: Final = 3
"""A run during which other programs worked is taken again, twice at most; the calmest counts."""


@dataclass(frozen=True)
class Extent:
    """How much is measured.

    Attributes:
        hosts: hosts of the stub; one follower lives on each.
        posts: activities of one inbox run.
        seconds: of one run of questions.
        runs: how often; medians are reported.
        patience: seconds that a fan-out may take when hosts fail.
        foreign: cores that other programs may use during a run.
    """

    hosts: int = 1000
    posts: int = 2000
    seconds: float = 5.0
    runs: int = 3
    patience: float = 60.0
    foreign: float = 0.15


@dataclass(frozen=True)
class Figure:
    """One run.

    Attributes:
        rate: so many a second.
        cpu_ms: CPU time of the server (or caller) for each.
        seconds: from the first to the last.
        done: how many.
        wanted: how many it should have been.
        foreign: cores that other programs used meanwhile.
        peak_mib: the most memory that the server had.
        notes: anything else worth knowing.
    """

    rate: float
    cpu_ms: float
    seconds: float
    done: int
    wanted: int
    foreign: float
    peak_mib: float = 0.0
    notes: dict[str, float] = field(default_factory=dict)


Figures = dict[str, list[Figure]]
"""By work."""

Results = dict[str, Figures]
"""By whom: `Essaim`, `Fedify`, `bare`."""


def steady(measure: Callable[[], Figure], extent: Extent) -> Figure:
    """A run with little noise, or the one with the least."""
    best: Figure | None = None
    for _ in range(TRIES):
        figure = measure()
        if best is None or figure.foreign < best.foreign:
            best = figure
        if best.foreign <= extent.foreign:
            break
    assert best is not None
    return best


def median(figures: list[Figure], what: Callable[[Figure], float]) -> float:
    """The middle one."""
    return statistics.median(what(one) for one in figures)
