"""The invariants I1–I5 of a running district, checked from outside: ledger, topics, audit's copy and mastery's states.

Everything is read anew from the databases and from Kafka with the simplest means, and compared with what the client
was told and with the plain fold. Raises AssertionError that names the first thing that is wrong.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.ledger.entry import Entry
from shared.ledger.identifiers import SHARDS, Ledger
from shared.ledger.records import entry_from_record
from shared.runtime.kafka_access import KafkaAccess
from tests.support import oracle

LEDGERS: tuple[Ledger, ...] = ("evidence", "definitions")


async def ledger_entries(dsn: str) -> list[Entry]:
    """All entries of the ledger's tables, through a plain SELECT."""
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch("SELECT * FROM ledger.entry ORDER BY ledger, shard, position")
    finally:
        await connection.close()
    return [_entry(row) for row in rows]


def _entry(row: asyncpg.Record) -> Entry:
    fields: dict[str, Any] = dict(row.items())
    for name in ("tenant", "owner", "id", "actor"):
        fields[name] = str(fields[name])
    digest = fields.pop("request_digest")
    return Entry(**fields, request_digest=digest.hex() if digest is not None else None)


async def topic_entries(access: KafkaAccess, prefix: str = "") -> list[Entry]:
    """Every record of both ledgers' topics as an entry, repeats included, each partition in its order."""
    consumer = AIOKafkaConsumer(**access.options(), enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    try:
        partitions = [
            TopicPartition(f"{prefix}{ledger}.ledger", shard) for ledger in LEDGERS for shard in range(SHARDS[ledger])
        ]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        found: list[Entry] = []
        while [partition for partition in partitions if await consumer.position(partition) < ends[partition]]:
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                found.extend(entry_from_record(record.headers, record.value or b"") for record in records)
        return found
    finally:
        await consumer.stop()


def check_nothing_lost_doubled_or_invented(
    acknowledged: Mapping[str, Mapping[str, Any]], sent: set[str], entries: Iterable[Entry]
) -> None:
    """I1–I3 for the ledger: every receipt's event is there, at the place it names, once; nothing that no one sent."""
    by_id = {entry.id: entry for entry in entries if entry.event in {"AttemptRecorded", "EvidenceVoided"}}
    counts = Counter(entry.id for entry in entries)
    assert [id_ for id_, count in counts.items() if count > 1] == [], "an id stands twice in the ledger"
    for id_, receipt in acknowledged.items():
        assert id_ in by_id, f"{id_} was acknowledged and is not in the ledger"
        place = receipt["position"]
        entry = by_id[id_]
        assert (entry.shard, entry.position) == (place["shard"], place["position"]), f"{id_} is not where it was said"
    assert set(by_id) - sent == set(), "the ledger holds events that no one sent"


def check_order(entries: Iterable[Entry]) -> None:
    """I4: positions without gaps in every shard, versions without gaps in every stream, time never runs backwards."""
    of_shard: dict[tuple[str, int], list[Entry]] = {}
    of_stream: dict[tuple[str, str], list[int]] = {}
    for entry in entries:
        of_shard.setdefault((entry.ledger, entry.shard), []).append(entry)
        of_stream.setdefault((entry.ledger, entry.stream), []).append(entry.version)
    for shard, own in of_shard.items():
        own.sort(key=lambda entry: entry.position)
        assert [entry.position for entry in own] == list(range(1, len(own) + 1)), f"shard {shard} has a gap"
        times = [entry.recorded_at for entry in own]
        assert times == sorted(times), f"recorded_at runs backwards in shard {shard}"
    for stream, versions in of_stream.items():
        assert sorted(versions) == list(range(1, len(versions) + 1)), f"stream {stream} has versions {versions}"


def check_topic(ledger: Iterable[Entry], topic: Iterable[Entry]) -> None:
    """Ledger = topic: each entry is there with the same leaf, first appearances in order; only repeats are allowed."""
    leaves = {(entry.ledger, entry.shard, entry.position): entry.leaf() for entry in ledger}
    reached: dict[tuple[str, int], int] = {}
    for record in topic:
        place = (record.ledger, record.shard, record.position)
        assert leaves.get(place) == record.leaf(), f"the record at {place} is not the ledger's entry"
        before = reached.get(place[:2], 0)
        assert record.position <= before + 1, f"the topic skips from {before} to {record.position} in {place[:2]}"
        reached[place[:2]] = max(before, record.position)
    assert sum(reached.values()) == len(leaves), "the topic lacks entries of the ledger"


def check_states(
    entries: Iterable[Entry], documents: Mapping[str, Any], states: Mapping[tuple[str, str], Mapping[str, Any]]
) -> None:
    """I5: each state that mastery shows is the plain fold's, with the same digest; none missing, none too many."""
    raw = [{"envelope": entry.envelope(), "body": json.loads(entry.body)} for entry in entries]
    expected = oracle.states(raw, documents)
    assert set(states) == set(expected), "mastery shows states of other learners or competencies than the fold"
    for key, state in expected.items():
        shown = states[key]
        assert (shown["status"], shown["level"], shown["value"], shown["digest"]) == (
            state.status,
            state.level,
            state.value,
            state.digest,
        ), f"the state of {key} is not the plain fold's"


async def until(condition: Any, *, seconds: float = 60) -> None:
    """Wait until an async condition holds; AssertionError with its last word where it does not in time."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        word = await condition()
        if word is True:
            return
        assert asyncio.get_running_loop().time() < deadline, f"not within {seconds} s: {word}"
        await asyncio.sleep(0.2)  # each look asks all services
