"""Processes of the bench: started on a core, waited for, ended.

Everything ends with the bench: what reads orders ends with its standard input, servers are told to
stop and killed if they do not.
"""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import orjson
from bench.machine import on

ROOT: Final = Path(__file__).parents[2]

PATIENCE: Final = 60.0
"""Seconds for a process to start; Node takes one on a quiet machine."""

STOPPING: Final = 15.0
"""Seconds for a server to finish what is under way, before it is killed."""

LOOK_EVERY: Final = 0.02
"""Seconds between two questions whether something is so by now."""


class Failed(Exception):
    """Something did not do what it is there for; the text says what."""


def end_all_when_told() -> None:
    """Let SIGTERM end this process as an exception does, so that no server is left behind."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def environment(**more: str) -> dict[str, str]:
    """The variables of this process, without any that would be settings of an instance."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ESSAIM_")}
    return kept | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"} | more


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens at."""
    with socket.socket() as door:
        door.bind((host, 0))
        port: int = door.getsockname()[1]
    return port


def until(
    is_so: Callable[[], bool], *, seconds: float, what: str, every: float = LOOK_EVERY
) -> None:
    """Ask again and again.

    Args:
        is_so: the question.
        seconds: for how long.
        what: is to be so, in words.
        every: seconds between two questions.

    Raises:
        Failed: it is not so after that time.
    """
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            raise Failed(f"After {seconds:g} seconds, this was still not so: {what}.")
        time.sleep(every)


class Program:
    """A process of ours or of somebody else's.

    Args:
        words: the command.
        core: where it runs; None leaves that to the system.
        log: what it says goes to this file.
        environ: its variables.
        folder: where it runs.
    """

    def __init__(
        self,
        words: Sequence[str | Path],
        *,
        core: int | None,
        log: Path,
        environ: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        self.log = log
        with log.open("ab") as said, on(core):
            self._process = subprocess.Popen(
                [str(word) for word in words],
                stdin=subprocess.PIPE,
                stdout=said,
                stderr=said,
                env=dict(environ or environment()),
                cwd=folder,
            )

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        """Whether it does not run any more."""
        return self._process.poll() is not None

    def stop(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        if not self.has_ended:
            self._process.terminate()
        try:
            self._process.wait(STOPPING)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Obedient:
    """A module of ours that takes orders: one JSON line in, one out.

    Args:
        module: which, and its arguments.
        core: where it runs.
    """

    def __init__(self, *module: str | Path, core: int | None) -> None:
        with on(core):
            self._process = subprocess.Popen(
                [sys.executable, "-m", *map(str, module)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=environment(),
            )
        self._heard()

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def ask(self, **order: Any) -> Any:
        """Give one order and hear what came of it.

        Raises:
            Failed: it has ended.
        """
        assert self._process.stdin is not None
        self._process.stdin.write(orjson.dumps(order) + b"\n")
        self._process.stdin.flush()
        return self._heard()

    def stop(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(STOPPING)
        self._process.stdout.close()

    def _heard(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise Failed(f"A process of the bench has ended: {self._process.args!r}.")
        return orjson.loads(line)


def ask(
    method: str,
    address: str,
    *,
    body: object = None,
    headers: Mapping[str, str] | None = None,
    seconds: float = 30.0,
) -> bytes:
    """One HTTP request, by the simplest client there is.

    Raises:
        OSError: nobody answers, or the answer is a refusal.
    """
    data = body if isinstance(body, bytes) else None if body is None else orjson.dumps(body)
    request = urllib.request.Request(address, data=data, method=method, headers=dict(headers or {}))  # noqa: S310 - our own loopback address
    with urllib.request.urlopen(request, timeout=seconds) as answer:  # noqa: S310
        text: bytes = answer.read()
    return text


def answers(address: str, accept: str) -> bool:
    """Whether somebody answers there."""
    try:
        ask("GET", address, headers={"Accept": accept}, seconds=5)
    except (OSError, urllib.error.URLError):
        return False
    return True
