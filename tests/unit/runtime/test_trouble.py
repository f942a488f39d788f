"""Which errors are the world's, and wait, and which are an entry's, and lead to quarantine."""

import asyncpg
import pytest
from aiokafka.errors import KafkaConnectionError

from shared.runtime.trouble import Backoff, RefusedError, UnavailableError, is_trouble, reason_of


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.DeadlockDetectedError("x"),
        asyncpg.SerializationError("x"),
        asyncpg.AdminShutdownError("x"),
        asyncpg.ConnectionDoesNotExistError("x"),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.DiskFullError("x"),
        asyncpg.TooManyConnectionsError("x"),
        asyncpg.QueryCanceledError("x"),
        asyncpg.LockNotAvailableError("x"),
        asyncpg.ReadOnlySQLTransactionError("x"),
        asyncpg.UndefinedTableError("x"),
        asyncpg.InsufficientPrivilegeError("x"),
        ConnectionResetError(),
        TimeoutError(),
        MemoryError(),
        RefusedError(404),
        KafkaConnectionError("x"),
        UnavailableError("x"),
    ],
)
def test_the_worlds_troubles_are_waited_out(error: Exception) -> None:
    assert is_trouble(error)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("x"),
        KeyError("x"),
        RecursionError(),
        AssertionError(),
        asyncpg.NumericValueOutOfRangeError("x"),
        asyncpg.CharacterNotInRepertoireError("x"),
        asyncpg.UniqueViolationError("x"),
        asyncpg.CheckViolationError("x"),
        asyncpg.exceptions._base.DataError("invalid input for query argument"),
    ],
)
def test_what_an_entry_can_cause_is_its_owners(error: Exception) -> None:
    assert not is_trouble(error)


def test_a_reason_quotes_nobody() -> None:
    with pytest.raises(ValueError, match="invalid literal") as raised:
        int("Ada Lovelace, born 1815")
    assert reason_of(raised.value).startswith("ValueError at test_trouble.py:")


def test_waits_double_up_to_a_bound_and_begin_anew() -> None:
    backoff = Backoff(first=0.1, longest=1.0)
    assert [round(backoff.failed(), 3) for _ in range(6)] == [0.1, 0.2, 0.4, 0.8, 1.0, 1.0]
    backoff.succeeded()
    assert backoff.failed() == 0.1
