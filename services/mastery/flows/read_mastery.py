"""Where a learner is with everything that there is evidence for."""

from dataclasses import dataclass

from services.mastery.domain.errors import ForgottenError
from services.mastery.domain.horizon import Horizon, now_horizon
from services.mastery.flows.reading import Question, SeenState, opened, seen_state
from services.mastery.ports import District
from shared.runtime.pace import Pace


@dataclass(frozen=True, slots=True)
class Mastery:
    """The states within a horizon, by the codes of their competencies; those without a code come last.

    Of a learner who is `forgotten` there are none, as of whenever it is asked.
    """

    learner: str
    horizon: Horizon
    states: tuple[SeenState, ...]
    forgotten: bool = False


async def read_mastery(question: Question, district: District) -> Mastery:
    """The states of a learner, folded from the stored contributions: never older than the definitions they name.

    Raises UnknownError, NotReachedError.
    """
    try:
        record, horizon = await opened(question, district)
    except ForgottenError as error:
        return Mastery(question.learner, now_horizon(error.reached, held=False), (), forgotten=True)
    seen: list[SeenState] = []
    pace = Pace()
    for competency in record.contributions:
        state = await seen_state(record, horizon, competency)
        if state.recorded:
            seen.append(state)
        await pace.breathe()
    return Mastery(question.learner, horizon, tuple(sorted(seen, key=_by_code)))


def _by_code(seen: SeenState) -> tuple[bool, str, str]:
    return seen.named is None, "" if seen.named is None else seen.named.code, seen.state.competency
