"""Refusals in words."""

import pytest

from shared.runtime.problems import from_validation


@pytest.mark.parametrize(
    ("loc", "field", "detail"),
    [
        (("body", "results", 0, "earned"), "/results/0/earned", "/results/0/earned: must be a decimal."),
        (("results", 0), "/results/0", "/results/0: must be a decimal."),
        (("body",), "", "The body: must be a decimal."),
        (("path", "competency"), "/path/competency", "competency: must be a decimal."),
        (("query", "limit"), "/query/limit", "limit: must be a decimal."),
    ],
)
def test_a_problem_names_the_place_as_a_person_would(loc: tuple[str | int, ...], field: str, detail: str) -> None:
    problem = from_validation([{"loc": loc, "msg": "Value error, Must be a decimal"}])
    assert (problem.field, problem.detail) == (field, detail)
