"""Takes whatever lets a forgotten learner sign in out of the gateway's tables."""

from collections.abc import Sequence

import asyncpg

from shared.contracts.events import decode
from shared.contracts.learners import LearnerForgotten
from shared.ledger.entry import Entry

_OF_A_PERSON = ("gateway.session", "gateway.account", "gateway.personal_tokens")
"""Every table here that holds something a person signs in with, in its column `person`."""


class Forgetting:
    """A Projection: what LearnerForgotten means here. The disclosure log stays: it tells of ids alone."""

    async def prepare(self, entries: Sequence[Entry]) -> None:
        """Nothing: the event explains itself."""

    async def apply(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        people = [decode(entry, LearnerForgotten).learner for entry in entries if entry.event == "LearnerForgotten"]
        if not people:
            return
        await connection.execute(
            "INSERT INTO gateway.forgotten (person) SELECT DISTINCT * FROM unnest($1::uuid[]) ON CONFLICT DO NOTHING",
            people,
        )
        for table in _OF_A_PERSON:
            await connection.execute(f"DELETE FROM {table} WHERE person = ANY ($1::uuid[])", people)  # noqa: S608 - of constants

    async def forget_owner(self, connection: asyncpg.Connection, owner: str) -> None:
        """Nothing: who is forgotten stays so, also while her entries are applied again."""
