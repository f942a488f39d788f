"""One idempotent producer to Kafka, good until its first error.

aiokafka keeps no order after a refused batch (the next one is accepted, and the topic has a hole), never expires an
idempotent batch, and may not come back from `stop()` while the broker is dead. So a publisher whose batch failed is
lost, for everyone who uses it: it is stopped within a bound, and its users begin again from their cursors with a new
one. What an abandoned producer still delivers are repetitions of what the new one sends from the same cursor.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from shared.ledger.identifiers import SHARDS, Ledger
from shared.runtime.kafka_access import KafkaAccess
from shared.runtime.kafka_source import PartitionsDifferError
from shared.runtime.outbox import OutRecord
from shared.runtime.record_batch import RecordBatch

BATCH_BYTES = 900_000
"""Bytes of a batch before compression: under the megabyte that a broker takes unless told otherwise."""


class RefusedError(Exception):
    """The broker will not have these records, now or later; `error` is what it said."""

    def __init__(self, error: KafkaError) -> None:
        super().__init__(type(error).__name__)
        self.error = error


class PublisherLostError(Exception):
    """The broker did not answer, or another batch of this publisher failed: what became of this one is not known."""


class Sent(NamedTuple):
    """A batch that is acknowledged: the `number` of its records, and the offset of the first of them."""

    number: int
    offset: int


class Publisher:
    """`deliver` and `stop` are bounds, in seconds, on the wait for an acknowledgement and for an end."""

    def __init__(
        self, access: KafkaAccess, topics: Mapping[Ledger, str], *, deliver: float = 15.0, stop: float = 2.0
    ) -> None:
        self._access = access
        self._topics = topics
        self._deliver = deliver
        self._stop = stop
        self._producer: Any = None
        self._lost = asyncio.Event()
        self._starting = asyncio.Lock()

    @property
    def lost(self) -> bool:
        """Whether it is of no more use."""
        return self._lost.is_set()

    async def publish(self, ledger: Ledger, shard: int, records: Sequence[OutRecord]) -> Sent:
        """Publish as many of the records, from the first on, as fit one batch; which, once acknowledged.

        The caller has no other batch of that shard outstanding. Raises RefusedError, PublisherLostError, or
        PartitionsDifferError; the publisher is lost after any of them.
        """
        try:
            return await self._published(ledger, shard, records)
        except KafkaError as error:
            lost_before = self.lost  # then it is of the producer's end that the error tells, not of these records
            await self.drop()
            if lost_before or error.retriable:
                raise PublisherLostError(type(error).__name__) from error
            raise RefusedError(error) from error
        except (OSError, TimeoutError, PublisherLostError) as error:
            await self.drop()
            raise PublisherLostError(str(error) or type(error).__name__) from error

    async def drop(self) -> None:
        """Stop, delivering what is under way if that is possible within the bound; abandon it otherwise."""
        self._lost.set()
        producer, self._producer = self._producer, None
        if producer is not None:
            await _stopped(producer, self._stop)

    async def _published(self, ledger: Ledger, shard: int, records: Sequence[OutRecord]) -> Sent:
        producer = await self._started()
        batch = RecordBatch(BATCH_BYTES)
        for record in records:
            if not batch.append(record):
                break
        await batch.compress()
        if self.lost:
            raise PublisherLostError("it was lost meanwhile")
        async with asyncio.timeout(self._deliver):
            sent = await producer.send_batch(batch, self._topics[ledger], partition=shard)
        sent.add_done_callback(_seen)
        return Sent(batch.record_count(), await self._acknowledged(sent))

    async def _started(self) -> Any:
        async with self._starting:
            if self.lost:
                raise PublisherLostError("it was lost before")
            if self._producer is not None:
                return self._producer
            self._producer = AIOKafkaProducer(
                **self._access.options(),
                enable_idempotence=True,
                acks="all",
                compression_type="lz4",
                max_batch_size=BATCH_BYTES,
                request_timeout_ms=10_000,
                retry_backoff_ms=100,
                metadata_max_age_ms=30_000,
            )
            async with asyncio.timeout(self._deliver):
                await self._producer.start()
                for ledger, topic in self._topics.items():
                    await self._check(topic, SHARDS[ledger])
            return self._producer

    async def _check(self, topic: str, shards: int) -> None:
        found = await self._producer.partitions_for(topic)
        if len(found) != shards:
            await self.drop()
            raise PartitionsDifferError(
                f"The topic {topic} has {len(found)} partitions where the ledger has {shards} shards,"
                " and a shard is one partition for life: nothing is published."
            )

    async def _acknowledged(self, sent: "asyncio.Future[Any]") -> int:
        """Wait for the acknowledgement; the batch's first offset. Raises the broker's error, or PublisherLostError."""
        lost = asyncio.ensure_future(self._lost.wait())
        try:
            await asyncio.wait({sent, lost}, timeout=self._deliver, return_when=asyncio.FIRST_COMPLETED)
        finally:
            lost.cancel()
        if not sent.done():
            raise PublisherLostError("no acknowledgement came")
        return int(sent.result().offset)


def _seen(future: "asyncio.Future[Any]") -> None:
    """Have looked at an outcome that nobody may be waiting for any more."""
    if not future.cancelled():
        future.exception()


async def _stopped(producer: Any, seconds: float) -> None:
    with suppress(Exception):
        await asyncio.wait_for(producer.stop(), seconds)
        return
    # The broker is dead, and aiokafka would try for ever. It has no public way to give up, so its own task is ended;
    # a version of it that names things otherwise leaves a task behind, which does no harm but noise.
    with suppress(Exception):
        sender = producer._sender.sender_task  # noqa: SLF001
        if sender is not None:
            sender.cancel()
        await asyncio.wait_for(producer.client.close(), seconds)
