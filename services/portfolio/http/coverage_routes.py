"""`GET /v1/learners/{id}/portfolio/coverage` and `…/suggestions`."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, Field

from services.portfolio.domain.suggesting import Scored, Suggestion, in_words
from services.portfolio.flows.read_coverage import (
    Coverage,
    Suggestions,
    coverage_of,
    read_coverage,
    read_suggestions,
    suggestions_of,
)
from services.portfolio.flows.read_portfolio import read_portfolio
from services.portfolio.http.answers import as_of_document, portfolio_document, seen_answer
from services.portfolio.http.documents import PROBLEMS, PortfolioDocument
from services.portfolio.http.routes import Portfolio
from shared.contracts.values import Code, Id, Moment
from shared.ledger.instants import instant_text
from shared.rulebook.outline import Listed, OutlinedFramework
from shared.runtime.as_of import AsOfText, AtLeastText
from shared.runtime.documents import POSITION_HEADER, AsOfDocument
from shared.runtime.tokens import Caller, person


class CoveredDocument(BaseModel):
    """A competency, and how it is shown: by an exhibit, by evidence alone, or not yet."""

    competency: Id
    code: Code
    statement: str
    shown: Literal["exhibit", "evidence", "not_yet"]
    exhibits: list[Id]
    evidence: int = Field(description="Pieces that speak of it.")


class CoveredAreaDocument(BaseModel):
    title: str | None = None
    competencies: list[CoveredDocument]


class CoveredFrameworkDocument(BaseModel):
    """A framework of which something is shown, in its own order; how much is shown, in words."""

    framework: Id
    title: str
    in_words: str
    areas: list[CoveredAreaDocument]


class CoverageDocument(BaseModel):
    learner: Id
    as_of: AsOfDocument
    frameworks: list[CoveredFrameworkDocument]


class SuggestedVersionDocument(BaseModel):
    event: Id
    number: int


class SuggestionDocument(BaseModel):
    """A version to be shown, for what, and why. Where the skill grew, `before` is the draft that it grew from."""

    why: Literal["strongest", "grown"]
    work: Id
    version: SuggestedVersionDocument
    before: SuggestedVersionDocument | None = None
    competency: Id
    in_words: str
    at: Moment


class CurationDocument(PortfolioDocument):
    """A portfolio with what it covers and what it might show, as of one moment."""

    frameworks: list[CoveredFrameworkDocument]
    suggestions: list[SuggestionDocument]


class SuggestionsDocument(BaseModel):
    """The latest first. Nobody else's works were looked at."""

    learner: Id
    as_of: AsOfDocument
    suggestions: list[SuggestionDocument]


def coverage_routes(portfolio: Portfolio) -> APIRouter:
    router = APIRouter(tags=["portfolio"], responses={**PROBLEMS, 200: {"headers": POSITION_HEADER}})
    caller = Depends(person(portfolio.verifier))

    @router.get(
        "/v1/learners/{id}/portfolio/coverage", response_model=CoverageDocument, summary="What a portfolio shows"
    )
    async def coverage(
        learner: Annotated[Id, Path(alias="id")],
        reader: Annotated[Caller, caller],
        as_of: AsOfText = None,
        at_least: AtLeastText = None,
    ) -> Response:
        """Of each framework what exhibits show, what only evidence shows, and what not yet; over all years."""
        question = portfolio.question(reader, as_of, at_least)
        read = await read_coverage(learner, question, portfolio.district)
        return seen_answer(_coverage(learner, read), read.seen)

    @router.get(
        "/v1/learners/{id}/portfolio/suggestions",
        response_model=SuggestionsDocument,
        summary="What a learner might show",
    )
    async def suggestions(
        learner: Annotated[Id, Path(alias="id")],
        reader: Annotated[Caller, caller],
        as_of: AsOfText = None,
        at_least: AtLeastText = None,
    ) -> Response:
        """Versions of her own works: where a skill shows most, and where it grew between drafts. Each says why."""
        question = portfolio.question(reader, as_of, at_least)
        read = await read_suggestions(learner, question, portfolio.district)
        return seen_answer(_suggestions(learner, read), read.seen)

    @router.get(
        "/v1/learners/{id}/portfolio/curation", response_model=CurationDocument, summary="A portfolio to choose for"
    )
    async def curation(
        learner: Annotated[Id, Path(alias="id")],
        reader: Annotated[Caller, caller],
        as_of: AsOfText = None,
        at_least: AtLeastText = None,
    ) -> Response:
        """The portfolio, its coverage and the suggestions in one answer, so that no two of them can contradict."""
        question = portfolio.question(reader, as_of, at_least)
        seen = await read_portfolio(learner, question, portfolio.district)
        document = {
            **portfolio_document(learner, seen),
            **_covering(await coverage_of(seen, portfolio.district)),
            **_suggesting(suggestions_of(seen)),
        }
        return seen_answer(document, seen)

    return router


def _coverage(learner: str, read: Coverage) -> dict[str, Any]:
    return {
        "learner": learner,
        "as_of": as_of_document(read.seen),
        **_covering(read),
    }


def _covering(read: Coverage) -> dict[str, Any]:
    touched = read.exhibits.keys() | read.pieces.keys()
    return {
        "frameworks": [
            _framework(framework, read)
            for framework in read.outline.frameworks
            if any(one.id in touched for one in framework.competencies)
        ],
    }


def _framework(framework: OutlinedFramework, read: Coverage) -> dict[str, Any]:
    touched = read.exhibits.keys() | read.pieces.keys()
    chosen = frozenset(
        one.id for one in framework.competencies if one.id not in framework.headings or one.id in touched
    )
    by_exhibit = len(chosen & read.exhibits.keys())
    by_evidence = len((chosen & read.pieces.keys()) - read.exhibits.keys())
    return {
        "framework": framework.id,
        "title": framework.title,
        "in_words": f"Of {len(chosen)} skills, {by_exhibit} are shown by exhibits, {by_evidence} by evidence alone, "
        f"{len(chosen) - by_exhibit - by_evidence} not yet.",
        "areas": [
            {
                **({} if area is None else {"title": area}),
                "competencies": [_covered(one, read) for one in listed],
            }
            for area, listed in framework.areas(chosen)
        ],
    }


def _covered(one: Listed, read: Coverage) -> dict[str, Any]:
    exhibits, pieces = read.exhibits.get(one.id, ()), read.pieces.get(one.id, ())
    return {
        "competency": one.id,
        "code": one.code,
        "statement": one.statement,
        "shown": "exhibit" if exhibits else "evidence" if pieces else "not_yet",
        "exhibits": list(exhibits),
        "evidence": len(pieces),
    }


def _suggestions(learner: str, read: Suggestions) -> dict[str, Any]:
    return {
        "learner": learner,
        "as_of": as_of_document(read.seen),
        **_suggesting(read),
    }


def _suggesting(read: Suggestions) -> dict[str, Any]:
    return {"suggestions": [_suggestion(one, read) for one in read.suggestions]}


def _suggestion(one: Suggestion, read: Suggestions) -> dict[str, Any]:
    return {
        "why": one.why,
        "work": one.shown.work,
        "version": _version(one.shown),
        **({} if one.before is None else {"before": _version(one.before)}),
        "competency": one.shown.competency,
        "in_words": in_words(one, read.codes),
        "at": instant_text(one.shown.at),
    }


def _version(scored: Scored) -> dict[str, Any]:
    return {"event": scored.version, "number": scored.number}
