"""The model on paper: what a post to many followers costs, from what one delivery costs.

    python -m bench.paper results.json      (as `make bench ARGS="--out results"` writes it)

One post goes once to each host that has followers (shared inboxes), so what counts is hosts. A
following grows faster than the number of its hosts: a thousand people live on some 300 hosts, and
beyond a few hundred thousand nearly every host is among them. The hosts of a following are an
assumption, written below; the costs are measured. Cores that send share nothing but the
database, which takes part in bundles: what it does for each is `DATABASE_MS`.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from bench.figures import Figure, median

HOSTS: Final = {1_000: 300, 100_000: 6_000, 10_000_000: 25_000}
"""Followers, and the hosts that we suppose they live on. The whole fediverse that answers has about
25,000."""

PROCESSES: Final = (1, 4, 16)

BYTES: Final = 4_500
"""Of one delivery in both directions: a body of 1.7 kB, a kilobyte of headers, the answer, TCP and
TLS on a connection that is open; opening one costs as much again."""

DATABASE_MS: Final = 0.1
"""CPU time of PostgreSQL for one delivery: a row written by the fan-out, claimed and deleted in
bundles of hundreds (10,000 a second on one core)."""

ROW: Final = 400
"""Bytes of one delivery that waits, with its indexes."""


@dataclass(frozen=True)
class Cost:
    """CPU time of one delivery, in milliseconds.

    Attributes:
        rsa: to a host that reads draft-cavage.
        ed25519: to a host that reads RFC 9421 with Ed25519.
    """

    rsa: float
    ed25519: float


def measured(results: dict[str, Any]) -> Cost:
    """The costs in a result of the bench."""
    ours = results["results"]["Essaim"]
    both = [[Figure(**one) for one in ours[work]] for work in ("fanout", "ed25519")]
    rsa, ed25519 = (median(runs, lambda one: one.cpu_ms) for runs in both)
    return Cost(rsa, ed25519)


def markdown(cost: Cost) -> str:
    """The model as a table."""
    several = " | ".join(_processes(number) for number in PROCESSES)
    lines = [
        f"| followers | how they are reached | deliveries | {several} | sent | rows that wait |",
        "|---|---|---|" + "---|" * (len(PROCESSES) + 2),
    ]
    for followers, hosts in HOSTS.items():
        for words, number, each in (
            ("shared inboxes, RSA", hosts, cost.rsa),
            ("shared inboxes, Ed25519", hosts, cost.ed25519),
            ("an inbox each, RSA", followers, cost.rsa),
        ):
            times = " | ".join(_time(_seconds(number, each, one)) for one in PROCESSES)
            lines.append(
                f"| {followers:,} | {words} | {number:,} | {times} |"
                f" {_size(number * BYTES)} | {_size(number * ROW)} |"
            )
    return "\n".join(lines) + "\n"


def _seconds(deliveries: int, each_ms: float, processes: int) -> float:
    """Until the last is sent: the slower of the cores that sign and the core of the database."""
    signing = deliveries * each_ms / 1000 / processes
    writing = deliveries * DATABASE_MS / 1000 if processes > 1 else 0.0
    return max(signing, writing)


def _processes(number: int) -> str:
    return "one process" if number == 1 else f"{number} processes"


def _time(seconds: float) -> str:
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 100:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:,.0f} min" if seconds < 7200 else f"{seconds / 3600:,.1f} h"


def _size(number: float) -> str:
    return f"{number / 1e9:,.1f} GB" if number >= 1e9 else f"{number / 1e6:,.1f} MB"


def main() -> None:
    """Print the model."""
    print(markdown(measured(orjson.loads(Path(sys.argv[1]).read_bytes()))))


if __name__ == "__main__":
    main()
