"""Re-reading topics while the district goes on: a record that is gone is missed, whatever else comes."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any, cast

from services.audit.domain.telling import told_by_copy
from services.audit.flows.findings import Findings
from services.audit.flows.verify_topics import TopicVerifier
from services.audit.ports import Arrived, Copy, Record
from shared.ledger.entry import Entry
from shared.ledger.identifiers import shard_of
from shared.runtime.shards import Shard
from tests.support.ledger_writer import TENANT, named

LEARNER = named("a learner")
SHARD = Shard("evidence", shard_of(TENANT, LEARNER))
BUSY = Shard("evidence", (SHARD.number + 1) % 64)


def entry(position: int) -> Entry:
    event = named(f"event {position}")
    return Entry(
        *("evidence", SHARD.number, position, 1, TENANT, LEARNER, f"evidence/{event}", 1, event),
        *("ascertain.AttemptRecorded", "urn:ascertain:AttemptRecorded:1", 1000, 2000, LEARNER),
        b"{}",
    )


def arrived(position: int) -> Arrived:
    return Arrived(position - 1, position, LEARNER, told_by_copy(entry(position)))


class CopyOfAll:
    """Has every entry of `SHARD`, and none of `BUSY`: what comes there lies beyond what is verified."""

    async def at(self, shard: Shard, positions: Sequence[int]) -> list[Entry]:
        return [entry(position) for position in positions] if shard == SHARD else []

    async def positions_of(self, _ids: object) -> dict[str, tuple[Shard, int]]:
        return {}


class Heads:
    async def heads(self) -> dict[Shard, int]:
        return {SHARD: 10**6, BUSY: 10**6}


class BusyTopics:
    """Gives `SHARD`'s `records` once; on `BUSY` something new comes every time."""

    def __init__(self, *records: int) -> None:
        self._records = [arrived(position) for position in records]
        self._appended = 0

    async def open(self, _shards: Sequence[Shard]) -> "BusyTopics":
        return self

    async def read(self) -> list[tuple[Shard, list[Arrived]]]:
        await asyncio.sleep(0.01)
        self._appended += 1
        batches = [(SHARD, self._records)] if self._records else []
        self._records = []
        return [*batches, (BUSY, [arrived(self._appended)])]

    def ended(self, _shard: Shard) -> bool:
        return not self._records

    async def stop(self) -> None:
        return


class Notebook:
    """Findings that only keep."""

    def __init__(self) -> None:
        self.kinds: list[tuple[str, int | None]] = []

    async def expect(self, *_: object) -> None: ...

    async def advance(self, *_: object) -> None: ...

    async def finish(self, *_: object) -> None: ...

    async def add(self, differences: Sequence[Any]) -> None:
        self.kinds += [(one.kind, one.position) for one in differences]


async def test_a_last_record_that_is_gone_is_missed_also_while_others_come() -> None:
    notebook = Notebook()
    topics = BusyTopics(1, 2)
    verifier = TopicVerifier(cast(Copy, CopyOfAll()), cast(Record, Heads()), topics, cast(Findings, notebook), 0.2)
    begin = time.monotonic()
    async with asyncio.timeout(5):
        await verifier.of_all({SHARD: 3, BUSY: 0})
    assert notebook.kinds == [("missing", 3)]
    assert time.monotonic() - begin >= 0.2
