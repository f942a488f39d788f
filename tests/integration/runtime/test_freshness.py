"""Waiting for a position: released as soon as the tables have it, bounded where they do not."""

import asyncio
import time
from typing import Any

import asyncpg

from shared.runtime.freshness import Freshness, parse_at_least
from shared.runtime.shards import Shard
from tests.support.corner import Corner, running
from tests.support.real_ledger import owners_of


class _Counted(asyncpg.Connection):
    """A connection that counts what is asked through it."""

    asked = 0

    async def fetch(self, *arguments: Any, **more: Any) -> Any:
        _Counted.asked += 1
        return await super().fetch(*arguments, **more)


async def test_a_reader_waits_for_what_was_just_written_and_no_longer(corner: Corner) -> None:
    freshness = Freshness(corner.pool, longest=20.0)
    async with running(corner.relay(), corner.projector()):
        await corner.ledger.grow(owners_of(3, 1) + owners_of(4, 1), 7)
        assert await freshness.reached(parse_at_least("evidence:3:7,evidence:4:7"))
        assert await corner.watermark(3) == 7
    assert await freshness.reached({})


async def test_what_is_not_reached_is_said_so_in_time(corner: Corner) -> None:
    freshness = Freshness(corner.pool, longest=0.3)
    begun = time.monotonic()
    assert not await freshness.reached({Shard("evidence", 3): 999}, seconds=60)
    assert 0.3 <= time.monotonic() - begun < 30


async def test_many_waiting_readers_ask_the_database_together(corner: Corner) -> None:
    _Counted.asked = 0
    async with asyncpg.create_pool(corner.dsn, min_size=1, max_size=4, connection_class=_Counted) as pool:
        freshness = Freshness(pool, longest=0.5, poll=0.05)
        waits = [freshness.reached({Shard("evidence", shard % 64): 1}) for shard in range(500)]
        assert not any(await asyncio.gather(*waits))
    assert 1 <= _Counted.asked < 30  # one look, where the machine is too busy for more


async def test_a_database_that_does_not_answer_counts_as_not_reached(corner: Corner) -> None:
    freshness = Freshness(corner.pool, longest=0.3)
    await corner.pool.close()
    assert not await freshness.reached({Shard("evidence", 0): 1})
