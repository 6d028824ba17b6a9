"""An instance of the demo that does not outlive it: `python -m federation.commands.demo_leash`.

It runs the command line it is given as `python -m federation` would. Its standard input is a pipe
whose other end the demo holds: when the demo ends, in whatever way, the pipe closes, and the
instance stops as it does on SIGTERM.
"""

import os
import runpy
import signal
import threading


def _stop_when_let_go() -> None:
    os.read(0, 1)  # nobody ever writes: this returns when the other end is closed
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_stop_when_let_go, daemon=True).start()
    runpy.run_module("federation", run_name="__main__", alter_sys=True)
