"""`GET /v1/learners/{learner}/next` and `…/map`, and `GET /v1/sections/{section}/readiness`."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from services.mastery.flows.read_map import read_map
from services.mastery.flows.read_next import read_next
from services.mastery.flows.read_readiness import CodeAndId, read_readiness
from services.mastery.flows.reading import Question
from services.mastery.flows.whose import Whose, Worklist
from services.mastery.http.asked import asked_of_learner
from services.mastery.http.documents import PROBLEMS
from services.mastery.http.map_documents import MapDocument
from services.mastery.http.readiness_answers import map_answer, next_answer, section_answer
from services.mastery.http.readiness_documents import NextDocument, SectionReadinessDocument
from services.mastery.ports import District
from shared.contracts.values import Id
from shared.ledger.identifiers import CODE_PATTERN, UUID_PATTERN
from shared.runtime.as_of import AtLeastText, read_at_least
from shared.runtime.documents import POSITION_HEADER
from shared.runtime.paging import place_after
from shared.runtime.tokens import Caller, Verifier, person

MOST = 500
_AFTER = re.compile(rf"({CODE_PATTERN}):({UUID_PATTERN})", re.ASCII)

Within = Annotated[
    Id | None, Query(description="Only the competencies of this framework, or this competency and its parts.")
]
Limit = Annotated[int, Query(ge=1, le=MOST)]


def readiness_routes(district: District, verifier: Verifier) -> APIRouter:
    router = APIRouter(tags=["readiness"], responses=PROBLEMS)
    of_learner = asked_of_learner(district, verifier)

    @router.get(
        "/v1/learners/{learner}/next",
        response_model=NextDocument,
        responses={200: {"headers": POSITION_HEADER}},
        summary="What comes next for a learner",
    )
    async def following(
        question: Annotated[Question, Depends(of_learner)], within: Within = None, limit: Limit = 100
    ) -> Response:
        """The competencies that she is ready for and has not mastered, those first that open most; and what she shows
        that rests on something which has slipped since. An order of competencies, never of learners.
        """
        return next_answer(await read_next(question, within, district), limit)

    @router.get(
        "/v1/learners/{learner}/map",
        response_model=MapDocument,
        responses={200: {"headers": POSITION_HEADER}},
        summary="Where a learner is on the map",
    )
    async def learner_map(
        question: Annotated[Question, Depends(of_learner)],
        within: Annotated[Id | None, Query(description="Only this framework.")] = None,
    ) -> Response:
        """What rests on what, and where she stands: whole frameworks, of large ones what is near to where she is."""
        return map_answer(await read_map(question, within, district))

    @router.get(
        "/v1/sections/{section}/readiness",
        response_model=SectionReadinessDocument,
        responses={200: {"headers": POSITION_HEADER}},
        summary="Who of a section is ready for what",
    )
    async def readiness(  # noqa: PLR0913, PLR0917 - what may be asked
        section: Id,
        reader: Annotated[Caller, Depends(person(verifier))],
        within: Within = None,
        after: Annotated[str | None, Query(description="`next` of the page before.", max_length=120)] = None,
        limit: Limit = 100,
        at_least: AtLeastText = None,
    ) -> Response:
        """By competency, for its teachers and administrators: which learners are ready, which are not and why, and of
        whom nobody knows. Those who have mastered it are in none of the lists. Learners in the order of their ids.
        """
        asked = Worklist(reader.id, Whose("section", section), read_at_least(at_least))
        return section_answer(await read_readiness(asked, within, _place(after), limit, district))

    return router


def _place(after: str | None) -> CodeAndId | None:
    match = place_after(after, _AFTER)
    return None if match is None else (match[1], match[2])
