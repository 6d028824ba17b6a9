"""The machine: which core for whom, and what a tree of processes costs it.

The server has one core and everything else the other, so that neither the load generator nor the
stub takes time from what is measured. CPU time is read from `/proc`, which counts it by the
hundredth of a second; memory is the proportional set size, which counts shared pages once.
"""

import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

TICKS: Final = os.sysconf("SC_CLK_TCK")
"""In which `/proc` counts CPU time: so many a second."""

SAMPLE: Final = 0.25
"""Seconds between two looks at memory: a look stops the process for some 100 µs."""

Pids = Sequence[int]


class NotHere(Exception):
    """This machine cannot do it; the text says what is missing."""


@dataclass(frozen=True)
class Cores:
    """Who runs where.

    Attributes:
        server: the core of the server, alone.
        driver: the core of the load generator and of the stub.
    """

    server: int
    driver: int

    @classmethod
    def found(cls) -> Self:
        """The first two cores that this process may use.

        Raises:
            NotHere: there is only one.
        """
        usable = sorted(os.sched_getaffinity(0))
        if len(usable) < 2:
            raise NotHere(
                "The bench wants two cores, one for the server and one for the driver: on one, the"
                " driver would take its time from the server, and the figures would mean nothing."
            )
        return cls(server=usable[0], driver=usable[1])


@contextmanager
def on(core: int | None) -> Iterator[None]:
    """This thread, and every process that it starts meanwhile, on one core; None: on any."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, before if core is None else {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def tree(pids: Pids) -> list[int]:
    """These processes and all below them that still live."""
    found = []
    waiting = list(pids)
    while waiting:
        pid = waiting.pop()
        try:
            tasks = list(Path(f"/proc/{pid}/task").iterdir())
            found.append(pid)
            for task in tasks:
                waiting += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            continue  # it has ended
    return sorted(set(found))


def cpu_seconds(pids: Pids) -> float:
    """CPU time of the trees, children that have ended included."""
    ticks = 0
    for pid in tree(pids):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += sum(int(fields[at]) for at in (11, 12, 13, 14))
    return ticks / TICKS


def memory_mib(pids: Pids) -> float:
    """Proportional set size of the trees."""
    kilobytes = 0
    for pid in tree(pids):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kilobytes / 1024


def _busy_seconds() -> float:
    """CPU time of the whole machine, whoever used it."""
    fields = [int(one) for one in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / TICKS  # idle, and waiting for a disk


class Watch:
    """What the machine did meanwhile.

    Args:
        server: the processes under test.
        own: everything else that belongs to the bench, besides this process.

    Attributes:
        cpu_seconds: CPU time of the server.
        peak_mib: the most memory that it had.
        foreign: cores that other programs used meanwhile: noise.
    """

    def __init__(self, server: Pids, own: Pids = ()) -> None:
        self._server = server
        self._own = [*server, *own, os.getpid()]
        self._ended = threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)
        self.cpu_seconds = 0.0
        self.peak_mib = 0.0
        self.foreign = 0.0

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        self._before = (cpu_seconds(self._server), cpu_seconds(self._own), _busy_seconds())
        self._sampler.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._sampler.join()
        server, own, busy = self._before
        self.cpu_seconds = cpu_seconds(self._server) - server
        others = (_busy_seconds() - busy) - (cpu_seconds(self._own) - own)
        self.foreign = max(0.0, others / max(time.monotonic() - self._began, 1e-6))

    def _sample(self) -> None:
        while True:
            self.peak_mib = max(self.peak_mib, memory_mib(self._server))
            if self._ended.wait(SAMPLE):
                return
