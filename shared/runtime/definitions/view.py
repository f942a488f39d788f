"""All definitions of one moment, as folds and people ask them. Pure."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

from shared.ledger.instants import Instant
from shared.rulebook.definitions import Definitions
from shared.rulebook.known import EVERYTHING, Known


@dataclass(frozen=True, slots=True)
class PlacedCompetency:
    """A competency as one publication of a framework with it names it."""

    id: str
    code: str
    statement: str
    framework: str
    position: int
    recorded_at: Instant


@dataclass(frozen=True, slots=True)
class DefinitionsView:
    """All definitions at one revision.

    `definitions` holds every adoption and placement since the first: a fold as known at earlier pins or at an instant
    asks the same object (`Known`). `competencies` are all publications of each competency, oldest first;
    `moments` are when each of those positions was recorded, and the position.
    """

    revision: int
    definitions: Definitions
    competencies: Mapping[str, tuple[PlacedCompetency, ...]]
    moments: tuple[tuple[Instant, int], ...]

    def competency(self, competency: str, known: Known = EVERYTHING) -> PlacedCompetency | None:
        """The competency as the newest publication known names it; None where no known framework has it."""
        publications = self.competencies.get(competency, ())
        return next((named for named in reversed(publications) if known.of_definitions(named)), None)

    def position_at(self, at: Instant) -> int:
        """The position of the last adoption or placement recorded by an instant; 0 where none was."""
        recorded = bisect_right(self.moments, at, key=lambda moment: moment[0])
        return self.moments[recorded - 1][1] if recorded else 0
