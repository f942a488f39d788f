"""What a score by a rubric may earn: one of the criterion's levels, or between them a multiple of its step."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.evidence.domain.errors import Invalid
from services.evidence.domain.judging import check_criteria
from shared.contracts.bodies import CriterionResult
from shared.contracts.tasks import Criterion, RubricLevel, SteppedCriterion
from shared.ledger.decimals import scaled, unscaled
from tests.support.pure_district import RUBRIC, THEME

STEPS = st.sampled_from(["0.25", "0.5", "1", "2"])
EARNED = st.integers(0, 16).map(lambda quarters: unscaled(quarters * 250_000))
LEVELS = tuple(RubricLevel(earned=earned, title=earned, descriptor="So.") for earned in ("0", "2", "4"))
BODY: dict[str, Any] = {
    "code": "thesis",
    "title": "Thesis",
    "competencies": (THEME,),
    "possible": "4",
    "levels": LEVELS,
}


def is_taken(criterion: Criterion, earned: str) -> bool:
    result = CriterionResult(competency=THEME, criterion="thesis", earned=earned, possible="4")
    try:
        check_criteria(RUBRIC, [result], {RUBRIC: {"thesis": criterion}})
    except Invalid as refused:
        return refused.field != "/body/results/0/earned"  # said of anything else, it would pass for taken and fail
    return True


@given(STEPS, EARNED)
def test_a_level_or_a_multiple_of_the_step(step: str, earned: str) -> None:
    stepped = SteppedCriterion(**BODY, step=step)
    assert is_taken(stepped, earned) == (earned in {"0", "2", "4"} or scaled(earned) % scaled(step) == 0)


@given(EARNED)
def test_without_a_step_levels_alone(earned: str) -> None:
    for criterion in (Criterion(**BODY), SteppedCriterion(**BODY)):
        assert is_taken(criterion, earned) == (earned in {"0", "2", "4"})
