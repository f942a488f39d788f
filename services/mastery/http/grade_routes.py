"""`GET /v1/learners/{learner}/grades`, and the worklists `GET /v1/affected-grades` and `GET /v1/reviews`."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from services.mastery.domain.reviews import ReviewState
from services.mastery.flows.list_affected_grades import list_affected_grades
from services.mastery.flows.list_reviews import list_reviews
from services.mastery.flows.read_grades import read_grades
from services.mastery.flows.reading import Question
from services.mastery.flows.whose import Worklist
from services.mastery.http.asked import asked_of_learner
from services.mastery.http.documents import PROBLEMS
from services.mastery.http.grade_answers import affected_answer, grades_answer, reviews_answer
from services.mastery.http.grade_documents import AffectedGradesDocument, LearnerGradesDocument, ReviewsDocument
from services.mastery.http.worklists import After, Limit, asked_worklist
from services.mastery.ports import District
from shared.ledger.identifiers import UUID_PATTERN
from shared.runtime.documents import POSITION_HEADER
from shared.runtime.paging import place_after
from shared.runtime.tokens import Verifier

_GRADE = re.compile(rf"({UUID_PATTERN}):({UUID_PATTERN})", re.ASCII)
_REVIEW = re.compile(rf"([0-9]{{1,15}}):({UUID_PATTERN})", re.ASCII)


def grade_routes(district: District, verifier: Verifier) -> APIRouter:
    router = APIRouter(tags=["grades"], responses=PROBLEMS)
    asked = asked_of_learner(district, verifier)
    worklist = Depends(asked_worklist(verifier))

    @router.get(
        "/v1/learners/{learner}/grades",
        response_model=LearnerGradesDocument,
        responses={200: {"headers": POSITION_HEADER}},
        summary="A learner's grades",
    )
    async def grades(question: Annotated[Question, Depends(asked)]) -> Response:
        """Every grade released, with what was decided about it since. A grade never moves by itself: `affected` says
        that the record says something else than when it was last looked at.
        """
        return grades_answer(await read_grades(question, district))

    @router.get(
        "/v1/affected-grades",
        response_model=AffectedGradesDocument,
        responses={200: {"headers": POSITION_HEADER}},
        summary="Grades to look at again",
    )
    async def affected(asked: Annotated[Worklist, worklist], after: After = None, limit: Limit = 100) -> Response:
        """The grades of these learners that are the caller's to give, and of which the record says something else by
        now than when they were last looked at: after new evidence, a correction, a void, a level that a teacher set
        or took back, or another policy. Each is answered by amending or upholding it. By learner, never by level.
        """
        match = place_after(after, _GRADE)
        place = None if match is None else (match[1], match[2])
        return affected_answer(await list_affected_grades(asked, place, limit, district))

    @router.get(
        "/v1/reviews",
        response_model=ReviewsDocument,
        responses={200: {"headers": POSITION_HEADER}},
        summary="Questions about the record",
    )
    async def reviews(
        asked: Annotated[Worklist, worklist],
        state: ReviewState | None = None,
        after: After = None,
        limit: Limit = 100,
    ) -> Response:
        """Reviews asked for, the longest waiting first: one learner's for whoever may see her, a section's or a
        school's for staff who may record for its learners.
        """
        match = place_after(after, _REVIEW)
        place = None if match is None else (int(match[1]), match[2])
        return reviews_answer(await list_reviews(asked, state, place, limit, district))

    return router
