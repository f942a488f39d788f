"""The projector against real Kafka and PostgreSQL: each effect once, in order, whatever the topic holds."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any

import pytest

from shared.ledger.entry import Entry
from shared.ledger.records import record_headers, record_key
from tests.support.corner import Corner, running
from tests.support.counting import Counting, counted, expected
from tests.support.real_ledger import owners_of
from tests.support.waiting import until


async def applied(corner: Corner, entries: Sequence[Entry], *, seconds: float = 30) -> None:
    """Wait until the tables hold exactly these entries."""

    async def same() -> bool:
        return await counted(corner.pool) == expected(entries)

    await until(same, "exactly these entries are applied", seconds=seconds)


async def test_entries_flow_from_the_ledger_through_kafka_into_tables(corner: Corner) -> None:
    owners = [owner for shard in (0, 5, 63) for owner in owners_of(shard, 3)]
    entries = await corner.ledger.grow(owners, 40)
    async with running(corner.relay(), corner.projector()):
        await applied(corner, entries)
        entries += await corner.ledger.grow(owners, 10)
        await applied(corner, entries)


async def test_fifty_times_the_same_records_have_one_effect(corner: Corner) -> None:
    entries = await corner.ledger.grow(owners_of(0, 4), 20)
    shuffled = random.Random(1)
    async with running(projector := corner.projector()):
        for _ in range(50):
            begin = shuffled.randrange(len(entries) - 10)
            await corner.publish(entries[begin : begin + 30])
        await corner.publish(entries)
        await applied(corner, entries)
        last = await corner.ledger.grow(owners_of(0, 1), 1)
        await corner.publish(last)
        await applied(corner, [*entries, *last])
    assert projector.advance.applied == 81
    where = "ledger = 'evidence' AND shard = 0"
    assert await corner.pool.fetchval(f"SELECT next_offset FROM projection.watermark WHERE {where}") > 80


async def test_offsets_reset_to_zero_have_no_effect(corner: Corner) -> None:
    entries = await corner.ledger.grow(owners_of(0, 4), 20)
    await corner.publish(entries)
    async with running(corner.projector()):
        await applied(corner, entries)
    await corner.pool.execute("UPDATE projection.watermark SET next_offset = 0")
    more = await corner.ledger.grow(owners_of(0, 2), 5)
    await corner.publish(more)
    async with running(projector := corner.projector()):
        await applied(corner, entries + more)
    assert projector.advance.applied == len(more)
    assert projector.advance.refilled == 0


async def test_a_gap_in_the_topic_is_filled_from_the_ledger_in_order(corner: Corner) -> None:
    entries = await corner.ledger.grow(owners_of(0, 5), 30)
    await corner.publish(entries[:20] + entries[90:])
    async with running(projector := corner.projector(batch=16)):
        await applied(corner, entries)
    assert projector.advance.refilled == 70
    assert await corner.watermark() == 150


async def test_a_gap_waits_for_the_door_and_holds_nobody_else(corner: Corner) -> None:
    gappy = await corner.ledger.grow(owners_of(0, 2), 10)
    others = await corner.ledger.grow(owners_of(1, 2), 10)
    corner.door.shut = True
    await corner.publish(gappy[:5] + gappy[10:] + others)
    async with running(projector := corner.projector()):
        await applied(corner, gappy[:5] + others)
        await until(projector.reasons, "the shard says why it waits")
        corner.door.shut = False
        await applied(corner, gappy + others)
        assert projector.reasons() == {}


async def test_why_a_shard_waited_is_told_no_longer_once_there_is_nothing_to_apply(corner: Corner) -> None:
    entries = await corner.ledger.grow(owners_of(0, 2), 3)
    await corner.publish(entries)
    async with running(projector := corner.projector()):
        await applied(corner, entries)
        corner.door.shut = True
        await corner.publish_raw([("evidence", 0, b"key", b"no entry at all", [])])
        await until(corner.paused, "everyone sees why the shard waits")
        corner.door.shut = False

        async def goes_on() -> bool:
            return await corner.paused() is None

        await until(goes_on, "nobody is told any longer that it waits")
        assert projector.reasons() == {}


@pytest.mark.long
async def test_a_slow_shard_holds_nobody_else_and_goes_on(corner: Corner) -> None:
    slow, quick = owners_of(0, 1)[0], owners_of(1, 1)[0]
    counting = Counting()
    counting.slow, counting.may_go_on = slow, asyncio.Event()
    slowly = await corner.ledger.grow([slow], 3)
    quickly = await corner.ledger.grow([quick], 3)
    async with running(corner.relay(), corner.projector(counting)):
        for _ in range(3):
            await applied(corner, quickly)
            quickly += await corner.ledger.grow([quick], 3)
        counting.may_go_on.set()
        await applied(corner, slowly + quickly)
        slowly += await corner.ledger.grow([slow], 3)
        await applied(corner, slowly + quickly)


async def test_what_the_ledger_lacks_is_told_and_never_skipped(corner: Corner) -> None:
    entries = await corner.ledger.grow(owners_of(0, 2), 5)
    ahead = [corner.ledger.make(owners_of(0, 1)[0]) for _ in range(3)]  # on the topic, but not in the ledger
    await corner.publish([*entries, ahead[2]])
    async with running(corner.projector()):
        reason = await until(corner.paused, "the shard is paused")
        assert reason == "the topic holds position 13, but the ledger ends at 10 and lacks 11"
        assert await counted(corner.pool) == expected(entries)
        await corner.ledger.append(ahead)
        await applied(corner, entries + ahead)
    assert await corner.paused() is None


async def test_a_last_record_that_never_came_is_noticed(corner: Corner) -> None:
    entries = await corner.ledger.grow(owners_of(0, 2), 5)
    await corner.publish(entries[:7])
    async with running(projector := corner.projector(stalled=0.5)):
        await applied(corner, entries)
    assert projector.advance.refilled == 3


async def test_records_gone_from_the_topic_before_they_were_read_are_noticed(corner: Corner) -> None:
    entries = await corner.ledger.grow(owners_of(0, 2), 5)
    await corner.publish(entries)
    await corner.forget_records(before=len(entries))
    async with running(projector := corner.projector(stalled=0.5)):
        await applied(corner, entries)
    assert projector.advance.refilled == len(entries)


async def test_an_owner_refolded_meanwhile_is_not_applied_twice(corner: Corner) -> None:
    ahead, behind = owners_of(0, 2)
    entries = await corner.ledger.grow([ahead, behind], 10)
    await corner.pool.execute(
        "INSERT INTO projection.owner (ledger, shard, owner, last_position) VALUES ('evidence', 0, $1::text::uuid, 15)",
        ahead,
    )
    await corner.publish(entries)
    async with running(corner.projector()):
        await applied(corner, [e for e in entries if e.owner == behind or e.position > 15])


async def test_two_members_share_the_shards_and_hand_them_over(corner: Corner) -> None:
    owners = [owners_of(shard, 1)[0] for shard in range(64)]
    entries = await corner.ledger.grow(owners, 5)
    await corner.publish(entries)
    first, second = corner.projector(), corner.projector()
    async with running(first):
        await applied(corner, entries)
        async with running(second):
            await until(second.positions, "the second has shards")
            more = await corner.ledger.grow(owners, 5)
            await corner.publish(more)
            await applied(corner, entries + more)
        last = await corner.ledger.grow(owners, 5)
        await corner.publish(last)
        await applied(corner, entries + more + last)
    assert second.advance.applied > 0


async def test_records_that_are_no_copy_of_an_entry_are_passed_over_and_made_good(corner: Corner) -> None:
    """Bad headers, another district's, another shard's, a body that is not the one its digest names, none at all."""
    entries = await corner.ledger.grow(owners_of(0, 2), 8)

    def spoiled(entry: Entry, **headers: bytes | None) -> Any:
        changed = [(name, headers.get(name, value)) for name, value in record_headers(entry)]
        return ("evidence", 0, record_key(entry), entry.body, changed)

    def plain(entry: Entry) -> Any:
        return ("evidence", 0, record_key(entry), entry.body, record_headers(entry))

    await corner.publish_raw(
        [
            plain(entries[0]),
            spoiled(entries[1], ce_position=b"two"),
            spoiled(entries[2], ce_tenant=entries[0].owner.encode()),
            spoiled(entries[3], ce_shard=b"7"),
            spoiled(entries[4], ce_position=b"9" * 5000),
            spoiled(entries[5], ce_time=None),
            spoiled(entries[6], ce_partitionkey=b"nobody"),
            spoiled(entries[7], ce_id=b"\xff\xfe"),
            ("evidence", 0, b"key", b'{"n":1000}', record_headers(entries[8])),
            ("evidence", 0, b"key", b"[" * 100_000, []),
            ("evidence", 0, b"key", b"NaN", record_headers(entries[9])),
            spoiled(entries[10], ce_position=str(2**60).encode()),
        ]
    )
    async with running(projector := corner.projector(stalled=600.0)):
        await applied(corner, entries)
    assert projector.advance.passed_over == 11
    assert projector.advance.refilled == 15
