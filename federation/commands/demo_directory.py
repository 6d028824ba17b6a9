"""The directory of a demo: what is in it, who uses it, and how it is cleared.

`demo.json` marks a directory as a demo and remembers its ports, its tokens and whether the story
was played to its end. It is written first, so that a demo that was interrupted while it was made
can be recognised and cleared. Each instance lives in a directory of its own beside it, with its log
next to that: `fr/`, `fr.log`.

Clearing removes the files that the demo makes, by name, the pictures and documents of its
instances, and directories only when that leaves them empty: what somebody else put there stays.
"""

import fcntl
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, Self

import orjson

from federation import newest
from federation.commands.demo_words import Words
from federation.commands.output import Failed
from federation.settings import FILE

NETWORKS: Final = ("fr", "be", "it")
"""The instances of the demo, in the order in which they are shown."""

MARK: Final = "demo.json"
LOCK: Final = "demo.lock"

_DATABASE: Final = "essaim.db"
_KEPT_SECRET: Final = "essaim.secret"  # noqa: S105  # the name of a file
_MEDIA: Final = "media"  # pictures and documents, in folders of their own
_MADE: Final = (
    FILE,
    _KEPT_SECRET,
    newest.FILE,
    *(_DATABASE + ending for ending in ("", "-wal", "-shm", "-journal")),
)


@dataclass(frozen=True)
class Demo:
    """What is remembered between two runs.

    Attributes:
        ports: where each network listens. Its origin holds the port, so it can never change.
        played: whether the story reached its end.
        tokens: API tokens of the demo's members, by organisation (`it/network`).
        pages: addresses of pages that the story made, by their part in it.
    """

    ports: Mapping[str, int]
    played: bool = False
    tokens: Mapping[str, str] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)

    def host(self, network: str) -> str:
        """The host of a network as it stands in handles: `fr.localhost:8001`."""
        return f"{network}.localhost:{self.ports[network]}"

    def origin(self, network: str) -> str:
        """The origin of a network: `http://fr.localhost:8001`."""
        return f"http://{self.host(network)}"

    @classmethod
    def from_json(cls, value: bytes) -> Self:
        """What `to_json` wrote.

        Raises:
            ValueError, TypeError, KeyError: it was not.
        """
        read = orjson.loads(value)
        demo = cls(**read)
        if tuple(sorted(demo.ports)) != tuple(sorted(NETWORKS)):
            raise ValueError("other networks")
        return demo

    def to_json(self) -> bytes:
        """This as JSON, for a file."""
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2)


def read(directory: Path) -> Demo | None:
    """The demo in a directory; None when there is none, or none that can be read."""
    try:
        return Demo.from_json((directory / MARK).read_bytes())
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write(directory: Path, demo: Demo) -> None:
    """Remember a demo; the file holds tokens, so nobody else may read it."""
    draft = directory / f".{MARK}"
    draft.touch(mode=0o600)
    draft.write_bytes(demo.to_json())
    draft.replace(directory / MARK)


def log_of(directory: Path, network: str) -> Path:
    """Where an instance writes its log."""
    return directory / f"{network}.log"


@contextmanager
def held(directory: Path, words: Words) -> Iterator[None]:
    """Make the directory if need be, and keep every other demo out of it.

    Raises:
        Failed: it holds something else than a demo, or a demo runs there already.
    """
    foreign = directory.exists() and not directory.is_dir()
    if foreign or (directory.is_dir() and any(directory.iterdir()) and not _is_marked(directory)):
        raise Failed(
            words(
                "{directory} holds something else than a demo; name another directory.",
                directory=directory,
            )
        )
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / LOCK).open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Failed(
                words(
                    "The demo in {directory} is running already, in another terminal.",
                    directory=directory,
                )
            ) from error
        yield


def clear(directory: Path) -> None:
    """Take away everything the demo made, except the lock that is being held."""
    for network in NETWORKS:
        home = directory / network
        for name in _MADE:
            (home / name).unlink(missing_ok=True)
        for name in (FILE, _KEPT_SECRET):
            for draft in home.glob(f".{name}.*"):  # of an `init` that was killed
                draft.unlink()
        shutil.rmtree(home / _MEDIA, ignore_errors=True)
        log_of(directory, network).unlink(missing_ok=True)
        if home.is_dir() and not any(home.iterdir()):
            home.rmdir()
    (directory / f".{MARK}").unlink(missing_ok=True)
    (directory / MARK).unlink(missing_ok=True)


def _is_marked(directory: Path) -> bool:
    """Whether it is a demo, or the empty shell of one: only a lock."""
    names = {each.name for each in directory.iterdir()}
    return MARK in names or names <= {LOCK, f".{MARK}"}
