"""Essaim under test: a real process on SQLite, made by the commands that operators use."""

import sqlite3
import sys
import urllib.error
from contextlib import closing
from pathlib import Path
from typing import ClassVar, Final

from bench.letters import Receiver
from bench.processes import ROOT, Failed, Obedient, Program, ask, environment, free_port
from bench.servers import QUIET_SECONDS, Server

SQLITE: Final = "sqlite:///essaim.db"
PASSWORD: Final = "only for the bench, on loopback"


class Essaim(Server):
    """An instance with two organisations, and an editor of both."""

    name: ClassVar[str] = "Essaim"

    def __init__(
        self,
        home: Path,
        core: int | None,
        stub_port: int,
        database: str = SQLITE,
        port: int | None = None,
    ) -> None:
        """Nothing is made yet.

        Args:
            home: an empty directory.
            core: where the process runs.
            stub_port: the port of the stub's hosts, which may be called.
            database: as in the settings.
            port: of an instance that was made before; a free one otherwise.
        """
        self.directory = home / "instance"
        self._log = home / "essaim.log"
        self._core = core
        self._stub_port = stub_port
        self._database = database
        port = port or free_port()
        self.origin = f"http://127.0.0.1:{port}"
        self.alice, self.edda = (
            Receiver(
                actor=f"{self.origin}/actors/{name}",
                inbox=f"{self.origin}/actors/{name}/inbox",
                handle=f"{name}@127.0.0.1:{port}",
            )
            for name in ("alice", "edda")
        )
        self._tokens: dict[bool, str] = {}
        self._operator = ""

    def prepare(self) -> None:
        """An instance that may call the stub, with two organisations and their tokens."""
        operator = Obedient("bench.founding", core=None)
        try:
            self._found(operator)
        finally:
            operator.stop()

    def _found(self, operator: Obedient) -> None:
        where = self.directory
        listen = self.origin.removeprefix("http://")
        calls = f"127.0.0.0/8:{self._stub_port}"
        self._command(
            operator,
            *("init", where, "--origin", self.origin, "--listen", listen, "--locale", "en"),
            *("--private-destination", calls, "--database", self._database),
        )
        for name in ("alice", "edda"):
            anna = ("anna@example.org", "--organisation", name)
            self._command(operator, "organisation", "add", where, name, "--name", name.title())
            self._command(
                operator,
                *("member", "add", where, *anna, "--role", "editor", "--password-stdin"),
                said=PASSWORD,
            )
            self._tokens[name == "edda"] = self._command(
                operator, "token", "create", where, *anna, "--scopes", "read write"
            )
        self._operator = self._command(operator, "token", "admin", where)

    def start(self) -> Program:
        """`essaim serve`, as an operator starts it, saying only what went wrong."""
        environ = environment(
            # All neighbours of the bench have one address.
            ESSAIM_INBOX_MOST_PER_ADDRESS="0",
            ESSAIM_LOG_LEVEL="warning",
        )
        words = [sys.executable, "-m", "federation", "serve", str(self.directory)]
        return Program(words, core=self._core, log=self._log, environ=environ, folder=ROOT)

    def publish(self, text: str, *, to_modern: bool = False) -> None:
        """A remark, through the API that apps use."""
        ask(
            "POST",
            f"{self.origin}/api/v1/statuses",
            body={"status": text, "visibility": "public"},
            headers={
                "Authorization": f"Bearer {self._tokens[to_modern]}",
                "Content-Type": "application/json",
            },
        )

    def taken(self) -> int:
        """Remarks in the database, counted from outside."""
        file = self.directory / "essaim.db"
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            (number,) = database.execute("SELECT count(*) FROM remark").fetchone()
        return int(number)

    def rest(self) -> None:
        """Ask it: `admin/quiesce` answers when nothing is due."""
        self._admin(f"quiesce?timeout={QUIET_SECONDS:g}")

    def retry(self) -> None:
        """Everything that waits for a time is due now."""
        self._admin("deliveries/retry")

    def _admin(self, path: str) -> None:
        try:
            ask(
                "POST",
                f"{self.origin}/api/essaim/v1/admin/{path}",
                body=b"",
                headers={"Authorization": f"Bearer {self._operator}"},
                seconds=QUIET_SECONDS + 30,
            )
        except urllib.error.HTTPError as error:
            raise Failed(f"admin/{path} answered {error.code}: {error.read()!r}") from error

    @staticmethod
    def _command(operator: Obedient, *words: str | Path, said: str = "") -> str:
        done = operator.ask(words=[str(word) for word in words], said=f"{said}\n")
        if done["code"]:
            raise Failed(f"essaim {words[0]}: {done['wrote']}")
        return str(done["wrote"]).strip()
