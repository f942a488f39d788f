"""Structured logs: one JSON object a line, in which an allow-list decides which fields may appear, and in which form.

What is not on the list, or not in the form that the list names, is dropped and counted, so that no one's words or names
slip into a log by way of an exception or a field that someone added in passing (GUARANTEES I9). An exception is logged
by type and place. Its message stands there only where its type is one of ours whose messages are sentences about
shards and topics (`plainly_told`): asyncpg's may quote a row, pydantic's a request.
"""

import logging
import re
import sys
import traceback
from collections.abc import Callable, Mapping, MutableMapping
from types import MappingProxyType
from typing import Any, TypeVar

import structlog

_Error = TypeVar("_Error", bound=type[BaseException])

_CODE = re.compile(r"[A-Za-z0-9_.:<>/-]{1,120}", re.ASCII)
_SENTENCE = re.compile(r"[^\x00-\x1f\x7f]{1,400}")


def _code(value: object) -> bool:
    """One word of a program's: a name, a place in the code, a route's template."""
    return isinstance(value, str) and _CODE.fullmatch(value) is not None


def _sentence(value: object) -> bool:
    """One line of ours, without control characters."""
    return isinstance(value, str) and _SENTENCE.fullmatch(value) is not None


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


ALLOWED: Mapping[str, Callable[[object], bool]] = MappingProxyType({
    "timestamp": _code, "level": _code, "event": _sentence, "service": _code, "role": _sentence, "ledger": _code,
    "shard": _number, "position": _number, "type": _code, "count": _number, "reason": _sentence, "status": _number,
    "method": _code, "route": _code, "milliseconds": _number, "attempt": _number, "seconds": _number, "port": _number,
    "error": _code, "place": _code, "pid": _number, "topic": _code, "state": _code,
})  # fmt: skip
"""The fields that may appear in a log, each with the form that it must have.

`reason` and `event` are sentences of ours, never of a person; what they are made of is a shard, a topic, a type.
"""

_plainly_told: set[type[BaseException]] = set()
_dropped = 0


def plainly_told(error: _Error) -> _Error:
    """Mark a type of error whose messages are sentences of ours that quote nobody: they may stand in a log."""
    _plainly_told.add(error)
    return error


def dropped_fields() -> int:
    """How many fields the allow-list has kept out of this process's log."""
    return _dropped


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
        if type(error) in _plainly_told:
            event.setdefault("reason", str(error))
    return event


def _allowed_only(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    global _dropped  # noqa: PLW0603 - one log a process, so one count
    kept = {key: value for key, value in event.items() if (form := ALLOWED.get(key)) is not None and form(value)}
    _dropped += len(event) - len(kept)
    return kept
