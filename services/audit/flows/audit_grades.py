"""Audits grades: what each rests on, copy beside ledger leaf by leaf, and folded again from the copy at its pins."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from services.audit.domain.auditing import Audited
from services.audit.domain.comparing import Place, beyond, compare
from services.audit.domain.defining import documents_named
from services.audit.domain.differences import Difference
from services.audit.domain.grades import TYPES
from services.audit.domain.telling import TYPE, Telling, Told, told_by_copy
from services.audit.domain.verdicts import judged
from services.audit.domain.verification import Subject
from services.audit.flows.catching_up import catch_up
from services.audit.flows.findings import Findings
from services.audit.flows.verify import Witnesses
from services.audit.flows.verify_ledger import WINDOW, with_places
from services.audit.ports import GradeTask, Refolder
from shared.ledger.entry import type_name
from shared.ledger.identifiers import SHARDS, shard_of
from shared.runtime.shards import Shard

LEARNERS = 20
"""Learners audited at a time; packing their entries for the process that folds holds up the event loop."""

ASKED = 4
"""Learners whose entries are asked of the ledger at the same time."""

DEFINITIONS = Shard("definitions", 0)
DEFINING = frozenset(map(type_name, ("PolicyAdopted", "DocumentPublished")))
"""The types of definitions that states, and so grades, are folded under."""


@dataclass(frozen=True, slots=True)
class OfLearner:
    """Where copy and ledger differ in her entries, where the ledger tells of a grade, and what became of her grades."""

    unlike: Sequence[Difference]
    spoken: AbstractSet[int]
    audited: Sequence[Audited]


async def audit_grades(subject: Subject, witnesses: Witnesses, refolder: Refolder, findings: Findings) -> None:
    """Audit one grade, or all of the district's, and note every difference.

    Raises VerificationError where a witness does not answer: then nothing is known of what was not audited.
    """
    audit = GradeAudit(witnesses, refolder, findings)
    if subject.learner is not None and subject.grade is not None:
        await audit.of_one(subject.learner, subject.grade)
    else:
        await audit.of_all()
    await findings.finish("ledger")
    await findings.finish("grades")


@dataclass(slots=True)
class GradeAudit:
    """The grades beside what copy and ledger come to. Memory holds two batches of learners, and the definitions."""

    witnesses: Witnesses
    refolder: Refolder
    findings: Findings
    _asking: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(ASKED))

    async def of_one(self, learner: str, asked: str) -> None:
        """Audit what is asked for by an event's id, and tell how each level came to be."""
        shard = Shard("evidence", shard_of(self.witnesses.tenant, learner))
        ends, _ = await asyncio.gather(self._ends([shard, DEFINITIONS]), self.refolder.start())
        of_definitions = await self._definitions(ends[DEFINITIONS])
        await self._judge(await self._looked_at([learner], ends, asked), of_definitions, ends, asked)

    async def of_all(self) -> None:
        """Audit the grades of everyone, in order of shards and learners."""
        ends = await self._ends([Shard("evidence", number) for number in range(SHARDS["evidence"])] + [DEFINITIONS])
        entries, grades = await self.witnesses.copy.extent()
        await self.findings.expect("ledger", entries + ends[DEFINITIONS])
        await self.findings.expect("grades", grades)
        of_definitions = await self._definitions(ends[DEFINITIONS])
        waiting: asyncio.Task[list[OfLearner]] | None = None
        try:
            async for batch in self._batches(ends):
                looking = asyncio.create_task(self._looked_at(batch, ends, None))
                waiting, before = looking, waiting
                if before is not None:
                    await self._judge(await before, of_definitions, ends, None)
            if waiting is not None:
                await self._judge(await waiting, of_definitions, ends, None)
        finally:
            if waiting is not None:
                waiting.cancel()

    async def _ends(self, shards: Sequence[Shard]) -> dict[Shard, int]:
        """How far these shards are audited: to their heads at the start, for which the copy is waited."""
        copy = self.witnesses.copy
        had = await copy.reached()
        heads = await self.witnesses.record.heads()
        wanted = {shard: heads.get(shard, 0) for shard in shards}
        await catch_up(copy.reached, wanted, patience=self.witnesses.patience)
        return {shard: max(head, had.get(shard, 0)) for shard, head in wanted.items()}

    async def _batches(self, ends: Mapping[Shard, int]) -> AsyncIterator[list[str]]:
        for shard, end in ends.items():
            if shard.ledger == "evidence":
                async for learners in self.witnesses.copy.graded(shard, end):
                    for first in range(0, len(learners), LEARNERS):
                        yield learners[first : first + LEARNERS]

    async def _definitions(self, end: int) -> list[Difference]:
        """Take the definitions into use, and compare them with the ledger's."""
        copy = self.witnesses.copy
        entries = await copy.definitions()
        await self.refolder.use(entries, await self.witnesses.documents.contents(documents_named(entries)))
        differences: list[Difference] = []
        for after in range(0, end, WINDOW):
            through = min(after + WINDOW, end)
            kept, theirs = await asyncio.gather(
                copy.window(DEFINITIONS, after, through), self.witnesses.record.window(DEFINITIONS, after, through)
            )
            ours = {entry.position: told_by_copy(entry) for entry in kept}
            defining = [
                position
                for position in range(after + 1, through + 1)
                if _defines(ours.get(position), theirs.get(position))
            ]
            found = compare(_place(DEFINITIONS), defining, ours, theirs)
            differences += await with_places(copy, DEFINITIONS, found)
            await self.findings.advance("ledger", through - after)
        return differences

    async def _looked_at(
        self, learners: Sequence[str], ends: Mapping[Shard, int], asked: str | None
    ) -> list[OfLearner]:
        """Compare the learners' entries with the ledger's, and meanwhile fold what they rest on in another process."""
        kept = await self.witnesses.copy.of_learners(learners)
        tasks = []
        for learner in learners:
            shard = Shard("evidence", shard_of(self.witnesses.tenant, learner))
            entries = [entry for entry in kept.get(learner, ()) if entry.position <= ends[shard]]
            tasks.append(GradeTask(learner, shard.number, entries, asked))
        async with asyncio.TaskGroup() as together:
            folding = together.create_task(self.refolder.audit(tasks))
            comparing = [together.create_task(self._compared(task, ends)) for task in tasks]
        return [
            OfLearner(*compared.result(), audited)
            for compared, audited in zip(comparing, folding.result(), strict=True)
        ]

    async def _compared(self, task: GradeTask, ends: Mapping[Shard, int]) -> tuple[list[Difference], AbstractSet[int]]:
        """Where copy and ledger differ in a learner's entries, and the positions where the ledger tells of a grade."""
        shard = Shard("evidence", task.shard)
        own = {entry.position: entry for entry in task.entries}
        async with self._asking:
            told = await self.witnesses.record.of_owner(shard, task.learner, list(own))
        theirs = {position: telling for position, telling in told.items() if position <= ends[shard]}
        strangers = await self.witnesses.copy.at(shard, sorted(theirs.keys() - own.keys()))
        ours = own | {entry.position: entry for entry in strangers}
        differences: list[Difference] = []
        positions = sorted(ours.keys() | theirs.keys())
        for first in range(0, len(positions), WINDOW):
            some = positions[first : first + WINDOW]
            tellings = {position: told_by_copy(ours[position]) for position in some if position in ours}
            found = compare(_place(shard), some, tellings, theirs)
            differences += await with_places(self.witnesses.copy, shard, found)
            await self.findings.advance("ledger", len(some))
            await asyncio.sleep(0)
        return differences, {position for position, telling in theirs.items() if _type(telling) in TYPES}

    async def _judge(
        self,
        looked_at: Sequence[OfLearner],
        of_definitions: Sequence[Difference],
        ends: Mapping[Shard, int],
        asked: str | None,
    ) -> None:
        for one in looked_at:
            unlike = [*one.unlike, *of_definitions]
            words = [judged(each, [*unlike, *_beyond(each, ends[DEFINITIONS])]) for each in one.audited]
            await self.findings.judge(words, all_told=asked is not None)
            if asked is None:
                known = {each.word.entry.position for each in one.audited}
                await self.findings.add([apart for apart in one.unlike if apart.position in one.spoken - known])


def _beyond(audited: Audited, end: int) -> list[Difference]:
    """The difference that a word rests on definitions that there are not, if it does."""
    pin = audited.word.pin("definitions")
    return [beyond(_place(DEFINITIONS), "grade", pin, end)] if pin > end else []


def _defines(ours: Telling | None, theirs: Told | None) -> bool:
    """Whether what stands there makes a definition on either side; also where nobody can say."""
    told = {_type(telling) for telling in (ours, theirs) if telling is not None}
    return not told or bool(told & DEFINING)


def _type(told: Told) -> object:
    return told.envelope[TYPE] if isinstance(told, Telling) else None


def _place(shard: Shard) -> Place:
    return Place("ledger", shard.ledger, shard.number)
