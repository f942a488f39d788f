"""Why a learner is where she is with one competency, and what would move it."""

from dataclasses import dataclass

from services.mastery.domain.errors import UnknownError
from services.mastery.domain.horizon import Horizon
from services.mastery.flows.reading import Question, SeenState, opened, seen_state
from services.mastery.ports import District
from shared.rulebook.explain import Explanation, explain
from shared.rulebook.wording import what_next, why

UNDER_REVIEW = "Something recorded for this learner could not be read yet, so this may change."


@dataclass(frozen=True, slots=True)
class Explained:
    """A state within a horizon, its reasons as data, and in plain sentences."""

    learner: str
    horizon: Horizon
    seen: SeenState
    explanation: Explanation
    why: tuple[str, ...]
    next: tuple[str, ...]


async def explain_competency(question: Question, competency: str, district: District) -> Explained:
    """The explanation of one state, also where there is no evidence yet.

    Raises UnknownError, for a competency too that no known framework has and no evidence speaks of; AsOfError,
    NotReachedError.
    """
    record, horizon = await opened(question, district)
    seen = await seen_state(record, horizon, competency)
    if seen.named is None and not seen.evidence:
        raise UnknownError("competency")
    explanation = explain(seen.state, record.contributions.get(competency, ()))
    reasons = why(explanation, district.zone)
    return Explained(
        learner=question.learner,
        horizon=horizon,
        seen=seen,
        explanation=explanation,
        why=(UNDER_REVIEW, *reasons) if horizon.under_review else reasons,
        next=what_next(explanation),
    )
