"""Drives apps for the terminal, in the environment that they are installed in.

Takes orders on standard input, one line of JSON each, and answers each with one line:

`{"toot": [words], "typed": text}`: toot does that command, in this process, which saves a second
each time → what it printed, and its exit code.
`{"commands": true}`: the names of all that toot can do.
`{"open": [words], "environ": {}}`: a program is started in a terminal of 160 × 40.
`{"keys": text}`: they are typed there.
`{"until": text, "seconds": 30}`: wait until that stands on the screen → whether it does by then,
and the screen.

It ends with its standard input, and the program with it.
"""

import json
import os
import sys
import time
from typing import Any

import click
import click.testing
import pexpect
import pyte
from toot.cli import cli

COLUMNS, ROWS = 160, 40
DEADLINE = 30.0
MOMENT = 0.05


class Terminal:
    """A program in a terminal, and what stands on its screen."""

    def __init__(self, words: list[str], environ: dict[str, str]) -> None:
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
        self._program = pexpect.spawn(
            words[0],
            words[1:],
            env={**os.environ, "TERM": "xterm-256color", **environ},
            dimensions=(ROWS, COLUMNS),
        )

    def type(self, keys: str) -> None:
        """Type."""
        self._program.send(keys)

    def until(self, text: str, seconds: float) -> dict[str, Any]:
        """Read until a text stands on the screen."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                self._stream.feed(self._program.read_nonblocking(65536, MOMENT))
            except pexpect.TIMEOUT:
                pass
            except pexpect.EOF:
                break
            if text in " ".join(" ".join(self._screen.display).split()):
                return {"found": True, "screen": self._screen.display}
        return {"found": False, "screen": self._screen.display}

    def close(self) -> None:
        """End the program."""
        self._program.close(force=True)


def toot(words: list[str], typed: str) -> dict[str, Any]:
    """One command of toot."""
    done = click.testing.CliRunner().invoke(cli, words, input=typed)
    return {"code": done.exit_code, "said": done.output, "fault": repr(done.exception or "")}


def commands(group: click.Group, above: str = "") -> list[str]:
    """The full name of every command."""
    names: list[str] = []
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            names += commands(command, f"{above}{name} ")
        else:
            names.append(above + name)
    return names


def main() -> None:
    """Obey until nobody orders any more."""
    terminal: Terminal | None = None
    for line in sys.stdin:
        order = json.loads(line)
        answer: Any = {}
        if "toot" in order:
            answer = toot(order["toot"], order.get("typed", ""))
        elif "commands" in order:
            answer = commands(cli)
        elif "open" in order:
            terminal = Terminal(order["open"], order["environ"])
        elif terminal is not None and "keys" in order:
            terminal.type(order["keys"])
        elif terminal is not None:
            answer = terminal.until(order["until"], order.get("seconds", DEADLINE))
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    if terminal is not None:
        terminal.close()


if __name__ == "__main__":
    main()
