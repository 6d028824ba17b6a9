"""A nursery: imports the program once, and starts it again and again, each time as a new process.

Run as `python -m together.nursery`; orders come on standard input, one JSON object on a line:

* `{"words": [...], "environ": {...}, "output": file}` forks, and answers with the child's `pid`;
* `{"wait": pid}` answers with its exit `code`.

A fork takes milliseconds where an interpreter takes seconds, and is as real a process to kill.
"""

import json
import os
import sys
from typing import Any, NoReturn

from federation.commands.calling import call


def _grow_up(order: dict[str, Any]) -> NoReturn:
    output = os.open(order["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for stream in (1, 2):
        os.dup2(output, stream)
    if order.get("stdin") is not None:
        read, write = os.pipe()
        os.write(write, order["stdin"].encode())
        os.close(write)
        os.dup2(read, 0)
    os.environ.update(order["environ"])
    code = call(order["words"])
    sys.stdout.flush()
    os._exit(code)


def serve() -> None:
    """Take orders until standard input ends."""
    for line in sys.stdin:
        order = json.loads(line)
        if "wait" in order:
            _, status = os.waitpid(order["wait"], 0)
            answer = {"code": os.waitstatus_to_exitcode(status)}
        else:
            child = os.fork()
            if child == 0:
                _grow_up(order)
            answer = {"pid": child}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
