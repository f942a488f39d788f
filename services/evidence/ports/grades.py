"""Where learners stand, and grades of many that are released at once."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from services.evidence.domain.batches import Asked, Batch, Line, Progress
from services.evidence.domain.standing import LearnerStanding, Unreadable
from shared.rulebook.policy import Scale


class Standings(Protocol):
    """Where learners stand, folded from the record itself under the definitions that the service has applied."""

    async def of(
        self, learners: Sequence[str], competencies: Collection[str]
    ) -> Mapping[str, LearnerStanding | Unreadable]:
        """The standing of each learner with these competencies, all read at one moment.

        Raises NotNow where the definitions are not completely applied, LedgerUnavailable.
        """
        ...

    async def scales(self, policies: Collection[str]) -> Mapping[str, Scale]:
        """The scales of the published policies among these digests."""
        ...


class Batches(Protocol):
    """Releases of many grades at once. Workers of the service preview and release; here they are asked for and read.

    Every method raises LedgerUnavailable where the database does not answer.
    """

    async def ask(self, batch: str, asked: Asked, learners: Sequence[str], actor: str) -> bool:
        """Ask for a batch of these learners; False where there is one of this id already."""
        ...

    async def find(self, batch: str) -> Batch | None:
        """The batch as it stands."""
        ...

    async def progress(self, batch: Batch) -> Progress:
        """How far the batch has come."""
        ...

    async def learners(self, batch: str) -> list[str]:
        """The batch's learners, in ascending order."""
        ...

    async def lines(self, batch: str, *, after: str | None, limit: int) -> list[Line]:
        """At most so many lines of the batch, by learner, those after one."""
        ...

    async def release(self, batch: str, *, actor: str, leave_out: Collection[str], not_theirs: Collection[str]) -> bool:
        """Let a held batch be released, without these and without those who are not the releaser's to grade.

        False where the batch is not held.
        """
        ...
