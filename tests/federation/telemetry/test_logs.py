"""The log: one event on a line, and no peer writes a line of its own."""

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from aiohttp.http_exceptions import BadHttpMessage

from federation.settings import Log
from federation.telemetry import log_writing, metrics
from federation.telemetry.log_writing import MOST_WAITING, InBackground
from federation.telemetry.logs import (
    LONGEST_LINE,
    LONGEST_VALUE,
    MALFORMED_AT_ONCE,
    activity_scope,
    configure,
    escaped,
    request_scope,
)

NASTY = 'a\r\n2026 error fake=1\x1b[2J\x00\u202e\u2028\x85\x7f"b"'


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    configure(Log())  # closes the file of the test
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").split("\n")[:-1]


def to_json(tmp_path: Path, level: str = "info") -> Path:
    configure(Log(format="json", file=str(tmp_path / "log"), level=level))
    return tmp_path / "log"


def test_an_event_is_one_object(tmp_path: Path) -> None:
    file = to_json(tmp_path)
    structlog.get_logger().info("inbox.refused", reason="digest", bytes=3, known=None, ok=True)
    (line,) = lines(file)
    event = json.loads(line)
    assert event["event"] == "inbox.refused"
    assert (event["reason"], event["bytes"], event["known"], event["ok"]) == (
        "digest",
        3,
        None,
        True,
    )
    assert event["level"] == "info"
    assert event["timestamp"].endswith("Z")


@pytest.mark.parametrize("form", ["json", "logfmt", "console"])
def test_no_peer_writes_a_line_of_its_own(tmp_path: Path, form: str) -> None:
    configure(Log(format=form, file=str(tmp_path / "log")))
    structlog.get_logger().info(NASTY, peer=NASTY, several=[NASTY], **{NASTY: {NASTY: NASTY}})
    logging.getLogger("library").warning("%s", NASTY)
    written = lines(tmp_path / "log")
    assert len(written) == 2
    assert all(line.isprintable() for line in written)
    assert "fake=1" in written[0]


def test_a_long_value_is_cut() -> None:
    assert escaped("x" * 1_000_000).startswith("x" * LONGEST_VALUE + " ... (1000000")
    assert len(escaped("\x00" * 1_000_000)) < 10_000


def test_letters_of_all_languages_stay_readable() -> None:
    assert escaped("Coopérative 合作社 تعاونية 🐝") == "Coopérative 合作社 تعاونية 🐝"


@pytest.mark.parametrize("form", ["json", "logfmt", "console"])
def test_a_bug_is_told_in_full_and_cannot_be_forged(tmp_path: Path, form: str) -> None:
    configure(Log(format=form, file=str(tmp_path / "log")))
    try:
        int(f"from a peer:\n12:00:00 info forged {NASTY}")
    except ValueError:
        structlog.get_logger().exception("delivery.bug")
    first, *more = lines(tmp_path / "log")
    assert "delivery.bug" in first
    if form == "json":
        assert "Traceback" in json.loads(first)["exception"]
    assert all(line.startswith("    | ") for line in more)
    assert all(line.isprintable() for line in [first, *more])


def test_a_request_marks_its_events(tmp_path: Path) -> None:
    file = to_json(tmp_path)
    with request_scope("0190"):
        structlog.get_logger().info("inside")
        logging.getLogger("library").warning("inside too")
    structlog.get_logger().info("outside")
    assert [json.loads(line).get("request") for line in lines(file)] == ["0190", "0190", None]


def test_unimportant_events_are_left_out(tmp_path: Path) -> None:
    file = to_json(tmp_path, level="warning")
    structlog.get_logger().info("small")
    logging.getLogger("library").info("small")
    structlog.get_logger().error("large")
    assert [json.loads(line)["event"] for line in lines(file)] == ["large"]


def test_a_request_that_is_no_http_makes_one_short_line(tmp_path: Path) -> None:
    file = to_json(tmp_path)
    error = BadHttpMessage("bytes of a stranger")
    logging.getLogger("aiohttp.server").error("Error handling request", exc_info=error)
    (line,) = lines(file)
    assert json.loads(line)["event"] == "request.malformed"
    assert "stranger" not in line


def test_a_thousand_requests_that_are_no_http_make_few_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = [0.0]
    monkeypatch.setattr("federation.telemetry.logs.time.monotonic", lambda: moment[0])
    file = to_json(tmp_path)
    error = BadHttpMessage("bytes of a stranger")
    for _ in range(1000):
        logging.getLogger("aiohttp.server").error("Error handling request", exc_info=error)
    assert len(lines(file)) == MALFORMED_AT_ONCE
    moment[0] = 60.0
    logging.getLogger("aiohttp.server").error("Error handling request", exc_info=error)
    assert json.loads(lines(file)[-1])["suppressed"] == 1000 - MALFORMED_AT_ONCE


@pytest.mark.parametrize("form", ["json", "logfmt", "console"])
def test_no_line_is_longer_than_a_kilobyte(tmp_path: Path, form: str) -> None:
    configure(Log(format=form, file=str(tmp_path / "log")))
    wide = "合" * 5000
    many = {f"field{number}": wide for number in range(40)}
    structlog.get_logger().info("inbox.refused", reason="json", peer=wide, several=[wide] * 30)
    structlog.get_logger().info("inbox.refused", reason="json", **many)
    for line in lines(tmp_path / "log"):
        assert len(line.encode()) <= LONGEST_LINE
        assert "inbox.refused" in line


def test_logfmt_names_the_event(tmp_path: Path) -> None:
    configure(Log(format="logfmt", file=str(tmp_path / "log")))
    structlog.get_logger().info("inbox.refused", reason="digest", activity='https://a.test/"1" ?')
    (line,) = lines(tmp_path / "log")
    assert " event=inbox.refused " in line
    assert line.startswith("timestamp=")
    assert line.endswith(r'reason=digest activity="https://a.test/\"1\" ?"')


def test_people_read_one_line_per_event(tmp_path: Path) -> None:
    configure(Log(file=str(tmp_path / "log")))
    structlog.get_logger().warning("egress.refused", reason="port", detail="not called here")
    (line,) = lines(tmp_path / "log")
    assert line[8:] == ' warning egress.refused reason=port detail="not called here"'


def test_the_log_may_be_set_up_again(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    for file in (first, second):
        configure(Log(file=str(file)))
    structlog.get_logger().info("here")
    assert lines(first) == []
    assert len(lines(second)) == 1


def in_background(write: Callable[[str], None]) -> InBackground:
    handler = InBackground(write)
    handler.setFormatter(logging.Formatter("%(message)s"))
    return handler


def said(text: str) -> logging.LogRecord:
    return logging.LogRecord("test", logging.INFO, "", 0, text, (), None)


def test_a_log_that_nobody_reads_holds_up_nobody() -> None:
    free, written = threading.Event(), list[str]()

    def blocked(line: str) -> None:
        free.wait(60)
        written.append(line)

    handler = in_background(blocked)
    before = dropped()
    for number in range(MOST_WAITING + 500):
        handler.emit(said(str(number)))
    assert dropped() - before >= 498
    free.set()
    for _ in range(100_000):
        if len(written) > MOST_WAITING:
            break
        time.sleep(0.001)
    handler.emit(said("the last"))
    handler.close()
    assert written[0] == "0\n"
    assert "the last\n" in written
    assert "log.dropped\n" in written


def dropped() -> float:
    return metrics.REGISTRY.get_sample_value("essaim_log_lines_dropped_total") or 0.0


def test_a_full_disk_costs_lines_and_nothing_else() -> None:
    before = dropped()
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        handler = in_background(lambda line: log_writing._write_all(full, line))
        for _ in range(10):
            handler.emit(said("x"))
        handler.close()
    finally:
        os.close(full)
    assert dropped() - before == 10


def test_a_file_is_written_in_the_background_too(tmp_path: Path) -> None:
    configure(Log(format="json", file=str(tmp_path / "log")), in_background=True)
    with activity_scope("https://a.example/1"):
        structlog.get_logger().info("delivery.settled")
    while not (tmp_path / "log").stat().st_size:
        time.sleep(0.001)
    (tmp_path / "log").rename(tmp_path / "log.1")
    structlog.get_logger().info("server.stopping")
    configure(Log())  # waits for the last line
    events = [json.loads(line) for name in ("log.1", "log") for line in lines(tmp_path / name)]
    assert [one["event"] for one in events] == ["delivery.settled", "server.stopping"]
    assert events[0]["activity"] == "https://a.example/1"
