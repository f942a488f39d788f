"""`GET /v1/learners/{id}/portfolio`, `GET /v1/works/{id}` and `GET /health`."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response

from services.portfolio.flows.read_portfolio import read_portfolio
from services.portfolio.flows.read_work import read_work
from services.portfolio.flows.reading import Question
from services.portfolio.http.answers import portfolio_answer, work_answer
from services.portfolio.http.documents import PROBLEMS, HealthDocument, OneWorkDocument, PortfolioDocument
from services.portfolio.ports import District
from shared.contracts.values import Id
from shared.runtime.answering import json_answer
from shared.runtime.as_of import AsOfText, AtLeastText, read_as_of, read_at_least
from shared.runtime.clock import Clock
from shared.runtime.documents import POSITION_HEADER
from shared.runtime.projection_health import ProjectionHealth
from shared.runtime.tokens import Caller, Verifier, person
from shared.runtime.trouble import is_trouble

MOST_AT_ONCE = 200
"""Sections, schools or learners that a list may be asked for together."""


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Everything that the routes need."""

    district: District
    verifier: Verifier
    zone: tzinfo
    now: Clock
    health: Callable[[], Awaitable[ProjectionHealth]]
    roles: Sequence[str]

    def question(self, reader: Caller, as_of: str | None, at_least: str | None) -> Question:
        """Raises a 422 Problem where what is asked cannot be read."""
        return Question(reader.id, read_as_of(as_of, zone=self.zone, now=self.now()), read_at_least(at_least))


def record_routes(portfolio: Portfolio) -> APIRouter:
    router = APIRouter(tags=["portfolio"], responses={**PROBLEMS, 200: {"headers": POSITION_HEADER}})
    caller = Depends(person(portfolio.verifier))

    @router.get("/v1/learners/{id}/portfolio", response_model=PortfolioDocument, summary="A learner's portfolio")
    async def one_portfolio(
        learner: Annotated[Id, Path(alias="id")],
        reader: Annotated[Caller, caller],
        as_of: AsOfText = None,
        at_least: AtLeastText = None,
    ) -> Response:
        """Works with their versions, and each piece of evidence with the skills that it shows, oldest first."""
        question = portfolio.question(reader, as_of, at_least)
        return portfolio_answer(learner, await read_portfolio(learner, question, portfolio.district))

    @router.get("/v1/works/{id}", response_model=OneWorkDocument, summary="A work")
    async def one_work(
        work: Annotated[Id, Path(alias="id")],
        reader: Annotated[Caller, caller],
        as_of: AsOfText = None,
        at_least: AtLeastText = None,
    ) -> Response:
        """A work with its versions, and what its members' evidence says of it: for whoever may see one of them.

        A panelist of an exhibition that shows it sees its versions alone.
        """
        question = portfolio.question(reader, as_of, at_least)
        return work_answer(await read_work(work, question, portfolio.district))

    return router


def health_routes(portfolio: Portfolio) -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/health", summary="Health", response_model=HealthDocument)
    async def health() -> Response:
        """How each shard stands, and why it waits where it does. Tells nothing of anybody, so it asks for no token."""
        return json_answer(await _health(portfolio))

    return router


async def _health(portfolio: Portfolio) -> dict[str, Any]:
    head = {"service": "portfolio", "roles": list(portfolio.roles)}
    try:
        health = await portfolio.health()
    except Exception as error:
        if not is_trouble(error):
            raise
        return {**head, "status": "degraded", "shards": {}, "reason": "The database does not answer."}
    return {**head, "status": "degraded" if health.degraded else "ok", **health.document()}
