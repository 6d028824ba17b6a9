"""Causes: on whose behalf a call is made, for the record of outgoing calls.

A peer's activity, a person's request or our own mail may make us call somebody. Whoever begins such
a thing says so here, and everything that runs inside, tasks included, carries it along.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_cause: ContextVar[str] = ContextVar("essaim_cause", default="")


def cause() -> str:
    """What the running work is for: `activity:<id>`, `user:<id>`, `request:<id>`, or nothing."""
    return _cause.get()


def because_of(kind: str, name: object) -> None:
    """From now on, in this task, everything is done for that."""
    _cause.set(f"{kind}:{name}")


@contextmanager
def caused_by(kind: str, name: object) -> Iterator[None]:
    """Everything inside is done for that; `because_of` inside does not reach out."""
    token = _cause.set(f"{kind}:{name}")
    try:
        yield
    finally:
        _cause.reset(token)
