"""`python -m federation`, and the `essaim` command.

What is loaded at the start is never thrown away. To look through all of it for garbage, again and
again while it grows and once more at the end, took a third of the time of every command (measured):
so it is set aside.
"""

import gc
import sys
from collections.abc import Sequence
from importlib import import_module


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; see `federation.commands.calling`."""
    gc.disable()
    try:
        calling = import_module("federation.commands.calling")
        command = calling.understood(sys.argv[1:] if arguments is None else list(arguments))
    finally:
        gc.freeze()
        gc.enable()
    return int(command())


if __name__ == "__main__":
    sys.exit(main())
