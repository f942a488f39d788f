"""One connection that appends: each call one statement in autocommit, so that no client can hold a shard's head."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import asyncpg

from services.evidence.domain.commands import Outcome
from services.evidence.ports import LedgerUnavailable
from services.evidence.postgres.append import APPEND, append_call
from services.evidence.postgres.facts import FACTS, are_plain, facts_call
from services.evidence.postgres.failures import is_unavailable
from services.evidence.postgres.open_learners import OpenLearners
from services.evidence.postgres.prepared import Prepared
from services.evidence.postgres.shards import ShardOf

CONNECT_SECONDS = 5
CALL_SECONDS = 30

_SETTINGS = {
    "application_name": "evidence append",
    "default_transaction_isolation": "read committed",  # what the functions are built on
    "synchronous_commit": "on",  # a receipt is for what is on the disk
    "statement_timeout": f"{CALL_SECONDS}s",
    "timezone": "UTC",
}


class LaneConnection:
    """Opened when it is needed, and again after it broke. Used by one lane, one call at a time."""

    def __init__(self, dsn: str, tenant: str, shard_of: ShardOf) -> None:
        self._dsn = dsn
        self._tenant = tenant
        self._shard_of = shard_of
        self._connection: asyncpg.Connection | None = None
        self._known = OpenLearners()

    async def append(self, commands: Sequence[Prepared]) -> list[Outcome]:
        """One outcome a command, all of one ledger.

        Raises LedgerUnavailable where the database did not answer, asyncpg.PostgresError where it refused the call as
        a whole, which is a fault of ours; then nothing was appended.
        """
        try:
            if are_plain(commands):
                await self._connect()  # first: what is known of learners is known of one connection
                facts = facts_call(self._tenant, commands, self._known)
                outcomes = facts.outcomes(await self._ask(FACTS, facts.arguments), self._known)
                if outcomes is not None:
                    return outcomes
            call = append_call(self._tenant, commands, self._shard_of[commands[0].command.ledger])
            return call.outcomes(await self._ask(APPEND, call.arguments))
        except Exception as error:
            if not is_unavailable(error):
                raise
            self._drop()
            raise LedgerUnavailable(f"The ledger did not answer ({type(error).__name__}).") from error

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await connection.close(timeout=2)

    async def _connect(self) -> asyncpg.Connection:
        if self._connection is None or self._connection.is_closed():
            self._known = OpenLearners()
            self._connection = await asyncpg.connect(
                self._dsn, timeout=CONNECT_SECONDS, command_timeout=CALL_SECONDS + 5, server_settings=_SETTINGS
            )
        return self._connection

    async def _ask(self, statement: str, arguments: tuple[Any, ...]) -> asyncpg.Record:
        connection = await self._connect()
        row = await connection.fetchrow(statement, *arguments)
        assert row is not None
        return row

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()
