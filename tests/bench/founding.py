"""Commands of an operator, one after the other in one process.

Starting Python anew for each would take longer than most of them.

It takes orders like the stub: `{"words": ["init", …], "said": "…"}`, and answers with what the
command wrote and its exit code.

    python -m bench.founding
"""

import io
import sys
from contextlib import redirect_stderr, redirect_stdout

import orjson

from federation.__main__ import main as command


def main() -> None:
    """Do what standard input says, until it ends."""
    orders, answers = sys.stdin.buffer, sys.stdout.buffer
    answers.write(b'"ready"\n')
    answers.flush()
    for line in orders:
        order = orjson.loads(line)
        sys.stdin = io.StringIO(order["said"])
        written = io.StringIO()
        with redirect_stdout(written), redirect_stderr(written):
            code = command(order["words"])
        answers.write(orjson.dumps({"code": code, "wrote": written.getvalue()}) + b"\n")
        answers.flush()


if __name__ == "__main__":
    main()
