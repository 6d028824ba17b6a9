"""What an operator does at a terminal: real processes on real directories."""

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]

PATIENCE = 120
"""Seconds after which a process that says nothing has failed; never waited for when all is well."""

Call = Callable[..., tuple[int, str, str]]
"""Runs a command in the test's own process: exit code, standard output, standard error."""

PASSWORD = "un mot de passe assez long"


def environment() -> dict[str, str]:
    """The variables of this process, without any that would be settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ESSAIM_")}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}


def essaim(*words: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run one command to its end, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "federation", *map(str, words)],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=environment(),
        check=False,
    )


def done(*words: str | Path, stdin: str = "") -> str:
    """Run one command that must succeed, and give what it said."""
    result = essaim(*words, stdin=stdin)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


@dataclass
class Home:
    """An instance with an organisation, coop, an editor and her token."""

    directory: Path
    port: int
    token: str

    @property
    def origin(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def copy(self, directory: Path) -> "Home":
        """The same instance, to be changed at will."""
        shutil.copytree(self.directory, directory)
        return Home(directory, self.port, self.token)

    def ask(self, path: str, body: object = None, accept: str = "application/json") -> Any:
        """The JSON at a path of the running server.

        Raises:
            URLError: nobody answers, or the answer is a refusal.
        """
        request = urllib.request.Request(  # noqa: S310 - our own loopback address
            self.origin + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Accept": accept,
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
            return json.load(answer)


@contextmanager
def serving(home: Home, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A server that has said that it listens; it is killed in the end if it still runs."""
    log = (home.directory / "server.log").open("a")
    with (
        log,
        subprocess.Popen(
            [sys.executable, "-m", "federation", "serve", str(home.directory), "--json", *words],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=environment(),
        ) as process,
    ):
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            assert said, (home.directory / "server.log").read_text()
            assert json.loads(said)["address"] == home.origin
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                process.wait(PATIENCE)
