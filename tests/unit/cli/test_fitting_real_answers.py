"""On real answers of middle-school learners, fits foretell those of learners they never saw better than means do."""

import pytest

from cli.fitting.answers import read_answers
from cli.fitting.fitting import fit_skills
from cli.fitting.foretelling import measured
from tests.support.real_answers import FILE

SHARE, SEED = 0.2, 7


@pytest.mark.real_data
def test_what_is_fitted_beats_the_mean_of_each_skill() -> None:
    """Of five skills, from the most answered on every twelfth: by a clear margin in order and in what is missed."""
    if not FILE.exists():
        pytest.skip(f"the real answers are not here: {FILE.parent.name}/{FILE.name} beside the project")
    answers = read_answers(FILE)
    by_size = sorted(answers, key=lambda skill: -sum(len(each.right) for each in answers[skill]))
    some = {skill: answers[skill] for skill in sorted(by_size[:60:12])}
    fits = list(fit_skills(some, share=SHARE, restarts=2, seed=SEED))
    told = measured(some, fits, share=SHARE, seed=SEED)
    assert told["answers"] > 3000
    assert float(told["auc"]) > float(told["auc_of_means"]) + 0.08
    assert float(told["rmse"]) < float(told["rmse_of_means"]) - 0.015
