"""Takes every state from `mastery` and folds it again from the audit's copy, at its own pins; finds missing ones."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from services.audit.domain.defining import documents_named
from services.audit.domain.refolding import Refolded, Shown
from services.audit.flows.catching_up import POLL, catch_up, reach
from services.audit.flows.findings import Findings
from services.audit.ports import Copy, Documents, Mastery, Record, Refolder, Task
from shared.ledger.identifiers import shard_of
from shared.runtime.shards import Shard

LEARNERS = 20
"""Learners refolded at a time; packing their entries for the process that folds holds up the event loop."""

TOGETHER = 2
"""Batches under way: while one is folded, the next is fetched."""

DEFINITIONS = Shard("definitions", 0)


@dataclass(slots=True)
class StateComparison:
    """The states beside what the copy comes to.

    `ends` is how far ledger and copy are verified. States may be missing or behind while `mastery` is still at work:
    these are asked for again until nothing has changed for `patience` seconds, all in all: no state has caught up, and
    no refold that a known definition asked for has come further.
    """

    tenant: str
    copy: Copy
    record: Record
    mastery: Mastery
    documents: Documents
    refolder: Refolder
    findings: Findings
    ends: Mapping[Shard, int]
    patience: float
    _known: dict[Shard, int] = field(default_factory=dict)
    _defined: int = -1
    _moved_at: float = 0.0
    _refolding: Mapping[int, int] = field(default_factory=dict)

    async def of_all(self) -> None:
        """Compare the states of everyone."""
        await self._begin()
        seen: set[bytes] = set()
        turns = asyncio.Semaphore(TOGETHER)
        async with asyncio.TaskGroup() as tasks:
            async for batch in self._batches(seen):
                await turns.acquire()
                tasks.create_task(self._compare(batch)).add_done_callback(lambda _: turns.release())
        await self.findings.finish("states")

    async def of_learner(self, learner: str) -> None:
        """Compare the states of one learner."""
        await self._begin()
        shown = await self.mastery.of_learner(learner)
        await self.findings.expect("states", len(shown))
        await self._compare({learner: shown})
        await self.findings.finish("states")

    async def _begin(self) -> None:
        """Wait until `mastery` is where the ledger was at the start, and no longer than it makes progress."""
        reached = await catch_up(self.mastery.reached, self.ends, patience=self.patience)
        self._known = {shard: min(end, reached.get(shard, 0)) for shard, end in self.ends.items()}
        self._moved_at = time.monotonic()
        await self._define()

    async def _define(self) -> None:
        entries = await self.copy.definitions()
        contents = await self.documents.contents(documents_named(entries))
        await self.refolder.use(entries, contents)
        self._defined = entries[-1].position if entries else 0

    async def _batches(self, seen: set[bytes]) -> AsyncIterator[dict[str, list[Shown]]]:
        """The states by learner, then the learners of whom there is evidence but no state."""
        batch: dict[str, list[Shown]] = {}
        async for page in self.mastery.states():
            for shown in page:
                if shown.learner not in batch and len(batch) >= LEARNERS:
                    yield batch
                    batch = {}
                batch.setdefault(shown.learner, []).append(shown)
            seen.update(UUID(shown.learner).bytes for shown in page)
        if batch:
            yield batch
        for shard, end in self._known.items():
            if shard.ledger == "evidence":
                async for learners in self.copy.learners(shard, end):
                    without = [learner for learner in learners if UUID(learner).bytes not in seen]
                    if without:
                        yield {learner: [] for learner in without}

    async def _compare(self, batch: Mapping[str, Sequence[Shown]]) -> None:
        results = await self._refold(batch)
        settled = [result for result in results if not result.doubtful]
        doubtful = {result.learner: result for result in results if result.doubtful}
        while doubtful:
            again = {learner: await self.mastery.of_learner(learner) for learner in doubtful}
            before = len(doubtful)
            for result in await self._refold(again):
                doubtful[result.learner] = result
                if not result.doubtful:
                    settled.append(doubtful.pop(result.learner))
            if len(doubtful) < before or await self._refolds_go_on():
                self._moved_at = time.monotonic()
            elif time.monotonic() - self._moved_at > self.patience:
                break
            await asyncio.sleep(POLL if doubtful else 0)
        for result in [*settled, *doubtful.values()]:
            self.findings.set_aside += result.set_aside
            await self.findings.add([*result.certain, *result.doubtful])
            await self.findings.advance("states", result.states)

    async def _refolds_go_on(self) -> bool:
        """Whether the refolds of known definitions have come further; these are finitely many, so that ends."""
        last = self._known.get(DEFINITIONS, 0)
        now = {position: done for position, done in (await self.mastery.refolding()).items() if position <= last}
        before, self._refolding = self._refolding, now
        return now != before

    async def _refold(self, batch: Mapping[str, Sequence[Shown]]) -> list[Refolded]:
        await self._reach(pin for states in batch.values() for shown in states for pin in shown.pins)
        entries = await self.copy.of_learners(list(batch))
        known = self._known
        return await self.refolder.refold(
            [
                Task(
                    learner=learner,
                    shard=(shard := shard_of(self.tenant, learner)),
                    entries=entries.get(learner, []),
                    shown=shown,
                    evidence=known.get(Shard("evidence", shard), 0),
                    definitions=known.get(DEFINITIONS, 0),
                )
                for learner, shown in batch.items()
            ]
        )

    async def _reach(self, pins: Iterable[tuple[str, int, int]]) -> None:
        """Wait for the copy where states rest on later entries than it has, as far as the ledger has them at all."""
        wanted: dict[Shard, int] = {}
        for ledger, number, position in pins:
            shard = Shard("evidence" if ledger == "evidence" else "definitions", number)
            wanted[shard] = max(wanted.get(shard, 0), position)
        await reach(self.copy, self.record, wanted, self.ends, patience=self.patience)
        if wanted.get(DEFINITIONS, 0) > max(self._defined, self.ends.get(DEFINITIONS, 0)):
            await self._define()
