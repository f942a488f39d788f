"""The topics as a witness: repetitions are no difference, all else is. The copy has what a quarantine holds back."""

from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.structs import TopicPartition

from deploy.local.kafka import KafkaServer
from deploy.local.postgres import PostgresServer
from services.evidence.domain.commands import Appended, Command, NewEvent
from shared.ledger.entry import Entry
from shared.ledger.records import record_headers, record_key
from tests.support.audited import AuditedDistrict, audited_district, positions
from tests.support.audited_story import LEARNERS, tell
from tests.support.ledger_writer import named
from tests.support.servers import District
from tests.support.waiting import until

Record = tuple[int, bytes, bytes, list[tuple[str, bytes]]]


@pytest.fixture
async def own(
    postgres: PostgresServer, kafka: KafkaServer, district: District, topic_prefix: str, tmp_path: Path
) -> AsyncIterator[AuditedDistrict]:
    """A district of the test's own, since what is once on a topic stays there."""
    async with audited_district(postgres, kafka.bootstrap, district, topic_prefix, tmp_path) as audited:
        await tell(audited)
        yield audited


async def entries_of(audited: AuditedDistrict) -> list[Entry]:
    rows = await audited.audit.fetch("SELECT * FROM audit.entry WHERE ledger = 'evidence' ORDER BY shard, position")
    return [Entry(**row) for row in rows]


def record(entry: Entry) -> Record:
    return entry.shard, record_key(entry), entry.body, list(record_headers(entry))


async def publish(audited: AuditedDistrict, records: Iterable[Record]) -> None:
    async with AIOKafkaProducer(bootstrap_servers=audited.settings.kafka) as producer:
        for shard, key, value, headers in records:
            await producer.send_and_wait(audited.topics["evidence"], value, key=key, partition=shard, headers=headers)


async def cut_off(audited: AuditedDistrict, shard: int, before: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=audited.settings.kafka)
    await admin.start()
    try:
        partition = TopicPartition(audited.topics["evidence"], shard)
        await admin.delete_records({partition: RecordsToDelete(before_offset=before)})
    finally:
        await admin.close()


def of_topic(result: dict[str, Any]) -> list[dict[str, Any]]:
    assert {one["phase"] for one in result["differences"]} <= {"topic"}
    return list(result["differences"])


async def test_the_topics_are_read_from_their_first_record(own: AuditedDistrict) -> None:
    entries = await entries_of(own)
    await publish(own, [record(entry) for entry in entries])
    assert (await own.verify())["differences"] == []  # everything twice: repetitions are allowed

    target = next(entry for entry in reversed(entries) if b'"possible":"4"' in entry.body)
    other = Entry(**{**_fields(target), "body": target.body.replace(b'"possible":"4"', b'"possible":"8"')})
    await publish(own, [record(other)])
    [found] = of_topic(await own.verify())
    assert (found["kind"], positions([found])) == ("differs", {("evidence", target.shard, target.position)})
    assert "body" in found["what"]

    unnamed: Record = (target.shard, b"", b"{}", [])
    torn = (target.shard, record_key(target), b"{}", list(record_headers(target)))
    await publish(own, [unnamed, torn])
    found_now = of_topic(await own.verify())
    assert sorted(one["kind"] for one in found_now) == ["differs", "unreadable", "unreadable"]
    assert any("names no position" in one["what"] for one in found_now)


@pytest.mark.long
async def test_a_record_that_is_gone_is_missed_where_it_belongs(own: AuditedDistrict) -> None:
    entries = await entries_of(own)
    shard = next(entry.shard for entry in entries if entry.position == 2)
    await publish(own, [record(entry) for entry in entries if entry.shard == shard])
    await cut_off(own, shard, before=1)
    [found] = of_topic(await own.verify())
    assert (found["kind"], positions([found])) == ("missing", {("evidence", shard, 1)})
    assert found["what"] == ("The topic has no entry at position 1 where it belongs, before the record at offset 1.")


async def test_an_entry_forged_on_the_topic_is_found(own: AuditedDistrict) -> None:
    """A true continuation as far as anyone sees who reads the topic alone; but the ledger never had it."""
    entries = await entries_of(own)
    target = entries[-1]
    place = ("evidence", target.shard, target.position + 1)
    event = str(uuid4())
    changed = {"position": place[2], "id": event, "stream": f"evidence/{event}"}
    await publish(own, [record(Entry(**{**_fields(target), **changed}))])

    async def kept() -> object:
        return await own.audit.fetchval("SELECT true FROM audit.entry WHERE id = $1", event)

    await until(kept, "the copy has taken it")
    differences = (await own.verify())["differences"]
    assert [(one["phase"], one["kind"]) for one in differences if place in positions([one])][:1] == [
        ("ledger", "missing")
    ]


@pytest.mark.long
async def test_versions_out_of_sequence_are_found_even_where_everyone_agrees(own: AuditedDistrict) -> None:
    """Written into the ledger past its functions, and from there relayed, copied and applied like any other."""
    stream = f"learner/{LEARNERS[3]}"
    [row] = await own.evidence.fetch("SELECT * FROM ledger.stored_entry WHERE stream = $1", stream)
    end = await own.evidence.fetchval(
        "UPDATE ledger.head SET position = position + 1 WHERE ledger = 'evidence' AND shard = $1 RETURNING position",
        row["shard"],
    )
    values = {**row, "position": end, "id": uuid4(), "version": 3}
    marks = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    await own.evidence.execute(
        f"INSERT INTO ledger.stored_entry ({', '.join(values)}) VALUES ({marks})", *values.values()
    )
    await own.applied()
    [found] = (await own.verify())["differences"]
    assert (found["kind"], positions([found])) == ("out_of_sequence", {("evidence", row["shard"], end)})
    assert f"version 3 of the stream {stream}, where 2 would be next" in found["what"]


def _fields(entry: Entry) -> dict[str, Any]:
    return {name: value for name, value in vars(entry).items() if name != "body_digest"}


@pytest.mark.long
async def test_what_a_quarantine_holds_back_is_in_the_copy(own: AuditedDistrict) -> None:
    """A known type whose body breaks its contract: everyone sets its learner aside, and the copy holds it all."""
    for number, body in enumerate((b'{"nothing":true}', b'{"learner":"%s"}' % LEARNERS[0].encode())):
        event = str(uuid4())
        new = NewEvent(
            *(event, "ascertain.LearnerEnrolled", "urn:ascertain:LearnerEnrolled:1", LEARNERS[0]),
            *(f"learner/{LEARNERS[0]}", None, body),
        )
        [outcome] = await own.ledger.append([Command(event, named("somebody"), "evidence", (new,))])
        assert isinstance(outcome, Appended), (number, outcome)
    await own.applied()
    held = await own.audit.fetch("SELECT owner::text FROM projection.quarantine")
    assert [row["owner"] for row in held] == [LEARNERS[0]]
    kept = await own.audit.fetchval("SELECT count(*) FROM audit.entry WHERE owner = $1", LEARNERS[0])
    assert kept == await own.evidence.fetchval(
        "SELECT count(*) FROM ledger.stored_entry WHERE owner = $1::text::uuid", LEARNERS[0]
    )
    result = await own.verify()
    assert (result["state"], result["set_aside"] > 0) == ("equal", True)
