"""What the flows of `mastery` need of the world, as protocols."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Protocol

from shared.ledger.instants import Instant
from shared.rulebook.contribution import Contribution
from shared.rulebook.definitions import Learner
from shared.rulebook.known import Pin
from shared.runtime.definitions.view import DefinitionsView


@dataclass(frozen=True, slots=True)
class Record:
    """Everything known of one learner, read at one moment.

    `evidence` and `definitions` are how far both ledgers are applied to it. `held` says that the learner is in
    quarantine: then `evidence` is where it stopped.
    """

    learner: Learner
    contributions: Mapping[str, Sequence[Contribution]]
    view: DefinitionsView
    evidence: int
    definitions: int
    held: bool

    @property
    def reached(self) -> tuple[Pin, ...]:
        """How far this record goes, as pins."""
        return (Pin("definitions", 0, self.definitions), Pin("evidence", self.learner.shard, self.evidence))


class Records(Protocol):
    """Records of learners. A learner of whom nothing is known has an empty one."""

    async def of(self, learner: str) -> Record: ...

    def shard(self, learner: str) -> int:
        """The shard of the evidence ledger in which the learner's entries lie."""
        ...


class Rights(Protocol):
    """Who may see what, from relations. `shared.runtime.access` answers; default deny."""

    async def may_see(self, person: str, learner: str) -> bool: ...


class Applied(Protocol):
    """How far the projections have come."""

    async def reached(self, pins: Sequence[Pin]) -> bool:
        """Wait until the projections have come to these positions; False where they had not in a few seconds."""
        ...


@dataclass(frozen=True, slots=True)
class District:
    """The one district that a process serves: its zone, its clock, and the ports. Given to every flow."""

    zone: tzinfo
    now: Callable[[], Instant]
    records: Records
    rights: Rights
    applied: Applied
