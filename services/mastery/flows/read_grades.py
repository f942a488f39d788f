"""A learner's grades, and whether the record has moved on since they were last looked at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.mastery.domain.grades import Grade, as_known
from services.mastery.domain.horizon import Horizon
from services.mastery.flows.reading import Question, SeenState, opened, seen_state
from services.mastery.ports import District, Record
from shared.rulebook.definitions import Definitions
from shared.runtime.pace import Pace


@dataclass(frozen=True, slots=True)
class SeenGrade:
    """A grade as known, and the states of its competencies by then."""

    grade: Grade
    now: Mapping[str, SeenState]

    @property
    def affected(self) -> list[str]:
        """The competencies whose state is another than the one last looked at, in ascending order."""
        seen = self.grade.seen
        return sorted(competency for competency, digest in seen.items() if self.now[competency].state.digest != digest)


@dataclass(frozen=True, slots=True)
class Grades:
    """A learner's grades within a horizon, as they were released one after the other."""

    learner: str
    horizon: Horizon
    grades: tuple[SeenGrade, ...]
    definitions: Definitions


async def read_grades(question: Question, district: District) -> Grades:
    """The grades of a learner. Raises UnknownError, ForgottenError and NotReachedError."""
    record, horizon = await opened(question, district, grades=True)
    grades = as_known(sorted(record.grades, key=lambda grade: grade.decisions[0].position), horizon.known)
    seen = await seen_grades(record, horizon, grades)
    return Grades(question.learner, horizon, tuple(seen), record.view.definitions)


async def seen_grades(record: Record, horizon: Horizon, grades: Iterable[Grade]) -> list[SeenGrade]:
    """These grades of one learner, with the states of their competencies folded once each."""
    states: dict[str, SeenState] = {}
    seen: list[SeenGrade] = []
    pace = Pace()
    for grade in grades:
        for competency in grade.seen.keys() - states.keys():
            states[competency] = await seen_state(record, horizon, competency)
            await pace.breathe()
        seen.append(SeenGrade(grade, {competency: states[competency] for competency in grade.seen}))
    return seen
