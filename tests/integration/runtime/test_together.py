"""Shards that are applied together: all or none, and what is the matter with one holds that one alone."""

from collections.abc import Sequence

import asyncpg
import pytest

from shared.ledger.entry import Entry
from shared.runtime.applying import Applier, NotTogetherError, Portion
from shared.runtime.connections import borrowed
from shared.runtime.shards import Shard
from shared.runtime.watermark import FencedError, open_watermarks
from tests.integration.runtime.test_projector import applied
from tests.support.corner import Corner, running
from tests.support.counting import Counting, counted, expected
from tests.support.real_ledger import owners_of

SHARDS = (0, 7, 33, 63)


async def grown(corner: Corner, each: int = 3) -> list[Portion]:
    """Entries of four shards, written and not yet applied, each shard's from its first."""
    portions = []
    for number in SHARDS:
        entries = await corner.ledger.grow(owners_of(number, 2), each)
        portions.append(Portion(Shard("evidence", number), 0, entries, len(entries)))
    async with borrowed(corner.pool) as connection:
        await open_watermarks(connection, [portion.shard for portion in portions])
    return portions


def entries_of(portions: Sequence[Portion]) -> list[Entry]:
    return [entry for portion in portions for entry in portion.entries]


async def unmoved(corner: Corner) -> bool:
    return not await counted(corner.pool) and not any([await corner.watermark(number) for number in SHARDS])


async def test_they_share_one_transaction(corner: Corner) -> None:
    portions = await grown(corner)
    await Applier(corner.pool, [Counting()]).apply_together(portions)
    assert await counted(corner.pool) == expected(entries_of(portions))
    rows = await corner.pool.fetch("SELECT DISTINCT xmin::text, position, next_offset FROM projection.watermark")
    assert [(row["position"], row["next_offset"]) for row in rows] == [(6, 6)]
    await Applier(corner.pool, [Counting()]).apply_together(
        [Portion(portion.shard, 6, portion.entries, None) for portion in portions]
    )  # repeated: each owner's rows have come that far
    assert await counted(corner.pool) == expected(entries_of(portions))


async def test_an_entry_that_cannot_be_handled_leaves_all_as_they_were(corner: Corner) -> None:
    portions = await grown(corner)
    counting = Counting()
    counting.poison = {portions[2].entries[4].position}
    with pytest.raises(ValueError, match="says no number"):
        await Applier(corner.pool, [counting]).apply_together(portions)
    assert await unmoved(corner)


async def test_a_shard_that_another_has_taken_over_leaves_all_as_they_were(corner: Corner) -> None:
    portions = await grown(corner)
    await corner.pool.execute("UPDATE projection.watermark SET position = 1 WHERE shard = 33")
    with pytest.raises(FencedError):
        await Applier(corner.pool, [Counting()]).apply_together(portions)
    await corner.pool.execute("UPDATE projection.watermark SET position = 0 WHERE shard = 33")
    assert await unmoved(corner)


async def test_an_owner_in_quarantine_asks_for_a_closer_look(corner: Corner) -> None:
    portions = await grown(corner)
    counting = Counting()
    applier = Applier(corner.pool, [counting])
    first = Portion(portions[1].shard, 0, portions[1].entries[:2], 2)
    counting.poison = {portions[1].entries[1].position}
    await applier.apply(first)
    rest = [portions[0], Portion(first.shard, 2, portions[1].entries[2:], 6), *portions[2:]]
    with pytest.raises(NotTogetherError):
        await applier.apply_together(rest)
    assert await corner.watermark(0) == 0


async def test_a_lock_held_on_one_shard_holds_no_other(corner: Corner) -> None:
    portions = await grown(corner)
    held, others = portions[1], [*portions[:1], *portions[2:]]
    async with running(corner.projector()):
        async with borrowed(corner.pool) as connection, connection.transaction():
            await connection.execute("SELECT FROM projection.watermark WHERE shard = 7 FOR UPDATE")
            with pytest.raises(asyncpg.LockNotAvailableError):
                await Applier(corner.pool, [Counting()]).apply_together(portions)
            assert await unmoved(corner)
            await corner.publish(entries_of(portions))
            await applied(corner, entries_of(others))
        await applied(corner, entries_of([held, *others]))
