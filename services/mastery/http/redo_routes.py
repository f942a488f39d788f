"""`GET /v1/learners/{learner}/redos`, and the worklist `GET /v1/redos`."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from services.mastery.flows.list_redos import list_redos
from services.mastery.flows.read_redos import read_redos
from services.mastery.flows.reading import Question
from services.mastery.flows.whose import Worklist
from services.mastery.http.asked import asked_of_learner
from services.mastery.http.documents import PROBLEMS
from services.mastery.http.redo_answers import redos_answer, waiting_answer
from services.mastery.http.redo_documents import LearnerRedosDocument, RedosDocument
from services.mastery.http.worklists import After, Limit, asked_worklist
from services.mastery.ports import District
from shared.ledger.identifiers import UUID_PATTERN
from shared.rulebook.redoing import OnTeacher
from shared.runtime.documents import POSITION_HEADER
from shared.runtime.paging import place_after
from shared.runtime.tokens import Verifier

_PLACE = re.compile(rf"([0-9]{{1,15}}):({UUID_PATTERN})", re.ASCII)


def redo_routes(district: District, verifier: Verifier) -> APIRouter:
    router = APIRouter(tags=["redos"], responses=PROBLEMS)
    asked = asked_of_learner(district, verifier)

    @router.get(
        "/v1/learners/{learner}/redos",
        response_model=LearnerRedosDocument,
        responses={200: {"headers": POSITION_HEADER}},
        summary="What a learner does over",
    )
    async def of_learner(question: Annotated[Question, Depends(asked)]) -> Response:
        """Of each competency the latest redo: what to relearn, where it stands, and what comes next."""
        return redos_answer(await read_redos(question, district))

    @router.get(
        "/v1/redos",
        response_model=RedosDocument,
        responses={200: {"headers": POSITION_HEADER}},
        summary="Redos that wait for the teacher",
    )
    async def waiting(
        asked: Annotated[Worklist, Depends(asked_worklist(verifier))],
        waits_for: OnTeacher | None = None,
        after: After = None,
        limit: Limit = 100,
    ) -> Response:
        """Of these learners, for staff who may record for them: who waits for a conference, an opening or a score. The
        longest waiting first, never by level; what waits for the learner herself is not here.
        """
        match = place_after(after, _PLACE)
        place = None if match is None else (int(match[1]), match[2])
        return waiting_answer(await list_redos(asked, waits_for, place, limit, district))

    return router
