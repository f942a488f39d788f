"""Structured logs: one JSON object a line, in which an allow-list decides which fields may appear.

What is not on the list is dropped, so that no one's words or names slip into a log by way of an exception or a field
that someone added in passing (GUARANTEES I9). An exception is logged by type and place, never by message.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED = frozenset({
    "timestamp", "level", "event", "service", "role", "ledger", "shard", "position", "type", "count", "reason",
    "status", "method", "route", "milliseconds", "attempt", "seconds", "port", "error", "place", "pid", "topic",
})  # fmt: skip
"""The fields that may appear in a log. `reason` and `event` are texts of ours, never of a person."""


def start_logging(service: str, level: str) -> None:
    """Log to standard error from now on, as `service`, from `level` up; foreign libraries only from warnings up."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_messages,
            _allowed_only,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.clear_contextvars()
    handler = _Foreign(service)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


class _Foreign(logging.Handler):
    """Takes in what libraries log: the logger's name and level, and an exception's type and place.

    Not its text, which may quote anything. The server's log of a fault in a route comes this way too.
    """

    def __init__(self, service: str) -> None:
        super().__init__()
        self._log = structlog.get_logger().bind(service=service)

    def emit(self, record: logging.LogRecord) -> None:
        where: dict[str, Any] = {"place": f"{record.name}:{record.funcName}:{record.lineno}", "type": record.levelname}
        if record.exc_info and record.exc_info[1] is not None:
            where["error"] = record.exc_info[1]
        self._log.warning("library", **where)


def _without_messages(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    error = event.get("error")
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)
        event["error"] = type(error).__qualname__
        if frames:
            event["place"] = f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}"
    return event


def _allowed_only(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: value for key, value in event.items() if key in ALLOWED}
