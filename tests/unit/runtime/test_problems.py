"""Refusals in words."""

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from shared.runtime.problems import answer_with_problems, from_validation
from shared.runtime.trouble import UnavailableError


@pytest.mark.parametrize(
    ("loc", "field", "detail"),
    [
        (("body", "results", 0, "earned"), "/results/0/earned", "/results/0/earned: must be a decimal."),
        (("results", 0), "/results/0", "/results/0: must be a decimal."),
        (("body",), "", "The body: must be a decimal."),
        (("path", "competency"), "/path/competency", "competency: must be a decimal."),
        (("query", "limit"), "/query/limit", "limit: must be a decimal."),
        (("query", "section", 1), "/query/section/1", "section: must be a decimal."),
        (("query",), "/query", "query: must be a decimal."),
    ],
)
def test_a_problem_names_the_place_as_a_person_would(loc: tuple[str | int, ...], field: str, detail: str) -> None:
    problem = from_validation([{"loc": loc, "msg": "Value error, Must be a decimal"}])
    assert (problem.field, problem.detail) == (field, detail)


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.AdminShutdownError("ended"),
        asyncpg.InternalClientError("left behind"),
        ConnectionResetError(),
        UnavailableError("reset"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_what_does_not_answer_is_told_with_when_to_ask_again(error: Exception) -> None:
    app = FastAPI()
    answer_with_problems(app)

    @app.get("/")
    async def fail() -> None:
        raise error

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here") as client:
        answer = await client.get("/")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
