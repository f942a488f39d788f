"""Takes from `mastery` what it keeps beside states, learner by learner, and holds it against the audit's copy."""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from services.audit.domain.differences import PhaseName
from services.audit.domain.keeping import Compared, Kept, compare_kept
from services.audit.flows.catching_up import POLL, catch_up, reach
from services.audit.flows.findings import Findings
from services.audit.ports import Copy, Mastery, Record
from shared.ledger.identifiers import shard_of
from shared.runtime.pace import Pace
from shared.runtime.shards import Shard

PHASES: tuple[PhaseName, ...] = ("learners", "grades", "reviews", "redos", "feedback")


@dataclass(slots=True)
class KeptComparison:
    """Schools, grades, reviews and redos beside what the copy says of them.

    `ends` is how far ledger and copy are verified. What `mastery` tells of a learner is of one moment, and says how far
    it had applied her shard then: it is compared with exactly that much of the copy. Where that is less than `mastery`
    had applied before, she is asked for again until it makes no progress for `patience` seconds.
    """

    tenant: str
    copy: Copy
    record: Record
    mastery: Mastery
    findings: Findings
    ends: Mapping[Shard, int]
    patience: float
    _known: dict[Shard, int] = field(default_factory=dict)

    async def of_all(self) -> None:
        """Compare what is kept of everyone, then what is missing of those of whom nothing is."""
        await self._begin()
        seen: set[bytes] = set()
        async for page in self.mastery.kept():
            await self._compare(page)
            seen.update(UUID(kept.learner).bytes for kept in page if kept.shard == self._shard(kept.learner))
        for shard, end in self._known.items():
            if shard.ledger == "evidence":
                async for learners in self.copy.kept_learners(shard, end):
                    unseen = [learner for learner in learners if UUID(learner).bytes not in seen]
                    await self._compare([await self.mastery.kept_of(learner) for learner in unseen])
        await self._finish()

    async def of_learner(self, learner: str) -> None:
        """Compare what is kept of one learner."""
        await self._begin()
        await self._compare([await self.mastery.kept_of(learner)])
        await self._finish()

    async def _begin(self) -> None:
        """Wait until `mastery` is where the ledger was at the start, and no longer than it makes progress."""
        reached = await catch_up(self.mastery.reached, self.ends, patience=self.patience)
        self._known = {shard: min(end, reached.get(shard, 0)) for shard, end in self.ends.items()}

    async def _finish(self) -> None:
        for phase in PHASES:
            await self.findings.finish(phase)

    async def _compare(self, told: Sequence[Kept]) -> None:
        compared = await self._compared(told)
        await self._note(one for one in compared if not one.behind)
        behind = {one.learner: one for one in compared if one.behind}
        applied, moved_at = -1, time.monotonic()
        while behind and time.monotonic() - moved_at <= self.patience:
            await asyncio.sleep(POLL)
            again = [await self.mastery.kept_of(learner) for learner in behind]
            behind = {one.learner: one for one in await self._compared(again)}
            if (now := sum(kept.applied for kept in again)) > applied:
                applied, moved_at = now, time.monotonic()
            await self._note(one for one in behind.values() if not one.behind)
            behind = {learner: one for learner, one in behind.items() if one.behind}
        await self._note(behind.values())

    async def _compared(self, told: Sequence[Kept]) -> list[Compared]:
        wanted: dict[Shard, int] = {}
        for kept in told:
            shard = Shard("evidence", self._shard(kept.learner))
            if kept.shard == shard.number:
                wanted[shard] = max(kept.applied, wanted.get(shard, 0))
        await reach(self.copy, self.record, wanted, self.ends, patience=self.patience)
        entries = await self.copy.kept_entries([kept.learner for kept in told])
        compared: list[Compared] = []
        pace = Pace()
        for kept in told:
            shard = Shard("evidence", self._shard(kept.learner))
            own = entries.get(kept.learner, ())
            compared.append(compare_kept(shard.number, own, kept, self._known.get(shard, 0)))
            await pace.breathe()
        return compared

    async def _note(self, compared: Iterable[Compared]) -> None:
        for one in compared:
            self.findings.set_aside += one.set_aside
            await self.findings.add(one.differences)
            for phase, rows in one.rows.items():
                await self.findings.advance(phase, rows)

    def _shard(self, learner: str) -> int:
        return shard_of(self.tenant, learner)
