"""The worker that folds states again after the definitions have changed, chunk by chunk.

Each chunk is one transaction that also notes how far it has come: killed at any point, it goes on from there. It
holds the locks of the shards that it touches, as live folds do, so the two never write over each other.
"""

import asyncpg
import structlog

from services.mastery.flows.folding import folded_ordered
from services.mastery.postgres import refold_queue, states
from services.mastery.postgres.packing import unpack, unpack_overrides
from services.mastery.postgres.refold_queue import StateKey
from services.mastery.postgres.states import StateRow
from shared.rulebook.definitions import Learner
from shared.runtime.connections import borrowed
from shared.runtime.definitions.reading import DefinitionsReader
from shared.runtime.pace import Pace
from shared.runtime.stepping import Stepping, keep_stepping
from shared.runtime.watermark import wait_turn

POLL = 0.25
"""Seconds between two looks for something to refold; one small query each."""

_log = structlog.get_logger()


class Refolding:
    """Several may run, in one process or many. `chunk` states go into one transaction.

    `failing` says what stands in the way, None while nothing does.
    """

    def __init__(self, pool: asyncpg.Pool, definitions: DefinitionsReader, *, chunk: int = 500) -> None:
        self._pool, self._definitions, self._chunk = pool, definitions, chunk
        self._stepping = Stepping()

    async def run(self) -> None:
        """Refold whatever is asked for, until cancelled. What fails is tried again later, and told."""
        await keep_stepping(self.step, poll=POLL, waits="a refold waits", told=self._stepping)

    @property
    def failing(self) -> str | None:
        return self._stepping.failing

    async def step(self) -> bool:
        """Refold one chunk. Returns False where nothing waits that another worker is not at."""
        async with borrowed(self._pool) as connection, connection.transaction(isolation="read_committed"):
            await wait_turn(connection, "evidence")
            task = await refold_queue.take(connection)
            if task is None:
                return False
            keys = await refold_queue.next_keys(connection, task, self._chunk)
            if keys:
                await self._refold(connection, keys)
                await refold_queue.note_done(connection, task, keys)
            if len(keys) < self._chunk:
                await refold_queue.end(connection, task)
                _log.info("refolded", position=task.refold.position, count=task.refold.done + len(keys))
        return True

    async def _refold(self, connection: asyncpg.Connection, keys: list[StateKey]) -> None:
        await states.lock_shards(connection, {shard for shard, _, _ in keys})
        definitions = (await self._definitions.view(connection)).definitions
        packed = await states.read_states(connection, keys)
        schools = await states.read_schools(connection, {(shard, learner) for shard, learner, _ in keys})
        rows: dict[StateKey, StateRow] = {}
        pace = Pace()
        for key, stored in packed.items():
            shard, learner, competency = key
            pieces, overrides = unpack(stored.contributions), unpack_overrides(stored.overrides)
            who = Learner(learner, shard, schools.get(learner, ()))
            state = await folded_ordered(who, competency, pieces, definitions, overrides)
            rows[key] = states.row_of(state, len(pieces))
            await pace.breathe()
        await states.rewrite_states(connection, rows)
