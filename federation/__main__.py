"""`python -m federation`, and the `essaim` command: parse, run, answer with an exit code."""

import inspect
import sys
from collections.abc import Sequence
from typing import Final

import uvloop
from cyclopts import CycloptsError

from federation.commands.output import FORESEEN, sentence
from federation.commands.parser import APP

DONE: Final = 0
REFUSED: Final = 1
NOT_UNDERSTOOD: Final = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        0 done, 1 refused, 2 not understood; in the last two cases standard error has one sentence.
    """
    words = sys.argv[1:] if arguments is None else list(arguments)
    try:
        command, bound, _ = APP.parse_args(words, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        return _complain(" ".join(str(error).split()), NOT_UNDERSTOOD)
    try:
        result = command(*bound.args, **bound.kwargs)
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


if __name__ == "__main__":
    sys.exit(main())
