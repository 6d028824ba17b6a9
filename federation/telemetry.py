"""What the server says about itself: one structured line for each event.

An event has a short dotted name (`inbox.refused`, `egress.done`) and fields; a sentence is not an
event. What a peer wrote may stand in a field, so every character that could end a line, move a
cursor or turn the reading direction is written as an escape (CWE-117): no peer can forge a line or
hide one. Passwords, keys and tokens are never fields.

`json` writes one object for each event, with the traceback, if any, inside. `console` is for
people: `time level event key=value`; a bug's traceback follows, each line behind a bar.

Everything that runs for one request, the tasks it starts included, carries the same `request`.
"""

import logging
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import WatchedFileHandler
from typing import Final

import structlog
from aiohttp.http_exceptions import HttpProcessingError
from structlog.typing import EventDict, Processor, WrappedLogger

from federation.settings import Log

LONGEST_VALUE: Final = 2000
"""Characters of one value: a peer must not be able to fill the disk with one header."""

_TRACEBACK: Final = "exception"
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})  # Unicode general categories
_QUIET: Final = {
    "aiohttp.access": logging.ERROR,
    "alembic": logging.WARNING,
    "asyncio": logging.WARNING,
}


def configure(log: Log) -> None:
    """Send every event of this process, and of the libraries, where the settings say.

    May be called again; the file of the call before is closed then.
    """
    handler: logging.Handler = (
        # A watched file is opened again after logrotate has moved it.
        WatchedFileHandler(log.file, encoding="utf-8") if log.file else logging.StreamHandler()
    )
    handler.setFormatter(_formatter(log.format))
    handler.addFilter(_without_bytes_of_strangers)
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
        cache_logger_on_first_use=False,
    )


@contextmanager
def request_scope(request_id: str) -> Iterator[None]:
    """Mark every event inside with the id of the request that caused it."""
    with structlog.contextvars.bound_contextvars(request=request_id):
        yield


def escaped(text: str) -> str:
    """The text on one line, unseen characters written out, cut where it is too long."""
    cut = text[:LONGEST_VALUE]
    shown = "".join(
        character if unicodedata.category(character) not in _UNSEEN else _escape(character)
        for character in cut
    )
    return shown if len(text) == len(cut) else f"{shown} ... ({len(text)} characters)"


def _escape(character: str) -> str:
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _formatter(kind: str) -> logging.Formatter:
    rendering: list[Processor] = (
        [structlog.processors.JSONRenderer(ensure_ascii=False)] if kind == "json" else [_for_people]
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, *_shared()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _escape_values,
            *rendering,
        ],
    )


def _escape_values(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {
        escaped(key): _escape_lines(str(value)) if key == _TRACEBACK else _escape_value(value)
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


def _for_people(_: WrappedLogger, __: str, event: EventDict) -> str:
    time, level = str(event.pop("timestamp", ""))[11:19], str(event.pop("level", ""))
    name, traceback = event.pop("event", ""), event.pop(_TRACEBACK, None)
    pairs = "".join(f" {key}={_quoted(value)}" for key, value in event.items())
    line = f"{time} {level:<7} {name}{pairs}"
    if traceback is None:
        return line
    behind = "\n".join(f"    | {each}" for each in str(traceback).split("\n"))
    return f"{line}\n{behind}"


def _quoted(value: object) -> str:
    text = str(value)
    return f'"{text}"' if not text or " " in text or '"' in text else text


def _without_bytes_of_strangers(record: logging.LogRecord) -> bool:
    """Shorten what aiohttp says about a request that is no HTTP: it quotes the peer at length."""
    error = record.exc_info[1] if record.exc_info else None
    if record.name.startswith("aiohttp") and isinstance(error, HttpProcessingError):
        record.msg, record.args = "request.malformed", ()
        record.exc_info = record.exc_text = None
        record.levelno, record.levelname = logging.INFO, "INFO"
    return True
