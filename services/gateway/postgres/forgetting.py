"""Takes whatever lets a forgotten learner sign in out of the gateway's tables, and keeps it out."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg

from shared.contracts.events import decode
from shared.contracts.learners import LearnerForgotten
from shared.ledger.entry import Entry
from shared.runtime.connections import borrowed
from shared.runtime.problems import gone

_OF_A_PERSON = ("gateway.session", "gateway.account", "gateway.personal_tokens", "gateway.passes")
"""Every table here that holds something a person signs in with, in its column `person`."""

_GIVING = 7101
"""The advisory lock between whoever gives a person something to sign in with (shared) and a forgetting (exclusive)."""


@asynccontextmanager
async def giving(pool: asyncpg.Pool, person: str) -> AsyncIterator[asyncpg.Connection]:
    """A transaction in which the person may be given something to sign in with: a forgetting comes before it or after.

    What stands in these tables (a subject, a label) may tell who she was, so nothing is ever added for the forgotten.
    Raises `problems.gone` where she is.
    """
    async with borrowed(pool) as connection, connection.transaction():
        await connection.execute(f"SELECT pg_advisory_xact_lock_shared({_GIVING})")
        if await connection.fetchval("SELECT EXISTS (SELECT FROM gateway.forgotten WHERE person = $1)", person):
            raise gone("This person is forgotten; nobody signs in as her any more.")
        yield connection


class Forgetting:
    """A Projection: what LearnerForgotten means here. The disclosure log stays: it tells of ids alone."""

    async def prepare(self, entries: Sequence[Entry]) -> None:
        """Nothing: the event explains itself."""

    async def apply(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        people = [decode(entry, LearnerForgotten).learner for entry in entries if entry.event == "LearnerForgotten"]
        if not people:
            return
        await connection.execute(f"SELECT pg_advisory_xact_lock({_GIVING})")
        await connection.execute(
            "INSERT INTO gateway.forgotten (person) SELECT DISTINCT * FROM unnest($1::uuid[]) ON CONFLICT DO NOTHING",
            people,
        )
        for table in _OF_A_PERSON:
            await connection.execute(f"DELETE FROM {table} WHERE person = ANY ($1::uuid[])", people)  # noqa: S608 - of constants

    async def forget_owner(self, connection: asyncpg.Connection, owner: str) -> None:
        """Nothing: who is forgotten stays so, also while her entries are applied again."""
