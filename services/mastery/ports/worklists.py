"""What spans learners and waits for somebody."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.mastery.domain.grades import Grade
from services.mastery.domain.reviews import Review, ReviewState
from shared.ledger.instants import Instant
from shared.rulebook.contribution import Contribution
from shared.rulebook.definitions import Learner
from shared.rulebook.known import Known
from shared.rulebook.redoing import Cycle
from shared.runtime.definitions.view import DefinitionsView


class Worklists(Protocol):
    """What spans learners and waits for somebody to decide; never in an order of levels."""

    async def touched(self, learners: Sequence[str], after: tuple[str, str], limit: int) -> list[Grade]:
        """Grades that the stored states say are affected, after one of this learner and id, in that order."""
        ...

    async def awaiting(self) -> int | None:
        """The position of the first definition under which stored states wait to be folded again; None for none."""
        ...

    async def reviews(
        self, learners: Sequence[str], state: ReviewState | None, after: tuple[Instant, str], limit: int
    ) -> list[Review]:
        """Reviews in the order in which they were asked for, after one asked for at this instant with this id."""
        ...


@dataclass(frozen=True, slots=True)
class WaitingRedo:
    """A redo that may wait for the teacher, whose it is, what is recorded of its competency, and when its work was last
    handed in.
    """

    cycle: Cycle
    learner: Learner
    pieces: Sequence[Contribution]
    handed_in: Instant | None


class Redos(Protocol):
    """What redos wait for, across learners."""

    async def waiting(self, learners: Sequence[str]) -> tuple[DefinitionsView, Sequence[WaitingRedo]]:
        """Of each competency of these learners the latest redo, where it is not opened or its work was ever handed in;
        and the definitions of the same moment.
        """
        ...

    async def handed_in(self, works: Collection[str], known: Known) -> Mapping[str, Instant]:
        """When the latest version of each of these works came; nothing as of earlier."""
        ...

    async def relearning(self, tasks: Collection[str], known: Known) -> Mapping[str, Sequence[str]]:
        """What the latest version known of each of these tasks expects to be relearned, by the tasks' own ids."""
        ...
