"""A batch that the relay writes, read by aiokafka's own reader: the same records, whatever is in them."""

import asyncio
from random import Random

from aiokafka.record.memory_records import MemoryRecords
from hypothesis import given
from hypothesis import strategies as st

from shared.ledger.entry import Entry
from shared.ledger.records import headers_written, record_headers, record_key, written
from shared.runtime.outbox import OutRecord
from shared.runtime.record_batch import RecordBatch

HEADERS = st.lists(st.tuples(st.text(max_size=70), st.binary(max_size=9000)), max_size=20)
RECORDS = st.lists(
    st.tuples(
        st.binary(max_size=100),
        st.none() | st.binary(max_size=9000),
        st.integers(0, 2**42),
        HEADERS,
    ),
    min_size=1,
    max_size=20,
)
TEXTS = st.text(max_size=80)
ENTRIES = st.builds(
    Entry,
    ledger=st.sampled_from(["evidence", "definitions"]),
    shard=st.integers(0, 63),
    position=st.integers(1, 2**53 - 1),
    epoch=st.integers(1, 2**53 - 1),
    tenant=TEXTS,
    owner=TEXTS,
    stream=st.text(max_size=300),
    version=st.integers(1, 2**53 - 1),
    id=TEXTS,
    type=TEXTS,
    schema=TEXTS,
    occurred_at=st.integers(-62_135_596_800_000, 253_402_300_799_999),
    recorded_at=st.integers(0, 2**42),
    actor=TEXTS,
    body=st.binary(max_size=300),
    request_digest=st.none() | TEXTS,
)


def sent(records: list[OutRecord], limit: int = 10**7) -> tuple[int, bytes]:
    """How many found room, and the batch as it goes out."""
    batch = RecordBatch(limit)
    taken = 0
    while taken < len(records) and batch.append(records[taken]):
        taken += 1
    asyncio.run(batch.compress())
    batch._set_producer_state(7, 3, 11)  # as aiokafka does before it sends
    assert batch.record_count() == taken
    return taken, bytes(batch._build())


@given(RECORDS)
def test_what_is_read_is_what_was_written(
    records: list[tuple[bytes, bytes | None, int, list[tuple[str, bytes]]]],
) -> None:
    _, content = sent([OutRecord(key, value, at, written(headers)) for key, value, at, headers in records])
    batch = MemoryRecords(content).next_batch()
    assert batch is not None
    assert batch.validate_crc()
    assert batch.producer_id == 7
    assert batch.producer_epoch == 3
    assert batch.base_sequence == 11
    read = [
        (each.key, each.value, each.timestamp, each.offset, [tuple(pair) for pair in each.headers]) for each in batch
    ]
    assert read == [(key, value, at, offset, headers) for offset, (key, value, at, headers) in enumerate(records)]


@given(ENTRIES, HEADERS)
def test_an_entrys_headers_are_written_as_any_headers(entry: Entry, further: list[tuple[str, bytes]]) -> None:
    assert headers_written(entry, further) == written([*record_headers(entry), *further])


def test_what_finds_no_room_waits_for_the_next_batch_and_one_alone_always_goes() -> None:
    noise = Random(3).randbytes(500)
    records = [OutRecord(b"key", noise, 5, written([])) for _ in range(10)]
    assert sent(records, limit=2000)[0] == 3
    assert sent(records, limit=10)[0] == 1


def test_the_key_is_the_owner() -> None:
    """So that `OutRecord.key` and `ce_partitionkey` are the same bytes."""
    entry = Entry("evidence", 1, 1, 1, "t", "owner", "s", 1, "i", "t", "s", 0, 0, "a", b"{}")
    assert record_key(entry) == dict(record_headers(entry))["ce_partitionkey"]
