"""Reads the ledgers' topics as one member of a consumer group, and trusts nothing that is no full copy of an entry."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from shared.ledger.canonical import MAX_INTEGER
from shared.ledger.entry import Entry
from shared.ledger.identifiers import SHARDS, Ledger, is_id
from shared.ledger.records import entry_from_record
from shared.runtime.kafka_access import KafkaAccess
from shared.runtime.logging import plainly_told
from shared.runtime.shards import Bookmark, Shard
from shared.runtime.sources import WAIT, Batch
from shared.runtime.trails import HEADER, read_traceparent

_log = structlog.get_logger()

STOP_SECONDS = 3.0
"""How long a consumer is given to leave its group; with a dead broker it never comes back by itself."""

SESSION_TIMEOUT = 8.0
"""Seconds that a group waits for a member that says nothing before it gives its shards to another: a process that was
killed is back within ten, as its successor waits for no longer than this. The event loop is never blocked for so long.
"""

SLICE = 500
"""Records decoded in one go, about 10 ms: heartbeats and requests have their turn in between."""


@plainly_told
class PartitionsDifferError(Exception):
    """A topic has another number of partitions than its ledger has shards. Nothing may be read, or owners split up."""


class KafkaSource:
    """One member of the consumer group `group`, over the topics of both ledgers (`topics`: ledger to topic).

    Nothing is committed to Kafka. What the group assigns is `waiting`, and paused, until it is placed at the offset
    that the watermark names; where that offset is out of range (a topic made anew), reading begins at the earliest
    record, and the projector drops what it has. `session_timeout` is how long the group waits for this member before
    it gives its shards to another, `metadata_age` how old its knowledge of the topics may be, both in seconds. Where
    `traced`, the traces that records bear are given with their entries.
    """

    def __init__(  # noqa: PLR0913 - bounds, each by its name
        self,
        access: KafkaAccess,
        group: str,
        topics: Mapping[Ledger, str],
        *,
        tenant: str,
        records: int = 4000,
        session_timeout: float = SESSION_TIMEOUT,
        metadata_age: float = 30.0,
        traced: bool = False,
    ) -> None:
        self._access = access
        self._group = group
        self._ledgers: dict[str, Ledger] = {topic: ledger for ledger, topic in topics.items()}
        self._topics = dict(topics)
        self._tenant = tenant
        self._records = records
        self._session_timeout = session_timeout
        self._metadata_age = metadata_age
        self._traced = traced
        self._consumer: Any = None
        self._waiting: set[Shard] = set()
        self._placed: set[Shard] = set()

    async def start(self) -> None:
        """Join the group. Raises PartitionsDifferError, KafkaError or OSError."""
        await self._drop()
        consumer = AIOKafkaConsumer(
            **self._access.options(),
            group_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=int(self._session_timeout * 1000),
            heartbeat_interval_ms=int(self._session_timeout * 1000 / 10),
            metadata_max_age_ms=int(self._metadata_age * 1000),
            fetch_max_wait_ms=500,  # a record is given at once: this is how often an idle reader asks for all shards
            fetch_max_bytes=16 * 1024 * 1024,
            request_timeout_ms=20_000,
        )
        self._consumer = consumer
        try:
            await asyncio.wait_for(consumer.start(), 20)
            for topic in self._ledgers:
                await consumer._client._wait_on_metadata(topic)  # noqa: SLF001 - it has no public name
            self._check_partitions()
            consumer.subscribe(list(self._ledgers), listener=_Listener(self))
        except BaseException:
            await self._drop()
            raise

    def waiting(self) -> frozenset[Shard]:
        return frozenset(self._waiting)

    def placed(self) -> frozenset[Shard]:
        return frozenset(self._placed)

    def place(self, shard: Shard, bookmark: Bookmark) -> None:
        if shard not in self._waiting:
            return
        partition = self._partition(shard)
        self._consumer.seek(partition, bookmark.next_offset)
        self._consumer.resume(partition)
        self._waiting.discard(shard)
        self._placed.add(shard)

    def hold(self, shard: Shard) -> None:
        if shard not in self._placed:
            return
        self._consumer.pause(self._partition(shard))
        self._placed.discard(shard)
        self._waiting.add(shard)

    async def read(self) -> list[Batch]:
        """Raises PartitionsDifferError where a count has changed; after any other error, begins anew."""
        if self._consumer is None:
            await self.start()
        try:
            self._check_partitions()
            received = await self._consumer.getmany(timeout_ms=int(WAIT * 1000), max_records=self._records)
        except KafkaError as error:
            _log.warning("the consumer failed and is replaced", error=error)
            await self._drop()
            raise
        batches = []
        for partition, records in received.items():
            shard = Shard(self._ledgers[partition.topic], partition.partition)
            batches.append(await self._batch(shard, records))
        return [batch for batch in batches if batch.shard in self._placed]

    async def drained(self, shard: Shard) -> bool:
        """By where the consumer itself stands: it goes on at the earliest record where those asked for are gone."""
        if shard not in self._placed:
            return False
        partition = self._partition(shard)
        end = self._consumer.highwater(partition)
        if end is None:
            return False
        try:
            async with asyncio.timeout(WAIT):
                return bool(await self._consumer.position(partition) >= end)
        except (KafkaError, TimeoutError):  # it does not know yet, or the shard was given to another meanwhile
            return False

    async def stop(self) -> None:
        await self._drop()

    def assigned(self, partitions: Iterable[TopicPartition]) -> None:
        """The group has given these partitions to this member: they wait, paused, for their place."""
        for partition in partitions:
            self._consumer.pause(partition)
        self._placed.clear()
        self._waiting = {Shard(self._ledgers[p.topic], p.partition) for p in partitions}

    def revoked(self) -> None:
        """The group is dealing the partitions out anew: nothing is this member's until it is assigned again."""
        self._placed.clear()
        self._waiting.clear()

    def _partition(self, shard: Shard) -> TopicPartition:
        return TopicPartition(self._topics[shard.ledger], shard.number)

    def _check_partitions(self) -> None:
        for topic, ledger in self._ledgers.items():
            found = self._consumer.partitions_for_topic(topic)
            if found is not None and len(found) != SHARDS[ledger]:
                raise PartitionsDifferError(
                    f"The topic {topic} has {len(found)} partitions where the ledger has {SHARDS[ledger]} shards,"
                    " and a shard is one partition for life: nothing is read. Restore the topic from the ledger."
                )

    async def _batch(self, shard: Shard, records: Sequence[ConsumerRecord]) -> Batch:
        entries: list[Entry] = []
        for first in range(0, len(records), SLICE):
            decoded = [self._entry(shard, record) for record in records[first : first + SLICE]]
            entries += [entry for entry in decoded if entry is not None]
            await asyncio.sleep(0)
        traces = _traces(records) if self._traced else None
        return Batch(shard, entries, records[-1].offset + 1, len(records) - len(entries), traces)

    def _entry(self, shard: Shard, record: ConsumerRecord) -> Entry | None:
        """The entry that this record is a full copy of; None for anything else, or another shard's or district's."""
        try:
            entry = entry_from_record(record.headers, record.value or b"")
        except (ValueError, AttributeError):  # a header without a value is None
            return None
        mine = (entry.ledger, entry.shard, entry.tenant) == (shard.ledger, shard.number, self._tenant)
        return entry if mine and _storable(entry) else None

    async def _drop(self) -> None:
        """Leave the group within `STOP_SECONDS`, or be thrown out of it later."""
        consumer, self._consumer = self._consumer, None
        self.revoked()
        if consumer is not None:
            with suppress(Exception):
                await asyncio.wait_for(consumer.stop(), STOP_SECONDS)
                return
            # Left half-way, it would go on telling the group that it lives, and keep its shards from everyone. There
            # is no public way to end that; should a later version name it otherwise, the next rebalance ends it.
            with suppress(Exception):
                consumer._coordinator._heartbeat_task.cancel()  # noqa: SLF001
                await asyncio.wait_for(consumer._client.close(), STOP_SECONDS / 3)  # noqa: SLF001


def _traces(records: Iterable[ConsumerRecord]) -> dict[int, str]:
    """The trace contexts of the records that bear one, by position; the relay writes it behind everything else."""
    found: dict[int, str] = {}
    for record in records:
        if record.headers and record.headers[-1][0] == HEADER:
            context = read_traceparent(record.headers[-1][1])
            position = dict(record.headers).get("ce_position") or b""
            if context is not None and position.isdigit():
                found[int(position[:16])] = context
    return found


def _storable(entry: Entry) -> bool:
    """Whether a row of the ledger can hold such numbers, ids and texts at all; if not, the record is no copy of one."""
    return (
        0 < entry.position <= MAX_INTEGER
        and 0 < entry.epoch <= MAX_INTEGER
        and 0 < entry.version <= MAX_INTEGER
        and is_id(entry.id)
        and _is_known_id(entry.owner)
        and _is_known_id(entry.actor)
        and "\x00" not in f"{entry.stream}{entry.type}{entry.schema}{entry.request_digest}"
    )


_is_known_id = lru_cache(maxsize=65_536)(is_id)
"""Owners and actors come again and again."""


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka is published without types
    """Only notes what was assigned. What fails here, aiokafka would swallow, so nothing here can."""

    def __init__(self, source: KafkaSource) -> None:
        self._source = source

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:  # noqa: ARG002 - all are, eagerly
        self._source.revoked()

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        self._source.assigned(assigned)
