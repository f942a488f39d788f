"""`GET /v1/exhibitions`, `…/{id}`, `…/{id}/results`, and `GET /v1/exhibitions-due`."""

import re
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from services.portfolio.domain.school_year import school_year
from services.portfolio.flows.list_due import list_due
from services.portfolio.flows.list_exhibitions import FIRST, list_exhibitions
from services.portfolio.flows.read_exhibition import read_exhibition
from services.portfolio.flows.reading import Question
from services.portfolio.http.documents import PROBLEMS
from services.portfolio.http.exhibition_answers import (
    due_answer,
    exhibition_answer,
    exhibitions_answer,
    results_answer,
)
from services.portfolio.http.exhibition_documents import (
    DueDocument,
    ExhibitionDocument,
    ExhibitionsDocument,
    ResultsDocument,
)
from services.portfolio.http.routes import MOST_AT_ONCE, Portfolio
from services.portfolio.ports import Place, Wanted
from shared.contracts.values import Id
from shared.ledger.identifiers import UUID_PATTERN
from shared.runtime.as_of import AtLeastText, read_at_least
from shared.runtime.documents import POSITION_HEADER
from shared.runtime.paging import place_after
from shared.runtime.problems import invalid
from shared.runtime.tokens import Caller, person

MOST = 100
_PLACE = re.compile(rf"([0-9]{{1,15}}):({UUID_PATTERN})", re.ASCII)

Sections = Annotated[
    list[Id] | None,
    Query(alias="section", description="Of these sections. Something is given.", max_length=MOST_AT_ONCE),
]
Schools = Annotated[list[Id] | None, Query(alias="school", description="Of these schools.", max_length=MOST_AT_ONCE)]
Learners = Annotated[
    list[Id] | None,
    Query(alias="learner", description="At which a work of these learners is shown.", max_length=MOST_AT_ONCE),
]
After = Annotated[str | None, Query(description="`next` of the page before.", max_length=80)]


def exhibition_routes(portfolio: Portfolio) -> APIRouter:
    router = APIRouter(tags=["exhibitions"], responses={**PROBLEMS, 200: {"headers": POSITION_HEADER}})
    caller = Depends(person(portfolio.verifier))
    district = portfolio.district

    async def wanted(
        sections: Sections = None,
        schools: Schools = None,
        learners: Learners = None,
        after: After = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = MOST,
    ) -> Wanted:
        _something(sections, schools, learners)
        return Wanted(sections or (), schools or (), learners or (), _place(after), limit)

    @router.get("/v1/exhibitions", response_model=ExhibitionsDocument, summary="Exhibitions")
    async def some(
        reader: Annotated[Caller, caller], asked: Annotated[Wanted, Depends(wanted)], at_least: AtLeastText = None
    ) -> Response:
        """Those of sections, schools and learners that are the caller's to see, each once; the last planned first."""
        question = Question(reader.id, at_least=read_at_least(at_least))
        return exhibitions_answer(await list_exhibitions(asked, question, district))

    @router.get("/v1/exhibitions/{id}", response_model=ExhibitionDocument, summary="An exhibition")
    async def one(
        exhibition: Annotated[Id, Path(alias="id")],
        reader: Annotated[Caller, caller],
        at_least: AtLeastText = None,
    ) -> Response:
        """What is shown, to whom, how far it came, and how many have voted: never what they say before it is closed.

        For whoever may see a member of a work that is shown, or a learner of its section, and for administrators and
        auditors of its school.
        """
        question = Question(reader.id, at_least=read_at_least(at_least))
        return exhibition_answer(await read_exhibition(exhibition, question, district))

    @router.get("/v1/exhibitions/{id}/results", response_model=ResultsDocument, summary="What the audience said")
    async def what_was_said(
        exhibition: Annotated[Id, Path(alias="id")],
        reader: Annotated[Caller, caller],
        at_least: AtLeastText = None,
    ) -> Response:
        """After the close: how many answered each question, and how; by role only where that tells of nobody.

        Choices are told to all who may see the exhibition, ratings of a work to who may see one of its members.
        """
        question = Question(reader.id, at_least=read_at_least(at_least))
        return results_answer(await read_exhibition(exhibition, question, district))

    @router.get("/v1/exhibitions-due", response_model=DueDocument, summary="Learners without an exhibition this year")
    async def due(
        reader: Annotated[Caller, caller],
        sections: Sections = None,
        schools: Schools = None,
        at_least: AtLeastText = None,
    ) -> Response:
        """Of the learners of sections and schools for whom the caller may record: those of whom no work was shown at an
        exhibition that was opened in this school year, from the first of August on. By id, never by level.
        """
        _something(sections, schools)
        scopes = [*(f"section/{one}" for one in sections or ()), *(f"school/{one}" for one in schools or ())]
        year = school_year(portfolio.now(), portfolio.zone)
        question = Question(reader.id, at_least=read_at_least(at_least))
        return due_answer(await list_due(scopes, year, question, district))

    return router


def _something(*given: Sequence[str] | None) -> None:
    """Raises a 422 Problem where nothing is given."""
    if not any(given):
        raise invalid("Say whose: give a section, a school or a learner.", field="section")


def _place(after: str | None) -> Place:
    match = place_after(after, _PLACE)
    return FIRST if match is None else (int(match[1]), match[2])
