"""The port `Transcripts`: codes that were given out, and the frameworks in whose order transcripts are read."""

from collections.abc import Sequence

import asyncpg

from shared.contracts.events import decode
from shared.contracts.learners import LearnerForgotten
from shared.ledger.entry import Entry
from shared.rulebook.known import Known
from shared.rulebook.outline import Outline
from shared.runtime.connections import borrowed
from shared.runtime.definitions.outlines import Outlines

GIVING = 7006
"""The advisory lock between codes that are given out (together) and learners who are forgotten (alone)."""

_ISSUE = """
    INSERT INTO transcript.issued (code, learner)
    SELECT $1, $2::text::uuid WHERE NOT EXISTS (SELECT FROM mastery.forgotten WHERE learner = $2::text::uuid)
    ON CONFLICT DO NOTHING
"""


class PostgresTranscripts:
    """Codes in a table of their own, which no rebuild makes anew."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool, self._outlines = pool, Outlines(pool)

    async def issue(self, code: str, learner: str) -> None:
        """See `Transcripts.issue`. The lock is a statement of its own: so the next sees who was forgotten meanwhile."""
        async with borrowed(self._pool) as connection, connection.transaction():
            await connection.execute(f"SELECT pg_advisory_xact_lock_shared({GIVING})")
            await connection.execute(_ISSUE, code, learner)

    async def learner(self, code: str) -> str | None:
        """See `Transcripts.learner`."""
        learner: str | None = await self._pool.fetchval(
            "SELECT learner::text FROM transcript.issued WHERE code = $1", code
        )
        return learner

    async def outline(self, known: Known) -> Outline:
        """See `Transcripts.outline`."""
        return await self._outlines.known(known)


class TranscriptForgetting:
    """A `Projection`: of forgotten learners no code is kept. That of the states stands before it, and says who is."""

    async def prepare(self, entries: Sequence[Entry]) -> None:
        """Nothing."""

    async def apply(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        learners = [decode(entry, LearnerForgotten).learner for entry in entries if entry.event == "LearnerForgotten"]
        if learners:
            await connection.execute(f"SELECT pg_advisory_xact_lock({GIVING})")
            await connection.execute("DELETE FROM transcript.issued WHERE learner = ANY ($1::uuid[])", learners)

    async def forget_owner(self, connection: asyncpg.Connection, owner: str) -> None:
        """Nothing: what was given out was, and is checked against the record."""
