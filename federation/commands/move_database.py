"""`essaim move-database`: copy an instance from SQLite to PostgreSQL, or back."""

import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from actors import copying, migrations
from actors.database import Database
from actors.migrations import Standing
from federation.commands.founding import remove_database
from federation.commands.instance import must_exist, settings_of, sqlite_file, words_for
from federation.commands.output import PLAIN, Failed, Output
from federation.settings import FILE, Settings, hidden, load

VARIABLE: Final = "ESSAIM_DATABASE_URL"

_SECTION: Final = re.compile(r"^\[database\][^\n]*\n", re.M)
_URL: Final = re.compile(r"^url\s*=[^\n]*$", re.M)
_NEXT: Final = re.compile(r"^\[", re.M)


async def move_database(
    directory: Path,
    target: str,
    /,
    *,
    switch: Annotated[bool, Parameter(negative=())] = False,
    output: Output = PLAIN,
) -> None:
    """Copy the instance into another, empty database, and compare; the servers must be stopped.

    The old database stays as it is. Private keys stay locked with the same essaim.secret.

    Args:
        directory: The instance.
        target: Where to: postgresql://user:password@host/name, or sqlite:///file, relative to the
            directory.
        switch: Also write the new address into essaim.toml.
        output: How to answer.
    """
    settings = settings_of(directory)
    must_exist(settings)
    if switch and VARIABLE in os.environ:
        raise Failed(f"The variable {VARIABLE} says where the database is: change it there.")
    wanted = load(directory, dict(os.environ) | {VARIABLE: target})
    if wanted.database.url == settings.database.url:
        raise Failed("The instance is in that database already.")
    with ExitStack() as undo:
        _claim(wanted, undo)
        copied = await _copy(settings, wanted, directory, output)
        if switch:
            _switch(settings.directory / FILE, target)
        undo.pop_all()
    rows = sum(one.rows for one in copied)
    shown = hidden(target)
    next_step = (
        f"{FILE} names it now."
        if switch
        else f'To use it, write its address into {FILE}: url = "{shown}" in [database].'
    )
    output.say(
        f"{rows} rows of {len(copied)} tables are in {shown}, and the same as before. {next_step}"
        " Start no server on the old database any more.",
        {
            "rows": rows,
            "tables": {one.name: {"rows": one.rows, "digest": one.digest} for one in copied},
            "switched": switch,
        },
    )


async def _copy(
    settings: Settings, wanted: Settings, directory: Path, output: Output
) -> list[copying.Copied]:
    source, target = Database(settings.database.url), Database(wanted.database.url)
    try:
        await copying.nobody_else(source)
        standing = await migrations.standing(source)
        if standing is not Standing.CURRENT:
            raise Failed(words_for(standing, directory))
        with _progress(await copying.count(source), is_shown=not output.json) as told:
            return await copying.copy(source, target, told)
    finally:
        await source.close()
        await target.close()


def _claim(wanted: Settings, undo: ExitStack) -> None:
    """Make the file of a SQLite database, for the operator's own eyes; taken away on failure.

    Raises:
        Failed: there is a file already.
    """
    file = sqlite_file(wanted)
    if file is None:
        return
    try:
        file.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        raise Failed(f"There is a file {file} already; nothing was changed.") from None
    undo.callback(remove_database, file)


@contextmanager
def _progress(total: int, *, is_shown: bool) -> Iterator[Callable[[str, int], None]]:
    """A bar on standard error, where somebody looks."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not (is_shown and sys.stderr.isatty()),
    )
    with bar:
        task = bar.add_task("Copying", total=total)

        def told(table: str, rows: int) -> None:
            bar.update(task, advance=rows, description=f"Copying {table}")

        yield told


def _switch(file: Path, target: str) -> None:
    """Write the new address into the settings, and leave everything else in them as it is."""
    line = f"url = {json.dumps(target)}"
    before = file.read_text(encoding="utf-8")
    section = _SECTION.search(before)
    if section is None:
        after = f"{before}\n[database]\n{line}\n"
    else:
        following = _NEXT.search(before, section.end())
        end = following.start() if following else len(before)
        inside = before[section.end() : end]
        changed = _URL.sub(lambda _: line, inside) if _URL.search(inside) else f"{line}\n{inside}"
        after = before[: section.end()] + changed + before[end:]
    draft = file.with_name(f".{FILE}.{os.getpid()}")
    standing = file.stat()
    try:
        draft.touch(mode=0o600, exist_ok=False)
        draft.write_text(after, encoding="utf-8")
        with suppress(PermissionError):
            os.chown(draft, standing.st_uid, standing.st_gid)
        draft.chmod(standing.st_mode & 0o777)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
