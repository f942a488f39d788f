"""From Kafka to levels in PostgreSQL, beside reading and decoding the same records; and refolding what is stored.

python -m tests.performance.mastery
"""

import gc
import random
import time

import asyncpg
import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.setup.databases import drop_databases, make_databases
from services.mastery.postgres.packing import unpack
from shared.rulebook.contribution import Contribution
from shared.rulebook.definitions import Learner
from shared.rulebook.fold import fold
from shared.runtime.connections import borrowed
from shared.runtime.definitions.reading import DefinitionsReader
from shared.runtime.pace import Pace
from tests.performance import Figure
from tests.support.ledger_writer import LedgerWriter, framework_document, named, policy_document, result
from tests.support.mastery_stream import Stream, at_work, stream_of
from tests.support.servers import PASSWORD, District, running_kafka, running_postgres, unique_prefix
from tests.support.waiting import until

RECORDS, LEARNERS, COMPETENCIES = 40_000, 1_000, 8


async def figures(records: int = RECORDS) -> list[Figure]:
    """The rates of projecting and refolding, on servers of their own."""
    async with running_postgres() as postgres, running_kafka() as kafka:
        prefix = unique_prefix()
        district = District(prefix, await make_databases(postgres, prefix, PASSWORD))
        ledger = _district(records)
        async with stream_of(kafka.bootstrap, district, f"{prefix}.", ledger) as stream:
            await stream.publish()
            gc.collect()
            gc.freeze()  # as every service does once it is ready
            gc.set_threshold(50_000, 20, 50)
            limit = await _reading(stream, records)
            projecting = await _projecting(stream, records)
            refolding, folding = await _refolding(stream, records)
        await drop_databases(postgres, prefix)
    return [
        Figure("Kafka to levels", projecting, "records/s", "getmany and orjson over the same records", limit),
        Figure("refolding", refolding, "contributions/s", "unpacking and folding the same in memory", folding),
    ]


def _district(records: int) -> LedgerWriter:
    """Attempts of many learners, dealt out evenly, after a framework and a policy."""
    chance, ledger = random.Random(7), LedgerWriter()
    competencies = [named(f"competency {n}") for n in range(COMPETENCIES)]
    learners = [named(f"learner {n}") for n in range(LEARNERS)]
    policy = policy_document("ascertain.decaying_average@1", weight="0.65")
    ledger.publish(policy)
    ledger.publish(framework_document(named("framework"), competencies))
    ledger.adopt("district", policy)
    for _ in range(records):
        ledger.now += 1
        ledger.attempt(chance.choice(learners), result(chance.choice(competencies), str(chance.randrange(5))))
    return ledger


async def _reading(stream: Stream, records: int) -> float:
    """Records a second, read from all partitions and their values decoded, nothing else."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=stream.bootstrap, auto_offset_reset="earliest", fetch_max_bytes=16 * 1024 * 1024
    )
    async with consumer:
        consumer.assign([TopicPartition(stream.topics["evidence"], number) for number in range(64)])
        begin, read = time.perf_counter(), 0
        while read < records:
            for batch in (await consumer.getmany(timeout_ms=200, max_records=2000)).values():
                for record in batch:
                    orjson.loads(record.value)
                read += len(batch)
        return records / (time.perf_counter() - begin)


async def _projecting(stream: Stream, records: int) -> float:
    """Records a second, from the first applied until all are."""
    async with at_work(stream.projector()):
        await until(lambda: stream.pool.fetchval("SELECT true FROM mastery.state LIMIT 1"), "the first is applied")
        first = await _applied(stream.pool)
        begin = time.perf_counter()
        await until(lambda: _all_applied(stream.pool, records), "everything is applied", seconds=300)
        return (records - first) / (time.perf_counter() - begin)


async def _refolding(stream: Stream, records: int) -> tuple[float, float]:
    """Contributions a second: refolded in the tables after an adoption, and folded in memory alone."""
    stream.writer.adopt("district", stream.writer.documents[stream.writer.entries[0]["body"]["digest"]])
    await stream.publish()
    async with at_work(stream.projector()):
        await until(lambda: _asked(stream.pool), "the adoption asks for a refold")
    await stream.pool.execute("DELETE FROM mastery.refold WHERE scope <> 'district' OR position < 4")
    begin = time.perf_counter()
    async with at_work(stream.refolding(chunk=500)):
        await stream.settled(seconds=300)
    refolding = records / (time.perf_counter() - begin)
    async with borrowed(stream.pool) as connection, connection.transaction(isolation="repeatable_read"):
        definitions = (await DefinitionsReader().view(connection)).definitions
        packed = await connection.fetch("SELECT learner::text, competency::text, contributions FROM mastery.state")
    begin, folded, pace = time.perf_counter(), 0, Pace()
    for learner, competency, contributions in packed:
        pieces: list[Contribution] = unpack(contributions)
        fold(Learner(learner, 0), competency, pieces, definitions)
        folded += len(pieces)
        await pace.breathe()
    return refolding, folded / (time.perf_counter() - begin)


async def _applied(pool: asyncpg.Pool) -> int:
    return int(await pool.fetchval("SELECT sum(position) FROM projection.watermark WHERE ledger = 'evidence'"))


async def _all_applied(pool: asyncpg.Pool, records: int) -> bool:
    return await _applied(pool) >= records


async def _asked(pool: asyncpg.Pool) -> bool:
    return bool(await pool.fetchval("SELECT true FROM mastery.refold WHERE position >= 4"))
