"""The repository as it lies there: its files, its documents and the tables in them."""

import ast
import os
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("activitypub", "actors", "federation")

_IGNORED = (".git", *(ROOT / ".gitignore").read_text("utf-8").split())
_CELLS = re.compile(r"(?<!\\)\|")


def files(*roots: str) -> Iterator[Path]:
    """Every file of the repository, or below these folders: what git would not ignore."""
    for root in roots or (".",):
        for folder, folders, names in os.walk(ROOT / root):
            folders[:] = sorted(name for name in folders if not _is_ignored(name))
            yield from (Path(folder, name) for name in sorted(names) if not _is_ignored(name))


def texts(*endings: str) -> Iterator[tuple[str, str]]:
    """Path from the root, and text, of every file with one of these endings, or of all texts."""
    for path in files():
        if not endings or path.name.endswith(endings):
            try:
                yield path.relative_to(ROOT).as_posix(), path.read_text("utf-8")
            except UnicodeDecodeError:
                continue  # a picture


def modules(*roots: str) -> Iterator[tuple[str, ast.Module]]:
    """Path from the root, and syntax, of every Python module below these folders."""
    for path in files(*roots):
        if path.suffix == ".py":
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))


def document(name: str) -> str:
    """The text of one document."""
    return (ROOT / name).read_text("utf-8")


def section(text: str, heading: str) -> str:
    """What stands below a heading, up to the next one of the same rank."""
    rest = text.partition(f"\n## {heading}\n")[2]
    assert rest, f"there is no section {heading}"
    return rest.partition("\n## ")[0]


def table(text: str, *columns: str) -> list[dict[str, str]]:
    """The rows of the table whose head has these columns, each by column."""
    lines = iter(text.splitlines())
    for line in lines:
        if _cells(line) == list(columns):
            next(lines)  # the rule below the head
            found = []
            for row in lines:
                if not row.startswith("|"):
                    break
                found.append(dict(zip(columns, _cells(row), strict=True)))
            return found
    raise AssertionError(f"there is no table with the columns {columns}")


def quoted(text: str) -> list[str]:
    """Everything between backticks."""
    return re.findall(r"`([^`\n]+)`", text)


def words_of(cell: str) -> list[str]:
    """The words of a list with commas."""
    return [word.strip() for word in cell.split(",")]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in _CELLS.split(line.strip())[1:-1]]


def _is_ignored(name: str) -> bool:
    return any(fnmatch(name, pattern.rstrip("/")) for pattern in _IGNORED)
