"""The report: what was measured beside what was wanted, as Markdown and as JSON.

Targets are ratios within one run on one machine. Absolute figures say something about that machine
only.
"""

import os
import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final

from bench.figures import Extent, Figure, Results, median
from bench.loads import WORKS

US: Final = "Essaim"
THEM: Final = "Fedify"
BARE: Final = "bare"

WORDS: Final = {
    "idle": "idle after the start",
    "actor": "GET actor",
    "webfinger": "GET WebFinger",
    "inbox": "signed Create, durable and fully processed",
    "forged": "forged signature refused",
    "fanout": "fan-out, RSA",
    "ed25519": "fan-out, RFC 9421 and Ed25519",
    "refuse": "fan-out, every fifth host refuses",
    "hang": "fan-out, every fifth host hangs",
}
_LIMITS: Final = {
    "driver": "the driver itself: answers of a server that only writes bytes",
    "commit": "SQLite, one durable commit after the other",
    "verify": "RSA-2048 verify",
    "sign": "RSA-2048 sign: the limit of every fan-out to hosts that want RSA",
    "sign-ed25519": "Ed25519 sign",
    "raw": "fan-out over raw sockets, RSA: what a leaner client would bring",
    "raw-ed25519": "fan-out over raw sockets, Ed25519",
}
LEAST_DRIVEN: Final = 20_000
"""Answers a second that the driver must be able to take, so that it is never the limit itself."""

Ratio = Callable[[Results], float]


@dataclass(frozen=True)
class Target:
    """One thing that is wanted.

    Attributes:
        work: what it is about.
        words: what is compared with what.
        ratio: the comparison; KeyError where something was not measured.
        wanted: the ratio that is wanted.
        is_most: the ratio may not be larger, instead of smaller.
    """

    work: str
    words: str
    ratio: Ratio
    wanted: float
    is_most: bool = False

    def judged(self, results: Results) -> str | None:
        """A row of the table; None where something was not measured."""
        try:
            ratio = self.ratio(results)
        except KeyError:
            return None
        is_met = ratio <= self.wanted if self.is_most else ratio >= self.wanted
        limit = f"{'at most' if self.is_most else 'at least'} {self.wanted:g}"
        verdict = "met" if is_met else "**missed**"
        return f"| {WORDS[self.work]} | {self.words} | {ratio:.2f} | {limit} | {verdict} |"


def _rate(results: Results, who: str, work: str) -> float:
    return median(results[who][work], lambda one: one.rate)


def _rates(work: str, other: str) -> Ratio:
    return lambda results: _rate(results, US, work) / _rate(results, other, work)


def _seconds(results: Results, work: str) -> float:
    return median(results[US][work], lambda one: one.seconds)


def _reached(results: Results) -> float:
    return min(one.done / one.wanted for one in results[US]["hang"])


def _peak(work: str) -> Ratio:
    return lambda results: max(one.peak_mib for one in results[US][work])


TARGETS: Final = (
    Target("actor", "times Fedify", _rates("actor", THEM), 20),
    Target("actor", "of a bare aiohttp answer", _rates("actor", BARE), 0.6),
    Target("webfinger", "of a bare aiohttp answer", _rates("webfinger", BARE), 0.6),
    Target("inbox", "times Fedify", _rates("inbox", THEM), 5),
    Target("inbox", "of a bare inbox that verifies and stores", _rates("inbox", BARE), 0.45),
    Target("forged", "times Fedify", _rates("forged", THEM), 11),
    Target("fanout", "of a bare client that only signs", _rates("fanout", BARE), 0.85),
    Target(
        "ed25519",
        "times our own with RSA",
        lambda results: _rate(results, US, "ed25519") / _rate(results, US, "fanout"),
        2.2,
    ),
    Target("hang", "healthy hosts reached", _reached, 1),
    Target(
        "hang",
        "times the undisturbed time",
        lambda results: _seconds(results, "hang") / _seconds(results, "fanout"),
        1.2,
        is_most=True,
    ),
    Target("fanout", "MiB at the peak", _peak("fanout"), 140, is_most=True),
    Target("idle", "MiB", _peak("idle"), 120, is_most=True),
)


def markdown(results: Results, extent: Extent) -> str:
    """The whole report."""
    parts = [
        _head(extent),
        _table(results),
        "\n".join(
            [
                "| work | Essaim against | ratio | wanted | |",
                "|---|---|---|---|---|",
                *filter(None, (one.judged(results) for one in TARGETS)),
            ]
        ),
        _machine(results),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def as_json(results: Results, extent: Extent) -> dict[str, Any]:
    """Everything that was measured, run by run."""
    return {
        "machine": _words_for_the_machine(),
        "extent": asdict(extent),
        "results": {
            who: {work: [asdict(one) for one in runs] for work, runs in figures.items()}
            for who, figures in results.items()
        },
    }


def line(who: str, work: str, figure: Figure) -> str:
    """One run, said while the bench goes on."""
    more = ", ".join(f"{name} {value:.4g}" for name, value in figure.notes.items())
    return (
        f"{who} {work}: {figure.rate:,.0f}/s, {figure.cpu_ms:.3f} ms CPU each,"
        f" {figure.done} of {figure.wanted} in {figure.seconds:.2f} s,"
        f" peak {figure.peak_mib:.0f} MiB, foreign {figure.foreign:.2f}"
        + (f" ({more})" if more else "")
    )


def _head(extent: Extent) -> str:
    return (
        f"{_words_for_the_machine()}. Medians of {extent.runs} runs;"
        f" {extent.posts} activities to the inbox, {extent.hosts} followers on as many hosts."
        " The server has one core, the driver and the stub another."
    )


def _words_for_the_machine() -> str:
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores,"
        f" Python {platform.python_version()}"
    )


def _table(results: Results) -> str:
    names = [one for one in (BARE, THEM, US) if one in results]
    columns = [f"{one} /s | CPU ms each | peak MiB" for one in names]
    lines = [
        f"| work | {' | '.join(columns)} | noise |",
        "|---|" + "---|" * (3 * len(names) + 1),
    ]
    for work in WORKS:
        runs = [results[one].get(work, []) for one in names]
        if work != "idle" and any(runs):
            cells = " | ".join(_cells(one) for one in runs)
            noise = max(one.foreign for several in runs for one in several)
            lines.append(f"| {WORDS[work]} | {cells} | {noise:.2f} |")
    return "\n".join(lines)


def _cells(runs: list[Figure]) -> str:
    if not runs:
        return "– | – | –"
    rates = [one.rate for one in runs]
    rate = f"{median(runs, lambda one: one.rate):,.0f} ({min(rates):,.0f}–{max(rates):,.0f})"
    missed = sorted({f"{one.done} of {one.wanted}" for one in runs if one.done < one.wanted})
    if missed:
        rate += f"; only {', '.join(missed)}"
    peak = max(one.peak_mib for one in runs)
    cpu_ms = median(runs, lambda one: one.cpu_ms)
    return f"{rate} | {cpu_ms:.3f} | {f'{peak:.0f}' if peak else '–'}"


def _machine(results: Results) -> str:
    figures = results.get(BARE, {})
    lines = [
        f"| {words} | {median(figures[name], lambda one: one.rate):,.0f} |"
        for name, words in _LIMITS.items()
        if name in figures
    ]
    if not lines:
        return ""
    said = "\n".join(["| one core of this machine | a second |", "|---|---|", *lines])
    if "driver" in figures and _rate(results, BARE, "driver") < LEAST_DRIVEN:
        said += f"\n\nThe driver takes fewer than {LEAST_DRIVEN:,} answers a second here: it may"
        said += " be what limits the rates of GET, and CPU time says more."
    return said
