"""Tells a trouble of the world, which passes and is waited out, from an entry that cannot be handled."""

import traceback
from dataclasses import dataclass

import asyncpg
from aiokafka.errors import KafkaError

_OF_THE_DATA = ("22", "23")
"""SQLSTATE classes that an entry's content can cause: data exceptions and integrity violations."""


class UnavailableError(Exception):
    """Something apart from the entries does not answer, or not as it should. The batch is tried again later."""


class RefusedError(UnavailableError):
    """A service refused what another asked of it."""

    def __init__(self, status: int) -> None:
        super().__init__(f"The service answered {status}.")
        self.status = status


def is_trouble(error: BaseException) -> bool:
    """Whether this is no fault of an entry: a database, broker or service that fails, refuses or takes too long.

    Of the database's errors only those of data and of integrity are an entry's fault. A missing table or right is
    none either: it would put every owner into quarantine.
    """
    if isinstance(error, asyncpg.PostgresError):
        return not (error.sqlstate or "").startswith(_OF_THE_DATA)
    if isinstance(error, asyncpg.InterfaceError):
        return not isinstance(error, ValueError)  # asyncpg's own DataError: an argument that has no such form
    if isinstance(error, asyncpg.InternalClientError):
        return True  # a server that dies amid a call can leave the connection's own state behind
    return isinstance(error, OSError | TimeoutError | MemoryError | KafkaError | UnavailableError)


def reason_of(error: BaseException) -> str:
    """What went wrong and where, in a form that quotes nobody: the error's kind and place, never its message."""
    frames = traceback.extract_tb(error.__traceback__)
    kind = type(error).__qualname__
    if isinstance(error, RefusedError):
        kind = f"{kind} {error.status}"
    return f"{kind} at {frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else kind


@dataclass(slots=True)
class Backoff:
    """Seconds to wait after each failure in a row: `first`, then twice as long each time, up to `longest`."""

    first: float = 0.1
    longest: float = 5.0
    failures: int = 0

    def failed(self) -> float:
        """Count a failure, and say how long to wait before the next try."""
        self.failures += 1
        return min(self.longest, self.first * 2.0 ** min(self.failures - 1, 20))

    def succeeded(self) -> None:
        self.failures = 0
