"""What the server says about itself: one structured line for each event.

An event has a short dotted name (`inbox.refused`, `egress.done`) and fields; a sentence is not an
event. What a peer wrote may stand in a field, so every character that could end a line, move a
cursor or turn the reading direction is written as an escape (CWE-117): no peer can forge a line or
hide one. Passwords, keys and tokens are never fields.

`json` writes one object for each event, with the traceback, if any, inside. `logfmt` writes
`timestamp=… level=… event=… key=value`. `console` is for people: `time level event key=value`. In
the last two a bug's traceback follows, each line behind a bar. Without its traceback a line is at
most `LONGEST_LINE` bytes.

What is no HTTP makes a short line for each request at first, and then only one for many: whoever
can send a thousand of them a second shall not fill our disk.

Everything that runs for one request, the tasks it starts included, carries the same `request`; what
a worker does for one activity carries its id as `activity`.
"""

import json
import logging
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from logging.handlers import WatchedFileHandler
from random import getrandbits
from typing import Final

import structlog
from aiohttp.http_exceptions import HttpProcessingError
from structlog.typing import EventDict, Processor, WrappedLogger

from federation.settings import Log
from federation.telemetry import log_writing

LONGEST_VALUE: Final = 400
"""Characters of one value: an id of a peer is shorter, and a header must not fill the disk."""

NAMES_KEPT: Final = 256
"""Names of fields that were looked at: more than there are in this program."""

LONGEST_LINE: Final = 1000
"""Bytes of one line: what reads logs elsewhere cuts at 1,024 (RFC 3164, 4.1)."""

SHORTENED: Final = 60
"""Characters that are left of the longest values of a line that would be longer."""

MALFORMED_AT_ONCE: Final = 5
"""Lines about what is no HTTP, in a row; then one in `MALFORMED_SECONDS` tells of the others."""

MALFORMED_SECONDS: Final = 10.0

_NEEDED: Final = frozenset({"event", "level", "timestamp", "reason"})
_TRACEBACK: Final = "exception"
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})  # Unicode general categories
_QUIET: Final = {
    "aiohttp.access": logging.ERROR,
    "alembic": logging.WARNING,
    "asyncio": logging.WARNING,
}


def configure(log: Log, *, in_background: bool = False) -> None:
    """Send every event of this process, and of the libraries, where the settings say.

    May be called again; the file of the call before is closed then.

    Args:
        log: what the operator decided.
        in_background: write in a thread, and drop what cannot be written in time: for servers,
            which must not wait for their log. Otherwise a line is written when it is said.
    """
    handler = _in_background(log) if in_background else _at_once(log)
    handler.setFormatter(_formatter(log.format))
    handler.addFilter(_Sampling())
    # No line of ours shows them, and to find them out takes a tenth of what a line costs.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    root = logging.getLogger()
    for former in root.handlers[:]:
        if getattr(former, "formatter", None).__class__ is structlog.stdlib.ProcessorFormatter:
            root.removeHandler(former)
            former.close()
    root.addHandler(handler)
    root.setLevel(log.level.upper())
    for name, level in _QUIET.items():
        logging.getLogger(name).setLevel(level)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        # A server stays with what it was told; to put a logger together costs as much as a line.
        cache_logger_on_first_use=in_background,
    )


def _at_once(log: Log) -> logging.Handler:
    if log.file:
        # A watched file is opened again after logrotate has moved it.
        return WatchedFileHandler(log.file, encoding="utf-8")
    return logging.StreamHandler()


def _in_background(log: Log) -> logging.Handler:
    if log.file:
        file = log_writing.File(log.file)
        return log_writing.InBackground(file.write, file.close)
    return log_writing.InBackground(log_writing.to_standard_error())


@contextmanager
def request_scope(request_id: str) -> Iterator[None]:
    """Mark every event inside with the id of the request that caused it."""
    tokens = structlog.contextvars.bind_contextvars(request=request_id)
    try:
        yield
    finally:
        structlog.contextvars.reset_contextvars(**tokens)


def request_number() -> str:
    """A new id for a request: 64 bits, so that no two are alike; nothing secret depends on it."""
    return f"{getrandbits(64):016x}"


@contextmanager
def activity_scope(activity_iri: str) -> Iterator[None]:
    """Mark every event inside with the activity that it is about.

    Accepting, working and delivering have that in common.
    """
    with structlog.contextvars.bound_contextvars(activity=activity_iri):
        yield


def about_activity(activity_iri: str) -> None:
    """Mark every further event of this task with the activity that it is about."""
    structlog.contextvars.bind_contextvars(activity=activity_iri)


def escaped(text: str) -> str:
    """The text on one line, unseen characters written out, cut where it is too long."""
    cut = text[:LONGEST_VALUE]
    # What is printable holds none of the unseen, and nearly every value is.
    shown = (
        cut
        if cut.isprintable()
        else "".join(
            character if unicodedata.category(character) not in _UNSEEN else _escape(character)
            for character in cut
        )
    )
    return shown if len(text) == len(cut) else f"{shown} ... ({len(text)} characters)"


_name = lru_cache(maxsize=NAMES_KEPT)(escaped)


def _escape(character: str) -> str:
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.ExtraAdder(allow={"suppressed"}),
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _formatter(kind: str) -> logging.Formatter:
    render = _RENDERERS[kind]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, *_shared()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _escape_values,
            lambda logger, name, event: _within_line(render, logger, name, event),
        ],
    )


def _escape_values(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {
        _name(key): _escape_lines(str(value)) if key == _TRACEBACK else _escape_value(value)
        for key, value in event.items()
    }


def _escape_lines(text: str) -> str:
    return "\n".join(escaped(line) for line in text.split("\n"))


def _escape_value(value: object) -> object:
    if isinstance(value, bool | int | float | None):
        return value
    if isinstance(value, list | tuple):
        return [_escape_value(item) for item in value]
    return escaped(str(value))


def _within_line(
    render: Callable[[EventDict], str], _: WrappedLogger, __: str, event: EventDict
) -> str:
    """The line, its longest values shortened while it is too long; a bug's traceback is whole."""
    traceback = event.get(_TRACEBACK)
    short = {key: value for key, value in event.items() if key != _TRACEBACK}
    while len((line := render(dict(short))).encode("utf-8", "replace")) > LONGEST_LINE:
        longest = max(short, key=lambda key: len(str(short[key])))
        text = str(short[longest])
        if len(text) <= SHORTENED:
            # Many short fields: the last ones go, never what says which event it was and when.
            short.pop(next(key for key in reversed(short) if key not in _NEEDED))
            continue
        short[longest] = text[: min(SHORTENED, len(text) // 2)] + "…"
    return line if traceback is None else render(short | {_TRACEBACK: traceback})


def _as_json(event: EventDict) -> str:
    return json.dumps(event, ensure_ascii=False, default=str)


def _for_people(event: EventDict) -> str:
    moment, level = str(event.pop("timestamp", ""))[11:19], str(event.pop("level", ""))
    name, traceback = event.pop("event", ""), event.pop(_TRACEBACK, None)
    return _behind_bars(f"{moment} {level:<7} {name}{_pairs(event)}", traceback)


def _as_logfmt(event: EventDict) -> str:
    traceback = event.pop(_TRACEBACK, None)
    first = {key: event.pop(key) for key in ("timestamp", "level", "event") if key in event}
    return _behind_bars(_pairs({**first, **event}).lstrip(), traceback)


def _pairs(event: EventDict) -> str:
    return "".join(f" {key}={_quoted(value)}" for key, value in event.items())


def _behind_bars(line: str, traceback: object) -> str:
    if traceback is None:
        return line
    behind = "\n".join(f"    | {each}" for each in str(traceback).split("\n"))
    return f"{line}\n{behind}"


def _quoted(value: object) -> str:
    text = str(value)
    if text and not any(sign in text for sign in ' "='):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


_RENDERERS: Final[dict[str, Callable[[EventDict], str]]] = {
    "json": _as_json,
    "logfmt": _as_logfmt,
    "console": _for_people,
}


class _Sampling(logging.Filter):
    """Shortens what aiohttp says about a request that is no HTTP, and says it less and less.

    It quotes the peer at length and adds a traceback (aiohttp 3.14, `web_protocol`).
    """

    def __init__(self) -> None:
        super().__init__()
        self._lines = 0
        self._suppressed = 0
        self._since = float("-inf")

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written."""
        error = record.exc_info[1] if record.exc_info else None
        if not (record.name.startswith("aiohttp") and isinstance(error, HttpProcessingError)):
            return True
        record.msg, record.args = "request.malformed", ()
        record.exc_info = record.exc_text = None
        record.levelno, record.levelname = logging.INFO, "INFO"
        now = time.monotonic()
        if now - self._since >= MALFORMED_SECONDS:
            self._lines, self._since = 0, now
        self._lines += 1
        if self._lines > MALFORMED_AT_ONCE:
            self._suppressed += 1
            return False
        if self._suppressed:
            record.suppressed, self._suppressed = self._suppressed, 0
        return True
