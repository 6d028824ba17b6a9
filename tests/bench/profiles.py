"""Profiles: where the server's time goes, as flame graphs, with py-spy."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.machine import NotHere

SAMPLES: Final = 200
"""Looks a second: each stops the server for a moment, so figures beside a profile are lower."""

_WRITING: Final = 30
"""Seconds for py-spy to write its file."""


class Profiler:
    """Writes one file for each work, for https://www.speedscope.app or any reader of that format.

    Args:
        folder: where to; None: nothing is recorded.

    Raises:
        NotHere: py-spy is not installed.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        if folder is None:
            return
        beside = str(Path(sys.executable).parent)
        found = shutil.which("py-spy", path=beside) or shutil.which("py-spy")
        if found is None:
            raise NotHere("py-spy is not installed: `make bench` installs it.")
        self._spy = found
        folder.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def recording(self, pid: int, name: str) -> Iterator[None]:
        """Record this process meanwhile; a process that is not Python's is left alone."""
        if self._folder is None or "python" not in Path(f"/proc/{pid}/exe").resolve().name:
            yield
            return
        file = self._folder / f"{name}.speedscope.json"
        words = ["record", "--pid", str(pid), "--rate", str(SAMPLES), "--format", "speedscope"]
        with subprocess.Popen(
            [self._spy, *words, "--duration", "unlimited", "--output", str(file)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as spy:
            yield
            spy.send_signal(signal.SIGINT)
            spy.wait(_WRITING)
