"""Operators at a terminal: the `essaim` command.

Every command opens the instance in a directory, does one thing in one transaction and says what it
did: a plain sentence, or JSON with `--json`. They work beside a running server, because both meet
in the database only; the server's workers send what a command has posted.

Exit codes: 0 done, 1 refused (one plain sentence on standard error, nothing changed), 2 not
understood.
"""
