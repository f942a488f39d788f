"""From Kafka to levels in PostgreSQL, beside reading and decoding the same records, and beside two packages that make
the same states of them; and refolding what is stored.

python -m tests.performance.mastery
"""

import gc
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.postgres import PostgresServer
from deploy.setup.databases import drop_databases, make_databases
from services.mastery.postgres.packing import unpack
from shared.ledger.records import record_headers
from shared.rulebook.contribution import Contribution
from shared.rulebook.definitions import Learner
from shared.rulebook.fold import fold
from shared.runtime.connections import borrowed
from shared.runtime.definitions.reading import DefinitionsReader
from shared.runtime.pace import Pace
from tests.performance import Figure
from tests.performance.peers import PeerError, answer_of
from tests.performance.peers.levels import digest_of_all
from tests.support.ledger_writer import LedgerWriter, framework_document, named, policy_document, result
from tests.support.mastery import entry_of
from tests.support.mastery_stream import Stream, at_work, stream_of
from tests.support.servers import PASSWORD, District, running_kafka, running_postgres, unique_prefix
from tests.support.standing import migrated
from tests.support.waiting import until

RECORDS, LEARNERS, COMPETENCIES = 40_000, 1_000, 8
FEWER = 100
"""Learners whose records the slower peer is given: all of theirs, so that its states are as long as ours."""


async def figures(records: int = RECORDS) -> list[Figure]:
    """The rates of projecting and refolding, on servers of their own."""
    async with running_postgres() as postgres, running_kafka() as kafka:
        prefix = unique_prefix()
        district = District(prefix, await make_databases(postgres, prefix, PASSWORD))
        await migrated(district)
        async with stream_of(kafka.bootstrap, district, f"{prefix}.", _definitions()) as stream:
            await _defined(stream)
            _attempts(stream.writer, records)
            await stream.publish()
            gc.collect()
            gc.freeze()  # as every service does once it is ready
            gc.set_threshold(50_000, 20, 50)
            limit = await _reading(stream, records)
            projecting = await _projecting(stream, records)
            peers = await _peers(stream, projecting, records, await _database(postgres, f"{prefix}_peer"))
            refolding, folding = await _refolding(stream, records)
        await drop_databases(postgres, prefix)
    return [
        Figure("Kafka to levels", projecting, "records/s", "getmany and orjson over the same records", limit),
        *peers,
        Figure("refolding", refolding, "contributions/s", "unpacking and folding the same in memory", folding),
    ]


def _definitions() -> LedgerWriter:
    """A framework, and a policy adopted."""
    ledger = LedgerWriter()
    policy = policy_document("ascertain.decaying_average@1", weight="0.65")
    ledger.publish(policy)
    ledger.publish(framework_document(named("framework"), _named("competency", COMPETENCIES)))
    ledger.adopt("district", policy)
    return ledger


async def _defined(stream: Stream) -> None:
    """The definitions are in force before the first attempt: nothing is folded for those who have no policy."""
    await stream.publish()
    async with at_work(stream.projector(), stream.refolding()):
        await stream.settled()


def _attempts(ledger: LedgerWriter, records: int) -> None:
    """Of many learners, dealt out evenly."""
    chance = random.Random(7)
    competencies, learners = _named("competency", COMPETENCIES), _named("learner", LEARNERS)
    for _ in range(records):
        ledger.now += 1
        ledger.attempt(chance.choice(learners), result(chance.choice(competencies), str(chance.randrange(5))))


def _named(what: str, count: int) -> list[str]:
    return [named(f"{what} {number}") for number in range(count)]


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


async def _peers(stream: Stream, ours: float, records: int, dsn: str) -> list[Figure]:
    """Our rate beside those of packages that come to the same states, on the same servers."""
    policy, learners = stream.writer.entries[0]["body"]["digest"], _named("learner", FEWER)
    with TemporaryDirectory() as folder:
        entries = Path(folder) / "entries"
        _write(stream.writer, learners, entries)
        return [
            await _beside(
                *(ours, "quixstreams, with changelog", "quixstreams_fold", await _digest(stream.pool)),
                bootstrap=stream.bootstrap,
                topic=stream.topics["evidence"],
                count=records,
                policy=policy,
            ),
            await _beside(
                *(ours, "eventsourcing's runner", "eventsourcing_projection", await _digest(stream.pool, learners)),
                dsn=dsn,
                entries=str(entries),
                policy=policy,
            ),
        ]


async def _beside(ours: float, peer: str, program: str, digest: str, **asked: object) -> Figure:
    """Our rate beside a peer's. A peer that cannot be measured, or comes to other states, is told in its place."""
    name = f"Kafka to levels, beside {peer}"
    try:
        rate = await _same(program, digest, **asked)
    except (PeerError, TimeoutError) as error:
        reason, _, more = (str(error) or "It took too long.").partition("\n")
        print(more, file=sys.stderr)  # noqa: T201 - its report
        return Figure(f"{name}: not measured. {reason}", ours, "records/s")
    return Figure(name, ours, "records/s", peer, rate)


async def _same(program: str, digest: str, **asked: object) -> float:
    """The peer's rate. Raises PeerError, also where its states are not those of this digest, and TimeoutError."""
    answer = await answer_of(program, **asked)
    if answer["digest"] != digest:
        raise PeerError(f"The states of the peer {program} are not ours.")
    return float(answer["rate"])


async def _digest(pool: asyncpg.Pool, learners: Sequence[str] | None = None) -> str:
    """Of all states, or those of these learners."""
    which = "SELECT digest FROM mastery.state WHERE $1::uuid[] IS NULL OR learner = ANY($1)"
    return digest_of_all([row["digest"] for row in await pool.fetch(which, learners)])


def _write(ledger: LedgerWriter, learners: Sequence[str], to: Path) -> None:
    """The headers and bodies of these learners' records, a line each."""
    chosen = set(learners)
    entries = [entry_of(raw) for raw in ledger.entries if raw["body"].get("learner") in chosen]
    with to.open("wb") as file:
        for entry in entries:
            facts = {name: content.decode() for name, content in record_headers(entry)}
            file.write(orjson.dumps([facts, orjson.loads(entry.body)]) + b"\n")


async def _database(server: PostgresServer, name: str) -> str:
    """The DSN of an empty database, which goes with its server."""
    connection = await asyncpg.connect(server.dsn())
    try:
        await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()
    return server.dsn(name)


async def _refolding(stream: Stream, records: int) -> tuple[float, float]:
    """Contributions a second: refolded in the tables after an adoption, and folded in memory alone."""
    policy = policy_document("ascertain.decaying_average@1", weight="0.5")
    stream.writer.publish(policy)
    stream.writer.adopt("district", policy)
    await stream.publish()
    async with at_work(stream.projector()):
        await until(lambda: _asked(stream.pool), "the adoption asks for a refold")
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
