"""Safekeeping: the file with the secret that private keys in the database are locked with.

The file lies beside the settings and not in the database: a copy of one without the other signs
nothing. One secret on each line, the newest first; lines that begin with # are for people. Servers
that share a PostgreSQL have the same file each.

A file that is missing, or another one, is never made up for by new keys: other servers would
believe none of them. Only where nothing was ever locked is a file made, at the first start after
an upgrade.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from actors.database import Database
from actors.mail import locking
from actors.safe import Safe, new_secret
from federation.settings import Settings

WORDS: Final = (
    "# The private keys in the database of this instance are locked with what stands here.\n"
    "# Without it nothing can be signed: keep a copy, apart from the copies of the database.\n"
)


class Locked(Exception):
    """Private keys cannot be unlocked; the text tells the operator what to do."""


def read(file: Path) -> Safe | None:
    """The safe that a file opens; None where there is no file.

    Raises:
        Locked: the file holds something else.
        OSError: it may not be read.
    """
    try:
        lines = file.read_text(encoding="ascii").split("\n")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        lines = []
    try:
        return Safe(_secrets(lines))
    except ValueError:
        raise Locked(
            f"The file {file} does not hold the secret that `essaim init` wrote: put it back from"
            " your backup."
        ) from None


def make(file: Path) -> None:
    """Write a new secret, for the operator's own eyes.

    Raises:
        FileExistsError: there is a file already; it is not touched.
    """
    _write(file, [new_secret()], is_new=True)


def add(file: Path) -> None:
    """Write a new secret before those that the file holds; they still open what they locked.

    Raises:
        Locked: there is no file.
    """
    lines = _secrets(file.read_text(encoding="ascii").split("\n"))
    _write(file, [new_secret(), *lines])


def forget_former(file: Path) -> None:
    """Leave only the newest secret in the file."""
    lines = _secrets(file.read_text(encoding="ascii").split("\n"))
    _write(file, lines[:1])


async def known(database: Database, settings: Settings) -> Safe | None:
    """The safe of an instance; None where nothing is locked yet. Nothing is changed.

    Raises:
        Locked: the file is missing, or is not the one.
    """
    async with database.read() as session:
        check = await locking.check(session)
    safe = read(settings.secret_file)
    if check is None:
        return safe
    if safe is None:
        raise Locked(
            f"The file {settings.secret_file} is missing: the private keys in the database are"
            " locked with what it holds. Put it back from your backup; no other file can replace"
            " it, and nothing was changed."
        )
    if not safe.is_known_by(check):
        raise Locked(
            f"The private keys in the database are locked with another secret than the one in"
            f" {settings.secret_file}. Put back the file that belongs to this database; nothing"
            " was changed."
        )
    return safe


async def open_safe(database: Database, settings: Settings) -> None:
    """Give a database its safe; keys that lie open since an earlier version are locked by the way.

    Raises:
        Locked: the file is missing, or is not the one.
    """
    async with database.read() as session:
        lie_open = await locking.lie_open(session)
    if lie_open:
        with suppress(FileExistsError):
            make(settings.secret_file)
    database.safe = await known(database, settings)
    if lie_open:
        async with database.begin() as session:
            await locking.lock(session)
        await known(database, settings)  # another machine may have been quicker, with its own file


def _secrets(lines: Sequence[str]) -> list[str]:
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _write(file: Path, secrets: Sequence[str], *, is_new: bool = False) -> None:
    """All of it or nothing, and on the disk before any key is locked with it."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(WORDS + "".join(f"{one}\n" for one in secrets))
            out.flush()
            os.fsync(out.fileno())
        if is_new:
            os.link(draft, file)
        else:
            draft.replace(file)
        _settle(file.parent)
    finally:
        draft.unlink(missing_ok=True)


def _settle(directory: Path) -> None:
    """A new name in a directory survives a power cut once the directory is on the disk."""
    opened = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
