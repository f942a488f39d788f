"""What a running verification has found and how far it has come, written down as it goes."""

import time
from collections.abc import Mapping, Sequence

from services.audit.domain.differences import Difference, PhaseName
from services.audit.domain.verdicts import Judged
from services.audit.domain.verification import Phase
from services.audit.ports import Counts, Verifications
from shared.runtime.shards import Shard

MOST = 1000
"""Differences that are kept of one verification, and verdicts of one audit; all are counted."""

EVERY = 0.25
"""Seconds between two writings of the progress."""


class Findings:
    """The notebook of one verification. Memory stays bounded: differences are written down as they are found."""

    def __init__(self, verifications: Verifications, id_: str, phases: Sequence[PhaseName]) -> None:
        self._verifications, self._id = verifications, id_
        self._phases: dict[PhaseName, Phase] = {name: Phase(name) for name in phases}
        self._written = time.monotonic()
        self.found = 0
        self.set_aside = 0
        self.different = 0
        self._told = 0

    async def compare(self, ends: Mapping[Shard, int]) -> None:
        """How far each shard is compared."""
        evidence = {shard.number: end for shard, end in ends.items() if shard.ledger == "evidence"}
        await self._verifications.compared(self._id, evidence)

    async def expect(self, phase: PhaseName, total: int) -> None:
        """A phase begins that will be done after `total`."""
        self._phases[phase] = Phase(phase, 0, total)
        await self.write()

    async def advance(self, phase: PhaseName, by: int) -> None:
        now = self._phases[phase]
        self._phases[phase] = Phase(phase, now.done + by, now.total)
        if time.monotonic() - self._written >= EVERY:
            await self.write()

    async def finish(self, phase: PhaseName) -> None:
        """A phase is over: its total is what was done."""
        now = self._phases[phase]
        self._phases[phase] = Phase(phase, now.done, now.done)
        await self.write()

    async def add(self, differences: Sequence[Difference]) -> None:
        """Count the differences and keep those that still have room."""
        if not differences:
            return
        first = self.found + 1
        self.found += len(differences)
        kept = differences[: max(0, MOST + 1 - first)]
        if kept:
            await self._verifications.keep(self._id, first, kept)

    async def judge(self, words: Sequence[Judged], *, all_told: bool) -> None:
        """Note what became of words of grades. The verdicts on those that differ are kept, or `all_told` on all."""
        for word in words:
            self.different += bool(word.differences)
            await self.add(word.differences)
        told = [word.verdict for word in words if all_told or word.differences]
        kept = told[: max(0, MOST - self._told)]
        if kept:
            await self._verifications.tell(self._id, self._told + 1, kept)
            self._told += len(kept)
        await self.advance("grades", len(words))

    async def write(self) -> None:
        self._written = time.monotonic()
        counts = Counts(self.found, self.set_aside, self.different)
        await self._verifications.progress(self._id, list(self._phases.values()), counts)
