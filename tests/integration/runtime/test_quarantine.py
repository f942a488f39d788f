"""Entries that cannot be handled: their owner waits alone, nobody is skipped, and a release makes all good."""

from collections.abc import Sequence

import asyncpg
import pytest

from shared.ledger.entry import Entry
from shared.runtime.connections import borrowed
from shared.runtime.quarantine import NotReleasedError, quarantined, release
from shared.runtime.shards import Shard
from tests.integration.runtime.test_projector import applied
from tests.support.corner import SHARD, Corner, running
from tests.support.counting import Counting, counted, expected
from tests.support.real_ledger import owners_of
from tests.support.waiting import until


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"n":', id="bad JSON"),
        pytest.param(b'{"n":NaN}', id="NaN"),
        pytest.param(b'{"n":' + b"[" * 50_000 + b"]" * 50_000 + b"}", id="deep nesting"),
        pytest.param(b'{"n":1' + b"0" * 400 + b"}", id="a huge integer"),
        pytest.param(b'{"n":9007199254740991,"n":1}', id="a key twice"),
        pytest.param(b'{"m":1}', id="a member missing"),
    ],
)
async def test_a_poison_entry_of_a_known_type_holds_its_owner_alone(corner: Corner, body: bytes) -> None:
    sick, *well = owners_of(0, 4)
    before = await corner.ledger.grow([sick, *well], 3)
    poison = corner.ledger.make(sick, body)
    await corner.ledger.append([poison])
    after = await corner.ledger.grow([sick, *well], 3)
    async with running(corner.relay(), corner.projector()):
        await until(lambda: _reached(corner, after[-1].position), "the watermark goes on")
        held_back = (await counted(corner.pool)).get(sick)
        after += await corner.ledger.grow([sick, *well], 3)
        await until(lambda: _reached(corner, after[-1].position), "the watermark goes on again")
        found = await counted(corner.pool)
    assert found.get(sick) == held_back
    assert {k: v for k, v in found.items() if k != sick} == expected([e for e in before + after if e.owner != sick])
    assert found.get(sick, (0, 0, []))[0] <= 3
    async with borrowed(corner.pool) as connection:
        held = await quarantined(connection)
    assert [(one.shard, one.owner, one.position, one.type) for one in held] == [
        (SHARD, sick, poison.position, "ascertain.AttemptRecorded")
    ]
    assert body[:20].decode() not in held[0].reason


async def test_a_release_folds_the_owner_again_also_while_live(corner: Corner) -> None:
    sick, *well = owners_of(0, 3)
    counting = Counting()
    entries = await corner.ledger.grow([sick, *well], 150)
    counting.poison = {entries[30].position}
    async with running(corner.relay(), corner.projector(counting)):
        await until(lambda: _reached(corner, entries[-1].position), "the watermark goes on")
        with pytest.raises(NotReleasedError, match=r"still cannot be handled: ValueError at counting\.py"):
            await release(corner.pool, [counting], corner.door, "evidence", sick)
        counting.poison = set()
        entries += await corner.ledger.grow([sick, *well], 50)
        assert await release(corner.pool, [counting], corner.door, "evidence", sick) >= 150
        await applied(corner, entries)
        entries += await corner.ledger.grow([sick, *well], 5)
        await applied(corner, entries)
    with pytest.raises(NotReleasedError, match="not in quarantine"):
        await release(corner.pool, [counting], corner.door, "evidence", sick)


async def test_one_owner_after_another_failing_stops_the_shard(corner: Corner) -> None:
    counting = Counting()
    entries = await corner.ledger.grow(owners_of(0, 12), 2)
    other = await corner.ledger.grow(owners_of(1, 2), 2)
    counting.poison = {entry.position for entry in entries if entry.position > 4}
    await corner.publish([*entries, *other])
    async with running(corner.projector(counting, failures=5)):
        reason = await until(corner.paused, "the shard stops")
        await until(lambda: _reached(corner, 4, shard=1), "the other shard goes on")
    assert reason.startswith("5 owners in a row cannot be handled")
    assert await corner.watermark() == 0
    counting.poison = set()
    async with running(corner.projector(counting, failures=5)):
        await applied(corner, entries + other)


async def test_a_broken_database_is_nobodys_fault(corner: Corner) -> None:
    entries = await corner.ledger.grow(owners_of(0, 3), 5)
    owner = await asyncpg.connect(corner.migrator)
    await owner.execute("ALTER TABLE counting.owner RENAME TO gone")
    await corner.publish(entries)
    async with running(projector := corner.projector()):
        await until(lambda: projector.reasons().get(Shard("evidence", 0)), "the shard waits")
        await owner.execute("ALTER TABLE counting.gone RENAME TO owner")
        await applied(corner, entries)
        for _ in range(20):
            more = await corner.ledger.grow(owners_of(0, 3), 5)
            await corner.publish(more)
            await corner.pool.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE usename = current_user AND pid <> pg_backend_pid()"
            )
            entries += more
        await _applied_whatever(corner, entries)
    assert await owner.fetchval("SELECT count(*) FROM projection.quarantine") == 0
    await owner.close()


async def _applied_whatever(corner: Corner, entries: Sequence[Entry]) -> None:
    async def same() -> bool:
        try:
            return await counted(corner.pool) == expected(entries)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False

    await until(same, "all is applied in the end")


async def _reached(corner: Corner, position: int, shard: int = 0) -> bool:
    return await corner.watermark(shard) >= position
