"""Compares the audit's copy with the topics, re-read from their first record apart from every consumer group."""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.audit.domain.comparing import Place, Track, absent, beyond, compare_entry, rows_of, unplaced
from services.audit.domain.differences import Difference
from services.audit.domain.telling import Telling, told_by_copy
from services.audit.domain.verification import VerificationError
from services.audit.flows.findings import Findings
from services.audit.flows.verify_ledger import with_places
from services.audit.ports import Arrived, Copy, Reading, Record, Topics
from shared.runtime.shards import Shard

CHUNK = 500
"""Records compared at a time."""

LATE = 10.0
"""Seconds without a record that is waited for, after which those that the relay should have brought are missing."""

SILENCE = 30.0
"""Seconds without a single record after which Kafka counts as not answering."""


class TopicComparison:
    """One pass over partitions. `owner` restricts it to the records of one learner."""

    def __init__(
        self, copy: Copy, findings: Findings, expected: Mapping[Shard, Sequence[int]], owner: str | None
    ) -> None:
        self._copy, self._findings, self._owner = copy, findings, owner
        self._tracks = {shard: Track(positions) for shard, positions in expected.items()}
        self._ends = {shard: positions[-1] if positions else 0 for shard, positions in expected.items()}
        self.later: dict[Shard, int] = {}

    @property
    def passed(self) -> int:
        """How many of the expected positions are behind."""
        return sum(track.at for track in self._tracks.values())

    def complete(self, shard: Shard) -> bool:
        return not self._tracks[shard].left()

    async def take(self, shard: Shard, records: Sequence[Arrived]) -> None:
        """Compare what came of one partition, in order."""
        for first in range(0, len(records), CHUNK):
            await self._chunk(shard, records[first : first + CHUNK])
            await asyncio.sleep(0)

    async def close(self) -> None:
        """What has not come by now is missing."""
        for shard, track in self._tracks.items():
            place = _place(shard)
            await self._findings.add([absent(place, "topic", *row) for row in rows_of(track.left())])

    async def _chunk(self, shard: Shard, records: Sequence[Arrived]) -> None:
        mine = [record for record in records if self._owner is None or record.owner == self._owner]
        positions = [record.position for record in mine if record.position is not None]
        ours = {entry.position: told_by_copy(entry) for entry in await self._copy.at(shard, positions)}
        differences: list[Difference] = []
        track, place = self._tracks[shard], _place(shard)
        before = track.at
        for record in mine:
            differences += self._compared(track, place, ours, record)
        await self._findings.add(await with_places(self._copy, shard, differences))
        await self._findings.advance("topic", track.at - before)

    def _compared(
        self, track: Track, place: Place, ours: Mapping[int, Telling], record: Arrived
    ) -> Iterable[Difference]:
        position, shard = record.position, Shard(place.ledger, place.shard)
        if position is None:
            return [unplaced(place, record.offset)]
        if position > self._ends[shard]:
            self.later[shard] = max(self.later.get(shard, 0), position)
            return []
        skipped = [absent(place, "topic", *row, before=record.offset) for row in rows_of(track.follow(position))]
        mine = ours.get(position)
        if mine is None:
            return [*skipped, absent(place, "copy", position, position)]
        return [*skipped, *compare_entry(place, position, mine, record.told)]


@dataclass(frozen=True, slots=True)
class TopicVerifier:
    """The audit's `copy` beside the topics; `record` says what may have come meanwhile."""

    copy: Copy
    record: Record
    topics: Topics
    findings: Findings
    late: float = LATE

    async def of_all(self, ends: Mapping[Shard, int]) -> None:
        """Compare every position of every shard up to `ends`: present, in order (repeats allowed), the same leaf."""
        await self.findings.expect("topic", sum(ends.values()))
        expected = {shard: range(1, end + 1) for shard, end in ends.items()}
        comparison = TopicComparison(self.copy, self.findings, expected, None)
        await self._pass_over(comparison, list(ends))
        if comparison.later:  # relayed meanwhile: then the ledger has them
            heads = await self.record.heads()
            for shard, position in comparison.later.items():
                if position > (head := heads.get(shard, 0)):
                    await self.findings.add([beyond(_place(shard), "topic", position, head)])
        await self.findings.finish("topic")

    async def of_owner(self, shard: Shard, learner: str, end: int) -> None:
        """Compare one learner's records with the copy's entries of the learner at positions up to `end`."""
        entries = await self.copy.of_owner("evidence", learner)
        positions = [entry.position for entry in entries if entry.position <= end]
        await self.findings.expect("topic", len(positions))
        await self._pass_over(TopicComparison(self.copy, self.findings, {shard: positions}, learner), [shard])
        await self.findings.finish("topic")

    async def _pass_over(self, comparison: TopicComparison, shards: Sequence[Shard]) -> None:
        reading = await self.topics.open(shards)
        try:
            await _read_all(reading, comparison, set(shards), self.late)
        finally:
            await reading.stop()
        await comparison.close()


async def _read_all(reading: Reading, comparison: TopicComparison, open_: set[Shard], late: float) -> None:
    """Read until everything expected has come, or what comes is only what the district appends meanwhile."""
    heard_at = time.monotonic()
    while open_:
        unread = {shard for shard in open_ if not reading.ended(shard)}
        passed = comparison.passed
        batches = await reading.read()
        for shard, records in batches:
            await comparison.take(shard, records)
        if comparison.passed > passed or any(shard in unread for shard, _ in batches):
            heard_at = time.monotonic()
        silent = time.monotonic() - heard_at
        ended = {shard for shard in open_ if reading.ended(shard)}
        open_ -= {shard for shard in ended if comparison.complete(shard) or silent > late}
        if silent > SILENCE and open_ - ended:
            raise VerificationError("Kafka gave nothing more although its topics go on.")


def _place(shard: Shard) -> Place:
    return Place("topic", shard.ledger, shard.number)
