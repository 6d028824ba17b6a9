"""A real process of ours: founded, started, killed, asked."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from together.ports import free_port
from together.terminal import PASSWORD, ROOT, environment

from activitypub.mediatypes import ACTIVITY_JSON

API = "/api/essaim/v1"

STARTING = 0.02
"""Seconds between two questions whether the server answers yet."""


class Dead(Exception):
    """The server gave no answer: the point was reached."""


class Nursery:
    """Starts processes; see `together.nursery`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "together.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment() | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"},
        )

    def order(self, **order: Any) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        (answer,) = json.loads(self._process.stdout.readline()).values()
        return int(answer)

    def run(self, output: Path, *words: str | Path, stdin: str | None = None) -> str:
        child = self.order(
            words=[str(word) for word in words], environ={}, output=str(output), stdin=stdin
        )
        code = self.order(wait=child)
        assert code == 0, output.read_text()
        return output.read_text().strip()

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()


@dataclass
class Founded:
    """An instance that was never started, to be copied."""

    directory: Path
    port: int
    token: str
    admin: str


def found(nursery: Nursery, home: Path, database: str) -> Founded:
    directory, port, said = home / "instance", free_port(), home / "said"
    nursery.run(
        said,
        *("init", directory, "--origin", f"http://127.0.0.1:{port}", "--network-name", "R"),
        *("--listen", f"127.0.0.1:{port}", "--database", database),
    )
    nursery.run(said, "organisation", "add", directory, "coop", "--name", "La coop")
    anna = ("anna@example.org", "--organisation", "coop")
    nursery.run(
        *(said, "member", "add", directory, *anna, "--role", "editor", "--password-stdin"),
        stdin=f"{PASSWORD}\n",
    )
    token = nursery.run(said, "token", "create", directory, *anna, "--scopes", "read write")
    return Founded(directory, port, token, nursery.run(said, "token", "admin", directory))


@dataclass
class Server:
    """The instance under test: started, killed, asked."""

    nursery: Nursery
    founded: Founded
    session: aiohttp.ClientSession
    environ: dict[str, str]
    child: int = field(default=0)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.founded.port}"

    def launch(self, *crashpoints: str) -> None:
        """Start it, to die at these points."""
        extra = {"ESSAIM_CRASHPOINTS": ",".join(crashpoints)} if crashpoints else {}
        self.child = self.nursery.order(
            words=["serve", str(self.founded.directory)],
            environ=self.environ | {"ESSAIM_CRASHPOINTS": ""} | extra,
            output=str(self.founded.directory / "log"),
        )

    async def start(self, *crashpoints: str) -> None:
        """Start it, to die at these points, and wait until it answers or has died."""
        self.launch(*crashpoints)
        await self.answers()

    async def answers(self) -> None:
        """Wait until it answers, or has died."""
        async with asyncio.timeout(120):
            while True:
                with suppress(aiohttp.ClientError):
                    async with self.session.get(f"{self.origin}/actor"):
                        return
                await asyncio.sleep(STARTING)

    async def wait(self) -> int:
        """Its exit code."""
        child, self.child = self.child, 0
        return await asyncio.to_thread(self.nursery.order, wait=child)

    async def kill(self) -> None:
        if self.child:
            os.kill(self.child, signal.SIGKILL)
            await self.wait()

    async def ask(
        self, method: str, path: str, body: object = None, *, admin: bool = False
    ) -> tuple[int, Any]:
        """Status and JSON or text. Raises `Dead` when nobody answers."""
        token = self.founded.admin if admin else self.founded.token
        try:
            async with self.session.request(
                method,
                self.origin + path,
                json=body,
                headers={"Authorization": f"Bearer {token}", "Accept": ACTIVITY_JSON}
                if path.startswith("/actors")
                else {"Authorization": f"Bearer {token}"},
            ) as answer:
                raw = await answer.read()
        except (aiohttp.ClientError, OSError) as error:
            raise Dead from error
        is_json = "json" in answer.content_type
        return answer.status, json.loads(raw) if raw and is_json else raw.decode()

    async def quiet(self) -> None:
        """Nothing is due; mail that a dead process had claimed included."""
        status, said = await self.ask("POST", f"{API}/admin/quiesce?timeout=100", admin=True)
        assert status == 204, said

    async def said(self) -> list[str]:
        """The ids of the organisation's outbox, the oldest first."""
        _, outbox = await self.ask("GET", "/actors/coop/outbox?page=true")
        return [str(one["id"]) for one in reversed(outbox["orderedItems"])]

    async def digest(self) -> str:
        status, digest = await self.ask("GET", f"{API}/admin/state_digest", admin=True)
        assert status == 200
        return str(digest)
