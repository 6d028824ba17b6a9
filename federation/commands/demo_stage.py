"""The stage of the demo: where it is played, and how it is told at the terminal."""

import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from federation.commands.demo_words import Words, words_of

DIRECTORY: Final = Path(".demo")
"""Where a demo lives when nobody says otherwise: in the current directory."""

TAIL: Final = 15
"""Lines of a log that are shown when something went wrong."""

_LONGEST_TAIL: Final = 16_384  # bytes read from the end of a log
_WIDEST: Final = 1000  # columns of what is no terminal: lines are not broken there


def stage_in(directory: Path, *, is_quiet: bool) -> "Stage":
    """The stage of a demo; a quiet one leaves standard output to programs."""
    console = Console(stderr=is_quiet)
    if not console.is_terminal:
        console.width = _WIDEST
    return Stage(directory, words_of(os.environ), console)


@dataclass(frozen=True)
class Stage:
    """Where the story is played, and how it is told.

    Attributes:
        directory: of the demo.
        words: in the language of the terminal.
        console: the terminal; standard error where standard output carries JSON.
    """

    directory: Path
    words: Words
    console: Console

    def tell(self, sentence: str, **gaps: object) -> None:
        """Say one sentence."""
        self.console.print(Text(self.words(sentence, **gaps)))

    def step(self, number: int, sentence: str, **gaps: object) -> None:
        """Tell one step of the story."""
        row = Table.grid(padding=(0, 1))
        row.add_row(Text(f"{number}.", style="bold green"), Text(self.words(sentence, **gaps)))
        self.console.print(row)

    def show_end(self, log: Path) -> None:
        """Show the last lines of a log."""
        with log.open("rb") as written:
            size = written.seek(0, os.SEEK_END)
            written.seek(max(0, size - _LONGEST_TAIL))
            lines = written.read().decode("utf-8", "replace").splitlines()
        self.console.print(Text("\n".join(lines[-TAIL:])), soft_wrap=True)

    @contextmanager
    def doing(self, sentence: str, **gaps: object) -> Iterator[None]:
        """Show what is being done, for as long as it takes."""
        with self.console.status(Text(f"{self.words(sentence, **gaps)} …")):
            yield

    @property
    def command(self) -> str:
        """What to type to run this demo again."""
        given = Path(sys.argv[0])
        program = os.path.relpath(given) if given.name == "essaim" else "essaim"
        place = [] if self.directory == DIRECTORY else [str(self.directory)]
        return shlex.join([program, "demo", *place])

    @property
    def command_to_reset(self) -> str:
        """What to type to start over."""
        return f"{self.command} --reset"
