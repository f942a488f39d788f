"""The workers that fold what-ifs, part by part, beside the states and never into them.

They give way: nothing is begun, and what is begun is dropped, while a refold waits; between two blocks of rows they
rest as long as the last one took while live evidence is being applied; and their processes have a lower priority.
A part is read in one snapshot, so no fold waits for it and it waits for none; what it came to is written in one
transaction, in tables of its own.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

import asyncpg
import structlog

from services.mastery.domain.what_ifs import tried_adoption
from services.mastery.postgres import states, what_if_parts
from services.mastery.postgres.what_if_forgetting import remembered
from services.mastery.postgres.what_if_parts import WhatIfPart
from services.mastery.postgres.what_if_passing import Passing
from services.mastery.trials import COLUMNS, Begin, PartResult, Trial
from shared.rulebook.definitions import Definitions
from shared.runtime.briefed_child import BriefedChild
from shared.runtime.connections import borrowed, snapshot
from shared.runtime.definitions.reading import DefinitionsReader
from shared.runtime.definitions.view import DefinitionsView
from shared.runtime.stepping import keep_stepping
from shared.runtime.trouble import is_trouble, reason_of

POLL = 0.5
"""Seconds between two looks of a worker for something to fold."""

BLOCK = 1024 * 1024
"""Bytes of rows that are passed on at once: a few milliseconds of folding."""

_COPY_SECONDS = 1800

_log = structlog.get_logger()


class Trier(Protocol):
    """Folds one part after the other, block by block."""

    async def ask(self, of: Begin | bytes | None, *, revision: int, brief: object) -> PartResult | None: ...

    async def close(self) -> None: ...


class _NotNowError(Exception):
    """The part is to be left: something else goes first, or it is not wanted."""


def in_process() -> Trier:
    """A process of its own."""
    return BriefedChild("services.mastery.trials")


class WhatIfWork:
    """`workers` at once; there may be others, in this process or in another. Each keeps two connections of `pool`
    while it is at a part.
    """

    def __init__(
        self,
        pool: asyncpg.Pool,
        *,
        workers: int = 1,
        trier: Callable[[], Trier] = in_process,
        block: int = BLOCK,
    ) -> None:
        self._workers = [_Worker(pool, trier(), block) for _ in range(workers)]

    async def run(self) -> None:
        """Fold whatever is asked for, until cancelled."""
        async with asyncio.TaskGroup() as at_work:
            for worker in self._workers:
                at_work.create_task(worker.run())

    async def step(self) -> bool:
        """Fold one part. Returns False where nothing waits that another worker is not at, or something goes first."""
        return await self._workers[0].step()

    async def close(self) -> None:
        """Give back what it takes to fold."""
        for worker in self._workers:
            await worker.close()


class _Worker:
    def __init__(self, pool: asyncpg.Pool, trier: Trier, block: int) -> None:
        self._pool, self._trier, self._block = pool, trier, block
        self._definitions = DefinitionsReader()
        self._brief: tuple[str, int, int] | None = None
        self._revision = 0
        self._at: WhatIfPart | None = None

    async def run(self) -> None:
        try:
            await keep_stepping(self._step_or_rest, poll=POLL, waits="a what-if waits")
        finally:
            await self.close()

    async def close(self) -> None:
        await self._trier.close()

    async def _step_or_rest(self) -> bool:
        worked = await self.step()
        if not worked:
            await self._trier.close()
        return worked

    async def step(self) -> bool:
        self._at = None
        try:
            return await self._step()
        except _NotNowError:
            await self._trier.close()  # it is amid a part
            return False
        except Exception as error:
            await self._trier.close()
            await self._failed(error)
            raise

    async def _step(self) -> bool:
        async with borrowed(self._pool) as connection:
            return await what_if_parts.waits(connection) and await self._worked(connection)

    async def _worked(self, connection: asyncpg.Connection) -> bool:
        async with connection.transaction(isolation="read_committed"):
            if await connection.fetchval("SELECT EXISTS (SELECT FROM mastery.refold)"):
                return False
            self._at = part = await what_if_parts.take(connection)
            if part is None:
                return await what_if_parts.sweep(connection) or await self._divide(connection)
            await self._try(connection, part)
        return True

    async def _failed(self, error: Exception) -> None:
        """A part that cannot be folded must not be tried for ever."""
        part = self._at
        if part is not None and not is_trouble(error):
            async with borrowed(self._pool) as connection:
                await what_if_parts.failed(connection, part.what_if, reason_of(error))

    async def _divide(self, connection: asyncpg.Connection) -> bool:
        async with snapshot(self._pool) as reading:
            view = await self._definitions.view(reading)
        return await what_if_parts.divide(connection, *_place(view))

    async def _try(self, connection: asyncpg.Connection, part: WhatIfPart) -> None:
        async with snapshot(self._pool) as reading:
            view = await self._definitions.view(reading)
            if _place(view) != (part.definitions, part.adoptions):
                await what_if_parts.begin_anew(connection, part)
                return
            if await reading.fetchval("SELECT EXISTS (SELECT FROM mastery.refold)"):
                raise _NotNowError  # some states are still under what was in force before
            evidence = await reading.fetchval(
                "SELECT position FROM projection.watermark WHERE ledger = 'evidence' AND shard = $1", part.shard
            )
            result = await self._folded(connection, reading, part, tried(view.definitions, part))
        await states.lock_shards(connection, [part.shard])
        result = await remembered(connection, part.shard, result)
        if await what_if_parts.end(connection, part, evidence or 0, result):
            _log.debug("tried a part", what_if=part.what_if, shard=part.shard, states=result.states)

    async def _folded(
        self, connection: asyncpg.Connection, reading: asyncpg.Connection, part: WhatIfPart, trial: Trial
    ) -> PartResult:
        brief = part.what_if, part.definitions, part.adoptions
        if brief != self._brief:  # another for each what-if, and each time it begins
            self._brief, self._revision = brief, self._revision + 1

        async def ask(of: Begin | bytes | None) -> PartResult | None:
            return await self._trier.ask(of, revision=self._revision, brief=trial)

        begin = Begin(part.shard, await _schools(reading, part.shard), await _held(reading, part.shard))
        passing = Passing(begin, ask, self._block, lambda: self._give_way(connection, part))
        condition, given = part.concerned
        try:
            await reading.copy_from_query(
                f"SELECT {COLUMNS} FROM mastery.state AS s WHERE s.shard = $1 AND {condition}",  # noqa: S608 - of constants
                *(part.shard, *given),
                output=passing.more,
                format="binary",
                timeout=_COPY_SECONDS,
            )
            return await passing.result(trial)
        finally:
            await passing.stop()

    async def _give_way(self, connection: asyncpg.Connection, part: WhatIfPart) -> int:
        """How far evidence is applied. Raises _NotNowError where the part is not wanted, or a refold waits."""
        row = await connection.fetchrow(
            "SELECT EXISTS (SELECT FROM mastery.refold), (SELECT sum(position)::bigint FROM projection.watermark)"
        )
        assert row is not None
        if row[0] or not await what_if_parts.is_wanted(connection, part):
            raise _NotNowError
        return row[1] or 0


def tried(definitions: Definitions, part: WhatIfPart) -> Trial:
    adoption = tried_adoption(part.document, part.scope, part.mode, part.definitions)
    return Trial(definitions.trying(adoption), adoption.position)


def _place(view: DefinitionsView) -> tuple[int, int]:
    """Where the definitions end, and how many there are: others than these have another pair."""
    return max((position for _, position in view.moments), default=0), len(view.moments)


async def _schools(connection: asyncpg.Connection, shard: int) -> Mapping[bytes, bytes]:
    rows = await connection.fetch(
        "SELECT uuid_send(learner) AS learner, schools FROM mastery.learner WHERE shard = $1", shard
    )
    return {row["learner"]: row["schools"] for row in rows}


async def _held(connection: asyncpg.Connection, shard: int) -> frozenset[bytes]:
    rows = await connection.fetch(
        "SELECT uuid_send(owner) FROM projection.quarantine WHERE ledger = 'evidence' AND shard = $1", shard
    )
    return frozenset(row[0] for row in rows)
