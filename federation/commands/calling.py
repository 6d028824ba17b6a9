"""Calling: what was typed is parsed, run, and answered with an exit code."""

import inspect
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import uvloop
from cyclopts import CycloptsError

from federation.commands.output import FORESEEN, sentence
from federation.commands.parser import APP

DONE: Final = 0
REFUSED: Final = 1
NOT_UNDERSTOOD: Final = 2


def call(words: Sequence[str]) -> int:
    """Run one command.

    Args:
        words: what was typed after the program's name.

    Returns:
        0 done, 1 refused, 2 not understood; in the last two cases standard error has one sentence.
    """
    return understood(words)()


def understood(words: Sequence[str]) -> Callable[[], int]:
    """What `call` would do, when everything that it needs is loaded."""
    try:
        command, bound, _ = APP.parse_args(words, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        return partial(_complain, " ".join(str(error).split()), NOT_UNDERSTOOD)
    return partial(_run, partial(command, *bound.args, **bound.kwargs))


def _run(command: Callable[[], Any]) -> int:
    try:
        result = command()
        if inspect.iscoroutine(result):
            uvloop.run(result)
    except FORESEEN as error:
        return _complain(sentence(error), REFUSED)
    except KeyboardInterrupt:
        return _complain("Interrupted; nothing was changed.", REFUSED)
    return DONE


def _complain(words: str, code: int) -> int:
    sys.stderr.write(f"essaim: {words}\n")
    return code
