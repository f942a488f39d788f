"""The workers that fold states again after the definitions have changed, chunk by chunk.

Each chunk is one transaction that also notes how far its part of the refold has come: killed at any point, a refold
goes on from there. It holds the lock of its shard, as live folds do, so the two never write over each other.
"""

import asyncio
from collections.abc import Callable

import asyncpg
import structlog

from services.mastery.folds import Folds, FoldsHere, Stored, Task
from services.mastery.postgres import refold_queue, states
from services.mastery.postgres.refold_queue import Found, Part
from shared.runtime.connections import borrowed
from shared.runtime.definitions.reading import DefinitionsReader
from shared.runtime.stepping import Stepping, keep_stepping
from shared.runtime.watermark import wait_turn

POLL = 0.25
"""Seconds between two looks of a worker for something to refold; two small queries each."""

_log = structlog.get_logger()


class Refolding:
    """`workers` at once; there may be others, in this process or in another. `chunk` states go into one transaction.

    Each worker keeps a connection of `pool` while it works, and folds with `folds` of its own. `failing` says what
    stands in the way, None while nothing does.
    """

    def __init__(
        self,
        pool: asyncpg.Pool,
        definitions: DefinitionsReader,
        *,
        chunk: int = 500,
        workers: int = 1,
        folds: Callable[[], Folds] = FoldsHere,
    ) -> None:
        self._workers = [_Worker(pool, definitions, chunk, folds()) for _ in range(workers)]

    async def run(self) -> None:
        """Refold whatever is asked for, until cancelled. What fails is tried again later, and told."""
        async with asyncio.TaskGroup() as at_work:
            for worker in self._workers:
                at_work.create_task(worker.run())

    @property
    def failing(self) -> str | None:
        reasons = (worker.stepping.failing for worker in self._workers)
        return next((reason for reason in reasons if reason is not None), None)

    async def step(self) -> bool:
        """Refold one chunk. Returns False where nothing waits that another worker is not at."""
        return await self._workers[0].step()


class _Worker:
    def __init__(self, pool: asyncpg.Pool, definitions: DefinitionsReader, chunk: int, folds: Folds) -> None:
        self._pool, self._definitions, self._chunk, self._folds = pool, definitions, chunk, folds
        self.stepping = Stepping()

    async def run(self) -> None:
        try:
            await keep_stepping(self._step_or_rest, poll=POLL, waits="a refold waits", told=self.stepping)
        finally:
            await self._folds.close()

    async def _step_or_rest(self) -> bool:
        worked = await self.step()
        if not worked:
            await self._folds.close()
        return worked

    async def step(self) -> bool:
        async with borrowed(self._pool) as connection:
            return await refold_queue.waits(connection) and await self._step(connection)

    async def _step(self, connection: asyncpg.Connection) -> bool:
        async with connection.transaction(isolation="read_committed"):
            await wait_turn(connection, "evidence")
            part = await refold_queue.take(connection)
            if part is None:
                if not await refold_queue.divide(connection):
                    return False
                part = await refold_queue.take(connection)
            if part is None:
                return True
            await states.lock_shards(connection, [part.shard])
            found = await refold_queue.next_states(connection, part, self._chunk)
            if found:
                await self._refold(connection, part, found)
                await refold_queue.note_done(connection, part, found)
            if len(found) < self._chunk:
                count = await refold_queue.end(connection, part)
                if count is not None:
                    _log.info("refolded", position=part.position, count=count)
        return True

    async def _refold(self, connection: asyncpg.Connection, part: Part, found: list[Found]) -> None:
        view = await self._definitions.view(connection)
        task = Task(
            revision=view.revision,
            shard=part.shard,
            states=[Stored(*state[1:]) for state in found],
            schools=await states.read_packed_schools(connection, part.shard, {state.learner for state in found}),
        )
        folded = await self._folds.fold(task, view.definitions)
        await states.rewrite_states(connection, [state.place for state in found], folded)
