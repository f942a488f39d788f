"""A what-if of a district, as mastery does it: read, folded, counted, and its results written; no state is.

From contributions of real answers (see `refold`), repeated in another order each time. Beside it stand one core that
folds rows in memory with all that a state has, and a connection that only reads the rows.

python -m tests.performance what_if --millions 10
"""

import asyncio
import random
import sys
import time
from contextlib import suppress

import asyncpg
import orjson

from services.mastery.domain.what_ifs import Asked
from services.mastery.postgres.what_if_work import WhatIfWork
from services.mastery.postgres.what_ifs import PostgresWhatIfs
from services.mastery.trials import COLUMNS
from shared.ledger.canonical import canonical
from shared.ledger.identifiers import digest
from shared.runtime.connections import borrowed
from tests.performance import Figure
from tests.performance.refold import GIVEN, ROLES, begun_under_highest, fill, in_memory, of_answers, processor
from tests.support.ledger_writer import named, policy_document
from tests.support.waiting import until

WORKERS = 2


async def figures(millions: float = GIVEN) -> list[Figure]:
    """The rate, and the processor time by who had it; none without the answers."""
    return await of_answers(_measure, millions)


async def _measure(pool: asyncpg.Pool, wanted: int) -> list[Figure]:
    ledger, _ = await begun_under_highest(pool)
    contributions, states = await fill(pool, wanted, random.Random(5))
    await pool.execute("VACUUM ANALYZE mastery.state")
    print(f"{contributions:,} contributions to {states:,} states of the real answers.", file=sys.stderr)  # noqa: T201 - its report
    policy = policy_document("ascertain.decaying_average@1", weight="0.65", counts=["practice"], pieces=3, redo="adds")
    stored = canonical(policy)
    asked = Asked(named("one"), named("somebody"), digest(stored), stored, "district", "recompute", ledger.now)
    reading, folding = await _reading(pool), await in_memory(pool)
    what_ifs = PostgresWhatIfs(pool)
    await what_ifs.ask(asked)

    async def done() -> bool:
        found = await what_ifs.find(asked.id)
        assert found is not None
        return found.state == "done"

    begun, used = time.perf_counter(), processor()
    working = asyncio.create_task(WhatIfWork(pool, workers=WORKERS).run())
    try:
        await until(done, "the what-if is done", seconds=3600, pause=0.25)
        took = time.perf_counter() - begun
        spent = {role: seconds - used[role] for role, seconds in processor().items()}
    finally:
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
    found = await what_ifs.find(asked.id)
    assert found is not None
    assert found.states == states
    changed = sum(count.number for count in await what_ifs.counts(asked.id) if count.before != count.after)
    print(f"{changed:,} states would change; {orjson.dumps(spent).decode()}", file=sys.stderr)  # noqa: T201 - its report
    rate, processors = contributions / took, sum(spent.values())
    name = f"what-if of {contributions / 1e6:.1f} million contributions"
    return [
        Figure(name, rate, "contributions/s", "folding in memory, one core", folding),
        Figure(name, rate, "contributions/s", "reading the rows alone, one connection", contributions / reading),
        Figure("what-if: of processor time, of two cores", 2 * contributions / processors, "contributions/s"),
        *(Figure(f"what-if: processor time, {role}", 1e6 * spent[role] / states, "µs a state") for role in ROLES),
    ]


async def _reading(pool: asyncpg.Pool) -> float:
    """Seconds that it takes to read all rows and to do nothing with them."""

    async def pass_by(_data: bytes) -> None:
        """Nothing."""

    begun = time.perf_counter()
    async with borrowed(pool) as connection:
        await connection.copy_from_query(
            f"SELECT {COLUMNS} FROM mastery.state AS s", output=pass_by, format="binary", timeout=600
        )
    return time.perf_counter() - begun
