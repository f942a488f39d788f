"""What the flows of `audit` need of the world, as protocols.

Each raises `VerificationError`, in plain words, where what stands behind it does not answer after some tries.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.audit.domain.auditing import Audited
from services.audit.domain.differences import Difference
from services.audit.domain.keeping import Kept
from services.audit.domain.refolding import Refolded, Shown
from services.audit.domain.telling import Told
from services.audit.domain.verdicts import Verdict
from services.audit.domain.verification import Phase, State, Verification
from shared.ledger.entry import Entry
from shared.ledger.identifiers import Ledger
from shared.runtime.shards import Shard


@dataclass(frozen=True, slots=True)
class Misplaced:
    """An entry of the copy that is not the next version of its stream."""

    position: int
    stream: str
    version: int
    expected: int


class Copy(Protocol):
    """The audit's own copy of both ledgers, as it came from Kafka."""

    async def reached(self) -> dict[Shard, int]:
        """How far the copy of each shard has come."""
        ...

    async def window(self, shard: Shard, after: int, through: int) -> list[Entry]:
        """The entries of a shard above `after`, up to `through`."""
        ...

    async def at(self, shard: Shard, positions: Sequence[int]) -> list[Entry]:
        """The entries of a shard at these positions."""
        ...

    async def of_owner(self, ledger: Ledger, owner: str) -> list[Entry]:
        """All entries of an owner in one ledger, in position order."""
        ...

    async def of_learners(self, learners: Sequence[str]) -> dict[str, list[Entry]]:
        """All entries of these owners in the evidence ledger, in position order."""
        ...

    async def kept_entries(self, learners: Sequence[str]) -> dict[str, list[Entry]]:
        """The entries of these owners that say something of rows kept beside states, in position order."""
        ...

    async def definitions(self) -> list[Entry]:
        """All entries of the definitions ledger that make definitions, in position order."""
        ...

    async def beyond(self) -> list[tuple[Shard, int, int]]:
        """Entries that lie beyond how far the copy has come, which no keeping put there: shard, position, reached."""
        ...

    async def out_of_sequence(self, shard: Shard, through: int, owner: str | None, limit: int) -> list[Misplaced]:
        """The first entries whose stream's versions do not count 1, 2, 3."""
        ...

    async def positions_of(self, ids: Iterable[str]) -> dict[str, tuple[Shard, int]]:
        """Where the copy has the events with these ids."""
        ...

    def learners(self, shard: Shard, through: int) -> AsyncIterator[list[str]]:
        """The owners of evidence at positions up to `through`, in pages."""
        ...

    def kept_learners(self, shard: Shard, through: int) -> AsyncIterator[list[str]]:
        """The owners of what says something of rows kept beside states, at positions up to `through`, in pages."""
        ...

    def graded(self, shard: Shard, through: int) -> AsyncIterator[list[str]]:
        """The owners of grades at positions up to `through`, in order, in pages."""
        ...

    async def extent(self) -> tuple[int, int]:
        """How many entries there are of learners with grades, and how many of these say something of a grade."""
        ...


class Record(Protocol):
    """The ledger itself, through the doors of `evidence`."""

    async def heads(self) -> dict[Shard, int]:
        """The last position of every shard."""
        ...

    async def window(self, shard: Shard, after: int, through: int) -> dict[int, Told]:
        """What the ledger tells at the positions above `after`, up to `through`."""
        ...

    async def beyond(self, shard: Shard, after: int) -> list[int]:
        """A page of the positions above `after` at which the ledger has entries."""
        ...

    async def of_owner(self, shard: Shard, owner: str, ours: Sequence[int]) -> dict[int, Told]:
        """What the ledger tells of an owner. `ours` are the positions at which the copy has something of it: these
        are asked for one by one where the owner's entries cannot be given together.
        """
        ...


@dataclass(frozen=True, slots=True)
class Arrived:
    """A record of a topic: its offset, the position and owner it claims, and what it tells."""

    offset: int
    position: int | None
    owner: str | None
    told: Told


class Reading(Protocol):
    """Partitions being read from their first record on."""

    async def read(self) -> list[tuple[Shard, list[Arrived]]]:
        """What has come, after a short wait; empty where nothing came."""
        ...

    def ended(self, shard: Shard) -> bool:
        """Whether everything was read that was there when the reading began."""
        ...

    async def stop(self) -> None:
        """End within a few seconds."""
        ...


class Topics(Protocol):
    """The topics of both ledgers, read apart from every consumer group."""

    async def open(self, shards: Sequence[Shard]) -> Reading:
        """Begin to read these partitions at offset 0."""
        ...


class Mastery(Protocol):
    """The states and what is kept beside them, through the doors of `mastery`."""

    def states(self) -> AsyncIterator[list[Shown]]:
        """All states, in pages."""
        ...

    async def of_learner(self, learner: str) -> list[Shown]:
        """All states of a learner."""
        ...

    def kept(self) -> AsyncIterator[list[Kept]]:
        """All that is kept beside states, in pages of learners; one where she does not belong is told of there."""
        ...

    async def kept_of(self, learner: str) -> Kept:
        """What is kept of a learner where she belongs; also where that is nothing."""
        ...

    async def reached(self) -> dict[Shard, int]:
        """How far `mastery` has applied each shard."""
        ...

    async def refolding(self) -> dict[int, int]:
        """The refolds that wait or are under way: by the definition's position, how many states are done."""
        ...


@dataclass(frozen=True, slots=True)
class Task:
    """One learner to be refolded: what the copy has, what `mastery` shows, and how far both had surely come."""

    learner: str
    shard: int
    entries: Sequence[Entry]
    shown: Sequence[Shown]
    evidence: int
    definitions: int


@dataclass(frozen=True, slots=True)
class GradeTask:
    """One learner whose grades are audited: what the copy has of her.

    Only what is `asked` for by an event's id, and then told how each level came to be; without it all her grades.
    """

    learner: str
    shard: int
    entries: Sequence[Entry]
    asked: str | None = None


class Refolder(Protocol):
    """Folds apart from the event loop."""

    async def start(self) -> None:
        """Get ready, while what is to be folded is still being read."""
        ...

    async def use(self, entries: Sequence[Entry], contents: Mapping[str, bytes]) -> None:
        """Fold under the definitions that these entries and documents say, from now on."""
        ...

    async def refold(self, tasks: Sequence[Task]) -> list[Refolded]: ...

    async def audit(self, tasks: Sequence[GradeTask]) -> list[list[Audited]]:
        """What became of the words of each learner's grades, in order."""
        ...


class Documents(Protocol):
    """Documents by their digest, which is checked."""

    async def contents(self, digests: Iterable[str]) -> dict[str, bytes]: ...


@dataclass(frozen=True, slots=True)
class Counts:
    """How many differences were found, how much nobody can refold, and how many words of grades differ."""

    found: int
    set_aside: int
    different: int


class Verifications(Protocol):
    """The verifications and what they found, kept."""

    async def begin(self, verification: Verification) -> bool:
        """Keep a new verification, running here until it is ended. False where its id is known already."""
        ...

    async def compared(self, id_: str, ends: Mapping[int, int]) -> None:
        """Keep how far each shard of evidence is compared."""
        ...

    async def progress(self, id_: str, phases: Sequence[Phase], counts: Counts) -> None: ...

    async def keep(self, id_: str, first: int, differences: Sequence[Difference]) -> None:
        """Keep differences; the first of them is number `first`."""
        ...

    async def tell(self, id_: str, first: int, verdicts: Sequence[Verdict]) -> None:
        """Keep verdicts on words of grades; the first of them is number `first`."""
        ...

    async def end(self, id_: str, state: State, reason: str | None) -> None:
        """Without effect where it has ended already."""
        ...

    async def find(self, id_: str) -> Verification | None:
        """A verification that says it is running and is not run by anyone is ended first, as failed."""
        ...


class Rights(Protocol):
    """Who may ask for what."""

    async def may_see(self, person: str, learner: str) -> bool: ...

    async def may_verify(self, person: str, learner: str) -> bool: ...

    async def may_verify_all(self, person: str) -> bool: ...
