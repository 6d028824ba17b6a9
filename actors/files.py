"""Files: the room for pictures and documents, a directory beside the database.

Rules a reader must know:

- A file is named by the SHA-256 of its bytes: the same bytes lie there once, whoever sent them, and
  a name never means other bytes.
- A file is written whole, beside, brought to the disk and only then given its name; the row that
  speaks of it is written after that. Whoever is killed in between leaves a file that nobody speaks
  of, and `sweep` finds it; never a row without its file.
- Nothing is removed because a row went: `sweep` looks for what no row speaks of, and leaves alone
  what is young, because its row may be about to come.

Nothing here waits for a database; every method reads or writes a disk, and belongs into a thread.
Several servers of one instance share the directory.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

YOUNG: Final = timedelta(days=1)
"""How long a file that no row speaks of is left alone: uploads last minutes, clocks of two servers
that share a directory differ by less."""

_NAME: Final = re.compile(r"[0-9a-f]{64}")
_INCOMING: Final = "incoming"
_PIECE: Final = 1024 * 1024  # bytes read at once


class Files:
    """The room.

    Args:
        directory: where it is; made, with its folders, when the first file comes.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def incoming(self) -> Path:
        """A place for a file on its way in; nobody else is given the same."""
        folder = self.directory / _INCOMING
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder / secrets.token_hex(16)

    def keep(self, path: Path) -> str:
        """Take a file in, and give it its name.

        Args:
            path: from `incoming`; it is gone afterwards.

        Returns:
            The hexadecimal SHA-256 of its bytes.
        """
        digest = _digest(path)
        target = self.path(digest)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o600)
        _to_disk(path)
        path.replace(target)
        _to_disk(target.parent)
        return digest

    def put(self, data: bytes) -> str:
        """The same, for bytes that are at hand."""
        path = self.incoming()
        path.write_bytes(data)
        return self.keep(path)

    def path(self, digest: str) -> Path:
        """Where a file of this name lies, whether it is there or not.

        Raises:
            ValueError: that is no name.
        """
        if not _NAME.fullmatch(digest):
            raise ValueError("not the name of a file")
        return self.directory / digest[:2] / digest

    def old(self, now: datetime) -> Iterator[str]:
        """The names of all files that are not young."""
        for folder in _entries(self.directory):
            if len(folder.name) == 2 and folder.is_dir():
                for file in _entries(folder):
                    if _NAME.fullmatch(file.name) and _is_old(file, now):
                        yield file.name

    def remove(self, digest: str, now: datetime) -> bool:
        """Remove a file, unless it has come anew meanwhile; whether it was removed."""
        path = self.path(digest)
        if not _is_old(path, now):
            return False
        path.unlink(missing_ok=True)
        return True

    def forget_incoming(self, now: datetime) -> None:
        """Remove what was on its way in when somebody died."""
        for file in _entries(self.directory / _INCOMING):
            if _is_old(file, now):
                file.unlink(missing_ok=True)


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except FileNotFoundError:
        return []


def _is_old(path: Path, now: datetime) -> bool:
    try:
        changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return False
    return changed < now - YOUNG


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            found.update(piece)
    return found.hexdigest()


def _to_disk(path: Path) -> None:
    """What was written, or which names a folder has, survives a power cut from here on."""
    flags = os.O_RDONLY
    descriptor = os.open(path, flags)
    try:
        with suppress(OSError):  # some shared file systems cannot say so of a folder
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
