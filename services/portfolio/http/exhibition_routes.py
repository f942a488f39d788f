"""`GET /v1/exhibitions`, `…/{id}`, `…/{id}/results`, and `GET /v1/exhibitions-due`."""

import re
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
from services.portfolio.http.routes import Portfolio
from services.portfolio.ports import Kind, Place, Wanted
from shared.contracts.values import Id
from shared.ledger.identifiers import UUID_PATTERN
from shared.runtime.as_of import AtLeastText, read_at_least
from shared.runtime.documents import POSITION_HEADER
from shared.runtime.paging import place_after
from shared.runtime.problems import invalid
from shared.runtime.tokens import Caller, person

MOST = 100
_PLACE = re.compile(rf"([0-9]{{1,15}}):({UUID_PATTERN})", re.ASCII)

Section = Annotated[Id | None, Query(description="Of this section. Exactly one of these is given.")]
School = Annotated[Id | None, Query(description="Of this school.")]
OneLearner = Annotated[Id | None, Query(description="At which a work of this learner is shown.")]
After = Annotated[str | None, Query(description="`next` of the page before.", max_length=80)]


def exhibition_routes(portfolio: Portfolio) -> APIRouter:
    router = APIRouter(tags=["exhibitions"], responses={**PROBLEMS, 200: {"headers": POSITION_HEADER}})
    caller = Depends(person(portfolio.verifier))
    district = portfolio.district

    def wanted(
        section: Section = None,
        school: School = None,
        learner: OneLearner = None,
        after: After = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = MOST,
    ) -> Wanted:
        kind, id_ = _whose({"section": section, "school": school, "learner": learner})
        return Wanted(kind, id_, _place(after), limit)

    @router.get("/v1/exhibitions", response_model=ExhibitionsDocument, summary="Exhibitions")
    async def some(
        reader: Annotated[Caller, caller], asked: Annotated[Wanted, Depends(wanted)], at_least: AtLeastText = None
    ) -> Response:
        """Those of a section, a school or a learner that are the caller's to see, the one planned last first."""
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
        section: Section = None,
        school: School = None,
        at_least: AtLeastText = None,
    ) -> Response:
        """Of a section's or a school's learners for whom the caller may record: those of whom no work was shown at an
        exhibition that was opened in this school year, from the first of August on. By id, never by level.
        """
        kind, id_ = _whose({"section": section, "school": school})
        assert kind != "learner"  # it was not among what could be given
        year = school_year(portfolio.now(), portfolio.zone)
        question = Question(reader.id, at_least=read_at_least(at_least))
        return due_answer(await list_due((kind, id_), year, question, district))

    return router


def _whose(given: dict[Kind, str | None]) -> tuple[Kind, str]:
    """What was given. Raises a 422 Problem unless that is exactly one."""
    found = [(kind, id_) for kind, id_ in given.items() if id_ is not None]
    if len(found) != 1:
        raise invalid(f"Give exactly one of {', '.join(given)}.", field=found[0][0] if found else "section")
    return found[0]


def _place(after: str | None) -> Place:
    match = place_after(after, _PLACE)
    return FIRST if match is None else (int(match[1]), match[2])
