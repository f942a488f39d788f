"""Where a learner is with everything that there is evidence for."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.mastery.domain.errors import ForgottenError
from services.mastery.domain.horizon import Horizon, now_horizon
from services.mastery.flows.explain_competency import MANY
from services.mastery.flows.reading import Question, SeenState, opened, seen_states
from services.mastery.flows.roll_up import ByParts, parents_by_parts
from services.mastery.ports import District, Record
from shared.rulebook.certainty import Sureness, sureness
from shared.rulebook.contribution import Contribution
from shared.runtime.pace import Pace


@dataclass(frozen=True, slots=True)
class SureState:
    """A state as known, and how sure it is."""

    seen: SeenState
    sure: Sureness


@dataclass(frozen=True, slots=True)
class Mastery:
    """The states within a horizon, by the codes of their competencies; those without a code come last. And what they
    come to for the competencies that they are parts of.

    Of a learner who is `forgotten` there are none, as of whenever it is asked.
    """

    learner: str
    horizon: Horizon
    states: tuple[SureState, ...]
    by_parts: tuple[ByParts, ...] = ()
    forgotten: bool = False


async def read_mastery(question: Question, district: District) -> Mastery:
    """The states of a learner, folded from the stored contributions: never older than the definitions they name.

    Raises UnknownError, NotReachedError.
    """
    try:
        record, horizon = await opened(question, district)
    except ForgottenError as error:
        return Mastery(question.learner, now_horizon(error.reached, held=False), (), forgotten=True)
    return await mastery_of(record, horizon, await seen_states(record, horizon), district)


async def mastery_of(record: Record, horizon: Horizon, seen: Mapping[str, SeenState], district: District) -> Mastery:
    """The states as they were `seen`, with how sure each is, and what they come to for what they are parts of."""
    states: list[SureState] = []
    pace = Pace()
    for competency, one in seen.items():
        states.append(SureState(one, await _sureness(one, record.contributions[competency])))
        await pace.breathe()
    derived = await parents_by_parts(record, horizon, {id_: one.state for id_, one in seen.items()}, district)
    return Mastery(record.learner.id, horizon, tuple(sorted(states, key=_by_code)), derived)


async def _sureness(seen: SeenState, pieces: Sequence[Contribution]) -> Sureness:
    """How sure a state is; in a thread where each of many pieces is left out for once."""
    if len(pieces) < MANY:
        return sureness(seen.state, pieces)
    return await asyncio.to_thread(sureness, seen.state, pieces)


def _by_code(state: SureState) -> tuple[bool, str, str]:
    seen = state.seen
    return seen.named is None, "" if seen.named is None else seen.named.code, seen.state.competency
