"""Essaim for an independent bench that drives servers of several makes by one interface.

That bench calls its own package `bench`, so this file uses nothing of ours: it is given to it by
its path, `python -m bench.run …/tests/bench/lab_adapter.py`, and starts Essaim with the Python of
the checkout's `.venv`, or with the one that `PYTHON` names, as an operator would.
"""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.adapter import Peer

PORT = 8120
STUB_PORT = 7070
ROOT = Path(__file__).parents[2]
PASSWORD = "only for the bench, on loopback"
QUIET = 120
"""Seconds for an answer to anything."""


def python() -> str:
    """The interpreter that has Essaim's packages."""
    beside = ROOT / ".venv" / "bin" / "python"
    return os.environ.get("PYTHON") or str(beside if beside.exists() else sys.executable)


class Essaim(Peer):  # type: ignore[misc]
    """One instance on SQLite with one organisation; a member publishes by the Mastodon API."""

    def fresh(self, work: str) -> None:
        """An instance that may call the stub's hosts, whatever their address."""
        self.directory = str(Path(work) / "instance")
        self.said = {"PYTHONPATH": str(ROOT), "ESSAIM_LOG_LEVEL": "warning"}
        # All neighbours of a bench have one address.
        self.said["ESSAIM_INBOX_MOST_PER_ADDRESS"] = "0"
        self.run(
            *("init", self.directory, "--origin", f"http://127.0.0.1:{PORT}", "--locale", "en"),
            *("--listen", f"127.0.0.1:{PORT}"),
            *("--private-destination", f"127.0.0.0/8:{STUB_PORT}"),
        )
        anna = ("anna@example.org", "--organisation", "alice")
        self.run("organisation", "add", self.directory, "alice", "--name", "Alice")
        self.run(
            *("member", "add", self.directory, *anna, "--role", "editor", "--password-stdin"),
            said=PASSWORD,
        )
        scopes = ("--scopes", "read write")
        self.token = self.run("token", "create", self.directory, *anna, *scopes)
        self.command = [python(), "-m", "federation", "serve", self.directory]
        self.env = self.said
        self.cwd = str(ROOT)

    def fanout(self, text: str) -> None:
        """One public remark to the followers."""
        self.http(
            "POST",
            "/api/v1/statuses",
            {"status": text, "visibility": "public"},
            {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"},
        )

    def run(self, *words: str, said: str = "") -> str:
        """One command of an operator."""
        done = subprocess.run(
            [python(), "-m", "federation", *words],
            input=f"{said}\n",
            capture_output=True,
            text=True,
            timeout=QUIET,
            cwd=ROOT,
            env={**os.environ, **self.said},
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"essaim {words[0]}: {done.stderr}")
        return done.stdout.strip()

    def stats(self) -> dict[str, Any]:
        """What is stored, counted from outside."""
        address = f"file:{self.directory}/essaim.db?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as database:
            (received,) = database.execute("SELECT count(*) FROM remark").fetchone()
            (followers,) = database.execute(
                "SELECT count(*) FROM follow WHERE state = 'accepted'"
            ).fetchone()
        return {"received": received, "followers": followers}


peer = Essaim(
    name="essaim",
    version="0.1.0",
    port=PORT,
    actor_path="/actors/alice",
    inbox_path="/actors/alice/inbox",
    acct=f"alice@127.0.0.1:{PORT}",
    notes="SQLite, synchronous=FULL: durable before it answers; every effect of a Create is stored",
)
