"""A batch of Kafka records (message format 2) as the relay sends it: written in one go, compressed off the event loop.

It stands where aiokafka expects a batch of its own `create_batch`, and answers to the same names. aiokafka compresses
at LZ4's level 9 within the event loop, which takes longer than everything else about a record; here the fast level
serves (a sixth more bytes, a quarter of the time), in a thread, while other shards are read and written.
Format: https://kafka.apache.org/documentation/#recordbatch
"""

import asyncio
import struct

import cramjam
from aiokafka.record.util import calc_crc32c

from shared.ledger.records import varint
from shared.runtime.outbox import OutRecord

_HEADER = struct.Struct(">qiibIhiqqqhii")
_COVERED = struct.calcsize(">qiibI")
"""Where the checksum begins to count: after itself."""
_CHECKSUM = struct.Struct(">I")
_AFTER_LENGTH = struct.calcsize(">qi")
_NO_LEADER_EPOCH, _FORMAT, _LZ4 = -1, 2, 3


class RecordBatch:
    """Takes records with `append` until they are `limit` bytes, at least one; then `compress`, then give it away."""

    def __init__(self, limit: int) -> None:
        self._room = limit - _HEADER.size
        self._records: list[bytes] = []
        self._first = self._latest = 0
        self._payload = b""
        self._producer = (-1, -1, -1)
        self._buffer: bytearray | None = None

    def append(self, record: OutRecord) -> bool:
        """Whether the record found room."""
        if not self._records:
            self._first = self._latest = record.timestamp
        content = _written(record, record.timestamp - self._first, len(self._records))
        if self._records and len(content) > self._room:
            return False
        self._room -= len(content)
        self._latest = max(self._latest, record.timestamp)
        self._records.append(content)
        return True

    async def compress(self) -> None:
        """Nothing can be appended any more."""
        self._payload = await asyncio.to_thread(_compressed, b"".join(self._records))

    def record_count(self) -> int:
        return len(self._records)

    def closed(self) -> bool:
        return True

    def close(self) -> None:
        """As aiokafka asks; it was closed from the first."""

    def size(self) -> int:
        return _HEADER.size + len(self._payload)

    def _set_producer_state(self, producer_id: int, producer_epoch: int, base_sequence: int) -> None:
        self._producer = (producer_id, producer_epoch, base_sequence)

    def _build(self) -> bytearray:
        """The bytes; the same at every further attempt to send them."""
        if self._buffer is None:
            self._buffer = bytearray(_HEADER.size) + self._payload
            _HEADER.pack_into(
                self._buffer, 0, 0, len(self._buffer) - _AFTER_LENGTH, _NO_LEADER_EPOCH, _FORMAT, 0, _LZ4,
                len(self._records) - 1, self._first, self._latest, *self._producer, len(self._records),
            )  # fmt: skip
            _CHECKSUM.pack_into(
                self._buffer, _COVERED - _CHECKSUM.size, calc_crc32c(memoryview(self._buffer)[_COVERED:])
            )
        return self._buffer


def _written(record: OutRecord, milliseconds: int, offset: int) -> bytes:
    """One record: attributes, how far after the batch's first in time and place, key, value, headers."""
    key, value, _, headers = record
    size = varint(-1 if value is None else len(value))
    content = b"\x00%b%b%b%b%b%b%b" % (
        *(varint(milliseconds), varint(offset)),
        *(varint(len(key)), key, size, value or b"", headers),
    )
    return varint(len(content)) + content


def _compressed(payload: bytes) -> bytes:
    compressor = cramjam.lz4.Compressor(level=1, content_checksum=False, block_linked=False)  # linked: no broker reads
    compressor.compress(payload)
    return bytes(compressor.finish())
