"""Up to when the relations are known to be complete: what each comparison with the ledger's heads says."""

from collections.abc import Sequence
from typing import NoReturn

import asyncpg
import pytest

from shared.ledger.entry import Entry
from shared.ledger.identifiers import Ledger
from shared.runtime.access.lag import AccessLag
from shared.runtime.clock import now
from shared.runtime.ledger_reader import Page
from shared.runtime.shards import Shard, shards_of

HOUR = 3_600_000
SHARD = Shard("evidence", 5)


class Heads:
    """A ledger of which only the heads are asked."""

    def __init__(self) -> None:
        self.of = dict.fromkeys(shards_of("evidence", "definitions"), 0)

    async def heads(self) -> dict[Shard, int]:
        return self.of

    async def entries(self, shard: Shard, *, after: int, limit: int = 500) -> Page:
        raise NotImplementedError

    async def owner(self, ledger: Ledger, owner: str, *, after: int = 0) -> list[Entry]:
        raise NotImplementedError


class Silent(Heads):
    async def heads(self) -> NoReturn:
        raise ConnectionRefusedError


class World:
    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool, self.heads, self.now = pool, Heads(), now() + HOUR
        self.lag = AccessLag(pool, self.heads, lambda: self.now)

    async def applied(self, position: int, recorded_ms: int) -> None:
        await self.pool.execute(
            "INSERT INTO projection.watermark VALUES ($1, $2, $3, $3, $4)"
            " ON CONFLICT (ledger, shard) DO UPDATE SET position = $3, recorded_ms = $4",
            *SHARD,
            position,
            recorded_ms,
        )

    async def behind(self) -> Sequence[int]:
        """Milliseconds that each shard may be behind, the one of interest first."""
        rows = await self.pool.fetch(
            "SELECT $1 - complete_ms AS lag FROM access.complete ORDER BY (ledger, shard) = ($2, $3) DESC",
            self.now,
            *SHARD,
        )
        return [row["lag"] for row in rows]


@pytest.fixture
def world(pool: asyncpg.Pool) -> World:
    return World(pool)


async def test_an_idle_ledger_is_complete_however_long_ago_its_last_entry_was(world: World) -> None:
    await world.applied(7, world.now - HOUR)
    world.heads.of[SHARD] = 7
    await world.lag.look()
    assert set(await world.behind()) == {0}
    assert len(await world.behind()) == 65


async def test_a_shard_that_is_behind_is_complete_up_to_its_last_entry(world: World) -> None:
    await world.applied(7, world.now - HOUR)
    world.heads.of[SHARD] = 8
    await world.lag.look()
    assert (await world.behind())[0] == HOUR
    assert set((await world.behind())[1:]) == {0}


async def test_a_new_database_beside_an_old_ledger_knows_nothing_yet(world: World) -> None:
    world.heads.of[SHARD] = 8
    await world.lag.look()
    assert (await world.behind())[0] == world.now


async def test_an_entry_on_its_way_after_a_quiet_hour_is_no_hour_of_lag(world: World) -> None:
    await world.applied(7, world.now - HOUR)
    world.heads.of[SHARD] = 7
    await world.lag.look()
    world.now += 1000
    world.heads.of[SHARD] = 8
    await world.lag.look()
    assert (await world.behind())[0] == 1000


async def test_while_the_ledger_is_silent_what_is_known_ages(world: World) -> None:
    await world.lag.look()
    silent = AccessLag(world.pool, Silent(), lambda: world.now)
    world.now += 1000
    with pytest.raises(ConnectionRefusedError):
        await silent.look()
    assert set(await world.behind()) == {1000}
