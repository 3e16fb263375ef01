"""Logs: one JSON object a line on standard error, whoever logs."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import structlog

from shared.service.broker import broker_logger
from shared.service.logs import configure_logs


@contextmanager
def _service_logs() -> Iterator[None]:
    """The logs are configured as in a service, and afterwards as before."""
    root, configuration = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    configure_logs("scoring")
    try:
        yield
    finally:
        structlog.contextvars.clear_contextvars()
        structlog.configure(**configuration)
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.getLogger("httpx").setLevel(logging.NOTSET)


def _lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_has_its_event_its_service_its_level_and_its_time(capsys: pytest.CaptureFixture[str]) -> None:
    with _service_logs():
        structlog.get_logger("shared.test").warning("job_failed", job="outbox", retry_in_s=1.0)

    (line,) = _lines(capsys)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "job_failed",
        "job": "outbox",
        "retry_in_s": 1.0,
        "service": "scoring",
        "level": "warning",
        "logger": "shared.test",
    }


def test_the_standard_library_logs_in_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    with _service_logs():
        logging.getLogger("asyncio").error("Jos\u00e9 said %s", "hello")

    (line,) = _lines(capsys)
    assert (line["event"], line["level"], line["logger"]) == ("Jos\u00e9 said hello", "error", "asyncio")
    assert line["service"] == "scoring"


def test_faststream_logs_in_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    """Its own logger writes text in several lines, and passes nothing on."""
    with _service_logs():
        broker_logger().error("KeyError: a bug", exc_info=KeyError("a bug"), extra={"subject": "day.changed.v1"})

    (line,) = _lines(capsys)
    assert (line["event"], line["service"]) == ("KeyError: a bug", "scoring")
    assert "KeyError" in line["exception"]


def test_an_exception_is_one_line_with_its_whole_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    long = "x" * 3_000
    with _service_logs():
        structlog.get_logger("shared.test").error("job_crashed", exc_info=KeyError(long))

    (line,) = _lines(capsys)
    assert line["exception"].startswith("KeyError")
    assert long in line["exception"]


def test_a_long_text_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    with _service_logs():
        structlog.get_logger("shared.test").warning("job_failed", detail="x" * 2_001, limit="x" * 2_000)

    (line,) = _lines(capsys)
    assert (len(line["detail"]), len(line["limit"])) == (2_000, 2_000)


def test_only_the_configured_level_and_above_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    with _service_logs():
        structlog.get_logger("shared.test").info("delivered", nudge="n1")
        structlog.get_logger("shared.test").debug("nats_gone_before_close")
        logging.getLogger("httpx").info("HTTP Request: POST https://hooks.example/secret")

    assert [line["event"] for line in _lines(capsys)] == ["delivered"]
