"""Projecting without Kafka: evidence's own tables, from the ledger beside them; and over the door, for rebuilds."""

import asyncio

import pytest

from shared.runtime.ledger_table import LedgerTable
from shared.runtime.sources import LedgerSource
from shared.runtime.wake import Wake
from tests.integration.runtime.test_projector import applied
from tests.support.corner import Corner, running
from tests.support.real_ledger import owners_of


@pytest.mark.parametrize("through", ["the tables", "the tables, many shards at once", "the door"])
async def test_entries_come_straight_from_the_ledger(corner: Corner, through: str) -> None:
    table = LedgerTable(corner.app_pool)
    source = LedgerSource(corner.door, page=100) if through == "the door" else LedgerSource(table, page=100)
    if through == "the tables, many shards at once":
        source = LedgerSource(table, page=100, pages=table.pages)
    owners = [owner for shard in range(0, 64, 3) for owner in owners_of(shard, 1)]
    entries = await corner.ledger.grow(owners, 60)
    async with running(corner.projector(source=source)):
        await applied(corner, entries)
        entries += await corner.ledger.grow(owners, 3)
        await applied(corner, entries)


async def test_woken_after_an_append_it_does_not_wait_for_its_poll(corner: Corner) -> None:
    wake = Wake()
    source = LedgerSource(LedgerTable(corner.app_pool), wake=wake.listener(), poll=600.0)
    async with running(corner.projector(source=source)):
        entries = await corner.ledger.grow(owners_of(0, 2), 3)
        wake.ring()
        await applied(corner, entries)


async def test_late_commits_are_never_missed(corner: Corner) -> None:
    """[tried]: with a sequence, a reader of `position > last` lost 6 to 8 % of what was committed late."""
    entries = await corner.ledger.grow(owners_of(0, 2), 3)
    async with running(corner.projector(source=LedgerSource(LedgerTable(corner.app_pool), poll=0.001))):
        for grown in await asyncio.gather(*(corner.ledger.grow(owners_of(shard, 2), 20) for shard in range(8, 24))):
            entries += grown
        await applied(corner, entries)
