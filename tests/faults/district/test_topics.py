"""F8–F11: what Kafka holds is repeated, forgotten, forged, dealt out anew or gone; projections stand still."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from deploy.setup.topics import make_topics
from tests.support.effort import Effort
from tests.support.parking import locked_rows
from tests.support.running import until_applied
from tests.support.trial import Trial
from tests.support.waiting import until

pytestmark = [pytest.mark.faults, pytest.mark.stack, pytest.mark.timeout(1800)]

TOPIC, SHARDS = "evidence.ledger", 64
CONSUMERS = ("mastery", "portfolio", "audit", "gateway")
POISON = (
    b"",
    b"{",
    b"\x00\xff\xfe",
    b'{"n":NaN}',
    b'{"n":1e999}',
    b'{"n":' + b"9" * 5000 + b"}",
    b"[" * 50_000,
    b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
)
FORGED = [
    [],
    [("ce_type", b"ascertain.AttemptRecorded")],
    [("ce_type", None), ("ce_position", b"1")],
    [("ce_type", b"ascertain.NeverHeardOf"), ("ce_position", b"99999999999999999999"), ("ce_shard", b"-1")],
]


@pytest.mark.long
@pytest.mark.fault("F8", "everything on the topic again and again (cursors put back), offsets reset to 0", share=1)
async def test_duplicates_and_offsets_reset_to_0(trial: Trial, effort: Effort) -> None:
    for _ in effort.rounds(short=1):
        async with trial.writing():
            await trial.accepted(50)
            for _ in range(2 if effort.budget is None else 50):
                await _put_cursors_back(trial)
            for service in CONSUMERS:
                await trial.stack.kill(service)
                connection = await trial.superuser(service)
                await connection.execute(await _of_each(trial, service, "UPDATE {} SET next_offset = 0"))
                await connection.close()
            await asyncio.gather(*(trial.back(service) for service in CONSUMERS))
            await trial.accepted(20)
    await trial.check(effort)


@pytest.mark.long
@pytest.mark.fault("F9", "a rebalance storm: members of every group come and go", share=1)
async def test_a_storm_of_rebalances(trial: Trial, effort: Effort) -> None:
    for _ in effort.rounds(short=1):
        async with trial.writing():
            await trial.accepted(5)
            await asyncio.gather(*(_comes_and_goes(trial, group) for group in CONSUMERS))
            await trial.accepted(20)
    await trial.check(effort)


@pytest.mark.long
@pytest.mark.fault("F11", "a projection held up, and Kafka's records gone before it has read them", share=1)
async def test_retention_shorter_than_the_lag_of_a_stalled_projection(trial: Trial, effort: Effort) -> None:
    for _ in effort.rounds(short=1):
        async with trial.writing():
            async with locked_rows("mastery", "watermark")(trial) as stalled:
                await trial.accepted(20)
                await until(stalled, "mastery stands still")
                await trial.accepted(100)
                await _forget_records(trial)
            await trial.accepted(20)
        await _made_whole(trial)
    await trial.check(effort)


@pytest.mark.long
@pytest.mark.fault(
    "F10, F11", "poison on the topic (bad JSON, deep nesting, NaN, huge integers), then the topic deleted", share=2
)
async def test_poison_and_the_topic_deleted_under_everyone(trial: Trial, effort: Effort) -> None:
    for _ in effort.rounds(short=1):
        async with trial.writing():
            await trial.accepted(20)
            async with AIOKafkaProducer(**trial.stack.access.options()) as producer:
                for number, value in enumerate(POISON):
                    for headers in FORGED:
                        await producer.send_and_wait(TOPIC, value, partition=number % SHARDS, headers=headers)
            await trial.accepted(20)
            await _applied_since(trial)  # poison holds nobody
            async with _admin(trial) as admin:
                await admin.delete_topics([TOPIC])
            await trial.accepted(20)  # the ledger is the record
            await until(lambda: _made_again(trial), "the topic is made anew")
            await _put_cursors_back(trial)
            await trial.accepted(20)
        await _made_whole(trial)
    await trial.check(effort)


async def _made_whole(trial: Trial) -> None:
    """Once all have healed, fill the topic again from position 1, as an operator would for those who read it anew."""
    await until_applied(trial.stack)
    await _forget_records(trial)
    await _put_cursors_back(trial)


async def _put_cursors_back(trial: Trial) -> None:
    connection = await trial.superuser("evidence")
    await connection.execute("UPDATE ledger.cursor SET position = 0 WHERE ledger = 'evidence'")
    await connection.close()
    await _relayed(trial)


async def _relayed(trial: Trial) -> None:
    """Wait until everything that is in the ledger now has been relayed."""
    connection = await trial.superuser("evidence")
    try:
        heads = await connection.fetchval("SELECT sum(position) FROM ledger.head")

        async def reached() -> bool:
            return bool(await connection.fetchval("SELECT sum(position) FROM ledger.cursor") >= heads)

        await until(reached, "everything is on the topic", seconds=60)
    finally:
        await connection.close()


async def _applied_since(trial: Trial) -> None:
    """Wait until every consumer has applied whatever is in the ledger now."""
    ledger = await trial.superuser("evidence")
    heads = await ledger.fetch("SELECT shard, position FROM ledger.head WHERE ledger = 'evidence' AND position > 0")
    await ledger.close()
    for service in CONSUMERS:
        connection = await trial.superuser(service)
        statement = await _of_each(trial, service, "SELECT shard, position FROM {} WHERE ledger = 'evidence'")

        async def reached(own: asyncpg.Connection = connection, query: str = statement.split(";")[-1]) -> bool:
            marks = {row["shard"]: row["position"] for row in await own.fetch(query)}
            return all(marks.get(head["shard"], 0) >= head["position"] for head in heads)

        await until(reached, f"{service} has applied it", seconds=60)
        await connection.close()


async def _of_each(trial: Trial, database: str, statement: str) -> str:
    """The statement for each table `watermark` of the database, whatever schema it lies in."""
    connection = await trial.superuser(database)
    rows = await connection.fetch(
        "SELECT format('%I.watermark', nspname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
        " WHERE relname = 'watermark' AND relkind = 'r'"
    )
    await connection.close()
    assert rows
    return ";".join(statement.format(row["name"]) for row in rows)


async def _comes_and_goes(trial: Trial, group: str) -> None:
    for _ in range(3):
        member = AIOKafkaConsumer(TOPIC, **trial.stack.access.options(), group_id=group, enable_auto_commit=False)
        await member.start()
        await member.getmany(timeout_ms=200)
        await member.stop()


@asynccontextmanager
async def _admin(trial: Trial) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(**trial.stack.access.options())
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def _forget_records(trial: Trial) -> None:
    """Delete every record there is, as a retention would that is shorter than the lag."""
    partitions = [TopicPartition(TOPIC, shard) for shard in range(SHARDS)]
    async with AIOKafkaConsumer(**trial.stack.access.options()) as consumer:
        ends = await consumer.end_offsets(partitions)
    async with _admin(trial) as admin:
        await admin.delete_records({partition: RecordsToDelete(end) for partition, end in ends.items() if end})


async def _made_again(trial: Trial) -> bool:
    try:
        await make_topics(trial.stack.access)
    except Exception:  # noqa: BLE001 - the old one may not be gone yet
        return False
    return True
