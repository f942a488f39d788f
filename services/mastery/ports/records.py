"""What is known of one learner, and of the definitions, and how far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from services.mastery.domain.grades import Grade
from shared.ledger.instants import Instant
from shared.rulebook.contribution import Contribution
from shared.rulebook.definitions import Learner
from shared.rulebook.known import Known, Pin
from shared.rulebook.outline import Outline
from shared.rulebook.override import Override
from shared.rulebook.prerequisites import Prerequisites
from shared.rulebook.redoing import Cycle
from shared.runtime.definitions.view import DefinitionsView


@dataclass(frozen=True, slots=True)
class Record:
    """Everything known of one learner, read at one moment; contributions and overrides are of the same competencies.

    `evidence` and `definitions` are how far both ledgers are applied to it. `held` says that the learner is in
    quarantine: then `evidence` is where it stopped. Of one who is `forgotten` there is nothing else. Grades are read
    where they were asked for, and so are redos, and the words that scores came with by piece (`feedback`, with redos
    too).
    """

    learner: Learner
    contributions: Mapping[str, Sequence[Contribution]]
    overrides: Mapping[str, Sequence[Override]]
    view: DefinitionsView
    evidence: int
    definitions: int
    held: bool
    forgotten: bool = False
    grades: Sequence[Grade] = ()
    redos: Sequence[Cycle] = ()
    feedback: Mapping[str, str] = field(default_factory=dict)

    @property
    def reached(self) -> tuple[Pin, ...]:
        """How far this record goes, as pins."""
        return (Pin("definitions", 0, self.definitions), Pin("evidence", self.learner.shard, self.evidence))


class Records(Protocol):
    """Records of learners. A learner of whom nothing is known has an empty one."""

    async def of(
        self, learner: str, *, grades: bool = False, redos: bool = False, feedback: bool = False
    ) -> Record: ...

    async def several(self, learners: Sequence[str], competency: str | None = None) -> list[Record]:
        """Theirs in this order, as they are at one moment; with what speaks of one competency alone where it is given.
        Without grades, redos and feedback.
        """
        ...

    def shard(self, learner: str) -> int:
        """The shard of the evidence ledger in which the learner's entries lie."""
        ...


class Frameworks(Protocol):
    """What the published frameworks say rests on what."""

    async def graph(self, known: Known) -> Prerequisites:
        """The prerequisites of the latest publications known, one a framework."""
        ...


class Transcripts(Protocol):
    """Codes of transcripts that were given out, and the order in which transcripts are read."""

    async def issue(self, code: str, learner: str) -> None:
        """Keep a code; repeatable. Of the forgotten none is kept."""
        ...

    async def learner(self, code: str) -> str | None:
        """Whose transcript had this code; None where none had."""
        ...

    async def outline(self, known: Known) -> Outline:
        """The frameworks as known."""
        ...


class Applied(Protocol):
    """How far the projections have come."""

    async def reached(self, pins: Sequence[Pin]) -> bool:
        """Wait until the projections have come to these positions; False where they had not in a few seconds."""
        ...

    async def positions(self) -> tuple[Pin, ...]:
        """Where the projections stand, in order."""
        ...

    async def known_at(self, shard: int, at: Instant) -> bool:
        """Wait until all that was recorded by an instant in a shard of evidence, and in the definitions, is applied.

        False where it was not in a few seconds, or nobody can tell.
        """
        ...
