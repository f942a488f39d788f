"""How far panelists agree, counted by hand, and that no order of panelists or works changes it."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.evidence.domain.agreement import Agreement, Difference, agreement_of, differences, together
from services.evidence.domain.panels import PanelScore
from shared.contracts.bodies import CriterionResult
from shared.contracts.tasks import Criterion, RubricLevel
from tests.support.pure_district import THEME

LEVELS = ("1", "2", "3", "4")
CRITERIA = {
    code: Criterion(
        code=code,
        title=code,
        competencies=(THEME,),
        possible="4",
        levels=tuple(RubricLevel(earned=level, title=level, descriptor="So.") for level in LEVELS),
    )
    for code in ("clarity", "thesis")
}


def score(panelist: str, work: str = "poster", **levels: str) -> PanelScore:
    results = tuple(
        CriterionResult(competency=THEME, criterion=code, possible="4", earned=earned)
        for code, earned in levels.items()
    )
    event = f"{panelist} on {work}"
    return PanelScore(event, work, panelist, "r", calibration=False, results=results, note_ref=None)


def test_every_two_panelists_are_compared_on_every_criterion_of_a_work() -> None:
    scores = [
        score("a", clarity="4", thesis="3"),
        score("b", clarity="2", thesis="3"),
        score("c", clarity="3", thesis="4"),
        score("a", "essay", clarity="1", thesis="1"),
    ]
    found = agreement_of(scores, CRITERIA)
    assert found == {"clarity": Agreement(3, 0, 2), "thesis": Agreement(3, 1, 3)}
    assert together(found.values()) == Agreement(6, 1, 5)


def test_half_a_level_is_less_than_a_level_apart() -> None:
    scores = [score("a", clarity="3.5"), score("b", clarity="3"), score("c", clarity="1.5")]
    assert agreement_of(scores, CRITERIA)["clarity"] == Agreement(3, 0, 1)
    assert differences(scores, CRITERIA, discuss_from=2) == [Difference("clarity", "1.5", "3.5", 2)]


@pytest.mark.parametrize(("discuss_from", "found"), [(1, ["clarity", "thesis"]), (2, ["clarity"]), (3, [])])
def test_differences_are_told_from_the_planned_number_of_levels_on(discuss_from: int, found: list[str]) -> None:
    scores = [score("a", clarity="4", thesis="3"), score("b", clarity="2", thesis="4")]
    assert [one.criterion for one in differences(scores, CRITERIA, discuss_from=discuss_from)] == found


@pytest.mark.parametrize(
    ("agreement", "words"),
    [
        (Agreement(0, 0, 0), "No two panelists"),
        (Agreement(1, 1, 1), "too little"),
        (Agreement(6, 1, 5), "1 (17 %) are the same, and 5 (83 %) at most one level apart. With so few"),
        (Agreement(24, 15, 22), "Of 24 comparisons of two panelists on one criterion, 15 (63 %) are the same"),
    ],
)
def test_a_plain_sentence_says_it_with_its_n(agreement: Agreement, words: str) -> None:
    assert words in agreement.sentence


levels = st.sampled_from((*LEVELS, "1.5", "3.5"))


@given(
    st.lists(
        st.builds(
            lambda panelist, work, clarity: score(panelist, work, clarity=clarity),
            st.sampled_from("abcd"),
            st.sampled_from(["poster", "essay"]),
            levels,
        ),
        unique_by=lambda one: (one.panelist, one.work),
    ),
    st.randoms(use_true_random=False),
)
def test_no_order_changes_it_and_a_plain_count_comes_to_the_same(scores: list[PanelScore], random: object) -> None:
    found = agreement_of(scores, CRITERIA)["clarity"]
    pairs = [
        abs(float(one.results[0].earned) - float(other.results[0].earned))
        for one, other in combinations(scores, 2)
        if one.work == other.work
    ]
    assert found == Agreement(len(pairs), sum(d == 0 for d in pairs), sum(d <= 1 for d in pairs))
    shuffled = list(scores)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis' own
    assert agreement_of(shuffled, CRITERIA)["clarity"] == found
