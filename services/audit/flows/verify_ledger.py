"""Compares the audit's copy with the ledger itself, leaf by leaf, up to the heads taken at the start."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.audit.domain.comparing import Place, beyond, compare, moved, out_of_sequence, shown_id
from services.audit.domain.differences import Difference
from services.audit.domain.telling import Told, told_by_copy
from services.audit.flows.findings import Findings
from services.audit.ports import Copy, Record
from shared.ledger.entry import Entry
from shared.runtime.shards import Shard

WINDOW = 500
"""Positions compared at a time."""

TOGETHER = 3
"""Shards compared at a time."""

MOST_MISPLACED = 100
"""Entries out of sequence that are located a shard."""


@dataclass(frozen=True, slots=True)
class LedgerComparison:
    """The audit's `copy` beside the ledger's `record`."""

    copy: Copy
    record: Record
    findings: Findings

    async def of_all(self, ends: Mapping[Shard, int]) -> None:
        """Compare every position of every shard up to `ends`, and look for entries beyond."""
        await self.findings.expect("ledger", sum(ends.values()))
        turns = asyncio.Semaphore(TOGETHER)
        async with asyncio.TaskGroup() as tasks:
            for shard, end in ends.items():
                await turns.acquire()
                tasks.create_task(self._of_shard(shard, end)).add_done_callback(lambda _: turns.release())
        for shard, position, reached in await self.copy.beyond():
            await self.findings.add([beyond(_place(shard), "copy", position, reached)])
        await self.findings.finish("ledger")

    async def of_owner(self, shard: Shard, learner: str, end: int) -> None:
        """Compare every entry of one learner at positions up to `end`."""
        ours = [entry for entry in await self.copy.of_owner("evidence", learner) if entry.position <= end]
        told = await self.record.of_owner(shard, learner, [entry.position for entry in ours])
        theirs = {position: telling for position, telling in told.items() if position <= end}
        expected = sorted({entry.position for entry in ours} | theirs.keys())
        await self.findings.expect("ledger", len(expected))
        await self._compare(shard, expected, ours, theirs)
        await self._check_sequence(shard, end, learner)
        await self.findings.finish("ledger")

    async def _of_shard(self, shard: Shard, end: int) -> None:
        for after in range(0, end, WINDOW):
            through = min(after + WINDOW, end)
            ours, theirs = await asyncio.gather(
                self.copy.window(shard, after, through), self.record.window(shard, after, through)
            )
            await self._compare(shard, range(after + 1, through + 1), ours, theirs)
        await self._check_sequence(shard, end, None)
        later = await self.record.beyond(shard, end)
        if later:  # they may have been appended meanwhile: then the head has moved too
            head = (await self.record.heads()).get(shard, 0)
            place = _place(shard)
            await self.findings.add([beyond(place, "ledger", position, head) for position in later if position > head])

    async def _compare(
        self, shard: Shard, expected: Sequence[int], ours: Sequence[Entry], theirs: Mapping[int, Told]
    ) -> None:
        tellings = {entry.position: told_by_copy(entry) for entry in ours}
        differences = compare(_place(shard), expected, tellings, theirs)
        await self.findings.add(await with_places(self.copy, shard, differences))
        await self.findings.advance("ledger", len(expected))

    async def _check_sequence(self, shard: Shard, end: int, owner: str | None) -> None:
        misplaced = await self.copy.out_of_sequence(shard, end, owner, MOST_MISPLACED)
        await self.findings.add(
            [out_of_sequence(_place(shard), one.position, one.stream, one.version, one.expected) for one in misplaced]
        )


async def with_places(copy: Copy, shard: Shard, differences: Sequence[Difference]) -> list[Difference]:
    """The differences, and of each entry that stands in another's place, where the copy has it."""
    shown = [event for event in map(shown_id, differences) if event is not None]
    places = await copy.positions_of(shown) if shown else {}
    result = []
    for difference in differences:
        where = places.get(shown_id(difference) or "")
        result.append(moved(difference, where[1] if where is not None and where[0] == shard else None))
    return result


def _place(shard: Shard) -> Place:
    return Place("ledger", shard.ledger, shard.number)
