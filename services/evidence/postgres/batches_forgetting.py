"""What batches of grades keep of a learner goes with her."""

from collections.abc import Sequence

import asyncpg

from services.evidence.domain.batches import refused
from services.evidence.domain.errors import Gone
from services.evidence.postgres.batch_rows import problem_bytes
from shared.ledger.entry import Entry


class BatchesForgetting:
    """A `Projection` of `LearnerForgotten`: the learner's lines keep only that nothing is released for her any more."""

    async def prepare(self, entries: Sequence[Entry]) -> None:
        """Nothing."""

    async def apply(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        forgotten = sorted({entry.owner for entry in entries if entry.event == "LearnerForgotten"})
        if forgotten:
            await connection.execute(
                "UPDATE release.learner SET state = 'refused', version = 0, levels = NULL, problem = $2, shard = NULL,"
                " position = NULL, grade_version = NULL, recorded_ms = NULL WHERE learner = ANY ($1::uuid[])",
                forgotten,
                _GONE,
            )

    async def forget_owner(self, connection: asyncpg.Connection, owner: str) -> None:
        """Nothing: what was forgotten stays so."""


_LINE = refused("", Gone("This learner's record is closed."))
assert _LINE.problem is not None
_GONE = problem_bytes(_LINE.problem)
