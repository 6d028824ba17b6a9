"""Writing the log in a thread of its own: a full disk or a reader that has stopped holds nobody.

A line is made where the event happens and put into a queue; a thread writes what is in there. Where
it cannot keep up (a pipe that nobody reads, a disk that hangs) the queue fills, and further lines
are dropped; where a line cannot be written (the disk is full) it is dropped too. Both are counted
(`essaim_log_lines_dropped_total`), and the first line that can be written again says how many.

The thread is a daemon and holds no lock of Python's streams, so that a target that blocks for ever
does not keep the process from ending.
"""

import logging
import os
import queue
import sys
import threading
from collections.abc import Callable
from typing import Final

from federation.telemetry import metrics

MOST_WAITING: Final = 10_000
"""Lines, some 10 MB at most."""

LAST_LINES: Final = 1.0
"""Seconds that the end of the process waits for the last lines to be written."""

Write = Callable[[str], None]
"""Writes one line, or raises OSError."""


class InBackground(logging.Handler):
    """Hands lines to the thread that writes them.

    Args:
        write: called in that thread.
        release: called when everything is written.
    """

    def __init__(self, write: Write, release: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self._write = write
        self._release = release
        self._lines: queue.Queue[str | None] = queue.Queue(MOST_WAITING)
        self._dropped = 0
        self._counting = threading.Lock()
        self._thread = threading.Thread(target=self._keep_writing, name="log", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Never waits, and never fails."""
        try:
            self._lines.put_nowait(self.format(record) + "\n")
        except queue.Full:
            self._drop()
        except Exception:  # noqa: BLE001 - what cannot be written down must not stop what it is about
            self._drop()

    def close(self) -> None:
        """Wait a moment for what is still to be written."""
        try:
            self._lines.put_nowait(None)
        except queue.Full:
            pass
        else:
            self._thread.join(LAST_LINES)
        super().close()

    def _drop(self) -> None:
        metrics.LOG_LINES_DROPPED.inc()
        with self._counting:
            self._dropped += 1

    def _keep_writing(self) -> None:
        while (line := self._lines.get()) is not None:
            try:
                self._write(line)
                self._tell_of_dropped()
            except (OSError, ValueError):
                self._drop()
        self._release()

    def _tell_of_dropped(self) -> None:
        with self._counting:
            number, self._dropped = self._dropped, 0
        if number:
            told = logging.LogRecord(
                "federation.log", logging.WARNING, "", 0, "log.dropped", (), None
            )
            told.__dict__["suppressed"] = number
            self._write(self.format(told) + "\n")


def to_standard_error() -> Write:
    """Writes to standard error, past Python's own lock on it."""
    try:
        number = sys.stderr.fileno()
    except (OSError, ValueError):  # a test has put something else in its place
        return _to_stream

    return lambda line: _write_all(number, line)


def _write_all(number: int, line: str) -> None:
    """Write to an open file, past Python's buffers: a line that failed is not tried again."""
    left = line.encode("utf-8", "backslashreplace")
    while left:
        left = left[os.write(number, left) :]


def _to_stream(line: str) -> None:
    sys.stderr.write(line)


class File:
    """A file that lines are appended to; opened again after logrotate has moved it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._open()

    def write(self, line: str) -> None:
        """Append one line.

        Raises:
            OSError: the disk is full, or the directory is gone.
        """
        try:
            now = os.stat(self._path)  # noqa: PTH116 - once for each line
        except FileNotFoundError:
            now = None
        if now is None or (now.st_dev, now.st_ino) != self._identity:
            former = self._number
            self._open()  # first: where that fails, the number must not be somebody else's by then
            os.close(former)
        _write_all(self._number, line)

    def close(self) -> None:
        """Let go of it."""
        os.close(self._number)

    def _open(self) -> None:
        self._number = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        opened = os.fstat(self._number)
        self._identity = (opened.st_dev, opened.st_ino)
