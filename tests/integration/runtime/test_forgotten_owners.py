"""A learner who is forgotten leaves no rows behind, also where something of hers could not be read."""

import pytest

from shared.runtime.connections import borrowed
from shared.runtime.quarantine import quarantined, release
from tests.support.corner import Corner, running
from tests.support.counting import Counting, counted, expected
from tests.support.real_ledger import owners_of
from tests.support.waiting import until

FORGOTTEN = b'{"n":0}'


@pytest.mark.parametrize("together", [False, True], ids=["held before", "in one batch"])
async def test_who_is_forgotten_leaves_the_quarantine_and_no_rows(corner: Corner, together: bool) -> None:
    sick, well = owners_of(0, 2)
    entries = await corner.ledger.grow([sick, well], 3)
    poison = corner.ledger.make(sick, b'{"m":1}')
    await corner.ledger.append([poison])
    if not together:
        async with running(corner.relay(), corner.projector()):
            await until(lambda: _held(corner), "the owner waits in quarantine")
    entries += await corner.ledger.grow([sick, well], 2)
    forgetting = corner.ledger.make(sick, FORGOTTEN, event="LearnerForgotten")
    await corner.ledger.append([forgetting])
    async with running(corner.relay(), corner.projector()):
        await until(lambda: _reached(corner, forgetting.position), "the watermark goes on")
    found = await counted(corner.pool)
    assert found.pop(sick) == (1, 0, [forgetting.position]), "nothing but the forgetting was applied"
    assert found == expected([entry for entry in entries if entry.owner == well])
    assert not await _held(corner)


async def test_a_release_brings_nothing_of_a_forgotten_owner_back(corner: Corner) -> None:
    """A quarantine of an earlier version may hold somebody who is forgotten already."""
    [sick] = owners_of(0, 1)
    counting = Counting()
    entries = await corner.ledger.grow([sick], 3)
    counting.poison = {entries[1].position}
    async with running(corner.relay(), corner.projector(counting)):
        await until(lambda: _held(corner), "the owner waits in quarantine")
    forgetting = corner.ledger.make(sick, FORGOTTEN, event="LearnerForgotten")
    await corner.ledger.append([forgetting])
    await corner.pool.execute(
        "UPDATE projection.watermark SET position = $1 WHERE ledger = 'evidence' AND shard = 0", forgetting.position
    )
    assert await release(corner.pool, [counting], corner.door, "evidence", sick) == 4
    assert await counted(corner.pool) == {sick: (1, 0, [forgetting.position])}


async def _held(corner: Corner) -> bool:
    async with borrowed(corner.pool) as connection:
        return bool(await quarantined(connection))


async def _reached(corner: Corner, position: int) -> bool:
    return await corner.watermark() >= position
