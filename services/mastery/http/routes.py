"""`GET /v1/learners/{learner}/mastery` and `…/competencies/{competency}/explanation`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from services.mastery.flows.explain_competency import explain_competency
from services.mastery.flows.read_mastery import read_mastery
from services.mastery.flows.reading import Question
from services.mastery.http.answers import mastery_answer
from services.mastery.http.asked import asked_of_learner
from services.mastery.http.documents import PROBLEMS, ExplanationDocument, MasteryDocument
from services.mastery.http.explanation_answers import explanation_answer
from services.mastery.ports import District
from shared.contracts.values import Id
from shared.runtime.documents import POSITION_HEADER
from shared.runtime.tokens import Verifier


def learner_routes(district: District, verifier: Verifier) -> APIRouter:
    router = APIRouter(tags=["mastery"], responses=PROBLEMS)
    asked = asked_of_learner(district, verifier)

    @router.get(
        "/v1/learners/{learner}/mastery",
        response_model=MasteryDocument,
        responses={200: {"headers": POSITION_HEADER}},
        summary="Where a learner is",
    )
    async def mastery(question: Annotated[Question, Depends(asked)]) -> Response:
        """Every competency for which there is evidence of this learner, with its status, level and value."""
        return mastery_answer(await read_mastery(question, district))

    @router.get(
        "/v1/learners/{learner}/competencies/{competency}/explanation",
        response_model=ExplanationDocument,
        responses={200: {"headers": POSITION_HEADER}},
        summary="Why a learner is there",
    )
    async def explanation(competency: Id, question: Annotated[Question, Depends(asked)]) -> Response:
        """One state with its reasons: what counted and with what weight, what was set aside, what comes next."""
        return explanation_answer(await explain_competency(question, competency, district))

    return router
