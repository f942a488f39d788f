"""Which of the database's errors mean that the ledger is not to be had at the moment, and which a fault of ours."""

import asyncpg

# Client-side faults (a wrong argument) come as InterfaceError too; DataError among them is about a value.
_ABSENT = (
    OSError,  # TimeoutError is one
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a server that dies amid a call can leave the connection's own state behind
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # shut down, starting up, cancelled
    asyncpg.InsufficientResourcesError,  # disk full, too many connections
    asyncpg.TransactionRollbackError,  # deadlock: rolled back, may be tried again
    asyncpg.PostgresSystemError,
    asyncpg.ReadOnlySQLTransactionError,  # a standby
)


def is_unavailable(error: Exception) -> bool:
    """Whether trying again later may help."""
    return isinstance(error, _ABSENT) and not isinstance(error, asyncpg.DataError)
